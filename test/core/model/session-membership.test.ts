import { describe, expect, it } from 'vitest'
import { sessionIdOf, sessionOperators } from '#shared/model/session-membership.ts'

const seed = {
  startBlockHashHex: 'B7C68270F2407F79466131DB638E59919E44B8233D2A50703D46519B9E668CDF',
  startHeight: 81,
  applicationAddress: 'pokt1s20mrrgmpkdwg5e8n9grq2c248khdkl2nknqh4',
  serviceId: 'anvil',
}

// That ids are those of a real chain is shown where whole chains are replayed (test/localnet/practice-truth.ts).
describe('sessionIdOf', () => {
  it('depends on block, height, application and service, and not on how the hash is written', () => {
    const id = sessionIdOf(seed)
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(sessionIdOf({ ...seed, startBlockHashHex: seed.startBlockHashHex.toLowerCase() })).toBe(id)
    const others = [{ startHeight: 91 }, { serviceId: 'eth' }, { applicationAddress: 'pokt1other' }, { startBlockHashHex: 'AA' }]
    for (const other of others) expect(sessionIdOf({ ...seed, ...other })).not.toBe(id)
  })
})

describe('sessionOperators', () => {
  const candidates = Array.from({ length: 40 }, (_, index) => `pokt1operator${index}`)
  it('takes all when there are fewer than a session holds, in their order', () => {
    expect(sessionOperators(seed, candidates.slice(0, 4), 5)).toEqual(candidates.slice(0, 4))
    expect(sessionOperators(seed, [], 5)).toEqual([])
  })
  it('draws the same ones again, other ones for another session, and does not ask in which order they stand', () => {
    const chosen = sessionOperators(seed, candidates, 5)
    expect(chosen).toHaveLength(5)
    expect(sessionOperators(seed, [...candidates].reverse(), 5)).toEqual(chosen)
    expect(sessionOperators({ ...seed, startHeight: 91 }, candidates, 5)).not.toEqual(chosen)
  })
  it('gives every address the same chance', () => {
    const counts = new Map<string, number>()
    for (let session = 0; session < 400; session += 1) {
      for (const operator of sessionOperators({ ...seed, startHeight: session }, candidates, 10))
        counts.set(operator, (counts.get(operator) ?? 0) + 1)
    }
    // 400 draws of 10 out of 40: 100 each, and hardly ever beyond four deviations of 8.7.
    for (const operator of candidates) expect(counts.get(operator) ?? 0).toBeGreaterThan(60)
    for (const operator of candidates) expect(counts.get(operator) ?? 0).toBeLessThan(140)
  })
})
