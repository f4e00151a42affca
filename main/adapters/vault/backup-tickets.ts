import { HearthError } from '#shared/api/errors.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { openBackup, type OpenedBackup } from './backup-file.ts'
import { backupPage, drillPage, keysPage, restoredPage, restorePage, type ShownLeftOut } from './backup-pages.ts'
import type { Form } from './forms.ts'
import type { Saved, SaveTarget } from './messages.ts'
import { keyNetwork } from './key-networks.ts'
import type { LeftOutKey } from './one-network.ts'
import { publicKeyOf, type OpenVault } from './open-vault.ts'
import { messagePage } from './page-frame.ts'
import { checkPasswordStrength } from './password-strength.ts'
import { passwordBytes, sealBody, unwrapDataKey, wrapDataKey } from './sealing.ts'
import { refusePassword, unknownButton, type Step, type Ticket } from './tickets.ts'
import { resealRows, verifyContent } from './vault-content.ts'
import { KDF_BOUNDS, parseVault, serializeVault, type KdfTarget, type StoredPublicKey } from './vault-format.ts'

export interface BackupPorts {
  vault: OpenVault
  target: KdfTarget
  save: (file: Uint8Array, target: SaveTarget) => Promise<Saved>
  /** Address of a key of that network; undefined for a network that Hearth does not know. */
  addressOf: (key: StoredPublicKey) => string | undefined
}

const CHEAPEST: KdfTarget = { memoryKiB: KDF_BOUNDS.memoryKiB.min, passes: KDF_BOUNDS.passes.min, lanes: 1 }
const left = (title: string): Step => ({
  kind: 'done',
  page: messagePage(title, ['You can close this page.'], 200),
  outcome: { kind: 'left' },
})
const weak = (nothing: string): Step => ({
  kind: 'again',
  notice: `${nothing}: this password is easy to guess. Use at least 10 characters; four words that have nothing to do with each other are easy to keep.`,
})

/** Writes one sealed file with every key. */
export function createBackupTicket(folder: string, ports: BackupPorts): Ticket {
  const { vault, target, save } = ports
  return {
    render: (nonce, notice) => backupPage(vault.keys().length, folder, nonce, notice),
    async post(form, context): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel') return left('No backup was written')
      if (action !== 'write') return unknownButton
      const own = form.get('passphrase') ?? ''
      const problem = problemOfTwice(own, form.get('again') ?? '', 'Nothing was written')
      if (problem) return problem
      const refused = await refusePassword(form, context, vault, 'Nothing was written')
      if (refused) return refused
      const passphrase = passwordBytes(own === '' ? (form.get('password') ?? '') : own)
      const file = await vault.backup(passphrase, target, context.nowMs).finally(() => passphrase.fill(0))
      const saved = await save(file, { kind: 'backup', folder, madeAtMs: context.nowMs })
      if (!saved.ok)
        return {
          kind: 'again',
          password: 'right',
          notice: `Nothing was written: ${saved.reason === 'disk-full' ? 'the disk is full' : 'that folder takes no file'}.`,
        }
      const keys = vault.keys()
      return {
        kind: 'done',
        password: 'right',
        page: keysPage('The backup is written', saved.path, keys),
        outcome: { kind: 'backup-made', path: saved.path, madeAtMs: context.nowMs, keys },
      }
    },
    close() {},
  }
}

/**
 * Restores a backup as a restore would: a whole vault file, written to a temporary place, read back from there and opened with the same password. Then every address is worked
 * out from its private key and compared with what the file says and with what this vault has.
 */
export function createDrillTicket(file: Uint8Array, path: string, ports: BackupPorts): Ticket {
  const { vault, save, addressOf } = ports
  return {
    render: (nonce, notice) => drillPage(path, nonce, notice),
    async post(form): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel') return left('No backup was tried')
      if (action !== 'drill') return unknownButton
      return withBackup(file, form, 'Nothing was tried', async (backup, password) => {
        try {
          const restored = await throughDisk(backup, password, save)
          const here = vault.keys()
          const problem = differenceOf(restored, here, addressOf)
          if (problem !== undefined) return failed(path, problem)
          const keys = here.filter((key) => restored.some((one) => isSame(one, key)))
          const missing = here.filter((key) => key.kind !== 'watch' && !keys.includes(key))
          return {
            kind: 'done',
            page: keysPage('The backup restores', 'Every key in it opened, and gave its address.', restored.map(publicKeyOf), missing),
            outcome: { kind: 'drill-passed', path, madeAtMs: backup.madeAtMs, keys, missing },
          }
        } catch (error) {
          return failed(path, error instanceof HearthError ? (error.detail['reason'] ?? error.code) : 'not-restored')
        }
      })
    },
    close() {},
  }
}

/** Restores into a new vault, or adds what an open one does not have. */
export function createRestoreTicket(file: Uint8Array, ports: BackupPorts): Ticket {
  const { vault, target } = ports
  const isNew = !vault.isOpen()
  const bring = async (backup: OpenedBackup, passphrase: Uint8Array, own: string): ReturnType<OpenVault['merge']> => {
    if (!isNew) return vault.merge(backup)
    const password = own === '' ? Uint8Array.from(passphrase) : passwordBytes(own)
    const leftOut = await vault.restore(backup, password, target).finally(() => password.fill(0))
    return { added: vault.keys(), leftOut }
  }
  return {
    render: (nonce, notice) => restorePage(isNew, nonce, notice),
    async post(form): Promise<Step> {
      const action = form.get('action')
      if (action === 'cancel') return left('Nothing was restored')
      if (action !== 'restore') return unknownButton
      const own = isNew ? (form.get('password') ?? '') : ''
      const problem = problemOfTwice(own, form.get('again') ?? '', 'Nothing was restored')
      if (problem) return problem
      return withBackup(file, form, 'Nothing was restored', async (backup, passphrase) => {
        try {
          const { added: keys, leftOut } = await bring(backup, passphrase, own)
          const nothing = leftOut.length === 0 ? 'Every key of the file was here already.' : 'No key of the file was added.'
          const lead = keys.length === 0 ? nothing : 'These keys are in the vault now.'
          return {
            kind: 'done',
            page: restoredPage(lead, keys, leftOut.map(shownLeftOut)),
            outcome: { kind: 'restored', keys, leftOut: leftOut.map(({ key }) => publicKeyOf(key)) },
          }
        } catch {
          return {
            kind: 'again',
            notice:
              'Nothing was restored: the vault file could not be written. Look at free space and rights of the data folder, then try again.',
          }
        }
      })
    },
    close() {},
  }
}

function shownLeftOut({ key, stays, wasHere }: LeftOutKey): ShownLeftOut {
  const title = (network: string): string => keyNetwork(network)?.title ?? network
  return { key: publicKeyOf(key), network: title(key.network), stays: { name: stays.name, network: title(stays.network), wasHere } }
}

/** A password typed twice; empty is none. @returns the step of what is wrong with it */
function problemOfTwice(one: string, again: string, nothing: string): Step | undefined {
  if (one === '' && again === '') return undefined
  if (one !== again) return { kind: 'again', notice: `${nothing}: the two passwords differ. Type the same twice.` }
  try {
    checkPasswordStrength(one)
    return undefined
  } catch {
    return weak(nothing)
  }
}

async function withBackup(
  file: Uint8Array,
  form: Form,
  nothing: string,
  use: (backup: OpenedBackup, passphrase: Uint8Array) => Promise<Step>,
): Promise<Step> {
  const typed = form.get('passphrase') ?? ''
  if (typed === '') return { kind: 'again', notice: `${nothing}: type what opens the file.` }
  const passphrase = passwordBytes(typed)
  let backup: OpenedBackup | undefined
  try {
    backup = await openBackup(file, passphrase)
    return await use(backup, passphrase)
  } catch (error) {
    if (error instanceof HearthError && error.code === 'wrong-password')
      return {
        kind: 'again',
        notice: `${nothing}: that does not open this file. A file made before you changed the password opens with the old one.`,
      }
    if (error instanceof HearthError && error.code === 'backup-damaged')
      return { kind: 'again', notice: `${nothing}: the file is damaged inside, though it is whole. Take another backup.` }
    throw error
  } finally {
    backup?.dataKey.fill(0)
    passphrase.fill(0)
  }
}

/** @returns the public list of the restored vault, whose every row was opened from the disk */
async function throughDisk(backup: OpenedBackup, password: Uint8Array, save: BackupPorts['save']): Promise<StoredPublicKey[]> {
  const { content } = backup
  // The cheapest derivation that is allowed: the file lives for a moment, and the drill is about the keys.
  const ways = await wrapDataKey(backup.dataKey, password, CHEAPEST)
  const rows = resealRows(content.rows, content.keys, backup.dataKey, backup.dataKey)
  const written = await save(serializeVault(sealBody(backup.dataKey, { ...withoutSeal(content), rows, ...ways, second: null })), {
    kind: 'drill',
  })
  if (!written.ok) throw new HearthError('backup-damaged', { reason: written.reason })
  const body = parseVault(written.bytes)
  const dataKey = await unwrapDataKey(body, password)
  try {
    verifyContent(dataKey, body)
  } finally {
    dataKey.fill(0)
  }
  return body.keys
}

function withoutSeal(content: OpenedBackup['content']): Omit<OpenedBackup['content'], 'seal'> {
  const { seal: _seal, ...rest } = content
  return rest
}

/** verifyContent showed that each private key gives its public key; here each public key must give its address, and this vault must not contradict. */
function differenceOf(restored: StoredPublicKey[], here: PublicKeyInfo[], addressOf: BackupPorts['addressOf']): string | undefined {
  for (const key of restored) {
    if (key.kind === 'watch') continue
    if (addressOf(key) !== key.address) return `address of ${key.name}`
    const mine = here.find((one) => one.id === key.id)
    if (mine && mine.pubKeyHex !== '' && mine.address !== key.address) return `another key under the same name, ${key.name}`
  }
  return undefined
}

const isSame = (one: StoredPublicKey, key: PublicKeyInfo): boolean =>
  one.kind !== 'watch' && one.network === key.network && one.address === key.address && one.pubKeyHex === key.pubKeyHex

function failed(path: string, reason: string): Step {
  return {
    kind: 'done',
    page: messagePage('This backup does not restore', [`What does not fit: ${reason}.`, 'Make another backup now, and try that one.'], 200),
    outcome: { kind: 'drill-failed', path, reason: reason.slice(0, 200) },
  }
}
