import { join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { PublicKeyInfo, Vault, VaultStatus } from '#main/core/ports/vault.ts'
import { forkKeyProcess, type SpawnKeyProcess } from './fork-key-process.ts'
import { linkKeyProcess, type KeyProcessLink } from './key-process-link.ts'
import { expiredPage } from './page-frame.ts'
import { checkPasswordStrength } from './password-strength.ts'
import { createTries } from './tries.ts'
import { prepareSecretFolder, readSecretFile, secretFolder, writeSecretFile } from './vault-file.ts'
import { KDF_TARGET, parseVault, type KdfTarget, type VaultBody } from './vault-format.ts'

export interface VaultOptions {
  /** Hearth's data folder; the vault lives in its sub-folder `vault`. */
  dataDir: string
  clock: Clock
  log: Log
  /** How the key process is started; a Node child unless told otherwise. */
  spawn?: SpawnKeyProcess
  /** Cost of the password derivation for new and raised vaults. */
  kdf?: KdfTarget
}

export const VAULT_FILE = 'vault.hearth'

/**
 * The vault as the core sees it. This side holds no key: it reads and writes the sealed file, counts wrong passwords, and starts and ends the key process.
 * No key process = locked.
 */
export async function createVault({ dataDir, clock, log, spawn = forkKeyProcess, kdf = KDF_TARGET }: VaultOptions): Promise<Vault> {
  await prepareSecretFolder(dataDir)
  const path = join(secretFolder(dataDir), VAULT_FILE)
  const tries = createTries(clock)
  const listeners = new Set<() => void>()
  let link: KeyProcessLink | undefined
  /** Started, not opened yet: locking in that moment ends it too. */
  let starting: KeyProcessLink | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other, so that two tries of a password cannot pass the count side by side. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run)
    last = result.catch(() => undefined)
    return result
  }
  const start = (): KeyProcessLink => {
    const made = linkKeyProcess(spawn(), (file) => writeSecretFile(path, file))
    starting = made
    void made.ended.then(() => {
      if (starting === made) starting = undefined
      if (link !== made) return
      link = undefined
      log.info('vault locked')
      for (const listener of listeners) listener()
    })
    return made
  }
  const running = (): KeyProcessLink => {
    if (!link) throw new HearthError('vault-locked')
    return link
  }
  const drop = async (made: KeyProcessLink): Promise<void> => {
    made.kill()
    await made.ended
  }
  const dropAll = async (): Promise<void> => {
    await Promise.all([link, starting].map((made) => (made ? drop(made) : Promise.resolve())))
  }
  /** @returns undefined when there is none. Rejects `vault-damaged`. */
  const readBody = async (): Promise<{ file: Uint8Array; body: VaultBody } | undefined> => {
    const file = await readSecretFile(path)
    return file && { file, body: parseVault(file) }
  }

  return {
    async status(): Promise<VaultStatus> {
      if (link) return { kind: 'unlocked' }
      try {
        return { kind: (await readBody()) ? 'locked' : 'absent' }
      } catch (error) {
        if (error instanceof HearthError) return { kind: 'damaged', detail: error.detail['reason'] ?? '' }
        log.error('the vault file cannot be read', error)
        return { kind: 'damaged', detail: 'unreadable' }
      }
    },
    create: (password) =>
      inTurn(async () => {
        if (await readSecretFile(path)) throw new HearthError('vault-exists')
        checkPasswordStrength(password)
        const made = start()
        try {
          await made.ask({ kind: 'create', password: bytesOf(password), target: kdf, nowMs: clock.now() })
        } catch (error) {
          await drop(made)
          throw error
        }
        link = made
        starting = undefined
        log.info('vault created')
      }),
    unlock: (password) =>
      inTurn(async () => {
        const found = await readBody()
        if (!found) throw new HearthError('vault-absent')
        tries.check()
        const made = start()
        try {
          await made.ask({ kind: 'unlock', password: bytesOf(password), file: found.file, target: kdf })
        } catch (error) {
          await drop(made)
          if (error instanceof HearthError && error.code === 'wrong-password') tries.wrong()
          throw error
        }
        tries.right()
        const before = link
        link = made
        starting = undefined
        if (before) await drop(before)
        log.info('vault unlocked')
      }),
    lock: () => dropAll(),
    async keys(): Promise<PublicKeyInfo[]> {
      try {
        return ((await readBody())?.body.keys ?? []).map((key) => ({ ...key, wordsConfirmedAtMs: key.wordsConfirmedAtMs ?? undefined }))
      } catch {
        return []
      }
    },
    openNewKey: (request) => inTurn(() => running().ask({ kind: 'open-new-key', request, nowMs: clock.now() })),
    openSign: (request) => inTurn(() => running().ask({ kind: 'open-sign', request, nowMs: clock.now() })),
    surface: (token, method, body) =>
      inTurn(async () => {
        // The body goes on unread: what is typed on the surface is for the key process alone.
        const answer = await link
          ?.ask({ kind: 'surface', token, method, body, nowMs: clock.now(), waitSeconds: tries.waitSeconds() })
          .catch((error: unknown) => {
            if (error instanceof HearthError && error.code === 'vault-locked') return undefined
            throw error
          })
        body.fill(0)
        if (!answer) return { page: expiredPage(), outcome: undefined }
        if (answer.password === 'wrong') tries.wrong()
        if (answer.password === 'right') tries.right()
        return { page: answer.page, outcome: answer.outcome }
      }),
    closeTicket: (token) =>
      inTurn(async () => {
        await link?.ask({ kind: 'close-ticket', token })
      }),
    deliverKey: (keyId, target) =>
      inTurn(async () => {
        await running().ask({ kind: 'deliver', keyId, target })
      }),
    onLock(listener) {
      listeners.add(listener)
    },
    async stop() {
      listeners.clear()
      await dropAll()
    },
  }
}

function bytesOf(password: string): Uint8Array {
  return new TextEncoder().encode(password.normalize('NFKC'))
}
