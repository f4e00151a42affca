import { beforeAll, describe, expect, it } from 'vitest'
import { keyFor, partyFor } from '#renderer/bridge/select.ts'
import { freeName, hasSeveral, judgedSuppliers, otherNamedIn, ownSuppliers } from '#renderer/bridge/suppliers.ts'
import { checklist, nextLine } from '#renderer/features/home/checklist.ts'
import { homeVerdict } from '#renderer/features/home/verdict.ts'
import { tourSteps } from '#renderer/features/practice/tour-steps.ts'
import { ownersToChoose, partiesFor } from '#renderer/signing/signers.ts'
import { startText, words } from '#renderer/text/text.ts'
import type { AppState } from '#shared/api/state.ts'
import { inList } from './in-list.ts'
import { stakedOnMainnet } from './mainnet-scene.ts'
import { HEIGHT, halfway, OPERATOR, OWNER, serving } from './scene.ts'
import { addingSecond, SECOND, secondInTrouble, secondInView, twoSuppliers } from './suppliers-scene.ts'

const NOW = 1_795_367_000_000
beforeAll(() => startText())

const lineOf = (state: AppState, id: string) => checklist(state).find((line) => line.id === id)
const statesOf = (state: AppState): Record<string, string> => Object.fromEntries(checklist(state).map((line) => [line.id, line.state]))

describe('all own suppliers', () => {
  it('are those of the state, that of the oldest key first, whichever is in view', () => {
    const names = (state: AppState): unknown[] => ownSuppliers(state).map((each) => [each.name, each.status, each.isInView])
    expect(names(twoSuppliers(NOW))).toEqual([
      ['Operator', 'active', true],
      ['Operator 2', 'active', false],
    ])
    expect(names(secondInView(twoSuppliers(NOW)))).toEqual([
      ['Operator', 'active', false],
      ['Operator 2', 'active', true],
    ])
  })

  it('are one where there is one, and none before there is a key', () => {
    expect([ownSuppliers(serving(NOW)).length, hasSeveral(serving(NOW))]).toEqual([1, false])
    const state = halfway(NOW)
    const none = { ...state, keys: {}, suppliers: {}, supplier: { ...state.supplier, operatorAddress: '' } }
    expect([ownSuppliers(none), hasSeveral(none)]).toEqual([[], false])
  })

  it('bear names that no two of them share', () => {
    const state = twoSuppliers(NOW)
    const same = { ...state, keys: { ...state.keys, k3: { ...state.keys['k3']!, name: 'Operator' } } }
    expect(ownSuppliers(same).map((each) => each.name)).toEqual(['Operator', 'Operator (2)'])
    const nameless = { ...state, keys: { k1: state.keys['k1']!, k2: state.keys['k2']! } }
    expect(ownSuppliers(nameless).map((each) => each.name)).toEqual(['Operator', 'pokt1h8tq…xsec'])
  })

  it('hold what the one in view is known to be by now, and what the state had no room for', () => {
    const state = twoSuppliers(NOW)
    const newer = { ...state, supplier: { ...state.supplier, status: 'unstaking' as const } }
    expect(ownSuppliers(newer)[0]?.status).toBe('unstaking')
    const cut = { ...state, suppliers: inList(OPERATOR, OWNER, ['anvil']), leftOut: { suppliers: 1 } }
    expect(ownSuppliers(cut).map((each) => [each.name, each.status])).toEqual([
      ['Operator', 'active'],
      ['Operator 2', 'unknown'],
    ])
    expect(hasSeveral(cut)).toBe(true)
  })

  it('are judged by those that are staked; before the first stake by the one in view', () => {
    const judged = (state: AppState): string[] => judgedSuppliers(state).map((each) => each.operatorAddress)
    expect(judged(twoSuppliers(NOW))).toEqual([OPERATOR, SECOND])
    expect(judged(addingSecond(NOW))).toEqual([OPERATOR])
    expect(judged(halfway(NOW))).toEqual([OPERATOR])
  })

  it('are named by the facts of main, where it is not the one in view anyway', () => {
    const own = ownSuppliers(twoSuppliers(NOW))
    const found = (facts: Record<string, string>): string | undefined => otherNamedIn(own, facts)?.operatorAddress
    expect(found({ supplierAddress: SECOND })).toBe(SECOND)
    expect(found({ address: SECOND })).toBe(SECOND)
    expect(found({ supplierAddress: OPERATOR })).toBeUndefined()
    expect(found({ address: OWNER })).toBeUndefined()
    expect(found({})).toBeUndefined()
  })

  it('get keys whose names are free', () => {
    const { keys } = twoSuppliers(NOW)
    expect(freeName(keys, 'Operator')).toBe('Operator 3')
    expect(freeName(keys, 'Savings')).toBe('Savings')
  })
})

describe('whose keys are meant', () => {
  it('the operator in view, staked or not, while another serves', () => {
    expect(keyFor(addingSecond(NOW), 'operator')?.address).toBe(SECOND)
    expect(keyFor(twoSuppliers(NOW), 'operator')?.address).toBe(OPERATOR)
  })

  it('never the key of another for an operator that is only watched', () => {
    const state = secondInView(twoSuppliers(NOW))
    const watched = { ...state.keys['k3']!, kind: 'watch' as const, wordsConfirmedAtMs: null }
    const two = { ...state, keys: { ...state.keys, k3: watched } }
    expect(keyFor(two, 'operator')).toBeUndefined()
    expect(partyFor(two, 'operator')?.address).toBe(SECOND)
    expect(partiesFor(two, ['operator']).map((key) => key.address)).toEqual([SECOND])
  })

  it('never the key of another for an operator whose key the state had no room for', () => {
    const { k2: _left, ...keys } = twoSuppliers(NOW).keys
    const cut = { ...twoSuppliers(NOW), keys, leftOut: { keys: 1 } }
    expect([keyFor(cut, 'operator'), partyFor(cut, 'operator')]).toEqual([undefined, undefined])
    expect(keyFor(cut, 'owner')?.address).toBe(OWNER)
  })

  it('the owner of what is staked, for one that is not staked yet, and a choice where there are others', () => {
    const state = addingSecond(NOW)
    const savings = { ...state.keys['k1']!, id: 'k9', name: 'Savings', address: 'pokt1savings', createdAtMs: NOW }
    const two = { ...state, keys: { k9: savings, ...state.keys }, supplier: { ...state.supplier, ownerAddress: savings.address } }
    expect(keyFor(two, 'owner')?.address).toBe(OWNER)
    expect(ownersToChoose(two).map((key) => key.name)).toEqual(['Owner', 'Savings'])
    expect(ownersToChoose(state)).toEqual([])
    const one = serving(NOW)
    expect(ownersToChoose({ ...one, keys: { k9: savings, ...one.keys } })).toEqual([])
  })
})

describe('Home, judged by all of them', () => {
  it('stays all ticked while one more is added: nothing of it was fine before', () => {
    expect([...new Set(Object.values(statesOf(addingSecond(NOW))))]).toEqual(['done'])
    expect(lineOf(addingSecond(NOW), 'operator-key')?.facts).toMatchObject({ name: 'Operator' })
    expect(lineOf(addingSecond(NOW), 'services')?.facts).toMatchObject({ services: 'anvil' })
    expect(homeVerdict(words, addingSecond(NOW)).title).toBe('Your service is earning')
  })

  it('does not send a beginner back to key and stake, when the one in view is not staked and another is', () => {
    const state = addingSecond(NOW)
    const early = { ...state, earnings: { ...state.earnings, claimsSettled: 0 } }
    expect(nextLine(checklist(early))?.id).toBe('settled')
  })

  it('sums stakes, unites services, and takes the lowest of the wallets', () => {
    const state = twoSuppliers(NOW)
    expect(lineOf(state, 'staked')).toMatchObject({ state: 'done', facts: { pokt: '119,505', count: 2 } })
    expect(lineOf(state, 'services')).toMatchObject({ state: 'done', facts: { services: 'anvil, eth' } })
    expect(lineOf(state, 'operator-funds')).toMatchObject({ state: 'done', facts: { pokt: '4.1' } })
    expect(lineOf(state, 'operator-key')).toMatchObject({ state: 'done', facts: { names: 'Operator, Operator 2' } })
    expect(homeVerdict(words, state).title).toBe('All 2 services are earning')
  })

  it('takes a wallet that is not known for no empty one, and the stakes that are known for no sum of all', () => {
    const state = twoSuppliers(NOW)
    const { [SECOND]: _second, ...one } = state.balances
    expect(lineOf({ ...state, balances: one }, 'operator-funds')).toMatchObject({ state: 'done', facts: { pokt: '27.02', count: 1 } })
    expect(lineOf({ ...state, balances: {} }, 'operator-funds')).toMatchObject({ state: 'open', text: 'home.check.operatorFundsMissing' })
    const cut = { ...state, suppliers: inList(OPERATOR, OWNER, ['anvil']), leftOut: { suppliers: 1 } }
    expect(lineOf(cut, 'staked')).toMatchObject({ state: 'done', text: 'suppliers.check.stakedAtLeast', facts: { pokt: '59,505' } })
    expect(lineOf(state, 'staked')?.text).toBe('suppliers.check.staked')
  })

  it('names the one in trouble, and leads to it', () => {
    const state = secondInTrouble(NOW)
    expect(lineOf(state, 'operator-funds')).toMatchObject({
      state: 'open',
      facts: { name: 'Operator 2' },
      action: { kind: 'go', supplier: SECOND },
    })
    expect(lineOf(state, 'services')).toMatchObject({ state: 'bad', facts: { services: 'eth' }, action: { supplier: SECOND } })
    const below = { ...state, suppliers: { ...state.suppliers, ...inList(SECOND, OWNER, ['eth'], { status: 'below-minimum' }) } }
    expect(lineOf(below, 'staked')).toMatchObject({ state: 'bad', facts: { name: 'Operator 2' }, action: { supplier: SECOND } })
  })

  it('leads to the one that has nothing to offer yet, and waits for one that starts, without its height where that is not told', () => {
    const two = (status: AppState['supplier']['status'], services: string[]): AppState => {
      const state = addingSecond(NOW)
      const first = inList(OPERATOR, OWNER, services, { status, stakeUpokt: '59505000000' })
      return { ...state, suppliers: { ...state.suppliers, ...first } }
    }
    expect(lineOf(two('staked-no-services', []), 'services')).toMatchObject({ state: 'open', action: { supplier: OPERATOR } })
    expect(lineOf(two('starts-next-session', ['anvil']), 'services')).toMatchObject({
      state: 'busy',
      text: 'suppliers.check.wait',
      action: { supplier: OPERATOR },
    })
  })

  it('leads nobody through a choice who has one supplier', () => {
    const state = serving(NOW)
    const poor = {
      ...state,
      balances: { ...state.balances, [OPERATOR]: { address: OPERATOR, upokt: '0', asOf: { height: HEIGHT, atMs: NOW } } },
    }
    const actions = [...checklist(poor), ...checklist(stakedOnMainnet(NOW))].flatMap(({ action }) =>
      action?.kind === 'go' ? [action] : [],
    )
    expect(actions.length).toBeGreaterThan(2)
    expect(actions.every((action) => action.supplier === undefined)).toBe(true)
  })

  it('the tour counts a stake of any', () => {
    const done = (state: AppState): string[] =>
      tourSteps(state, new Set())
        .filter((step) => step.isDone)
        .map((step) => step.id)
    expect(done(addingSecond(NOW))).toEqual(done(serving(NOW)))
  })
})
