import type { Chain } from '../ports/chain.ts'

/** Blocks of each of the two stretches that are compared. */
const STRETCH = 10
/** Block 1 carries the time of the genesis, which may be much older than the chain. */
const FIRST_MADE = 2

/**
 * How fast the chain makes its blocks, measured from what it has: needed where its head was not watched long enough to know.
 * Of two stretches the faster one counts: a chain that stood still in one of them (its machine was off, an upgrade) is not slow.
 * @returns ms per block; undefined where the chain is too young or cannot tell
 */
export async function measurePace(chain: Chain, height: number): Promise<number | undefined> {
  // The newest block may be missing where endpoints are a block apart.
  const newest = height - 1
  const stretch = Math.min(STRETCH, Math.floor((newest - FIRST_MADE) / 2))
  if (stretch < 1 || chain.blockTimeMs === undefined) return undefined
  const heights = [newest, newest - stretch, newest - 2 * stretch]
  const timeOf = async (at: number): Promise<number | undefined> => chain.blockTimeMs?.(at)
  const times = await Promise.all(heights.map(timeOf)).catch(() => undefined)
  const [last, middle, first] = times ?? []
  if (last === undefined || middle === undefined || first === undefined) return undefined
  const paces = [last - middle, middle - first].map((ms) => ms / stretch).filter((ms) => ms > 0)
  return paces.length === 0 ? undefined : Math.min(...paces)
}
