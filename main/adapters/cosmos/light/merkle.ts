import { createHash } from 'node:crypto'

/** CometBFT's Merkle tree (RFC 6962): leaves and inner nodes are hashed with different first bytes, so that neither can pass for the other. */

const LEAF = Uint8Array.of(0)
const INNER = Uint8Array.of(1)

/** SHA-256 of the parts one after the other, 32 bytes. */
export function sha256(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

const rootOfHashes = (hashes: Uint8Array[]): Uint8Array => {
  const [first] = hashes
  if (first === undefined) return sha256()
  if (hashes.length === 1) return first
  // The left part is the largest full tree that leaves something on the right.
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1))
  return sha256(INNER, rootOfHashes(hashes.slice(0, split)), rootOfHashes(hashes.slice(split)))
}

/** Root over the items in their order; the hash of nothing when there are none. */
export function merkleRoot(items: Uint8Array[]): Uint8Array {
  return rootOfHashes(items.map((item) => sha256(LEAF, item)))
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}
