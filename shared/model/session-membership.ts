import { sha3_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** Which suppliers a session has. Source: onchain facts 5.5. */

export interface SessionSeed {
  /** Hash of the block at the start height, hex. */
  startBlockHashHex: string
  startHeight: number
  applicationAddress: string
  serviceId: string
}

const DELIMITER = utf8ToBytes('.')

function joined(...parts: Uint8Array[]): Uint8Array {
  return concatBytes(...parts.flatMap((part, index) => (index === 0 ? [part] : [DELIMITER, part])))
}

function preimage(seed: SessionSeed): Uint8Array {
  const height = new Uint8Array(8)
  new DataView(height.buffer).setBigUint64(0, BigInt(seed.startHeight), true)
  return joined(hexToBytes(seed.startBlockHashHex.toLowerCase()), utf8ToBytes(seed.serviceId), utf8ToBytes(seed.applicationAddress), height)
}

/** Session id, lower-case hex. */
export function sessionIdOf(seed: SessionSeed): string {
  return bytesToHex(sha3_256(preimage(seed)))
}

/**
 * The operators of a session. All candidates in their order when there are fewer than `size`; otherwise the first `size` by the weight of each address, so that every
 * address has the same chance, whatever its stake.
 */
export function sessionOperators(seed: SessionSeed, candidates: readonly string[], size: number): string[] {
  if (candidates.length < size) return [...candidates]
  const base = preimage(seed)
  const weights = new Map<string, bigint>()
  for (const operator of candidates) {
    const hash = sha3_256(joined(base, utf8ToBytes(operator)))
    weights.set(operator, new DataView(hash.buffer, hash.byteOffset).getBigInt64(0, false))
  }
  const weightOf = (operator: string): bigint => weights.get(operator) ?? 0n
  return [...candidates]
    .sort((a, b) => {
      const [left, right] = [weightOf(a), weightOf(b)]
      if (left !== right) return left < right ? -1 : 1
      return a < b ? -1 : a > b ? 1 : 0
    })
    .slice(0, size)
}
