import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import { base64Schema, bytesSchema, fromBase64, kdfSchema, msSchema, toBase64, type Kdf } from './format-parts.ts'
import { DATA_KEY_BYTES, newKdf, sealBody, stretch } from './sealing.ts'
import { resealRows, verifyContent } from './vault-content.ts'
import {
  checkKdf,
  damaged,
  FORMAT_VERSION,
  parseContent,
  serializeContent,
  withHead,
  withoutHead,
  type KdfTarget,
  type VaultBody,
  type VaultContent,
} from './vault-format.ts'

/**
 * A backup of the vault: one line `hearth-backup <sha256>`, then one line of JSON. Open are the version, the day and the cost of the derivation; names, addresses and
 * keys are inside the sealed part. It holds a data key of its own, so that a backup never opens the vault, nor the vault's password a backup with another passphrase.
 */
const MAGIC = 'hearth-backup'
const BACKUP_VERSION = 1
/** Far more than two hundred keys need. */
export const MAX_BACKUP_BYTES = 1024 * 1024

const backupSchema = z.strictObject({
  version: z.literal(BACKUP_VERSION),
  madeAtMs: msSchema,
  kdf: kdfSchema,
  nonce: bytesSchema(24),
  sealed: base64Schema.max(MAX_BACKUP_BYTES),
})
type Backup = z.infer<typeof backupSchema>

/** What an opened backup holds; the caller zeroes the data key. */
export interface OpenedBackup {
  madeAtMs: number
  dataKey: Uint8Array
  content: VaultContent
}

/** Seals every key of an open vault into a backup under a passphrase. */
export async function makeBackup(
  vault: { dataKey: Uint8Array; body: VaultBody },
  passphrase: Uint8Array,
  target: KdfTarget,
  nowMs: number,
): Promise<Uint8Array> {
  const dataKey = new Uint8Array(DATA_KEY_BYTES)
  crypto.getRandomValues(dataKey)
  const { keys, createdAtMs } = vault.body
  const rows = resealRows(vault.body.rows, keys, vault.dataKey, dataKey)
  const content = serializeContent(sealBody(dataKey, { version: FORMAT_VERSION, createdAtMs, keys, rows }))
  const plain = new Uint8Array(DATA_KEY_BYTES + content.length)
  plain.set(dataKey)
  plain.set(content, DATA_KEY_BYTES)
  dataKey.fill(0)
  const kdf = newKdf(target)
  const wrapKey = await stretch(passphrase, kdf)
  const nonce = randomBytes(24)
  try {
    const sealed = xchacha20poly1305(wrapKey, nonce, context(kdf, nowMs)).encrypt(plain)
    return withHead(MAGIC, inOrder({ version: BACKUP_VERSION, madeAtMs: nowMs, kdf, nonce: toBase64(nonce), sealed: toBase64(sealed) }))
  } finally {
    plain.fill(0)
    wrapKey.fill(0)
  }
}

/** Reads the open part. Rejects `backup-damaged` with `detail.reason`. */
export function readBackup(file: Uint8Array): Backup {
  try {
    if (file.length > 2 * MAX_BACKUP_BYTES) throw damaged('not-a-vault')
    const json = withoutHead(MAGIC, file)
    if (typeof json === 'object' && json !== null && 'version' in json && typeof json.version === 'number' && json.version > BACKUP_VERSION)
      throw damaged('newer')
    const parsed = backupSchema.safeParse(json)
    if (!parsed.success || !Buffer.from(withHead(MAGIC, inOrder(parsed.data))).equals(Buffer.from(file))) throw damaged('shape')
    checkKdf(parsed.data.kdf)
    return parsed.data
  } catch (error) {
    throw asBackupDamaged(error)
  }
}

/** Opens a backup and checks every key in it against its address. Rejects `wrong-password` for another passphrase, `backup-damaged`. */
export async function openBackup(file: Uint8Array, passphrase: Uint8Array): Promise<OpenedBackup> {
  const backup = readBackup(file)
  const wrapKey = await stretch(passphrase, backup.kdf)
  let plain: Uint8Array
  try {
    plain = xchacha20poly1305(wrapKey, fromBase64(backup.nonce), context(backup.kdf, backup.madeAtMs)).decrypt(fromBase64(backup.sealed))
  } catch {
    throw new HearthError('wrong-password')
  } finally {
    wrapKey.fill(0)
  }
  const dataKey = plain.slice(0, DATA_KEY_BYTES)
  try {
    const content = parseContent(plain.subarray(DATA_KEY_BYTES))
    verifyContent(dataKey, content)
    return { madeAtMs: backup.madeAtMs, dataKey, content }
  } catch (error) {
    dataKey.fill(0)
    throw asBackupDamaged(error)
  } finally {
    plain.fill(0)
  }
}

function asBackupDamaged(error: unknown): unknown {
  return error instanceof HearthError && error.code === 'vault-damaged' ? new HearthError('backup-damaged', error.detail) : error
}

function inOrder(backup: Backup): Backup {
  const { algorithm, memoryKiB, passes, lanes, salt } = backup.kdf
  return {
    version: backup.version,
    madeAtMs: backup.madeAtMs,
    kdf: { algorithm, memoryKiB, passes, lanes, salt },
    nonce: backup.nonce,
    sealed: backup.sealed,
  }
}

function context(kdf: Kdf, madeAtMs: number): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(['hearth-backup', BACKUP_VERSION, madeAtMs, kdf.memoryKiB, kdf.passes, kdf.lanes, kdf.salt]),
  )
}
