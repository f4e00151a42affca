import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'

/** Signatures with a private key. Apart from private-keys.ts, whose library of words is large and needed in the key process alone. */

/** Compressed public key, hex. */
export function pubKeyHexOf(privateKey: Uint8Array): string {
  return Buffer.from(secp256k1.getPublicKey(privateKey, true)).toString('hex')
}

/** Signs SHA-256(bytes): RFC 6979, low S. @returns 64 bytes R||S, checked against the public key before it leaves. */
export function signBytes(privateKey: Uint8Array, bytes: Uint8Array): Uint8Array {
  const digest = sha256(bytes)
  const signature = secp256k1.sign(digest, privateKey, { prehash: false, lowS: true })
  if (!secp256k1.verify(signature, digest, secp256k1.getPublicKey(privateKey, true), { prehash: false, lowS: true }))
    throw new Error('a fresh signature does not verify')
  return signature
}
