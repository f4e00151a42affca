/** What an address held at every height where it changed: two numbers that are exact up to 2^96 upokt, and a height, per change. */
export class BalanceLog {
  private readonly heights: number[]
  private readonly low: number[]
  private readonly high: number[]

  constructor(entries: { heights: number[]; low: number[]; high: number[] } = { heights: [], low: [], high: [] }) {
    this.heights = entries.heights
    this.low = entries.low
    this.high = entries.high
  }

  /** @param height not under the last one */
  add(height: number, upokt: bigint): void {
    const last = this.heights.length - 1
    const index = this.heights[last] === height ? last : last + 1
    this.heights[index] = height
    this.low[index] = Number(upokt & LOW_MASK)
    this.high[index] = Number(upokt >> LOW_BITS)
  }

  /** The balance after block `height`; nothing before the first change. */
  at(height: number): bigint {
    let from = 0
    let to = this.heights.length
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.heights[middle] ?? 0) <= height) from = middle + 1
      else to = middle
    }
    return this.value(from - 1)
  }

  latest(): bigint {
    return this.value(this.heights.length - 1)
  }

  saved(): { heights: number[]; low: number[]; high: number[] } {
    return { heights: this.heights, low: this.low, high: this.high }
  }

  private value(index: number): bigint {
    if (index < 0) return 0n
    return (BigInt(this.high[index] ?? 0) << LOW_BITS) | BigInt(this.low[index] ?? 0)
  }
}

const LOW_BITS = 48n
const LOW_MASK = (1n << LOW_BITS) - 1n
