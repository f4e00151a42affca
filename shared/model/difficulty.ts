import { EASIEST_TARGET } from './claim-value.ts'

/** How the chain moves the relay mining difficulty of a service after a settlement (onchain facts 5.3). Pure and exact, to the last relay. */

/** Fractions with a power of two below: what a binary floating point number is. */
interface Binary {
  num: bigint
  exponent: number
}

/** The double nearest to one tenth, exactly: the chain's smoothing factor. */
const ALPHA: Binary = { num: 3602879701896397n, exponent: 55 }
const ONE_MINUS_ALPHA: Binary = { num: (1n << 55n) - ALPHA.num, exponent: 55 }
const MANTISSA_BITS = 64

const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length)

/** Rounds to 64 significant bits, half to even: the chain computes with such numbers, and a relay may hang on the last bit. */
function rounded({ num, exponent }: Binary): Binary {
  const excess = bitLength(num) - MANTISSA_BITS
  if (excess <= 0) return { num, exponent }
  const unit = 1n << BigInt(excess)
  const half = unit >> 1n
  const rest = num % unit
  const cut = num / unit
  const up = rest > half || (rest === half && cut % 2n === 1n)
  return { num: up ? cut + 1n : cut, exponent: exponent - excess }
}

function sum(a: Binary, b: Binary): Binary {
  const exponent = Math.max(a.exponent, b.exponent)
  const lift = (value: Binary): bigint => value.num << BigInt(exponent - value.exponent)
  return rounded({ num: lift(a) + lift(b), exponent })
}

function floor({ num, exponent }: Binary): bigint {
  return exponent >= 0 ? num >> BigInt(exponent) : num << BigInt(-exponent)
}

/** The moving average of relays after a settlement of `relays`: a tenth of the new, nine tenths of the old, cut. */
export function nextRelaysAverage(average: bigint, relays: bigint): bigint {
  const fresh = rounded({ num: ALPHA.num * relays, exponent: ALPHA.exponent })
  const kept = rounded({ num: ONE_MINUS_ALPHA.num * average, exponent: ONE_MINUS_ALPHA.exponent })
  return floor(sum(fresh, kept))
}

/** The target hash that lets about `targetNumRelays` of `average` relays through; never easier than the easiest. */
export function targetHashFor(targetNumRelays: bigint, average: bigint): bigint {
  if (average <= targetNumRelays || average <= 0n) return EASIEST_TARGET
  return (EASIEST_TARGET * targetNumRelays) / average
}

/** 64 hex digits, as events and parameters print it. */
export function targetHashHex(target: bigint): string {
  return target.toString(16).padStart(64, '0')
}
