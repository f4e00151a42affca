import { describe, expect, it } from 'vitest'
import { feeRunway } from '#main/core/wallet/runway.ts'
import type { MovementRow } from '#main/core/ports/store.ts'

const DAY = 86_400_000
const NOW = 1_790_000_000_000
const paid = (daysAgo: number, kind: MovementRow['kind'], upokt: bigint, height = 1, hash = `${daysAgo}`): MovementRow => ({
  network: 'local',
  height,
  position: 'p',
  address: 'op',
  deltaUpokt: upokt,
  kind,
  txHash: hash,
  claim: undefined,
  timeMs: NOW - daysAgo * DAY,
})
/** Every day one transaction of `fee`, over the last ten days. */
const daily = (fee: bigint): MovementRow[] => Array.from({ length: 10 }, (_, day) => paid(day, 'fee', -fee))
const runway = (balanceUpokt: bigint, movements: MovementRow[], sinceMs = 0) =>
  feeRunway({ address: 'op', balanceUpokt, movements, sinceMs, nowMs: NOW, proofFeeUpokt: 2n, leastUpokt: 3n })

describe('how long fees last', () => {
  it.each([
    [31n * 800n, 'ok'],
    [29n * 800n, 'watch'],
    [13n * 800n, 'warn'],
    [2n * 800n, 'bad'],
    [0n, 'bad'],
  ])('%i upokt by 700 a day is %s', (balance, level) => {
    // Eight of the ten lie within seven days, the first of them at its very edge.
    expect(runway(balance, daily(700n)).level).toBe(level)
  })

  it('says from which figures, and counts neither pay nor what the user moved', () => {
    const found = runway(100_000n, [
      ...daily(700n),
      paid(1, 'reward', 5_000n),
      paid(2, 'transfer', -90_000n),
      paid(3, 'proof-fee', -14n, 5),
    ])
    expect(found).toMatchObject({ feesUpokt: '5600', proofFeesUpokt: '14', transactions: 8, spanMs: 7 * DAY, perDayUpokt: '802' })
    expect(found.daysLeft).toBe(124)
  })

  it('takes only the time since reading began, and says nothing after less than an hour', () => {
    expect(runway(10_000n, [paid(0.5, 'fee', -100n)], NOW - DAY / 2)).toMatchObject({ perDayUpokt: '200', daysLeft: 50 })
    expect(runway(10_000n, [paid(0, 'fee', -1n)], NOW - 60_000)).toMatchObject({ perDayUpokt: null, daysLeft: null, level: 'unknown' })
  })

  it('is bad under the need of the next session, however many days the average gives', () => {
    const movements = [paid(5, 'fee', -10n), ...Array.from({ length: 40 }, () => paid(5, 'proof-fee', -2n, 9))]
    const found = runway(90n, movements)
    expect(found.nextSession).toEqual({ upokt: '100', claims: 40, proofFeeUpokt: '2', txFeeUpokt: '10' })
    expect(found.daysLeft).toBeGreaterThan(3)
    expect(found.level).toBe('bad')
  })

  it('asks for a top-up in whole POKT that lasts two months', () => {
    const found = runway(1_000_000n, daily(700_000n))
    expect(found.level).toBe('bad')
    expect(BigInt(found.topUpUpokt ?? '0') % 1_000_000n).toBe(0n)
    expect(BigInt(found.topUpUpokt ?? '0') + 1_000_000n).toBeGreaterThanOrEqual(60n * BigInt(found.perDayUpokt ?? '0'))
    expect(runway(31n * 800n, daily(700n)).topUpUpokt).toBeNull()
    expect(runway(2n * 800n, daily(700n)).topUpUpokt).toBe('1000000')
  })

  it('is bad under the bound that the user chose, also while nothing else is known', () => {
    expect(runway(2n, [], NOW)).toMatchObject({ level: 'bad', perDayUpokt: null, topUpUpokt: '1000000' })
    expect(runway(3n, [], NOW).level).toBe('unknown')
  })

  it('an operator that pays nothing is well', () => {
    expect(runway(5n, [paid(9, 'transfer', 5n)])).toMatchObject({ level: 'ok', daysLeft: null, perDayUpokt: '0', topUpUpokt: null })
  })
})
