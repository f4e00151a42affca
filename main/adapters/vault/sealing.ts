import { randomBytes, timingSafeEqual } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { argon2id } from 'hash-wasm'
import { HearthError } from '#shared/api/errors.ts'
import {
  bytesToSeal,
  damaged,
  FORMAT_VERSION,
  publicKeyInOrder,
  type Kdf,
  type KdfTarget,
  type SealedRow,
  type StoredPublicKey,
  type UnsealedBody,
  type VaultBody,
} from './vault-format.ts'

/** Everything that is done with the data key and with the password. Runs in the key process alone. */

export const DATA_KEY_BYTES = 32
const PRIVATE_KEY_BYTES = 32

/** Passwords are compared as people see them: the same letters typed on another keyboard are the same password. */
export function passwordBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text.normalize('NFKC'))
}

/** Wraps the data key under a password, with a new salt and nonce. */
export async function wrapDataKey(dataKey: Uint8Array, password: Uint8Array, target: KdfTarget): Promise<Pick<VaultBody, 'kdf' | 'wrap'>> {
  const kdf: Kdf = {
    algorithm: 'argon2id',
    memoryKiB: target.memoryKiB,
    passes: target.passes,
    lanes: target.lanes,
    salt: toBase64(randomBytes(16)),
  }
  const nonce = randomBytes(24)
  const wrapKey = await stretch(password, kdf)
  try {
    const sealed = xchacha20poly1305(wrapKey, nonce, wrapContext(kdf)).encrypt(dataKey)
    return { kdf, wrap: { nonce: toBase64(nonce), sealed: toBase64(sealed) } }
  } finally {
    wrapKey.fill(0)
  }
}

/** Opens the wrap. Rejects `wrong-password` when its tag does not fit; a damaged file never gets this far (see parseVault). */
export async function unwrapDataKey(body: VaultBody, password: Uint8Array): Promise<Uint8Array> {
  const wrapKey = await stretch(password, body.kdf)
  try {
    return xchacha20poly1305(wrapKey, fromBase64(body.wrap.nonce), wrapContext(body.kdf)).decrypt(fromBase64(body.wrap.sealed))
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

/** Seals one private key together with its public half. */
export function sealKey(dataKey: Uint8Array, privateKey: Uint8Array, key: StoredPublicKey): SealedRow {
  const text = new TextEncoder().encode(JSON.stringify(publicKeyInOrder(key)))
  const plain = new Uint8Array(PRIVATE_KEY_BYTES + text.length)
  plain.set(privateKey, 0)
  plain.set(text, PRIVATE_KEY_BYTES)
  const nonce = randomBytes(24)
  const rowKey = subKey(dataKey, 'rows')
  try {
    const sealed = xchacha20poly1305(rowKey, nonce, rowContext('key', key.id)).encrypt(plain)
    return { id: key.id, kind: 'key', nonce: toBase64(nonce), sealed: toBase64(sealed) }
  } finally {
    plain.fill(0)
    rowKey.fill(0)
  }
}

/** Opens one row. The caller zeroes `privateKey`. Rejects `vault-damaged` when the row is not the one sealed under this id and kind. */
export function openRow(dataKey: Uint8Array, row: SealedRow): { privateKey: Uint8Array; publicText: string } {
  const rowKey = subKey(dataKey, 'rows')
  try {
    // SECURITY: S18 id, kind and format version are bound into the seal, so rows cannot be swapped or replayed under another name.
    const plain = xchacha20poly1305(rowKey, fromBase64(row.nonce), rowContext(row.kind, row.id)).decrypt(fromBase64(row.sealed))
    const privateKey = plain.slice(0, PRIVATE_KEY_BYTES)
    const publicText = new TextDecoder().decode(plain.subarray(PRIVATE_KEY_BYTES))
    plain.fill(0)
    return { privateKey, publicText }
  } catch {
    throw damaged('row')
  } finally {
    rowKey.fill(0)
  }
}

/** Adds the seal over everything else in the file. */
export function sealBody(dataKey: Uint8Array, body: UnsealedBody): VaultBody {
  const sealKeyBytes = subKey(dataKey, 'seal')
  const seal = toBase64(hmac(sha256, sealKeyBytes, bytesToSeal(body)))
  sealKeyBytes.fill(0)
  return { ...body, seal }
}

/**
 * Checks an opened vault as a whole: the seal, then each public key against its sealed row and against its private key.
 * Rejects `vault-damaged` ('seal', 'row', 'public-list').
 */
export function verifyBody(dataKey: Uint8Array, body: VaultBody, publicKeyOf: (privateKey: Uint8Array) => string): void {
  const { seal, ...rest } = body
  if (!timingSafeEqual(fromBase64(sealBody(dataKey, rest).seal), fromBase64(seal))) throw damaged('seal')
  if (body.keys.length !== body.rows.length) throw damaged('public-list')
  for (const [index, key] of body.keys.entries()) {
    const row = body.rows[index]
    if (!row || row.id !== key.id) throw damaged('public-list')
    const opened = openRow(dataKey, row)
    const pubKeyHex = publicKeyOf(opened.privateKey)
    opened.privateKey.fill(0)
    if (opened.publicText !== JSON.stringify(publicKeyInOrder(key)) || pubKeyHex !== key.pubKeyHex) throw damaged('public-list')
  }
}

async function stretch(password: Uint8Array, kdf: Kdf): Promise<Uint8Array> {
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

function subKey(dataKey: Uint8Array, purpose: 'rows' | 'seal'): Uint8Array {
  return hkdf(sha256, dataKey, undefined, new TextEncoder().encode(`hearth vault ${FORMAT_VERSION} ${purpose}`), 32)
}

function rowContext(kind: string, id: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(['hearth-vault', FORMAT_VERSION, 'row', kind, id]))
}

function wrapContext(kdf: Kdf): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(['hearth-vault', FORMAT_VERSION, 'wrap', kdf.memoryKiB, kdf.passes, kdf.lanes, kdf.salt]))
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
