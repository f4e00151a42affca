import { expect, it, vi } from 'vitest'
import { SCENARIOS } from '#main/adapters/practice/scenarios/index.ts'
import { playScenario } from '#main/adapters/practice/scenarios/play.ts'
import { createRulesRoom } from '#main/core/rules/rules-room.ts'
import { createWalletRoom } from '#main/core/wallet/wallet-room.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { codec } from '../traffic/world.ts'
import { createStage, operator, practiceInput } from './stage.ts'

/** What the pages Wallet and What governs are told of scenarios that change the rules. */

// A real file, and every block of the past.
vi.setConfig({ testTimeout: 120_000 })

async function played(id: string) {
  const scenario = SCENARIOS.find((each) => each.id === id)
  if (!scenario) throw new Error(`no scenario ${id}`)
  const store = await openTestStore()
  const stage = createStage(playScenario(scenario, practiceInput()), store)
  const { state, chain, clock } = stage
  const deps = {
    network: () => 'practice',
    store,
    state,
    clock,
    log: createTestLog(),
    heads: { require: () => chain, params: () => undefined, isCertain: () => true },
  }
  const rules = createRulesRoom(deps)
  await stage.look()
  await rules.look(chain)
  const before = await rules.handlers['rules.view']({})
  await stage.pass(25)
  return { before, after: await rules.handlers['rules.view']({}), stage, store, deps }
}

it('a price cut by 90 %: a tenth of the pay, from the session after on, by the own last claims', async () => {
  const { before, after } = await played('price-cut-90')
  expect(before.impacts).toEqual([])
  const [impact] = after.impacts
  expect(impact).toMatchObject({ key: 'pay' })
  const [was, is] = [Number(impact?.facts['beforeUpokt']), Number(impact?.facts['afterUpokt'])]
  expect(was).toBeGreaterThan(0)
  expect(is / was).toBeCloseTo(0.1, 2)
  const service = after.services.find((each) => `service:${each.id}` === impact?.what)
  const old = before.services.find((each) => each.id === service?.id)
  expect(service?.mine).toBe(true)
  expect(Number(service?.computeUnits) / Number(old?.computeUnits)).toBeCloseTo(0.1, 2)
  // What 1,000 relays pay as the page says it before the cut is what the sentence compares with.
  expect(Number(old?.yoursPer1000Upokt) / was).toBeCloseTo(1, 2)
  expect(service?.steps).toHaveLength(2)
  // Practised sessions of ten blocks begin at 1, 11, 21.
  expect((impact?.effectHeight ?? 0) % 10).toBe(1)
  expect(after.rules.find((rule) => rule.what === 'mintRatio')?.value).toMatch(/^\d+(\.\d+)?$/)
  expect(BigInt(after.supplyUpokt ?? '0')).toBeGreaterThan(10n ** 16n)
})

it('a changed penalty: how many missed proofs the stake carries', async () => {
  const { after } = await played('parameter-change')
  const penalty = after.rules.find((rule) => rule.what === 'proofMissingPenaltyUpokt')
  expect(penalty?.value).toBe('320000000')
  expect(penalty?.steps.map((step) => step.value).at(-1)).toBe('320000000')
  expect(after.impacts.map((each) => [each.what, each.key])).toEqual([['proofMissingPenaltyUpokt', 'penalty']])
})

it('an operator that is nearly empty is told by the runway, from its own fees', async () => {
  const { deps, stage, store } = await played('empty-operator-wallet')
  const params = await stage.chain.params()
  const room = createWalletRoom({ ...deps, heads: { params: () => params }, codec, keys: () => Promise.resolve([]) })
  const { runway } = await room.handlers['wallet.runway']({})
  expect(runway?.address).toBe(operator.address)
  expect(runway?.balanceUpokt).toBe(stage.state.state.balances[operator.address]?.upokt)
  expect(runway?.level).toBe('bad')
  expect(Number(runway?.topUpUpokt)).toBeGreaterThanOrEqual(1_000_000)
  // Claims and proofs of the practised past are told by their messages.
  const history = await room.handlers['wallet.history']({ filter: 'fees', limit: 20 })
  expect(history.rows.length).toBeGreaterThan(0)
  expect(history.rows.every((row) => row.messages.length > 0)).toBe(true)
  expect(new Set(history.rows.map((row) => row.sentBy))).toContain('miner')
  expect((await store.ruleRows('practice')).length).toBeGreaterThan(20)
})
