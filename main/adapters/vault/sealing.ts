import { randomBytes, timingSafeEqual } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { argon2id } from 'hash-wasm'
import { HearthError } from '#shared/api/errors.ts'
import { fromBase64, toBase64, type Kdf } from './format-parts.ts'
import {
  bytesToSeal,
  damaged,
  FORMAT_VERSION,
  publicKeyInOrder,
  type KdfTarget,
  type SealedRow,
  type StoredPublicKey,
  type StoredSecondWrap,
  type UnsealedBody,
  type UnsealedContent,
  type VaultBody,
} from './vault-format.ts'

/** Everything that is done with the data key and with the password. Runs in the key process alone. */

export const DATA_KEY_BYTES = 32
const PRIVATE_KEY_BYTES = 32

/** Passwords are compared as people see them: the same letters typed on another keyboard are the same password. */
export function passwordBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text.normalize('NFKC'))
}

/** A fresh salt with the cost asked for. */
export function newKdf(target: KdfTarget): Kdf {
  return {
    algorithm: 'argon2id',
    memoryKiB: target.memoryKiB,
    passes: target.passes,
    lanes: target.lanes,
    salt: toBase64(randomBytes(16)),
  }
}

/** Wraps the data key under a password, with a new salt and nonce. */
export async function wrapDataKey(dataKey: Uint8Array, password: Uint8Array, target: KdfTarget): Promise<Pick<VaultBody, 'kdf' | 'wrap'>> {
  const kdf = newKdf(target)
  const nonce = randomBytes(24)
  const wrapKey = await stretch(password, kdf)
  try {
    const sealed = xchacha20poly1305(wrapKey, nonce, wrapContext(kdf, FORMAT_VERSION)).encrypt(dataKey)
    return { kdf, wrap: { nonce: toBase64(nonce), sealed: toBase64(sealed) } }
  } finally {
    wrapKey.fill(0)
  }
}

/** Opens the wrap. Rejects `wrong-password` when its tag does not fit; a damaged file never gets this far (see readVault). */
export async function unwrapDataKey(
  body: Pick<VaultBody, 'kdf' | 'wrap'> & { version: number },
  password: Uint8Array,
): Promise<Uint8Array> {
  const wrapKey = await stretch(password, body.kdf)
  try {
    return xchacha20poly1305(wrapKey, fromBase64(body.wrap.nonce), wrapContext(body.kdf, body.version)).decrypt(
      fromBase64(body.wrap.sealed),
    )
  } catch {
    throw new HearthError('wrong-password')
  } finally {
    wrapKey.fill(0)
  }
}

/** Whether a password opens this vault, without keeping anything. */
export async function passwordOpens(body: VaultBody, password: Uint8Array, dataKey: Uint8Array): Promise<boolean> {
  try {
    const opened = await unwrapDataKey(body, password)
    const same = timingSafeEqual(opened, dataKey)
    opened.fill(0)
    return same
  } catch {
    return false
  }
}

/** Wraps the data key under a random secret that is kept elsewhere: the second way in, never the only one. @param secret 32 bytes */
export function wrapSecond(dataKey: Uint8Array, secret: Uint8Array, kind: StoredSecondWrap['kind']): StoredSecondWrap {
  const nonce = randomBytes(24)
  const sealed = xchacha20poly1305(secret, nonce, secondContext(kind)).encrypt(dataKey)
  return { kind, nonce: toBase64(nonce), sealed: toBase64(sealed) }
}

/** Opens the second wrap. @returns undefined when the secret is not the one of this vault */
export function unwrapSecond(second: StoredSecondWrap, secret: Uint8Array): Uint8Array | undefined {
  try {
    return xchacha20poly1305(secret, fromBase64(second.nonce), secondContext(second.kind)).decrypt(fromBase64(second.sealed))
  } catch {
    return undefined
  }
}

/** What one row of a key holds. The caller zeroes both. */
export interface OpenedRow {
  /** Private key, or the seed of a Morse key. */
  privateKey: Uint8Array
  /** What the words stand for; undefined when the key came without words. */
  entropy: Uint8Array | undefined
  publicText: string
}

/** Seals one private key, and the words when there are some, together with its public half. */
export function sealKey(
  dataKey: Uint8Array,
  secret: { privateKey: Uint8Array; entropy: Uint8Array | undefined },
  key: StoredPublicKey,
): SealedRow {
  const text = new TextEncoder().encode(JSON.stringify(publicKeyInOrder(key)))
  const entropy = secret.entropy ?? new Uint8Array(0)
  const plain = new Uint8Array(PRIVATE_KEY_BYTES + 1 + entropy.length + text.length)
  plain.set(secret.privateKey, 0)
  plain[PRIVATE_KEY_BYTES] = entropy.length
  plain.set(entropy, PRIVATE_KEY_BYTES + 1)
  plain.set(text, PRIVATE_KEY_BYTES + 1 + entropy.length)
  return sealRow(dataKey, 'key', key.id, plain)
}

/** Opens one row of a key. Rejects `vault-damaged` when the row is not the one sealed under this id and kind. */
export function openRow(dataKey: Uint8Array, row: SealedRow): OpenedRow {
  const plain = openSealed(dataKey, row, FORMAT_VERSION)
  try {
    const length = plain[PRIVATE_KEY_BYTES] ?? 0
    const textAt = PRIVATE_KEY_BYTES + 1 + length
    if (row.kind !== 'key' || length > 32 || plain.length <= textAt) throw damaged('row')
    return {
      privateKey: plain.slice(0, PRIVATE_KEY_BYTES),
      entropy: length === 0 ? undefined : plain.slice(PRIVATE_KEY_BYTES + 1, textAt),
      publicText: new TextDecoder().decode(plain.subarray(textAt)),
    }
  } finally {
    plain.fill(0)
  }
}

/** Seals the bytes of one row; zeroes them. */
export function sealRow(dataKey: Uint8Array, kind: SealedRow['kind'], id: string, plain: Uint8Array): SealedRow {
  const nonce = randomBytes(24)
  const rowKey = subKey(dataKey, 'rows', FORMAT_VERSION)
  try {
    const sealed = xchacha20poly1305(rowKey, nonce, rowContext(kind, id, FORMAT_VERSION)).encrypt(plain)
    return { id, kind, nonce: toBase64(nonce), sealed: toBase64(sealed) }
  } finally {
    plain.fill(0)
    rowKey.fill(0)
  }
}

/** The bytes of one row; the caller zeroes them. Rejects `vault-damaged` ('row'). */
export function openSealed(dataKey: Uint8Array, row: SealedRow, version: number): Uint8Array {
  const rowKey = subKey(dataKey, 'rows', version)
  try {
    // SECURITY: S18 id, kind and format version are bound into the seal, so rows cannot be swapped or replayed under another name.
    return xchacha20poly1305(rowKey, fromBase64(row.nonce), rowContext(row.kind, row.id, version)).decrypt(fromBase64(row.sealed))
  } catch {
    throw damaged('row')
  } finally {
    rowKey.fill(0)
  }
}

/** Adds the seal over everything else in the file, or over the content of a backup. */
export function sealBody<B extends UnsealedBody | UnsealedContent>(dataKey: Uint8Array, body: B): B & { seal: string } {
  return { ...body, seal: sealOf(dataKey, bytesToSeal(body), FORMAT_VERSION) }
}

/** HMAC under a key of its own. @returns base64 */
export function sealOf(dataKey: Uint8Array, bytes: Uint8Array, version: number): string {
  const sealKeyBytes = subKey(dataKey, 'seal', version)
  try {
    return toBase64(hmac(sha256, sealKeyBytes, bytes))
  } finally {
    sealKeyBytes.fill(0)
  }
}

/** Whether two seals in base64 are the same, in a time that does not tell where they differ. */
export function sameSeal(a: string, b: string): boolean {
  const [one, other] = [fromBase64(a), fromBase64(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Argon2id with the cost that stands in the file. The caller zeroes the 32 bytes. */
export async function stretch(password: Uint8Array, kdf: Kdf): Promise<Uint8Array> {
  return argon2id({
    password,
    salt: fromBase64(kdf.salt),
    memorySize: kdf.memoryKiB,
    iterations: kdf.passes,
    parallelism: kdf.lanes,
    hashLength: 32,
    outputType: 'binary',
  })
}

function subKey(dataKey: Uint8Array, purpose: 'rows' | 'seal', version: number): Uint8Array {
  return hkdf(sha256, dataKey, undefined, new TextEncoder().encode(`hearth vault ${version} ${purpose}`), 32)
}

function rowContext(kind: string, id: string, version: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(['hearth-vault', version, 'row', kind, id]))
}

function wrapContext(kdf: Kdf, version: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(['hearth-vault', version, 'wrap', kdf.memoryKiB, kdf.passes, kdf.lanes, kdf.salt]))
}

function secondContext(kind: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(['hearth-vault', FORMAT_VERSION, 'second', kind]))
}
