import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { PublicKeyInfo, SecondWrap, UnlockMode, Vault, VaultStatus } from '#main/core/ports/vault.ts'
import { readBackup } from './backup-file.ts'
import { forkKeyProcess, type SpawnKeyProcess } from './fork-key-process.ts'
import { linkKeyProcess, type KeyProcessLink } from './key-process-link.ts'
import type { PageRequest } from './messages.ts'
import { publicKeyOf } from './open-vault.ts'
import { expiredPage } from './page-frame.ts'
import { checkPasswordStrength } from './password-strength.ts'
import { placeOf } from './place.ts'
import { createSealedFiles } from './save-sealed.ts'
import { createTries } from './tries.ts'
import { createUnlockKeyFile, newUnlockSecret } from './unlock-key-file.ts'
import { isCode, prepareSecretFolder, readSecretFile, secretFolder, writeSecretFile } from './vault-file.ts'
import type { VaultBody1 } from './vault-format-1.ts'
import { KDF_TARGET, readVault, type KdfTarget, type VaultBody } from './vault-format.ts'

export interface VaultOptions {
  /** Hearth's data folder; the vault lives in its sub-folder `vault`. */
  dataDir: string
  clock: Clock
  log: Log
  /** How the key process is started; a Node child unless told otherwise. */
  spawn?: SpawnKeyProcess
  /** Cost of the password derivation for new and raised vaults. */
  kdf?: KdfTarget
  /** The keychain of the operating system, where the shell has one. */
  keychain?: SecondWrap
  /** `CREDENTIALS_DIRECTORY` of systemd. */
  credentialsDir?: string | undefined
  /** How long a sheet waits for its next step, as the user chose it. */
  ticketMs?: () => Promise<number>
  /** Where the machine's own number lies; for tests that move between machines. */
  machineIdFiles?: readonly string[]
}

export const VAULT_FILE = 'vault.hearth'
const TRIES_FILE = 'tries.json'
const NO_KEYCHAIN = 'no-keychain'

/**
 * The vault as the core sees it. This side holds no key: it reads and writes the sealed file, counts wrong passwords, and starts and ends the key process.
 * No key process = locked.
 */
export async function createVault(options: VaultOptions): Promise<Vault> {
  const { dataDir, clock, log, spawn = forkKeyProcess, kdf = KDF_TARGET, keychain } = options
  await prepareSecretFolder(dataDir)
  const folder = secretFolder(dataDir)
  const path = join(folder, VAULT_FILE)
  const triesPath = join(folder, TRIES_FILE)
  const tries = await createTries(clock, {
    read: () => readSecretFile(triesPath),
    write: (bytes) => writeSecretFile(triesPath, bytes),
    remove: () => rm(triesPath, { force: true }),
  })
  const files = createSealedFiles({ dataDir, folder, vaultPath: path, clock })
  const keyFile = createUnlockKeyFile({ folder, credentialsDir: options.credentialsDir, uid: process.getuid?.() })
  const listeners = new Set<() => void>()
  let link: KeyProcessLink | undefined
  /** Started, not opened yet: locking in that moment ends it too. */
  let starting: KeyProcessLink | undefined
  /** Holds the page of a restore while there is no vault that could be open. */
  let restoring: KeyProcessLink | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other, so that two tries of a password cannot pass the count side by side. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run)
    last = result.catch(() => undefined)
    return result
  }
  const start = (isRestore = false): KeyProcessLink => {
    const made = linkKeyProcess(spawn(), async (file, target) => {
      if (isRestore && target.kind === 'vault' && made === restoring) await files.putAside()
      return files.save(file, target)
    })
    starting = made
    void made.ended.then(() => {
      if (starting === made) starting = undefined
      if (restoring === made) restoring = undefined
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
  /** Grows with each lock: what was to open the vault before one does not open it after. */
  let locks = 0
  const dropAll = async (): Promise<void> => {
    locks += 1
    await Promise.all([link, starting, restoring].map((made) => (made ? drop(made) : Promise.resolve())))
  }
  /** The vault is open in `made` from now on. */
  const become = async (made: KeyProcessLink): Promise<void> => {
    const others = [link, restoring].filter((one) => one !== undefined && one !== made)
    link = made
    starting = undefined
    restoring = undefined
    for (const other of others) if (other) await drop(other)
  }
  /** Runs the first request of a new key process; a failure leaves none behind. */
  const openWith = async <T>(ask: (made: KeyProcessLink) => Promise<T>, asOf = locks): Promise<T> => {
    const mustBeWanted = (): void => {
      if (locks !== asOf) throw new HearthError('vault-locked', { reason: 'locked-meanwhile' })
    }
    mustBeWanted()
    const made = start()
    try {
      const answer = await ask(made)
      mustBeWanted()
      await become(made)
      return answer
    } catch (error) {
      await drop(made)
      throw error
    }
  }
  /** Counts how a try of the password went. */
  const counted = async <T>(attempt: () => Promise<T>): Promise<T> => {
    tries.check()
    try {
      const value = await attempt()
      await tries.right()
      return value
    } catch (error) {
      if (error instanceof HearthError && error.code === 'wrong-password') await tries.wrong()
      throw error
    }
  }
  /** @returns undefined when there is none. Rejects `vault-damaged`. */
  const readBody = async (): Promise<{ file: Uint8Array; body: VaultBody | VaultBody1 } | undefined> => {
    const file = await readSecretFile(path)
    return file && { file, body: readVault(file) }
  }
  const mustBody = async (): Promise<{ file: Uint8Array; body: VaultBody | VaultBody1 }> => {
    const found = await readBody()
    if (!found) throw new HearthError('vault-absent')
    return found
  }
  const status = async (): Promise<VaultStatus> => {
    if (link) return { kind: 'unlocked' }
    try {
      return { kind: (await readBody()) ? 'locked' : 'absent' }
    } catch (error) {
      if (error instanceof HearthError) return { kind: 'damaged', detail: error.detail['reason'] ?? '' }
      log.error('the vault file cannot be read', error)
      return { kind: 'damaged', detail: 'unreadable' }
    }
  }
  const unlockMode = async (): Promise<UnlockMode> => {
    try {
      const body = (await readBody())?.body
      return body?.version === 2 ? (body.second?.kind ?? 'ask') : 'ask'
    } catch {
      return 'ask'
    }
  }
  const wrapOf = (mode: Exclude<UnlockMode, 'ask'>): SecondWrap | undefined => (mode === 'file' ? keyFile : keychain)
  const problemOf = async (mode: Exclude<UnlockMode, 'ask'>): Promise<string | undefined> => {
    const wrap = wrapOf(mode)
    return wrap ? wrap.problem() : NO_KEYCHAIN
  }

  return {
    place: () => placeOf(dataDir, options.machineIdFiles),
    status,
    create: (password) =>
      inTurn(async () => {
        if (await readSecretFile(path)) throw new HearthError('vault-exists')
        checkPasswordStrength(password)
        await openWith((made) => made.ask({ kind: 'create', password: bytesOf(password), target: kdf, nowMs: clock.now() }))
        log.info('vault created')
      }),
    unlock: (password) => {
      const asOf = locks
      return inTurn(async () => {
        const { file } = await mustBody()
        const { wasOlder } = await counted(() =>
          openWith((made) => made.ask({ kind: 'unlock', password: bytesOf(password), file, target: kdf }), asOf),
        )
        log.info('vault unlocked')
        return { wasOlder }
      })
    },
    unlockUnattended: () =>
      inTurn(async () => {
        const { file, body } = await mustBody()
        const second = body.version === 2 ? body.second : null
        if (!second) throw new HearthError('unlock-not-set')
        const wrap = wrapOf(second.kind)
        const secret = wrap && (await wrap.load())
        if (!secret) throw new HearthError('unlock-secret-missing', { mode: second.kind })
        await openWith((made) => made.ask({ kind: 'unlock-second', secret, file })).finally(() => secret.fill(0))
        log.info('vault unlocked', { by: second.kind })
      }),
    unlockMode,
    unlockOffers: async () => ({ keychain: await problemOf('keychain'), file: await problemOf('file') }),
    setUnlockMode: (mode, password) =>
      inTurn(async () => {
        const before = await unlockMode()
        // Asked alone first: nothing is put anywhere on a wrong password.
        await counted(() => running().ask({ kind: 'check-password', password: bytesOf(password) }))
        if (mode !== 'ask') {
          const problem = await problemOf(mode)
          const wrap = wrapOf(mode)
          if (problem !== undefined || !wrap) throw new HearthError('unlock-unavailable', { reason: problem ?? NO_KEYCHAIN })
          const secret = newUnlockSecret()
          try {
            await wrap.store(secret)
            await running().ask({ kind: 'set-second', password: bytesOf(password), second: { kind: mode, secret } })
          } finally {
            secret.fill(0)
          }
        } else await running().ask({ kind: 'set-second', password: bytesOf(password), second: undefined })
        // The other place forgets its secret once the vault no longer opens by it.
        if (before !== 'ask' && before !== mode)
          await wrapOf(before)
            ?.remove()
            .catch((error: unknown) =>
              log.warn('an old unlock secret stays behind', { reason: isCode(error, 'EACCES') ? 'rights' : 'other' }),
            )
        log.info('unlock after a restart', { mode })
      }),
    changePassword: (current, next) =>
      inTurn(async () => {
        running()
        checkPasswordStrength(next)
        await counted(() => running().ask({ kind: 'change-password', current: bytesOf(current), next: bytesOf(next), target: kdf }))
        log.info('vault password changed')
      }),
    lock: () => dropAll(),
    async keys(): Promise<PublicKeyInfo[]> {
      try {
        const body = (await readBody())?.body
        if (!body) return []
        if (body.version === 2) return body.keys.map(publicKeyOf)
        return body.keys.map((key) => publicKeyOf({ ...key, kind: 'key', origin: 'before', hdPath: null, hasWords: false }))
      } catch {
        return []
      }
    },
    backupFile: async (backupPath) => {
      const file = await files.readBackupFile(backupPath)
      readBackup(file)
      return file
    },
    keepBackup: (file) =>
      inTurn(async () => {
        readBackup(file)
        return files.keepBrought(file)
      }),
    openNewKey: (request) =>
      inTurn(async () => running().ask({ kind: 'open-new-key', request, nowMs: clock.now(), lastsMs: await options.ticketMs?.() })),
    openSign: (request) =>
      inTurn(async () => running().ask({ kind: 'open-sign', request, nowMs: clock.now(), lastsMs: await options.ticketMs?.() })),
    addWatch: (wish) => inTurn(async () => (await running().ask({ kind: 'add-watch', wish, nowMs: clock.now() })).key),
    openPage: (page) =>
      inTurn(async () => {
        const lastsMs = await options.ticketMs?.()
        const ask = (made: KeyProcessLink, request: PageRequest) =>
          made.ask({ kind: 'open-page', page: request, target: kdf, nowMs: clock.now(), lastsMs })
        if (page.kind === 'backup') return ask(running(), { kind: 'backup', folder: await files.backupFolder(page.folder) })
        if (page.kind !== 'drill' && page.kind !== 'restore') return ask(running(), page)
        if (page.kind === 'drill') running()
        const file = await files.readBackupFile(page.path)
        readBackup(file)
        if (page.kind === 'drill') return ask(running(), { kind: 'drill', file, path: page.path })
        if (link) return ask(link, { kind: 'restore', file })
        // Beside a vault that opens nothing is restored: its password is what brings keys into it.
        if ((await status()).kind === 'locked') throw new HearthError('vault-locked')
        if (restoring) await drop(restoring)
        const made = start(true)
        starting = undefined
        restoring = made
        return ask(made, { kind: 'restore', file })
      }),
    surface: (token, method, body) =>
      inTurn(async () => {
        const asked = link ?? restoring
        // The body goes on unread: what is typed on the surface is for the key process alone.
        const answer = await asked
          ?.ask({ kind: 'surface', token, method, body, nowMs: clock.now(), waitSeconds: tries.waitSeconds() })
          .catch((error: unknown) => {
            if (error instanceof HearthError && error.code === 'vault-locked') return undefined
            throw error
          })
        body.fill(0)
        if (!answer) return { page: expiredPage(), outcome: undefined }
        if (answer.password === 'wrong') await tries.wrong()
        if (answer.password === 'right') await tries.right()
        if (answer.outcome?.kind === 'restored' && asked && asked === restoring) await become(asked)
        return { page: answer.page, outcome: answer.outcome }
      }),
    closeTicket: (token) =>
      inTurn(async () => {
        await (link ?? restoring)?.ask({ kind: 'close-ticket', token })
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
