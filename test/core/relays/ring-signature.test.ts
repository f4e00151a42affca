import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import {
  challenge,
  hashToCurve,
  leftAlign,
  parseRingSignature,
  RING_OF_TWO_BYTES,
  signRing,
  verifyRing,
} from '#main/core/relays/ring-signature.ts'
import { independentHashToCurve, isShort, walkRing } from './independent-ring.ts'

const newKey = () => {
  const secret = secp256k1.utils.randomSecretKey()
  return { secret, key: secp256k1.getPublicKey(secret, true) }
}
const messageOf = (number: number): Uint8Array => sha256(new TextEncoder().encode(`message ${number}`))
/** Public key of the local network's first application, as published. */
const APP1_KEY = '0397896e9b106df70124a856861cc9be52fac9980e2c7a118a36c19d0198692cc5'

describe('signRing', () => {
  it('makes 2,000 signatures of the form an application sends; each closes, and the short challenges among them stand at the left', () => {
    const { secret, key } = newKey()
    const ring = [key, key]
    let short = 0
    // 1 in 256 has a short c0; the rare batch of 2,000 without one goes on until it has.
    for (let number = 0; number < 2000 || short === 0; number += 1) {
      const message = messageOf(number)
      const wire = signRing(message, secret, ring)
      if (wire.length !== 199) throw new Error(`${wire.length} bytes`)
      if (!verifyRing(message, wire, ring)) throw new Error(`signature ${number} does not verify: ${bytesToHex(wire)}`)
      // Candidates for a short c0 end in a zero; they and every 20th are read by the second implementation too.
      if (wire[35] !== 0 && number % 20 !== 0) continue
      const walk = walkRing(message, wire)
      expect(walk.closes).toBe(true)
      const last = walk.reduced.at(-1) ?? 0n
      if (!isShort(last)) continue
      short += 1
      const hex = last.toString(16)
      const shortest = hex.length % 2 === 0 ? hex : `0${hex}`
      expect(bytesToHex(wire.subarray(4, 36))).toBe(shortest.padEnd(64, '0'))
    }
    expect(short).toBeGreaterThan(0)
  }, 60_000)

  it('keeps to the alignment of the reference when a challenge is short', () => {
    const { secret, key } = newKey()
    let found = 0
    for (let number = 0; number < 5000 && found < 3; number += 1) {
      const message = messageOf(number)
      const wire = signRing(message, secret, [key])
      // A ring of one has one challenge, c0; only candidates are looked at closely.
      if (wire[35] !== 0) continue
      const walk = walkRing(message, wire)
      expect(walk.closes).toBe(true)
      const plain = walk.reduced[0] ?? 0n
      if (!isShort(plain)) continue
      found += 1
      expect(parseRingSignature(wire)?.c0).toBe(leftAlign(plain))
      expect(leftAlign(plain)).not.toBe(plain)
      expect(verifyRing(message, wire)).toBe(true)
      // The same signature with the challenge written as the plain number, which is what a careless signer sends.
      const plainWire = wire.slice()
      plainWire.set(hexToBytes(plain.toString(16).padStart(64, '0')), 4)
      expect(verifyRing(message, plainWire)).toBe(false)
      expect(walkRing(message, plainWire).closes).toBe(false)
    }
    expect(found).toBe(3)
  }, 60_000)

  it('signs for every place of rings of every size, as a second reading of the equations confirms', () => {
    const all = Array.from({ length: 4 }, newKey)
    for (const size of [1, 2, 4]) {
      const keys = all.slice(0, size)
      const ring = keys.map(({ key }) => key)
      for (const { secret } of keys) {
        const message = messageOf(size)
        const wire = signRing(message, secret, ring)
        expect(wire).toHaveLength(69 + 65 * size)
        expect(walkRing(message, wire).closes).toBe(true)
        expect(verifyRing(message, wire, ring)).toBe(true)
      }
    }
  }, 30_000)

  it('gives other bytes each time and the same key image for the same key', () => {
    const { secret, key } = newKey()
    const first = signRing(messageOf(1), secret, [key, key])
    const second = signRing(messageOf(1), secret, [key, key])
    expect(bytesToHex(first)).not.toBe(bytesToHex(second))
    expect(first.subarray(36, 69)).toEqual(second.subarray(36, 69))
    const image = hashToCurve(key).multiply(BigInt(`0x${bytesToHex(secret)}`))
    expect(bytesToHex(first.subarray(36, 69))).toBe(image.toHex(true))
  })

  it('writes ring size, challenge, image and members in wire order', () => {
    const { secret, key } = newKey()
    const other = newKey().key
    const wire = signRing(messageOf(1), secret, [other, key])
    expect([...wire.subarray(0, 4)]).toEqual([0, 0, 0, 2])
    expect(wire.subarray(69 + 32, 69 + 65)).toEqual(other)
    expect(wire.subarray(134 + 32, 199)).toEqual(key)
    expect(RING_OF_TWO_BYTES).toBe(199)
  })

  it('refuses what cannot be signed', () => {
    const { secret, key } = newKey()
    expect(() => signRing(messageOf(1).subarray(1), secret, [key])).toThrow('32 bytes')
    expect(() => signRing(messageOf(1), secret, [newKey().key])).toThrow('not in the ring')
    expect(() => signRing(messageOf(1), secret, [])).toThrow('1 to 64')
    expect(() => signRing(messageOf(1), new Uint8Array(32), [key])).toThrow('not a private key')
    expect(() => signRing(messageOf(1), secret, [key, key.subarray(1)])).toThrow('33 bytes')
    expect(() => signRing(messageOf(1), secret, [key, new Uint8Array(33).fill(2, 0, 1).fill(255, 1)])).toThrow()
  })

  it('keeps working when more keys pass through than it remembers', () => {
    const keys = Array.from({ length: 9 }, newKey)
    for (const { secret, key } of [...keys, ...keys.slice(0, 1)]) {
      const wire = signRing(messageOf(7), secret, [key])
      expect(verifyRing(messageOf(7), wire, [key])).toBe(true)
    }
  }, 30_000)
})

describe('verifyRing', () => {
  const { secret, key } = newKey()
  const message = messageOf(3)
  const wire = signRing(message, secret, [key, key])

  it('notices a change of any byte', () => {
    for (let index = 0; index < wire.length; index += 1) {
      const changed = wire.slice()
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(verifyRing(message, changed), `byte ${index}`).toBe(false)
    }
  }, 30_000)

  it('notices another message, a foreign ring, cut bytes and bytes too many', () => {
    expect(verifyRing(message, wire)).toBe(true)
    expect(verifyRing(messageOf(4), wire)).toBe(false)
    expect(verifyRing(message, wire, [newKey().key])).toBe(false)
    expect(verifyRing(message, wire, [newKey().key, key])).toBe(true)
    expect(verifyRing(message, wire.subarray(0, 198))).toBe(false)
    expect(verifyRing(message, Uint8Array.of(...wire, 0))).toBe(false)
    expect(verifyRing(message, new Uint8Array(0))).toBe(false)
    expect(verifyRing(message, new Uint8Array(199).fill(255))).toBe(false)
    expect(verifyRing(message.subarray(1), wire)).toBe(false)
  })
})

describe('the parts', () => {
  it('hashes keys to the points that a second implementation finds', () => {
    for (const key of [hexToBytes(APP1_KEY), ...Array.from({ length: 20 }, () => newKey().key)]) {
      expect(hashToCurve(key).toHex(true)).toBe(independentHashToCurve(key).toHex(true))
      expect(hashToCurve(key).toHex(true).startsWith('02')).toBe(true)
    }
  })

  it('moves short numbers to the left end and leaves full ones alone', () => {
    const order = secp256k1.Point.Fn.ORDER
    expect(leftAlign(0n)).toBe(0n)
    expect(leftAlign(1n)).toBe((1n << 248n) % order)
    expect(leftAlign((1n << 248n) - 1n)).toBe((((1n << 248n) - 1n) << 8n) % order)
    expect(leftAlign(1n << 248n)).toBe(1n << 248n)
    expect(leftAlign(0x0fn << 240n)).toBe((0x0fn << 248n) % order)
    expect(leftAlign(0x0fffn << 232n)).toBe((0x0fffn << 240n) % order)
    expect(challenge(new Uint8Array(32), new Uint8Array(33), new Uint8Array(33))).toBeLessThan(order)
  })
})
