import { describe, expect, it } from 'vitest'
import { CHECKS } from '#main/core/checks/index.ts'
import { lossesOf, openAfterUnstake } from '#main/core/checks/readings/losses.ts'
import type { Finding } from '#main/core/checks/check.ts'
import type { ClaimRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { ownSuppliers, whichSupplier } from '#main/core/state/own-suppliers.ts'
import type { AppState, OwnSupplierState } from '#shared/api/state.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { NOW } from './sick.ts'

const asOf = { height: 9, atMs: 1 }
const short = (more: Partial<OwnSupplierState> = {}): OwnSupplierState => ({
  ownerAddress: 'owner',
  status: 'active',
  stakeUpokt: '60000000000',
  services: ['anvil'],
  notServed: [],
  unstakeSessionEndHeight: 0,
  height: 9,
  ...more,
})
const key = (address: string, name: string, more: Partial<AppState['keys'][string]> = {}): AppState['keys'][string] => ({
  id: address,
  kind: 'key',
  role: 'operator',
  name,
  network: 'local',
  address,
  wordsConfirmedAtMs: 1,
  createdAtMs: NOW,
  fenced: null,
  ...more,
})
const miner = { kind: 'relay-miner', wanted: 'running', seen: 'running' } as AppState['nodes'][string]

/** Two suppliers that serve; the first is in view and well. */
function two(second: Partial<OwnSupplierState> = {}): AppState {
  const state = initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null })
  state.keys = { a: key('a', 'First'), b: key('b', 'Second') }
  state.suppliers = { a: short(), b: short(second) }
  state.supplier = { ...state.supplier, status: 'active', operatorAddress: 'a', stakeUpokt: '60000000000', asOf }
  state.balances = {
    a: { address: 'a', upokt: '900000000', asOf },
    b: { address: 'b', upokt: '900000000', asOf },
  }
  state.nodes = { miner }
  return state
}
const find = (state: AppState, id: string): Finding | undefined => CHECKS.find((check) => check.id === id)?.look(state, NOW)
const SECOND = { supplier: 'Second', supplierAddress: 'b' }

describe('a supplier that is not in view', () => {
  it('is told of by name; with two that are well nothing is said', () => {
    expect(CHECKS.flatMap((check) => check.look(two(), NOW)?.key ?? [])).toEqual([])
    expect(find(two({ status: 'below-minimum', stakeUpokt: '5' }), 'supplier-below-minimum')).toMatchObject({
      key: 'supplier-below-minimum',
      facts: { ...SECOND, stakeUpokt: '5' },
    })
    expect(find(two({ status: 'active-differs', notServed: ['eth'] }), 'supplier-differs')).toMatchObject({
      key: 'staked-not-served',
      facts: { ...SECOND, services: 'eth' },
    })
  })

  it('has a wallet of its own: the poorest is told, then the one that ends first, with the number of others', () => {
    const state = two()
    state.health.operatorSpending = { b: { upoktPerDay: '1', daysLeft: 5 } }
    expect(find(state, 'operator-low')).toMatchObject({ key: 'operator-runway', facts: { ...SECOND, days: '5', address: 'b' } })
    state.health.operatorSpending = { a: { upoktPerDay: '1', daysLeft: 4 }, b: { upoktPerDay: '1', daysLeft: 5 } }
    expect(find(state, 'operator-low')?.facts).toMatchObject({ supplier: 'First', days: '4', moreSuppliers: '1' })
    state.balances['b'] = { address: 'b', upokt: '0', asOf }
    expect(find(state, 'operator-low')).toMatchObject({ key: 'operator-low', level: 'bad', facts: { ...SECOND, moreSuppliers: '1' } })
    // Nobody pays for one that is not staked.
    state.suppliers['b'] = short({ status: 'not-staked', stakeUpokt: '0' })
    expect(find(state, 'operator-low')).toMatchObject({ key: 'operator-runway', facts: { address: 'a' } })
    expect(find(state, 'operator-low')?.facts).not.toHaveProperty('supplier')
  })

  it('keeps a fenced key from serving unseen, also beside one that is free', () => {
    const state = two()
    state.keys['b'] = key('b', 'Second', { fenced: 'new-here' })
    expect(find(state, 'key-fenced')).toMatchObject({ key: 'key-fenced-new-here', facts: { ...SECOND, name: 'Second', address: 'b' } })
    state.keys['a'] = key('a', 'First', { fenced: 'moved' })
    expect(find(state, 'key-fenced')?.facts).toMatchObject({ name: 'First', moreSuppliers: '1' })
    state.suppliers = { a: short(), b: short({ status: 'not-staked' }) }
    state.keys['a'] = key('a', 'First')
    expect(find(state, 'key-fenced')).toBeUndefined()
  })

  it('that is stuck goes before one that misses more', () => {
    const state = two({ status: 'below-minimum', stakeUpokt: '59000000000', unstakeSessionEndHeight: 8 })
    state.chain.height = 9
    state.suppliers['a'] = short({ status: 'below-minimum', stakeUpokt: '1' })
    expect(find(state, 'supplier-below-minimum')).toMatchObject({ key: 'supplier-stuck', facts: { ...SECOND, moreSuppliers: '1' } })
  })

  it('is reached by a higher minimum before one with more stake, and by a lower price where it alone offers the service', () => {
    const state = two({ stakeUpokt: '59600000000', services: ['eth'] })
    state.chain.height = 9
    const change = { seenHeight: 8, effectHeight: 9, atMs: NOW }
    state.health.changes = [{ what: 'supplierMinStakeUpokt', before: '59500000000', after: '59700000000', ...change }]
    expect(find(state, 'parameter-change')).toMatchObject({ key: 'minimum-above-stake', facts: SECOND })
    state.health.changes = [{ what: 'service:eth', before: '100', after: '40', ...change }]
    expect(find(state, 'service-price')).toMatchObject({ key: 'service-price-fell', facts: { ...SECOND, serviceId: 'eth' } })
  })

  it('stops with the miner: the services of all are told once', () => {
    const state = two({ services: ['anvil', 'eth'] })
    state.nodes = { miner: { ...miner, wanted: 'stopped' } }
    expect(find(state, 'supplier-differs')).toMatchObject({ key: 'staked-miner-stopped', facts: { services: 'anvil, eth' } })
    // Also where the one in view does not serve.
    state.suppliers['a'] = short({ status: 'not-staked', services: [] })
    state.supplier = { ...state.supplier, status: 'not-staked' }
    expect(find(state, 'supplier-differs')?.facts).toMatchObject({ services: 'anvil, eth' })
  })

  it('is named by its failing self-test, its address, and what was not read back', () => {
    const state = two()
    const failed = {
      atMs: 1,
      ok: false,
      serviceId: 'anvil',
      failedStage: 'refusal',
      finding: 'not-served',
      failures: 2,
      latencyMs: null,
    } as const
    state.health.selfTests = { revision: 1, last: { loopback: { ...failed, operatorAddress: 'b' } } }
    expect(find(state, 'self-test-failed')).toMatchObject({ key: 'self-test-here', facts: SECOND })
    state.health.endpointsDown = [{ url: 'https://b', sinceMs: 1, reason: 'x', operatorAddress: 'b' }]
    expect(find(state, 'endpoint-down')?.facts).toMatchObject(SECOND)
    const intent = { kind: 'stake-services', status: 'included', signerAddress: 'b', facts: { readBack: 'no-services' } }
    state.intents = { tx: intent as unknown as AppState['intents'][string] }
    // The one in view has its services; that says nothing of the other.
    state.suppliers['b'] = short({ services: [] })
    expect(find(state, 'own-address-alarm')).toMatchObject({ key: 'read-back-no-services', facts: SECOND })
    state.suppliers['b'] = short()
    expect(find(state, 'own-address-alarm')).toBeUndefined()
  })

  it('that leaves is told with its own claims', () => {
    const state = two({ status: 'unstaking', unstakeSessionEndHeight: 20 })
    state.health.unstakedOpen = [{ operatorAddress: 'b', claims: 2, claimedUpokt: '7', settleHeight: 30 }]
    expect(find(state, 'claims-discarded')).toMatchObject({ key: 'unstake-open-claims', facts: { ...SECOND, count: '2', height: '30' } })
  })

  it('without a name of its key is told by its address, and one supplier needs none', () => {
    const state = two()
    state.keys = {}
    expect(whichSupplier(state, 'pokt1abcdefghijklmnopqrstuvwxyz')).toMatchObject({ supplier: 'pokt1abc…uvwxyz' })
    state.suppliers = { a: short() }
    expect(whichSupplier(state, 'a')).toEqual({})
    expect(ownSuppliers(state).map((each) => each.operatorAddress)).toEqual(['a'])
  })
})

describe('claims of several suppliers', () => {
  const claim = (operatorAddress: string, more: Partial<ClaimRow>): ClaimRow =>
    ({
      operatorAddress,
      applicationAddress: 'app',
      serviceId: 'anvil',
      claimedUpokt: 100n,
      settledHeight: 40,
      settledAtMs: NOW,
      ...more,
    }) as ClaimRow

  it('that were slashed are one loss, of the last one and so many', () => {
    const lost = (operator: string, settledHeight: number) => claim(operator, { stage: 'expired', slashedUpokt: 2n, settledHeight })
    const found = lossesOf([lost('a', 40), lost('b', 50), lost('b', 45)], NOW)
    expect(found.slashed).toMatchObject({ claims: 3, upokt: '6', operatorAddress: 'b', operators: 2 })
    const state = two()
    state.health.losses = found
    expect(find(state, 'proof-missed')?.facts).toMatchObject({ ...SECOND, moreSuppliers: '1' })
  })

  it('are dropped with the unstake of their own supplier alone, when they settle after its end', () => {
    const open = (operator: string, sessionEndHeight: number) => claim(operator, { stage: 'claimed', sessionEndHeight })
    // Sessions that end at 10 and 20 settle at 20 and 30.
    const claims = [open('b', 10), open('b', 20), open('a', 20)]
    expect(openAfterUnstake(claims, [{ operatorAddress: 'b', unstakeSessionEndHeight: 20 }], PARAMS)).toEqual([
      { operatorAddress: 'b', claims: 1, claimedUpokt: '100', settleHeight: 30 },
    ])
    expect(openAfterUnstake([open('b', 10)], [{ operatorAddress: 'b', unstakeSessionEndHeight: 20 }], PARAMS)).toEqual([])
  })
})
