import { secp256k1 } from '@noble/curves/secp256k1.js'
import { numberToBytesBE } from '@noble/curves/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { verifyOften } from '#main/core/relays/response-signature.ts'

const byLibrary = (signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean => {
  try {
    return secp256k1.verify(signature, message, key, { prehash: true, lowS: true })
  } catch {
    return false
  }
}
const secretOf = (seed: number): Uint8Array => sha256(Uint8Array.of(seed))
const keyOf = (seed: number): Uint8Array => secp256k1.getPublicKey(secretOf(seed), true)
const sign = (seed: number, message: Uint8Array): Uint8Array => secp256k1.sign(message, secretOf(seed), { prehash: true, lowS: true })
const flipped = (bytes: Uint8Array, place: number): Uint8Array =>
  bytes.map((byte, index) => (index === place % bytes.length ? byte ^ 1 : byte))

describe('verifyOften', () => {
  it('says what the library says, before and after a key has a table, of true and of changed signatures', () => {
    for (let round = 0; round < 60; round += 1) {
      // One key all the time, and others in between that push it about.
      const seed = round % 3 === 0 ? 2 + (round % 9) : 1
      const message = sha256(Uint8Array.of(round, 7))
      const signature = sign(seed, message)
      expect(verifyOften(signature, message, keyOf(seed)), `round ${round}`).toBe(true)
      for (const [wrong, what, key] of [
        [flipped(signature, round), message, keyOf(seed)],
        [signature, flipped(message, round), keyOf(seed)],
        [signature, message, keyOf(seed + 20)],
      ] as const) {
        expect(verifyOften(wrong, what, key)).toBe(byLibrary(wrong, what, key))
        expect(verifyOften(wrong, what, key)).toBe(false)
      }
    }
  })

  it('refuses a high S, zeros, numbers beyond the order, other lengths and keys that are none', () => {
    const message = sha256(Uint8Array.of(3))
    const signature = sign(1, message)
    const order = secp256k1.Point.Fn.ORDER
    const { r, s } = secp256k1.Signature.fromBytes(signature)
    const of = (left: bigint, right: bigint): Uint8Array => concatBytes(numberToBytesBE(left, 32), numberToBytesBE(right, 32))
    expect(verifyOften(of(r, s), message, keyOf(1))).toBe(true)
    for (const bad of [of(r, order - s), of(0n, s), of(r, 0n), of(order, s), of(r, order), of(r + 1n, s), signature.subarray(1)]) {
      expect(verifyOften(bad, message, keyOf(1))).toBe(false)
      expect(byLibrary(bad, message, keyOf(1))).toBe(false)
    }
    expect(verifyOften(signature, message, new Uint8Array(33))).toBe(false)
    expect(verifyOften(signature, message, keyOf(1).subarray(1))).toBe(false)
  })
})
