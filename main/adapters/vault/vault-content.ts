import { pubKeyHexOf } from './signatures.ts'
import { morsePublicKey } from './morse-keyfile.ts'
import { openRow, openSealed, sameSeal, sealKey, sealOf, sealRow } from './sealing.ts'
import { bodyInOrder1, publicKeyInOrder1, type VaultBody1 } from './vault-format-1.ts'
import {
  bytesToSeal,
  damaged,
  FORMAT_VERSION,
  publicKeyInOrder,
  type SealedRow,
  type StoredPublicKey,
  type UnsealedContent,
  type VaultBody,
  type VaultContent,
} from './vault-format.ts'

/** Keys and rows as a whole: checked, sealed under another data key, taken over from the version before. */

/** Row that keeps the secret of the second wrap. */
export const SECOND_ROW = 'second'

/**
 * Checks an opened vault, or the content of a backup, as a whole: the seal, then each public key against its sealed row and against its private key.
 * Rejects `vault-damaged` ('seal', 'row', 'public-list').
 */
export function verifyContent(dataKey: Uint8Array, body: VaultBody | VaultContent): void {
  const { seal, ...rest } = body
  if (!sameSeal(sealOf(dataKey, bytesToSeal(rest), FORMAT_VERSION), seal)) throw damaged('seal')
  const rows = body.rows.filter((row) => row.kind === 'key')
  const held = body.keys.filter((key) => key.kind !== 'watch')
  if (held.length !== rows.length || body.rows.some((row) => row.kind === 'second' && row.id !== SECOND_ROW)) throw damaged('public-list')
  for (const [index, key] of held.entries()) {
    const row = rows[index]
    if (!row || row.id !== key.id) throw damaged('public-list')
    const { privateKey, entropy, publicText } = openRow(dataKey, row)
    const pubKeyHex = publicHexOf(key.kind, privateKey)
    privateKey.fill(0)
    entropy?.fill(0)
    if (publicText !== JSON.stringify(publicKeyInOrder(key)) || pubKeyHex !== key.pubKeyHex || key.hasWords !== (entropy !== undefined))
      throw damaged('public-list')
  }
}

/** Public key of a private key, or of the seed of a Morse key. */
export function publicHexOf(kind: StoredPublicKey['kind'], privateKey: Uint8Array): string {
  return kind === 'morse' ? Buffer.from(morsePublicKey(privateKey)).toString('hex') : pubKeyHexOf(privateKey)
}

/** Opens every key row and seals it under another data key; the row of the second wrap is left out. */
export function resealRows(rows: SealedRow[], keys: StoredPublicKey[], from: Uint8Array, to: Uint8Array): SealedRow[] {
  return rows
    .filter((row) => row.kind === 'key')
    .map((row) => {
      const key = keys.find((one) => one.id === row.id)
      if (!key) throw damaged('public-list')
      const opened = openRow(from, row)
      try {
        return sealKey(to, opened, key)
      } finally {
        opened.privateKey.fill(0)
        opened.entropy?.fill(0)
      }
    })
}

/** The secret of the second wrap; the caller zeroes it. */
export function secondSecretOf(dataKey: Uint8Array, body: VaultBody): Uint8Array | undefined {
  const row = body.rows.find((one) => one.kind === 'second')
  return row && openSealed(dataKey, row, FORMAT_VERSION)
}

/** Row for the secret of the second wrap. */
export function secondRow(dataKey: Uint8Array, secret: Uint8Array): SealedRow {
  return sealRow(dataKey, 'second', SECOND_ROW, Uint8Array.from(secret))
}

/**
 * Takes over a file of version 1, checked as strictly as it was then. The words of its keys were not kept, so none can be shown again.
 * Rejects `vault-damaged` ('seal', 'row', 'public-list').
 */
export function contentOfVersion1(dataKey: Uint8Array, body: VaultBody1): UnsealedContent {
  if (!sameSeal(sealOf(dataKey, Buffer.from(JSON.stringify(bodyInOrder1(body))), 1), body.seal)) throw damaged('seal')
  if (body.keys.length !== body.rows.length) throw damaged('public-list')
  const keys: StoredPublicKey[] = body.keys.map((key) => ({ ...key, kind: 'key', origin: 'before', hdPath: null, hasWords: false }))
  const rows = body.rows.map((row, index) => {
    const before = body.keys[index]
    const key = keys[index]
    if (!before || !key || before.id !== row.id) throw damaged('public-list')
    const plain = openSealed(dataKey, row, 1)
    const privateKey = plain.slice(0, 32)
    try {
      const text = new TextDecoder().decode(plain.subarray(32))
      if (text !== JSON.stringify(publicKeyInOrder1(before)) || pubKeyHexOf(privateKey) !== before.pubKeyHex) throw damaged('public-list')
      return sealKey(dataKey, { privateKey, entropy: undefined }, key)
    } finally {
      plain.fill(0)
      privateKey.fill(0)
    }
  })
  return { version: FORMAT_VERSION, createdAtMs: body.createdAtMs, keys, rows }
}
