/** Numbers that depend on nothing but a seed and where they stand: any part of a past can be made again without the rest. */
export interface Seeded {
  /** From 0 up to, not including, 1. @param place up to three whole numbers that name what it is for */
  at(a: number, b: number, c: number): number
}

/** Mixes 32 bits so that each of them changes about half of the others (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

export function seeded(seed: string): Seeded {
  let start = 0x811c9dc5
  for (const char of seed) start = Math.imul(start ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return {
    at: (a, b, c) => (mix(mix(mix(start ^ a) + Math.imul(b, 0x9e3779b1)) + Math.imul(c, 0x7feb352d)) >>> 0) / 2 ** 32,
  }
}

/** A number around 0 with a spread of 1, near enough to a bell: twelve dice cost too much for what it is. */
export function bell(random: Seeded, a: number, b: number, c: number): number {
  return (random.at(a, b, c) + random.at(a, b, c + 1) + random.at(a, b, c + 2) - 1.5) * 2
}
