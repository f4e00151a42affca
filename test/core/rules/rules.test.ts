import { describe, expect, it } from 'vitest'
import { impactsOf, type OwnFigures } from '#main/core/rules/impacts.ts'
import { createRulesRoom } from '#main/core/rules/rules-room.ts'
import { newSteps, ruleValues } from '#main/core/rules/rule-steps.ts'
import type { Chain, ChainParams, Governing } from '#main/core/ports/chain.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { HearthError } from '#shared/api/errors.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

const OWN: OwnFigures = {
  services: [{ serviceId: 'eth', computeUnits: 1_000n, relays: 4_000n, claimedUpokt: 584_000n, yoursUpokt: 292_000n }],
  stakeUpokt: 59_600_000_000n,
  minStakeUpokt: 59_500_000_000n,
  proofs: 12,
  medianBlockMs: 60_000,
  numBlocksPerSession: 20,
  multiplier: 145_990n,
  granularity: 1_000_000n,
}
const impact = (what: string, before: string, after: string, own: Partial<OwnFigures> = {}) =>
  impactsOf([{ what, before, after, effectHeight: 50, atMs: 1 }], { ...OWN, ...own })

describe('what a change means here', () => {
  it('a price: 1,000 relays by the share that the last settled claims paid', () => {
    // 1,000 relays x 1,000 units x 0.14599 = 145,990 upokt claimed, half of which was ours.
    expect(impact('service:eth', '1000', '100')).toMatchObject([
      { key: 'pay', facts: { serviceId: 'eth', beforeUpokt: '72995', afterUpokt: '7299', relays: '4000' }, effectHeight: 50 },
    ])
    expect(impact('service:other', '1000', '100')).toEqual([])
    expect(impact('computeUnitsToTokensMultiplier', '145990', '72995')).toMatchObject([
      { key: 'pay', facts: { beforeUpokt: '72995', afterUpokt: '36497' } },
    ])
    expect(impact('computeUnitCostGranularity', '1000000', '2000000')).toMatchObject([
      { facts: { beforeUpokt: '72995', afterUpokt: '36497' } },
    ])
  })

  it('a price before the first settlement: what is claimed', () => {
    const service = { serviceId: 'eth', computeUnits: 1_000n, relays: 0n, claimedUpokt: 0n, yoursUpokt: 0n }
    expect(impact('service:eth', '1000', '100', { services: [service] })).toMatchObject([
      { key: 'claimed', facts: { beforeUpokt: '145990', afterUpokt: '14599' } },
    ])
  })

  it('shares of pay: by the share alone', () => {
    expect(impact('supplierShare', '0.8', '0.4')).toMatchObject([{ key: 'pay', facts: { beforeUpokt: '73000', afterUpokt: '36500' } }])
  })

  it.each([
    ['supplierMinStakeUpokt', '59500000000', '59590000000', 'min-spare', { upokt: '10000000' }],
    ['supplierMinStakeUpokt', '59500000000', '59700000000', 'min-missing', { upokt: '100000000' }],
    ['proofMissingPenaltyUpokt', '1', '30000000', 'penalty', { timesBefore: '100000000', timesAfter: '3' }],
    ['proofSubmissionFeeUpokt', '1', '5', 'proof-fee', { proofs: '12', beforeUpokt: '12', afterUpokt: '60' }],
    ['supplierUnbondingPeriodSessions', '10', '20', 'unbonding', { beforeMs: '12000000', afterMs: '24000000' }],
    ['claimWindowOpenOffsetBlocks', '11', '8', 'timing', { blocks: '3' }],
    ['addServiceFeeUpokt', '1', '2', 'nothing', {}],
  ])('%s from %s to %s: %s', (what, before, after, key, facts) => {
    expect(impact(what, before, after)).toMatchObject([{ key, facts }])
  })

  it('without a stake there is nothing to reckon', () => {
    expect(impact('supplierMinStakeUpokt', '1', '2', { stakeUpokt: 0n })).toMatchObject([{ key: 'not-staked' }])
  })
})

describe('steps of rules', () => {
  const at = (height: number) => ({ height, timeMs: height, rules: PARAMS })
  it('begin with what is there, then add what changed, from the session after or from the next block', () => {
    const first = newSteps(
      'n',
      [],
      new Map([
        ['a', '1'],
        ['mintRatio', '1'],
      ]),
      at(15),
    )
    expect(first.map((row) => [row.what, row.value, row.effectHeight])).toEqual([
      ['a', '1', 15],
      ['mintRatio', '1', 15],
    ])
    expect(newSteps('n', first, new Map([['a', '1']]), at(16))).toEqual([])
    const next = newSteps(
      'n',
      first,
      new Map([
        ['a', '2'],
        ['mintRatio', '0.9'],
      ]),
      at(16),
    )
    expect(next.map((row) => [row.what, row.value, row.height, row.effectHeight])).toEqual([
      ['a', '2', 16, 21],
      ['mintRatio', '0.9', 16, 16],
    ])
  })

  it('hold no heights', () => {
    const names = [...ruleValues(PARAMS, [], undefined).keys()]
    expect(names).not.toContain('height')
    expect(names).not.toContain('sessionGridAnchorHeight')
    expect(names).toContain('supplierMinStakeUpokt')
  })
})

async function room() {
  const clock = createTestClock()
  const store = await openTestStore()
  await store.setCursor({ network: 'local', height: 10, hash: 'H' })
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null }),
    clock,
  )
  const said = { params: { ...PARAMS, height: 11 } as ChainParams, units: 1_000n, target: 'f'.repeat(64) }
  const governing = (): Promise<Governing> =>
    Promise.resolve({
      values: { mintRatio: '0.975' },
      difficulties: [{ serviceId: 'eth', targetHash: said.target, relaysAverage: 9n, sinceHeight: 7 }],
      supplyUpokt: 5n,
    })
  const chain = {
    params: () => Promise.resolve(said.params),
    services: () => Promise.resolve([{ id: 'eth', name: 'Ethereum', computeUnitsPerRelay: said.units, ownerAddress: 'x' }]),
    governing,
  } as unknown as Chain
  const made = (isCertain = true) =>
    createRulesRoom({
      network: () => 'local',
      heads: { require: () => chain, isCertain: () => isCertain },
      store,
      state,
      clock,
      log: createTestLog(),
    })
  return { clock, store, state, said, chain, made }
}

describe('the page What governs', () => {
  it('counts the services of all our suppliers as ours, and holds a higher minimum against the least stake', async () => {
    const { state, said, made, chain, clock } = await room()
    const short = { ownerAddress: '', status: 'active', unstakeSessionEndHeight: 0, height: 1 } as const
    state.put('suppliers', 'op', { ...short, stakeUpokt: '70000000000', services: [], notServed: [] })
    state.put('suppliers', 'op2', { ...short, stakeUpokt: '60000000000', services: ['eth'], notServed: [] })
    state.put('suppliers', 'op3', { ...short, status: 'not-staked', stakeUpokt: '0', services: [], notServed: [] })
    state.patch('supplier', { operatorAddress: 'op', stakeUpokt: '70000000000' })
    const rules = made()
    await rules.look(chain)
    said.params = { ...said.params, height: 44, supplierMinStakeUpokt: 61_000_000_000n }
    await clock.advance(120_000)
    const view = await rules.handlers['rules.view']({})
    expect(view.services.map((each) => [each.id, each.mine])).toEqual([['eth', true]])
    expect(view.impacts).toMatchObject([{ key: 'min-missing', facts: { stakeUpokt: '60000000000', upokt: '1000000000' } }])
  })

  it('says what holds, since when, and every change with its height, also those of while it was off', async () => {
    const { clock, said, made, chain } = await room()
    const first = made()
    await first.look(chain)
    said.params = { ...said.params, height: 44, proofMissingPenaltyUpokt: 320_000_000n }
    said.units = 100n
    await clock.advance(120_000)
    const view = await made().handlers['rules.view']({})
    expect(view.atHeight).toBe(44)
    expect(view.supplyUpokt).toBe('5')
    const penalty = view.rules.find((rule) => rule.what === 'proofMissingPenaltyUpokt')
    expect(penalty?.value).toBe('320000000')
    expect(penalty?.steps.map((step) => [step.value, step.height, step.effectHeight])).toEqual([
      ['1', 11, 11],
      ['320000000', 44, 44],
    ])
    expect(view.rules.find((rule) => rule.what === 'mintRatio')).toMatchObject({ value: '0.975', steps: [{ height: 11 }] })
    expect(view.services[0]).toMatchObject({
      id: 'eth',
      computeUnits: '100',
      mine: false,
      steps: [
        { value: '1000', effectHeight: 11 },
        { value: '100', effectHeight: 51 },
      ],
      difficulty: { oneIn: '1', sinceHeight: 7 },
      per1000Upokt: '14599',
      yoursPer1000Upokt: null,
    })
    expect(view.impacts.map((each) => each.what)).toEqual(['proofMissingPenaltyUpokt'])
  })

  it('tells the difficulty as one relay in so many, and asks the chain every few blocks at most', async () => {
    const { said, made, chain, clock, store } = await room()
    said.target = `${'0'.repeat(1)}6${'0'.repeat(62)}`
    const one = made()
    expect((await one.handlers['rules.view']({})).services[0]?.difficulty?.oneIn).toBe('42.66')
    await one.look(chain)
    said.units = 7n
    await one.look(chain)
    expect((await store.ruleRows('local')).filter((row) => row.what === 'service:eth')).toHaveLength(1)
    said.params = { ...said.params, height: 30 }
    await clock.advance(10_000)
    await one.look(chain)
    expect((await store.ruleRows('local')).filter((row) => row.what === 'service:eth').map((row) => row.value)).toEqual(['1000', '7'])
  })

  it('writes nothing down of a chain that may be another’s, and shows it', async () => {
    const { made, chain, store } = await room()
    const uncertain = made(false)
    await uncertain.look(chain)
    const view = await uncertain.handlers['rules.view']({})
    expect(view.rules.find((rule) => rule.what === 'mintRatio')).toMatchObject({ value: '0.975', steps: [] })
    expect(await store.ruleRows('local')).toEqual([])
    await made().look(chain)
    expect(await store.ruleRows('local')).not.toEqual([])
  })

  it('rejects where there is no chain or no network', async () => {
    const { store, state, clock } = await room()
    const of = (network: string | null) =>
      createRulesRoom({
        network: () => network,
        heads: {
          require() {
            throw new HearthError('chain-unreachable')
          },
          isCertain: () => true,
        },
        store,
        state,
        clock,
        log: createTestLog(),
      })
    await expect(of('local').handlers['rules.view']({})).rejects.toMatchObject({ code: 'chain-unreachable' })
    await expect(of(null).handlers['rules.view']({})).rejects.toMatchObject({ code: 'no-network' })
  })

  it('a look never rejects: what the chain did not say is noted by the next one', async () => {
    const { made, chain, store, clock } = await room()
    const broken = { ...chain, services: () => Promise.reject(new Error('x')) } as unknown as Chain
    const one = made()
    await expect(one.look(broken)).resolves.toBeUndefined()
    expect(await store.ruleRows('local')).toEqual([])
    await clock.advance(10_000)
    await one.look(chain)
    expect((await store.ruleRows('local')).map((row) => row.what)).toContain('service:eth')
  })
})
