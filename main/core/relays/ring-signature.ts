import { normalizeZ } from '@noble/curves/abstract/curve.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { sha3_256, sha3_512 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'

/**
 * bLSAG ring signatures on secp256k1, as relay miners check them. Source: offchain facts 4.4.
 *
 *   c[i+1] = SHA3-512(m | L | R) mod N      L = s*G + c*P      R = s*Hp(P) + c*I      I = x*Hp(x*G)
 *
 * c0 belongs to ring member 0; the signer closes the ring with s = u - c*x.
 */
const Point = secp256k1.Point
type RingPoint = InstanceType<typeof Point>
const { Fn } = Point

const KEY_BYTES = 33
const SCALAR_BYTES = 32
const HEADER_BYTES = 4 + SCALAR_BYTES + KEY_BYTES
const MEMBER_BYTES = SCALAR_BYTES + KEY_BYTES
/** More than any application has gateways; a longer ring is garbage or an attack on our time. */
const MAX_RING_SIZE = 64
/** Length of a signature over a ring of two: what an application without gateways sends. */
export const RING_OF_TWO_BYTES = HEADER_BYTES + 2 * MEMBER_BYTES

const HASH_TO_CURVE_TRIES = 128
/** Window of noble's tables: signing gets 3 to 4 times faster, for about a megabyte a point. */
const PRECOMPUTE_WINDOW = 8
/** Rings have few members and they hardly change. */
const CACHED_KEYS = 8

/** A ring member with its image base Hp(P), both with tables. Public values only. */
interface Member {
  key: RingPoint
  base: RingPoint
}
const members = new Map<string, Member>()
/** Key images by public key: I goes on the wire with every signature, so keeping it gives nothing away. */
const images = new Map<string, RingPoint>()

function remember<T>(cache: Map<string, T>, id: string, make: () => T): T {
  const known = cache.get(id)
  if (known !== undefined) {
    // Moved to the end, so that the first entry is the one unused for longest.
    cache.delete(id)
    cache.set(id, known)
    return known
  }
  const made = make()
  cache.set(id, made)
  const oldest = cache.keys().next()
  if (cache.size > CACHED_KEYS && !oldest.done) cache.delete(oldest.value)
  return made
}

/**
 * Hashes a public key to a point: SHA3-256 of the compressed key as x with even y, hashing the digest again until it is on the curve.
 * FIPS SHA3, not Keccak.
 * @param compressedKey 33 bytes
 */
export function hashToCurve(compressedKey: Uint8Array): RingPoint {
  let digest = sha3_256(compressedKey)
  for (let tries = 0; tries < HASH_TO_CURVE_TRIES; tries += 1) {
    try {
      return Point.fromBytes(concatBytes(Uint8Array.of(2), digest))
    } catch {
      digest = sha3_256(digest)
    }
  }
  throw new Error('no point found for this key')
}

/**
 * The challenge of one step as the miners read it.
 * The reduced number's shortest big-endian bytes are copied to the *start* of 32 bytes: one in 256 is short and so is shifted left. That is a flaw of the
 * reference verifier which every signer must repeat; the plain number gives about 0.8 % refused signatures. Scalars on the wire are aligned as usual.
 */
export function challenge(message32: Uint8Array, left: Uint8Array, right: Uint8Array): bigint {
  const reduced = Fn.create(bytesToNumberBE(sha3_512(concatBytes(message32, left, right))))
  return leftAlign(reduced)
}

/** Shifts a scalar of fewer than 32 bytes to the left end of 32, modulo the group order. */
export function leftAlign(scalar: bigint): bigint {
  const length = Math.ceil(scalar.toString(16).length / 2)
  return Fn.create(scalar << BigInt(8 * (SCALAR_BYTES - length)))
}

/** A member for signing: worth its tables, since the same ring signs many relays. */
function memberOf(key: Uint8Array): Member {
  if (key.length !== KEY_BYTES) throw new Error('a ring key must have 33 bytes')
  return remember(members, bytesToHex(key), () => ({
    key: Point.fromBytes(key).precompute(PRECOMPUTE_WINDOW),
    base: hashToCurve(key).precompute(PRECOMPUTE_WINDOW),
  }))
}

/** A member for checking: with tables when it is one of ours, and none made for keys that somebody else sent. */
function knownOrPlain(key: Uint8Array): Member {
  return members.get(bytesToHex(key)) ?? { key: Point.fromBytes(key), base: hashToCurve(key) }
}

const times = (point: RingPoint, scalar: bigint): RingPoint => (scalar === 0n ? Point.ZERO : point.multiplyUnsafe(scalar))
const isAllZero = (point: RingPoint): boolean => point.equals(Point.ZERO)

function encodeBoth(left: RingPoint, right: RingPoint): [Uint8Array, Uint8Array] {
  const [l, r] = normalizeZ(Point, [left, right])
  if (l === undefined || r === undefined) throw new Error('two points expected')
  return [l.toBytes(true), r.toBytes(true)]
}

/** The challenge after a member whose s and c are known. */
function nextChallenge(message32: Uint8Array, member: Member, image: RingPoint, s: bigint, c: bigint): bigint {
  const left = times(Point.BASE, s).add(times(member.key, c))
  const right = times(member.base, s).add(times(image, c))
  return challenge(message32, ...encodeBoth(left, right))
}

function randomScalar(): bigint {
  return bytesToNumberBE(secp256k1.utils.randomSecretKey())
}

/**
 * Signs for a ring. Every call gives other bytes.
 * @param message32 SHA-256 of the relay request with its signature left empty
 * @param privateKey 32 bytes; its public key must be in the ring
 * @param ringPubKeys compressed keys in wire order; an application without gateways is in there twice (offchain facts 4.4)
 * @returns wire bytes: ring size (4, big-endian), c0, key image, then s and key per member; 199 bytes for two members
 */
export function signRing(message32: Uint8Array, privateKey: Uint8Array, ringPubKeys: readonly Uint8Array[]): Uint8Array {
  if (message32.length !== 32) throw new Error('a ring signature is made over 32 bytes')
  const size = ringPubKeys.length
  if (size < 1 || size > MAX_RING_SIZE) throw new Error(`a ring must have 1 to ${MAX_RING_SIZE} members`)
  const secret = bytesToNumberBE(privateKey)
  if (!Fn.isValidNot0(secret)) throw new Error('not a private key')
  const ownKey = secp256k1.getPublicKey(privateKey, true)
  const ownKeyHex = bytesToHex(ownKey)
  const own = ringPubKeys.findIndex((key) => bytesToHex(key) === ownKeyHex)
  if (own < 0) throw new Error('the signing key is not in the ring')

  const ring = ringPubKeys.map(memberOf)
  const at = (index: number): Member => {
    const member = ring[index % size]
    if (!member) throw new Error('ring index')
    return member
  }
  // SECURITY: S18 the only multiplications that see the private key or the nonce are the constant-time ones (`multiply`).
  const image = remember(images, ownKeyHex, () => at(own).base.multiply(secret).precompute(PRECOMPUTE_WINDOW))
  const nonce = randomScalar()

  const s = Array.from<bigint>({ length: size })
  const c = Array.from<bigint>({ length: size })
  c[(own + 1) % size] = challenge(message32, ...encodeBoth(Point.BASE.multiply(nonce), at(own).base.multiply(nonce)))
  for (let step = 1; step < size; step += 1) {
    const index = (own + step) % size
    const here = randomScalar()
    s[index] = here
    c[(index + 1) % size] = nextChallenge(message32, at(index), image, here, c[index] ?? 0n)
  }
  s[own] = Fn.sub(nonce, Fn.mul(c[own] ?? 0n, secret))

  const parts = [sizeBytes(size), numberToBytesBE(c[0] ?? 0n, SCALAR_BYTES), image.toBytes(true)]
  ringPubKeys.forEach((key, index) => parts.push(numberToBytesBE(s[index] ?? 0n, SCALAR_BYTES), key))
  return concatBytes(...parts)
}

function sizeBytes(size: number): Uint8Array {
  return numberToBytesBE(size, 4)
}

export interface RingSignature {
  c0: bigint
  image: Uint8Array
  members: { s: bigint; key: Uint8Array }[]
}

/** Takes wire bytes apart. @returns undefined when they are no ring signature */
export function parseRingSignature(wire: Uint8Array): RingSignature | undefined {
  if (wire.length < HEADER_BYTES) return undefined
  const size = Number(bytesToNumberBE(wire.subarray(0, 4)))
  if (size < 1 || size > MAX_RING_SIZE || wire.length !== HEADER_BYTES + size * MEMBER_BYTES) return undefined
  const scalarAt = (offset: number): bigint => bytesToNumberBE(wire.subarray(offset, offset + SCALAR_BYTES))
  const found: RingSignature['members'] = []
  for (let offset = HEADER_BYTES; offset < wire.length; offset += MEMBER_BYTES) {
    found.push({ s: scalarAt(offset), key: wire.slice(offset + SCALAR_BYTES, offset + MEMBER_BYTES) })
  }
  return { c0: scalarAt(4), image: wire.slice(4 + SCALAR_BYTES, HEADER_BYTES), members: found }
}

/**
 * Checks a ring signature by walking the equations once around the ring.
 * @param allowedKeys when given, every ring key must be one of these (what a miner asks: the application and its gateways)
 */
export function verifyRing(message32: Uint8Array, wire: Uint8Array, allowedKeys?: readonly Uint8Array[]): boolean {
  const signature = parseRingSignature(wire)
  if (!signature || message32.length !== 32) return false
  const allowed = allowedKeys && new Set(allowedKeys.map((key) => bytesToHex(key)))
  try {
    const image = Point.fromBytes(signature.image)
    if (isAllZero(image)) return false
    let c = signature.c0
    for (const { s, key } of signature.members) {
      if (allowed && !allowed.has(bytesToHex(key))) return false
      if (!Fn.isValid(s) || !Fn.isValid(c)) return false
      c = nextChallenge(message32, knownOrPlain(key), image, s, c)
    }
    return c === signature.c0
  } catch {
    // A key or image that is no point of the curve.
    return false
  }
}
