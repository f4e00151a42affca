import { describe, expect, it } from 'vitest'
import { ratio } from '#shared/model/claim-value.ts'
import { shareByStake } from '#shared/model/validator-share.ts'

const validator = (address: string, stakeUpokt: bigint, commission = '0.1') => ({ address, stakeUpokt, commission: ratio(commission) })

describe('shareByStake', () => {
  it('gives one validator everything, and cuts the commission (recorded: default/100 and 390)', () => {
    expect(shareByStake(4200n, [validator('a', 900n)])).toEqual([
      { address: 'a', poolShareUpokt: 4200n, commissionUpokt: 420n, selfDelegationUpokt: 3780n },
    ])
    expect(shareByStake(105n, [validator('a', 900n)])).toMatchObject([{ commissionUpokt: 10n, selfDelegationUpokt: 95n }])
  })
  it('shares by stake, and gives what is cut to those who lost most by it, then by address', () => {
    const parts = (amount: bigint, stakes: [string, bigint][]) =>
      shareByStake(
        amount,
        stakes.map(([address, stake]) => validator(address, stake)),
      ).map(({ address, poolShareUpokt }) => `${address} ${poolShareUpokt}`)
    expect(
      parts(100n, [
        ['b', 1n],
        ['a', 1n],
        ['c', 1n],
      ]),
    ).toEqual(['a 34', 'b 33', 'c 33'])
    expect(
      parts(10n, [
        ['a', 5n],
        ['b', 3n],
        ['c', 3n],
      ]),
    ).toEqual(['a 4', 'b 3', 'c 3'])
    expect(
      parts(11n, [
        ['a', 1n],
        ['b', 2n],
        ['c', 3n],
      ]),
    ).toEqual(['a 2', 'b 4', 'c 5'])
    expect(
      parts(5n, [
        ['a', 0n],
        ['b', 2n],
      ]),
    ).toEqual(['b 5'])
  })
  it('always gives away the whole amount', () => {
    const stakes = [validator('a', 17n), validator('b', 90_001n), validator('c', 3n, '0'), validator('d', 444n, '1')]
    for (let amount = 0n; amount < 500n; amount += 7n) {
      const shares = shareByStake(amount, stakes)
      expect(shares.reduce((sum, share) => sum + share.poolShareUpokt, 0n)).toBe(amount)
      for (const share of shares) expect(share.commissionUpokt + share.selfDelegationUpokt).toBe(share.poolShareUpokt)
    }
  })
  it('has nothing to share between nobody', () => {
    expect(shareByStake(5n, [])).toEqual([])
    expect(shareByStake(5n, [validator('a', 0n)])).toEqual([])
  })
})
