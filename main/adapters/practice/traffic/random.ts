import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** Chance that can be played again: the same seed and label give the same number. */

/** @returns 32 bits that depend on every character (FNV-1a with a final mix): fast enough for every supplier in every block */
export function mix32(label: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < label.length; at += 1) hash = Math.imul(hash ^ label.charCodeAt(at), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** @returns 0 up to, not including, 1 */
export const chance = (label: string): number => mix32(label) / 2 ** 32

/** A whole number near `expected` that is right on average: the fraction decides by chance. */
export const roundByChance = (expected: number, label: string): number => Math.floor(expected + chance(label))

/** A private key for somebody of the practised world. Worth nothing anywhere. @returns 32 bytes */
export const practiceKey = (seed: string, who: string): Uint8Array => sha256(utf8ToBytes(`hearth-practice/${seed}/${who}`))
