/**
 * A second reading of the ring equations (offchain facts 4.4), kept apart from the product's: its own hash to curve, its own parsing, plain multiplication without
 * tables. It follows the reference program's steps, alignment flaw included.
 */
import { createHash } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'

const Point = secp256k1.Point
const ORDER = Point.Fn.ORDER
const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
const sha3 = (bits: 256 | 512, ...parts: Uint8Array[]): Buffer => {
  const hash = createHash(`sha3-${bits}`)
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export function independentHashToCurve(key: Uint8Array) {
  let digest = sha3(256, key)
  for (let tries = 0; tries < 128; tries += 1) {
    try {
      return Point.fromHex(`02${digest.toString('hex')}`)
    } catch {
      digest = sha3(256, digest)
    }
  }
  throw new Error('no point')
}

/** `reduced`: each challenge as the plain number modulo the order, before the reference program misplaces its bytes. */
export interface Walk {
  closes: boolean
  reduced: bigint[]
}

const times = (point: InstanceType<typeof Point>, scalar: bigint) => (scalar === 0n ? Point.ZERO : point.multiplyUnsafe(scalar))

/** Goes once around the ring of a signature in wire form. Throws when the bytes are no signature. */
export function walkRing(message32: Uint8Array, wire: Uint8Array): Walk {
  const view = Buffer.from(wire)
  const size = view.readUInt32BE(0)
  if (view.length !== 69 + 65 * size) throw new Error('length')
  const c0 = number(view.subarray(4, 36))
  const image = Point.fromBytes(Uint8Array.from(view.subarray(36, 69)))
  const reduced: bigint[] = []
  let c = c0
  for (let member = 0; member < size; member += 1) {
    const at = 69 + 65 * member
    const s = number(view.subarray(at, at + 32))
    const keyBytes = Uint8Array.from(view.subarray(at + 32, at + 65))
    const left = times(Point.BASE, s).add(times(Point.fromBytes(keyBytes), c))
    const right = times(independentHashToCurve(keyBytes), s).add(times(image, c))
    const plain = number(sha3(512, message32, left.toBytes(true), right.toBytes(true))) % ORDER
    reduced.push(plain)
    // `copy(array[:], number.Bytes())` of the reference: shortest bytes, from the left.
    const hex = plain.toString(16)
    const shortest = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
    const array = Buffer.alloc(32)
    shortest.copy(array)
    c = number(array) % ORDER
  }
  return { closes: c === c0, reduced }
}

/** Whether a challenge has fewer than 32 bytes: the case in which alignment matters. */
export const isShort = (reduced: bigint): boolean => reduced < 1n << 248n
