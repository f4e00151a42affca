import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToNumberBE } from '@noble/curves/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** ECDSA signatures of suppliers, many of one key in a row: a batch of test relays is answered by one operator. */
const Point = secp256k1.Point
const { Fn } = Point
const SIGNATURE_BYTES = 64
/** From the so-manieth signature of a key on its table is worth making: it takes as long as about twenty of them. */
const TABLE_FROM = 16
const TABLE_WINDOW = 8
const KNOWN_KEYS = 4

interface KnownKey {
  point: InstanceType<typeof Point>
  checked: number
}
/** Public keys only, the one used last at the end. */
const known = new Map<string, KnownKey>()

function keyOf(pubKey: Uint8Array): KnownKey {
  const id = bytesToHex(pubKey)
  const key = known.get(id) ?? { point: Point.fromBytes(pubKey), checked: 0 }
  known.delete(id)
  known.set(id, key)
  const oldest = known.keys().next()
  if (known.size > KNOWN_KEYS && !oldest.done) known.delete(oldest.value)
  key.checked += 1
  if (key.checked === TABLE_FROM) key.point.precompute(TABLE_WINDOW)
  return key
}

/**
 * Verifies an ECDSA signature on secp256k1 over SHA-256 of the message. It says what noble's own `verify` with `prehash` and `lowS` says, in less than half of the time once
 * a key has signed often.
 * @param signature 64 bytes R||S; a high S is refused @param pubKey 33 bytes @returns false as well for a key or signature that is none
 */
export function verifyOften(signature: Uint8Array, message: Uint8Array, pubKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  const r = bytesToNumberBE(signature.subarray(0, 32))
  const s = bytesToNumberBE(signature.subarray(32))
  if (!Fn.isValidNot0(r) || !Fn.isValidNot0(s) || s > Fn.ORDER >> 1n) return false
  try {
    const { point } = keyOf(pubKey)
    const inverse = Fn.inv(s)
    const u1 = Fn.mul(Fn.create(bytesToNumberBE(sha256(message))), inverse)
    const u2 = Fn.mul(r, inverse)
    const fromMessage = u1 === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(u1)
    const sum = fromMessage.add(point.multiplyUnsafe(u2))
    if (sum.equals(Point.ZERO)) return false
    return Fn.create(sum.toAffine().x) === r
  } catch {
    // No point of the curve.
    return false
  }
}
