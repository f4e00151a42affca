import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { bech32Decode, bech32Encode } from './bech32.ts'

const PREFIX = 'pokt'

/** Whether `text` is an account address: lower-case bech32, prefix `pokt`, 20 bytes (keys) or 32 bytes (addresses that modules derive). */
export function isAddress(text: string): boolean {
  const decoded = bech32Decode(text)
  return decoded?.prefix === PREFIX && (decoded.bytes.length === 20 || decoded.bytes.length === 32)
}

/** Whether `text` is a compressed secp256k1 key as 66 lower-case hex digits. */
export function isPubKeyHex(text: string): boolean {
  return /^0[23][0-9a-f]{64}$/.test(text)
}

/** Address of a compressed secp256k1 key (onchain facts 7). @throws when the text is no such key */
export function addressOf(pubKeyHex: string): string {
  if (!isPubKeyHex(pubKeyHex)) throw new Error('not a compressed secp256k1 key in lower-case hex')
  return bech32Encode(PREFIX, ripemd160(sha256(hexToBytes(pubKeyHex))))
}
