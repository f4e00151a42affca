/** A small seeded generator (mulberry32): the same seed gives the same messages, so that a failure can be had again. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number
  /** Whole, from 0 up to, not including, `below`. */
  below(below: number): number
  pick<T>(from: readonly T[]): T
  chance(of: number): boolean
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new Error('nothing to pick from')
      return from[below(from.length)] as T
    },
    chance: (of) => next() < of,
  }
}
