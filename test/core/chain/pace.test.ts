import { describe, expect, it } from 'vitest'
import { measurePace } from '#main/core/chain/pace.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import { createFakeChain } from '#test/fakes/chain.ts'

/** @param timeOf time of a block, ms */
function chainWith(timeOf: (height: number) => number): { chain: Chain; asked: number[] } {
  const asked: number[] = []
  const chain = createFakeChain(() => 'H')
  chain.blockTimeMs = (height) => {
    asked.push(height)
    return Promise.resolve(timeOf(height))
  }
  return { chain, asked }
}

describe('the pace of a chain', () => {
  it('is measured from its blocks', async () => {
    expect(await measurePace(chainWith((height) => height * 500).chain, 100)).toBe(500)
    expect(await measurePace(chainWith((height) => height * 60_700).chain, 100)).toBe(60_700)
  })

  it('is not that of a night in which its machine was off', async () => {
    const nightAt = (gap: number) => chainWith((height) => height * 1_000 + (height >= gap ? 8 * 3_600_000 : 0)).chain
    for (let gap = 70; gap <= 101; gap += 1) expect(await measurePace(nightAt(gap), 100)).toBe(1_000)
  })

  it('does not count from the genesis, whose time is older than the chain', async () => {
    for (const height of [1, 2, 3, 4]) expect(await measurePace(chainWith((at) => at * 500).chain, height)).toBeUndefined()
    const { chain, asked } = chainWith((height) => (height === 1 ? -1e9 : height * 500))
    for (const height of [5, 6, 12, 24]) expect(await measurePace(chain, height)).toBe(500)
    expect(Math.min(...asked)).toBeGreaterThan(1)
  })

  it('is unknown where the chain cannot tell', async () => {
    const { chain } = chainWith(() => 7)
    expect(await measurePace(chain, 100)).toBeUndefined()
    chain.blockTimeMs = () => Promise.reject(new Error('gone'))
    expect(await measurePace(chain, 100)).toBeUndefined()
    expect(
      await measurePace(
        createFakeChain(() => 'H'),
        100,
      ),
    ).toBeUndefined()
  })
})
