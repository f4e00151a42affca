import { describe, expect, it } from 'vitest'
import type { ClaimRow } from '#main/core/ports/store.ts'
import { createPay, estimates } from '#main/core/relays/session-pay.ts'
import { createTestClock } from '#test/fakes/clock.ts'

const DAY_MS = 86_400_000
const claim = (relays: bigint, claimedUpokt: bigint, units: [claimed: bigint, estimated: bigint] = [relays, relays]): ClaimRow => ({
  ...({} as ClaimRow),
  relays,
  claimedUpokt,
  claimedComputeUnits: units[0],
  estimatedComputeUnits: units[1],
})

describe('what served relays are thought to be worth', () => {
  it('is what one brought in the claims of late', () => {
    const counted = new Map([
      [20, 10n],
      [40, 0n],
    ])
    expect([...estimates(counted, [claim(30n, 90n), claim(10n, 50n)])]).toEqual([
      [20, 35n],
      [40, 0n],
    ])
  })
  it('counts all that were served where only some are mined', () => {
    // One in five is mined: 10 in the claim stand for 50.
    expect(estimates(new Map([[20, 50n]]), [claim(10n, 200n, [1_000n, 5_000n])]).get(20)).toBe(200n)
  })
  it('leaves out what another supplier has claimed of the session; nothing is said where its claims stand for all of it', () => {
    const of = (sessionEndHeight: number, relays: bigint): ClaimRow => ({ ...claim(relays, relays * 10n), sessionEndHeight })
    const counted = new Map([
      [20, 150n],
      [40, 150n],
      [60, 150n],
    ])
    expect([...estimates(counted, [claim(100n, 1_000n)], [of(20, 100n), of(40, 90n), of(40, 80n)])]).toEqual([
      [20, 500n],
      [60, 1_500n],
    ])
  })
  it('is not said before the first claim', () => {
    expect(estimates(new Map([[20, 10n]]), []).size).toBe(0)
  })
})

describe('average pay', () => {
  const setup = (rows: { dayStartMs: number; upokt: bigint }[]) => {
    const clock = createTestClock(100 * DAY_MS)
    const asked: [string, string[], number][] = []
    const store = {
      rewardsPerDay: (network: string, addresses: string[], sinceMs: number) => {
        asked.push([network, addresses, sinceMs])
        return Promise.resolve(rows.map((row) => ({ ...row, claims: 1 })))
      },
    }
    return { clock, asked, pay: createPay(store, clock) }
  }
  it('is over the last thirty days, read once in a while', async () => {
    const { pay, asked, clock } = setup([
      { dayStartMs: 69 * DAY_MS, upokt: 30n * 1_440n },
      { dayStartMs: 99 * DAY_MS, upokt: 60n * 1_440n },
    ])
    expect(await pay.perMinute('mainnet', ['owner', 'operator', 'owner', ''])).toBe(3n)
    expect(asked).toEqual([['mainnet', ['owner', 'operator'], 70 * DAY_MS]])
    await pay.perMinute('mainnet', ['owner', 'operator'])
    expect(asked).toHaveLength(1)
    await pay.perMinute('beta', ['owner', 'operator'])
    await clock.advance(11 * 60_000)
    await pay.perMinute('beta', ['owner', 'operator'])
    expect(asked).toHaveLength(3)
  })
  it('is since the first pay where that is later, and of a whole day at least', async () => {
    const { pay } = setup([{ dayStartMs: 98 * DAY_MS, upokt: 2n * 1_440n * 7n }])
    expect(await pay.perMinute('mainnet', ['owner'])).toBe(7n)
    const young = setup([{ dayStartMs: 100 * DAY_MS - 1, upokt: 1_440n }])
    expect(await young.pay.perMinute('mainnet', ['owner'])).toBe(1n)
  })
  it('is not said before the first pay', async () => {
    expect(await setup([]).pay.perMinute('mainnet', ['owner'])).toBeUndefined()
    const { pay, asked } = setup([])
    expect(await pay.perMinute('mainnet', ['', ''])).toBeUndefined()
    expect(asked).toEqual([])
  })
})
