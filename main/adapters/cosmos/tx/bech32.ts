/** Bech32 as BIP-173 defines it, for whole bytes. Only lower case is accepted: the chain prints nothing else. */

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const CHECKSUM_LENGTH = 6
const MAX_LENGTH = 90

function polymod(values: Iterable<number>): number {
  let check = 1
  for (const value of values) {
    const top = check >>> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of GENERATOR.entries()) if ((top >>> bit) & 1) check ^= generator
  }
  return check
}

function expandPrefix(prefix: string): number[] {
  const codes = Array.from(prefix, (char) => char.charCodeAt(0))
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)]
}

/** Regroups bits. Going back to bytes, left-over bits must be fewer than five and zero, so that one address has one spelling. */
function regroup(values: Iterable<number>, from: number, to: number, pad: boolean): number[] | undefined {
  const out: number[] = []
  let bits = 0
  let held = 0
  for (const value of values) {
    held = (held << from) | value
    bits += from
    while (bits >= to) {
      bits -= to
      out.push((held >>> bits) & ((1 << to) - 1))
      held &= (1 << bits) - 1
    }
  }
  if (pad) {
    if (bits > 0) out.push((held << (to - bits)) & ((1 << to) - 1))
  } else if (bits >= from || held !== 0) {
    return undefined
  }
  return out
}

/** @returns the address text of `bytes` under `prefix` */
export function bech32Encode(prefix: string, bytes: Uint8Array): string {
  const words = regroup(bytes, 8, 5, true) ?? []
  const check = polymod([...expandPrefix(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ 1
  const checksum = Array.from({ length: CHECKSUM_LENGTH }, (_, index) => (check >>> (5 * (CHECKSUM_LENGTH - 1 - index))) & 31)
  return `${prefix}1${[...words, ...checksum].map((word) => ALPHABET[word]).join('')}`
}

/** @returns prefix and bytes, or nothing when the text is not lower-case bech32 with a right checksum */
export function bech32Decode(text: string): { prefix: string; bytes: Uint8Array } | undefined {
  const separator = text.lastIndexOf('1')
  if (text.length > MAX_LENGTH || separator < 1 || text.length - separator - 1 < CHECKSUM_LENGTH) return undefined
  const prefix = text.slice(0, separator)
  if (!/^[\x21-\x40\x5b-\x7e]+$/.test(prefix)) return undefined
  const words = Array.from(text.slice(separator + 1), (char) => ALPHABET.indexOf(char))
  if (words.includes(-1) || polymod([...expandPrefix(prefix), ...words]) !== 1) return undefined
  const bytes = regroup(words.slice(0, -CHECKSUM_LENGTH), 5, 8, false)
  return bytes === undefined ? undefined : { prefix, bytes: Uint8Array.from(bytes) }
}
