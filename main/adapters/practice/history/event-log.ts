/** What a balance was after a block of ours. */
interface Noted {
  owner: bigint
  operator: bigint
  supply: bigint
}

/** Heights at which something of ours happened, in order, with what was held after each: four numbers a block. */
export interface EventLog {
  /** @param height above the last one */
  add(height: number, noted: Noted): void
  /** Index of the last entry at or under a height; -1 when there is none. */
  lastAt(height: number): number
  owner(index: number): bigint
  operator(index: number): bigint
  supply(index: number): bigint
  heights(from: number, to: number): number[]
}

/** @param most entries */
export function createEventLog(most: number): EventLog {
  const heights = new Uint32Array(most)
  const owner = new BigInt64Array(most)
  const operator = new BigInt64Array(most)
  const supply = new BigInt64Array(most)
  let count = 0
  /** How many entries lie under a height. */
  const under = (height: number): number => {
    let from = 0
    let to = count
    while (from < to) {
      const middle = (from + to) >> 1
      if ((heights[middle] ?? 0) < height) from = middle + 1
      else to = middle
    }
    return from
  }
  return {
    add(height, noted) {
      heights[count] = height
      owner[count] = noted.owner
      operator[count] = noted.operator
      supply[count] = noted.supply
      count += 1
    },
    lastAt: (height) => under(height + 1) - 1,
    owner: (index) => owner[index] ?? 0n,
    operator: (index) => operator[index] ?? 0n,
    supply: (index) => supply[index] ?? 0n,
    heights: (from, to) => (to < from ? [] : [...heights.subarray(under(from), under(to + 1))]),
  }
}
