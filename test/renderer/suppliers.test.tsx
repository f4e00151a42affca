import { act } from 'react'
import { describe, expect, it } from 'vitest'
import type { AppState, IntentState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { inList } from './in-list.ts'
import { asked, pageStage } from './page-stage.tsx'
import { halfway, OPERATOR, OWNER, serving } from './scene.ts'
import { addingSecond, claimsOfBoth, SECOND, secondInView, twoSuppliers } from './suppliers-scene.ts'
import { choices, chosen, named, options, page, pick, press, refuse, select, showSuppliers, typeKey } from './suppliers-stage.ts'

/** The supplier pages of one who has two suppliers, and of one who has one. */
const NOW = Date.now()
const stage = pageStage()
const show = (state: AppState, path: string, more: Record<string, unknown> = {}): Promise<FakeLink> =>
  showSuppliers(stage, state, path, more)
const ABOUT_ONE = ['', '/stake', '/services', '/first-session', '/test-relays', '/self-test', '/funds', '/manage', '/leave']

describe('with one supplier', () => {
  it.each([...ABOUT_ONE.map((path) => `/supplier${path}`), '/', '/earnings', '/wallet'])('%s is as it was', async (path) => {
    const link = await show(serving(NOW), path)
    expect(options()).toEqual([])
    expect(page()).not.toMatch(/All suppliers|Operator fees, lowest|Stake of Operator|all suppliers/)
    expect(document.querySelector('[data-supplier]')).toBeNull()
    expect(choices(link)).toEqual([])
    for (const input of asked(link, 'earnings.claims')) expect(input).not.toHaveProperty('operatorAddress')
  })

  it('one quiet line leads to a second, once the first is staked', async () => {
    await show(serving(NOW), '/supplier')
    expect(named('Add another supplier…').getAttribute('href')).toBe('#/supplier/add')
    await stage.close()
    await show(halfway(NOW), '/supplier')
    expect(page()).not.toContain('Add another supplier')
  })

  it('a second operator key that nothing was done with leaves Home as it is', async () => {
    await show({ ...addingSecond(NOW), supplier: serving(NOW).supplier }, '/')
    expect(document.querySelector('[data-supplier]')).toBeNull()
    expect(page()).not.toContain('Was fine before')
  })
})

describe('with two suppliers', () => {
  it.each(ABOUT_ONE)('the page /supplier%s says which one it is about', async (path) => {
    await show(twoSuppliers(NOW), `/supplier${path}`)
    expect(options().map((each) => each.textContent)).toEqual([
      expect.stringMatching(/^Operatorpokt19a3t.*Active59,505 POKT staked$/),
      expect.stringMatching(/^Operator 2pokt1h8tq.*Active60,000 POKT staked$/),
    ])
    expect(chosen()).toContain('59,505')
    expect(document.querySelector('[role="listbox"]')?.getAttribute('aria-label')).toBe('Supplier that this page is about')
  })

  it('a click brings the other one into view, and the page is about it', async () => {
    const link = await show(twoSuppliers(NOW), '/supplier')
    await press(options()[1])
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
    expect(chosen()).toContain('60,000')
    expect(page()).toContain('Operator key, Operator 2')
  })

  it('so do arrow and Enter; arrows alone choose nothing', async () => {
    const link = await show(twoSuppliers(NOW), '/supplier')
    await act(async () => options()[0]?.focus())
    await typeKey('ArrowRight')
    expect(document.activeElement).toBe(options()[1])
    expect(choices(link)).toEqual([])
    await typeKey('Enter')
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
  })

  it('while main is asked the other one says so, and a second click asks nothing more', async () => {
    const link = await show(twoSuppliers(NOW), '/supplier')
    link.answers['supplier.choose'] = () => new Promise(() => undefined)
    await press(options()[1])
    expect(options()[1]?.textContent).toContain('On its way')
    expect(chosen()).toContain('59,505')
    await press(options()[1])
    expect(choices(link)).toHaveLength(1)
  })

  it.each([
    ['supplier-absent', 'This supplier is not here any more'],
    ['internal', 'Something went wrong'],
  ] as const)('a refusal (%s) is told, and the one of before stays', async (code, said) => {
    const link = await show(twoSuppliers(NOW), '/supplier')
    refuse(link, 'supplier.choose', code)
    await press(options()[1])
    const alert = document.querySelector('#page [role="alert"]')?.textContent ?? ''
    if (code === 'supplier-absent') expect(alert).toContain(said)
    else expect(alert).toContain(code)
    expect(alert).not.toContain('not staked')
    expect(chosen()).toContain('59,505')
  })

  it('what was typed for one is not there for the other', async () => {
    await show(twoSuppliers(NOW), '/supplier/manage')
    const field = (): HTMLInputElement => document.querySelector<HTMLInputElement>('input[inputmode="decimal"]')!
    await act(async () => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field(), '70000')
      field().dispatchEvent(new Event('input', { bubbles: true }))
      await settle()
    })
    expect(field().value).toBe('70000')
    await press(options()[1])
    expect(field().value).toBe('')
    expect(page()).toContain('60,000')
  })

  it('what is typed stays while the operator is read for the first time', async () => {
    const state = serving(NOW)
    const link = await show({ ...state, supplier: { ...state.supplier, operatorAddress: '' }, suppliers: {} }, '/supplier/manage')
    const field = document.querySelector<HTMLInputElement>('input[inputmode="decimal"]')
    expect(field).not.toBeNull()
    await act(async () => {
      link.change({ slice: 'supplier', value: state.supplier }, { supplier: state.supplier })
      await settle()
    })
    expect(document.querySelector('input[inputmode="decimal"]')).toBe(field)
  })

  it('a transaction under way for one is not taken up by the form of the other', async () => {
    const state = twoSuppliers(NOW)
    const change: IntentState = {
      ...state.intents['i1']!,
      id: 'i2',
      kind: 'change-stake',
      status: 'prepared',
      facts: { operatorAddress: SECOND, ownerAddress: OWNER, amountUpokt: '1' },
      txHash: null,
      includedHeight: null,
    }
    await show({ ...state, intents: { i2: change } }, '/supplier/manage')
    expect(page()).toContain('New total')
    await press(options()[1])
    expect(page()).not.toContain('New total')
  })

  it('the list of transactions names whose each is; going on brings that one into view', async () => {
    const state = twoSuppliers(NOW)
    const unstake: IntentState = {
      ...state.intents['i1']!,
      id: 'i2',
      kind: 'unstake',
      status: 'prepared',
      facts: { operatorAddress: SECOND },
      txHash: null,
      includedHeight: null,
      createdAtMs: NOW,
    }
    const link = await show({ ...state, intents: { ...state.intents, i2: unstake } }, '/supplier')
    expect(document.querySelector('[data-intent="i2"]')?.textContent).toContain('Unstake, Operator 2')
    expect(document.querySelector('[data-intent="i1"]')?.textContent).toContain('Stake by the owner, Operator')
    await press(named('Go on'))
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
    expect(globalThis.location.hash).toBe('#/supplier/leave')
  })

  it('a self-test is asked for the one in view', async () => {
    const link = await show(secondInView(twoSuppliers(NOW)), '/supplier/self-test')
    await press(named('Test on this PC'))
    expect(asked(link, 'selfTest.run')).toEqual([expect.objectContaining({ operatorAddress: SECOND, path: 'loopback' })])
  })

  it('a restart of the relay miner is said to be one for all', async () => {
    await show(secondInView(twoSuppliers(NOW)), '/supplier/services')
    expect(page()).toContain('It serves all your suppliers: they pause together while it restarts.')
    await stage.close()
    await show(serving(NOW), '/supplier/services')
    expect(page()).toContain('drained: no relay is lost')
    expect(page()).not.toContain('It serves all your suppliers')
  })
})

describe('leaving with one of two', () => {
  it('lists the claims of that one alone', async () => {
    const claims = claimsOfBoth(answers(NOW)['earnings.claims'])
    const ofFirst = { ...claims, rows: claims.rows.filter((row) => row.operatorAddress === OPERATOR) }
    const link = await show(secondInView(twoSuppliers(NOW)), '/supplier/leave', { 'earnings.claims': ofFirst })
    expect(asked(link, 'earnings.claims')).toEqual([{ operatorAddress: SECOND, limit: 200 }])
    const rows = (): string[] => [...document.querySelectorAll('#page tbody tr')].map((each) => each.textContent ?? '')
    // Session 13 is claimed, and not by this one; 14 is being served, by whom nobody can say.
    expect(rows()).toEqual([expect.stringMatching(/^14/)])
    await stage.close()
    await show(twoSuppliers(NOW), '/supplier/leave', { 'earnings.claims': ofFirst })
    expect(rows()).toEqual([expect.stringMatching(/^14/), expect.stringMatching(/^13.*0\.2520/)])
  })

  it('refuses relays of that one alone, unless all are wished; where the ingress has one door, all of them', async () => {
    const link = await show(secondInView(twoSuppliers(NOW)), '/supplier/leave')
    const doors = (): string[] => [...select('Until it has left').options].map((each) => each.value)
    expect(doors()).toEqual(['one', 'all'])
    expect(page()).toContain('Your other suppliers go on')
    await press(named('Leave safely…'))
    await pick(select('Until it has left'), 'all')
    expect(page()).toContain('get no relays either')
    await press(named('Leave safely…'))
    const wish = { keyId: 'k3', operatorAddress: SECOND }
    expect(asked(link, 'leave.begin')).toEqual([
      { ...wish, door: 'one' },
      { ...wish, door: 'all' },
    ])
    await stage.close()
    const state = secondInView(twoSuppliers(NOW))
    const keys = Object.fromEntries(Object.entries(state.keys).map(([id, key]) => [id, { ...key, network: 'practice' as const }]))
    await show({ ...state, app: { ...state.app, network: 'practice' }, keys }, '/supplier/leave')
    expect(doors()).toEqual(['all', 'none'])
    // Relays over WebSocket do not say whose they are.
    await stage.close()
    const services = state.supplier.services.map((service) => ({
      ...service,
      endpoints: service.endpoints.map((endpoint) => ({ ...endpoint, rpcType: 'WEBSOCKET' })),
    }))
    expect(services.length).toBeGreaterThan(0)
    await show({ ...state, supplier: { ...state.supplier, services } }, '/supplier/leave')
    expect(doors()).toEqual(['all', 'none'])
  })

  it('asks for what it always did where there is one', async () => {
    const link = await show(serving(NOW), '/supplier/leave')
    await press(named('Leave safely…'))
    expect(Object.keys(asked(link, 'leave.begin')[0] as object)).toEqual(['keyId', 'operatorAddress'])
    expect(page()).not.toContain('Until it has left')
  })

  it('goes one at a time', async () => {
    const state = twoSuppliers(NOW)
    const plan: AppState['tasks'][string] = {
      id: 'safe-unstake',
      kind: 'safe-unstake',
      status: 'running',
      startedAtMs: NOW,
      endedAtMs: null,
      cancellable: true,
      steps: [],
      pulls: [],
      done: 0,
      total: 5,
      lastLine: '',
      facts: { step: 'stop-relays', operatorAddress: SECOND },
      error: null,
    }
    const link = await show({ ...state, tasks: { 'safe-unstake': plan } }, '/supplier/leave')
    expect(page()).toContain('Operator 2 is leaving')
    expect(page()).not.toContain('Leave safely…')
    expect(page()).not.toContain('Stay after all')
    await press(named('Open Operator 2'))
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
    expect(page()).toContain('Stay after all')
  })
})

describe('one more supplier', () => {
  it('says what it takes, then its key is made, waits for the chain, comes into view and leads to its stake', async () => {
    const link = await show(serving(NOW), '/supplier/add', { 'keys.open': { surfaceUrl: 'http://127.0.0.1:1/x' } })
    for (const said of ['at least 59,500 POKT', 'drained: no relay is lost', 'drawn twice as often', 'may be the same'])
      expect(page()).toContain(said)
    await press(named('Make its operator key…'))
    expect(document.querySelector<HTMLInputElement>('[role="dialog"] input')?.value).toBe('Operator 2')
    globalThis.open = () => null
    await press(named('Open the key window'))
    expect(asked(link, 'keys.open')).toEqual([{ name: 'Operator 2', role: 'operator', mode: 'make' }])
    const made = { ...twoSuppliers(NOW).keys['k3']!, wordsConfirmedAtMs: Date.now() }
    await act(async () => {
      link.change({ slice: 'keys', id: 'k3', value: made }, { keys: { ...link.state.keys, k3: made } })
      await settle()
    })
    await press(named('Done'))
    expect(page()).toContain('Hearth looks its address up')
    expect(choices(link)).toEqual([])
    const suppliers = { ...link.state.suppliers, ...inList(SECOND, OWNER, []) }
    await act(async () => {
      link.change({ slice: 'suppliers', id: SECOND, value: suppliers[SECOND] }, { suppliers })
      await settle()
    })
    await act(settle)
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
    expect(globalThis.location.hash).toBe('#/supplier')
    expect(page()).toContain('Get Operator 2 staked')
  })

  it('an operator key that is here without a stake is offered first', async () => {
    const state = { ...addingSecond(NOW), supplier: serving(NOW).supplier }
    const link = await show(state, '/supplier/add')
    const button = [...document.querySelectorAll('button')].find((each) => each.textContent?.startsWith('Go on with Operator 2'))
    await press(button)
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
    expect(globalThis.location.hash).toBe('#/supplier')
  })

  it('comes after the first: before that the page says so', async () => {
    await show(halfway(NOW), '/supplier/add')
    expect(page()).toContain('Stake the first one before')
    expect(page()).not.toContain('Make its operator key')
  })

  it('its way to the stake stands on its page: money of the owner and for fees, from the faucet, to its own addresses', async () => {
    await show(addingSecond(NOW), '/supplier')
    expect(page()).toContain('Operator 2 is not staked yet')
    expect(page()).not.toContain('You are not a supplier yet')
    const lines = [...document.querySelectorAll('[data-begin]')].map(
      (each) => `${each.getAttribute('data-begin')} ${each.getAttribute('data-state')}`,
    )
    expect(lines).toEqual(['key done', 'owner open', 'fees open', 'stake open'])
    await stage.close()
    const link = await show(addingSecond(NOW), '/supplier/funds?for=operator')
    await press(named('Get test POKT'))
    expect(asked(link, 'faucet.request')).toEqual([{ address: SECOND, amountPokt: '100' }])
  })

  it('a balance that is not known is called so, and keeps nobody from the stake', async () => {
    const unread = { ...addingSecond(NOW), balances: {} }
    await show(unread, '/supplier')
    const textOf = (line: string): string => document.querySelector(`[data-begin="${line}"]`)?.textContent ?? ''
    expect(textOf('owner')).toContain('what Owner holds is not known yet')
    expect(textOf('fees')).toContain('what its wallet holds is not known yet')
    await stage.close()
    const link = await show(unread, '/supplier/stake', { 'tx.prepare': { intentId: 'i7', surfaceUrl: '' } })
    expect(page()).not.toContain('holds 0')
    await press(named('Review and sign…'))
    expect(asked(link, 'tx.prepare')).toHaveLength(1)
  })

  it('its stake is prepared for its own operator, by the owner of the first unless another is chosen', async () => {
    const state = addingSecond(NOW)
    const other = { ...state.keys['k1']!, id: 'k9', name: 'Savings', address: 'pokt1savings', createdAtMs: NOW }
    const rich = { address: OWNER, upokt: '90000000000', asOf: { height: 137, atMs: NOW } }
    const balances = { ...state.balances, [OWNER]: rich, [other.address]: { ...rich, address: other.address } }
    const two = { ...state, keys: { k9: other, ...state.keys }, balances, supplier: { ...state.supplier, ownerAddress: other.address } }
    const link = await show(two, '/supplier/stake', { 'tx.prepare': { intentId: 'i7', surfaceUrl: '' } })
    await press(named('Review and sign…'))
    expect(asked(link, 'tx.prepare')).toEqual([
      { kind: 'stake-owner', ownerKeyId: 'k1', operatorAddress: SECOND, amountPokt: expect.stringContaining('59') },
    ])
    await pick(select('Owner'), 'k9')
    await press(named('Review and sign…'))
    expect(asked(link, 'tx.prepare')[1]).toMatchObject({ ownerKeyId: 'k9', operatorAddress: SECOND })
  })
})
