import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { AddressPrefix } from '#shared/networks/index.ts'
import { bech32Decode, bech32Encode } from './bech32.ts'

/** What the addresses of a chain begin with: Practice has a word of its own, so that no play address is ever taken for a real one. */
export const ADDRESS_PREFIXES: readonly AddressPrefix[] = ['pokt', 'practice']

/** Whether `text` is an account address: lower-case bech32, the prefix asked for, 20 bytes (keys) or 32 bytes (addresses that modules derive). */
export function isAddress(text: string, prefixes: readonly AddressPrefix[] = ['pokt']): boolean {
  const decoded = bech32Decode(text)
  if (decoded === undefined || !prefixes.some((prefix) => prefix === decoded.prefix)) return false
  return decoded.bytes.length === 20 || decoded.bytes.length === 32
}

/** Whether `text` is a compressed secp256k1 key as 66 lower-case hex digits. */
export function isPubKeyHex(text: string): boolean {
  return /^0[23][0-9a-f]{64}$/.test(text)
}

/** Address of a compressed secp256k1 key (onchain facts 7). @throws when the text is no such key */
export function addressOf(pubKeyHex: string, prefix: AddressPrefix = 'pokt'): string {
  if (!isPubKeyHex(pubKeyHex)) throw new Error('not a compressed secp256k1 key in lower-case hex')
  return bech32Encode(prefix, ripemd160(sha256(hexToBytes(pubKeyHex))))
}
