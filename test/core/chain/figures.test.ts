import { describe, expect, it } from 'vitest'
import { createFigureProofs } from '#main/core/chain/figure-proofs.ts'
import { createParamHistory } from '#main/core/chain/param-history.ts'
import { canonical, lowerMedian, majority } from '#main/core/chain/vote.ts'
import type { ProvenReads, SupplierRecord } from '#main/core/ports/chain.ts'
import { HearthError } from '#shared/api/errors.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

const RECORD: SupplierRecord = {
  ownerAddress: 'o',
  operatorAddress: 'p',
  stakeUpokt: 60n,
  services: [],
  pending: [],
  unstakeSessionEndHeight: 0,
}

function setup() {
  const clock = createTestClock()
  const chain = {
    balance: 7n,
    height: 99,
    record: RECORD as SupplierRecord | undefined,
    fails: undefined as string | undefined,
    asked: 0,
    has: true,
  }
  const answer = <T>(value: T): Promise<{ value: T; height: number }> => {
    chain.asked += 1
    return chain.fails === undefined
      ? Promise.resolve({ value, height: chain.height })
      : Promise.reject(new HearthError(chain.fails as 'proof-invalid', { reason: 'x' }))
  }
  const reads = { balance: () => answer(chain.balance), supplier: () => answer(chain.record) } as unknown as ProvenReads
  const proofs = createFigureProofs({ proven: () => (chain.has ? reads : undefined), clock, log: createTestLog() })
  return { clock, chain, proofs }
}

describe('figures', () => {
  it('are proven when the proof says the same, and not proven anew while they stay', async () => {
    const { chain, proofs, clock } = setup()
    expect(await proofs.balance('a', 7n, 100)).toEqual({ value: 7n, height: 99, source: 'proven', atMs: 1_700_000_000_000 })
    expect(await proofs.balance('a', 7n, 101)).toEqual({ value: 7n, height: 99, source: 'proven', atMs: 1_700_000_000_000 })
    expect(chain.asked).toBe(1)
    await clock.advance(60_000)
    chain.height = 150
    expect(await proofs.balance('a', 7n, 151)).toMatchObject({ height: 150 })
    expect(await proofs.supplier('p', RECORD, 100)).toMatchObject({ value: RECORD, height: 150, source: 'proven' })
    chain.record = undefined
    expect(await proofs.supplier('q', undefined, 100)).toMatchObject({ value: undefined, source: 'proven' })
  })

  it('that just changed are the word of a host until the next block proves them', async () => {
    const { chain, proofs } = setup()
    await proofs.balance('a', 7n, 100)
    expect(await proofs.balance('a', 9n, 101)).toEqual({ value: 9n, height: 101, source: 'chain' })
    chain.balance = 9n
    chain.height = 101
    expect(await proofs.balance('a', 9n, 102)).toMatchObject({ value: 9n, height: 101, source: 'proven' })
  })

  it('that stay otherwise than proven are not believed', async () => {
    const { chain, proofs } = setup()
    for (chain.height = 99; chain.height < 101; chain.height += 1) expect((await proofs.balance('a', 1_000n, 101)).source).toBe('chain')
    expect(await proofs.balance('a', 1_000n, 103)).toMatchObject({ value: 7n, height: 101, source: 'proven' })
    const forged = { ...RECORD, stakeUpokt: 1n }
    for (chain.height = 99; chain.height < 101; chain.height += 1) expect((await proofs.supplier('p', forged, 101)).source).toBe('chain')
    await expect(proofs.supplier('p', forged, 103)).rejects.toMatchObject({ code: 'proof-invalid' })
  })

  it('without a proof, or with one that fails, are the word of a host', async () => {
    const { chain, proofs } = setup()
    chain.fails = 'chain-unreachable'
    expect(await proofs.balance('a', 7n, 100)).toEqual({ value: 7n, height: 100, source: 'chain' })
    chain.has = false
    expect((await proofs.balance('a', 7n, 100)).source).toBe('chain')
  })
})

describe('the history of parameters', () => {
  it('notes each change with its height, also of the time while nothing ran, and not the first sight of them', async () => {
    const settings = new Map<string, string>()
    const noted: unknown[] = []
    const make = () =>
      createParamHistory({
        network: () => 'mainnet',
        store: {
          setting: (key) => Promise.resolve(settings.get(key)),
          setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
        },
        log: createTestLog(),
        note: (facts) => noted.push(facts),
      })
    const first = make()
    await first.saw(PARAMS)
    await first.saw({ ...PARAMS, height: 500, sessionGridAnchorHeight: 91 })
    expect(noted).toEqual([])
    await first.saw({ ...PARAMS, height: 600, computeUnitsToTokensMultiplier: 150_000n })
    expect(noted).toEqual([{ name: 'computeUnitsToTokensMultiplier', from: '145990', to: '150000', height: '600' }])
    const second = make()
    await second.saw({ ...PARAMS, height: 700, computeUnitsToTokensMultiplier: 150_000n, numBlocksPerSession: 20 })
    expect(noted.slice(1)).toEqual([{ name: 'numBlocksPerSession', from: '10', to: '20', height: '700' }])
    second.forget()
    await second.saw({ ...PARAMS, height: 1 })
    expect(noted.length).toBe(2)
  })
})

describe('votes', () => {
  it('more than half is needed; order of fields does not count', () => {
    expect(canonical({ b: 1n, a: undefined })).toBe(canonical({ a: undefined, b: 1n }))
    expect(canonical(1n)).not.toBe(canonical(1))
    expect(
      majority([
        { host: 'a', value: 1 },
        { host: 'b', value: 2 },
      ]),
    ).toBeUndefined()
    expect(
      majority([
        { host: 'a', value: 1 },
        { host: 'b', value: 2 },
        { host: 'c', value: 2 },
      ]),
    ).toEqual({ value: 2, against: ['a'] })
    const said = (hosts: Record<string, number>) => majority(Object.entries(hosts).map(([host, value]) => ({ host, value })))
    expect(said({ 'a.one.test': 1, 'b.one.test:443': 1, 'two.test': 2 })).toBeUndefined()
    expect(said({ 'a.one.test': 1, 'b.one.test': 2, 'two.test': 2 })).toEqual({ value: 2, against: ['a.one.test'] })
    expect(said({ 'a.one.test': 1, 'b.one.test': 1, 'c.one.test': 2, 'two.test': 2 })?.value).toBe(2)
    expect(said({ '10.0.0.1:1': 1, '10.0.0.1:2': 1, '10.0.0.2:1': 2, '10.0.0.3:1': 2 })?.value).toBe(2)
    expect(said({ 'a.one.test': 1, 'b.one.test': 1, 'c.one.test': 2 })?.value).toBe(1)
    expect(lowerMedian([5, 1], (a, b) => a - b)).toBe(1)
    expect(lowerMedian([5, 1, 3], (a, b) => a - b)).toBe(3)
  })
})
