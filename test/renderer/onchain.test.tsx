import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { limitProblem } from '#renderer/features/onchain/money.ts'
import { draftProblems } from '#renderer/features/onchain/OwnServices.tsx'
import { startText, words } from '#renderer/text/text.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'
import type { AppState, IntentState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { HEIGHT, OPERATOR, OWNER, serving } from './scene.ts'

const MORSE = '1325B850C2871916EAE203F0EFC3C8987F64E5E3'
let root: Root | undefined
let box: HTMLElement

beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})
beforeEach(() => {
  box = document.createElement('div')
  document.body.append(box)
  vi.spyOn(globalThis, 'open').mockReturnValue(null)
})
afterEach(async () => {
  await act(async () => root?.unmount())
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const scene = (change: (state: AppState) => AppState = (state) => state): AppState => {
  const state = serving(Date.now())
  const key = (id: string, role: 'owner' | 'operator', address: string): AppState['keys'][string] => ({
    id,
    kind: 'key',
    role,
    name: role === 'owner' ? 'Owner' : 'Operator',
    network: 'local',
    address,
    wordsConfirmedAtMs: 1,
    createdAtMs: 1,
    fenced: null,
  })
  return change({
    ...state,
    app: { ...state.app, network: 'local' },
    keys: { own: key('own', 'owner', OWNER), op: key('op', 'operator', OPERATOR) },
    supplier: { ...state.supplier, ownerAddress: OWNER, operatorAddress: OPERATOR },
  })
}
const show = async (hash: string, state = scene(), change: (link: FakeLink) => void = () => undefined): Promise<FakeLink> => {
  globalThis.location.hash = hash
  const link = fakeLink(state)
  for (const [name, value] of Object.entries(answers(Date.now()))) link.answers[name] = () => ({ ok: true, value })
  link.answers['tx.prepare'] = () => ({ ok: true, value: { intentId: 'tx-1', surfaceUrl: 'http://x/1', expiresAtMs: 1 } })
  change(link)
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const text = (): string => document.body.textContent ?? ''
const form = (name: string): HTMLFormElement => {
  const found = document.querySelector<HTMLFormElement>(`form[aria-label="${name}"]`)
  if (!found) throw new Error(`no form ${name}`)
  return found
}
const control = (where: HTMLElement, label: string): HTMLInputElement | HTMLSelectElement => {
  const found = [...where.querySelectorAll('label')].find((each) => each.textContent === label)
  const field = document.getElementById(found?.htmlFor ?? '')
  if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) throw new Error(`no field ${label}`)
  return field
}
const fill = async (where: HTMLElement, label: string, value: string): Promise<void> => {
  const field = control(where, label)
  await act(async () => {
    const prototype = field instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value)
    field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
    await settle()
  })
}
const submitOf = (where: HTMLElement): HTMLButtonElement => {
  const found = where.querySelector<HTMLButtonElement>('button[type=submit]')
  if (!found) throw new Error('no button')
  return found
}
const press = async (button: HTMLButtonElement): Promise<void> => {
  await act(async () => {
    button.click()
    await settle()
  })
}
/** The wish that was asked for, as the request table takes it. */
const wishOf = (link: FakeLink): unknown => {
  const asked = link.calls.filter((call) => call.name === 'tx.prepare')
  expect(asked).toHaveLength(1)
  return requests['tx.prepare'].input.parse(asked[0]?.input)
}

it('the made-up answers are what the request table gives', () => {
  const given = answers(Date.now())
  for (const name of ['roles.services', 'roles.applications', 'roles.gateways', 'roles.morse', 'supplier.record'] satisfies RequestName[])
    expect(() => requests[name].output.parse(given[name]), name).not.toThrow()
})

describe('every page', () => {
  const pages = ['services', 'applications', 'gateways', 'morse'] as const
  it.each(pages)('%s says what it is, for whom, and what it costs at which height', async (area) => {
    await show(`/supplier/more/${area}`)
    expect(text()).toContain(words(`onchain.${area}.heading`))
    expect(text()).toContain(words(`onchain.${area}.whoText`))
    expect(text()).toContain('What it costs')
    expect(text()).toContain(`Read from the chain at block ${HEIGHT}`)
  })
  it.each(pages)('%s invents no figure while the chain cannot be read', async (area) => {
    const link = await show(
      `/supplier/more/${area}`,
      scene((state) => ({ ...state, chain: { ...state.chain, status: 'unreachable' as const } })),
    )
    expect(link.calls.some((call) => call.name === `roles.${area}`)).toBe(false)
    expect(text()).toContain('Waiting for the chain')
    expect(document.querySelector('form')).toBeNull()
  })
  it.each(pages)('%s says why when reading fails', async (area) => {
    await show(`/supplier/more/${area}`, scene(), (link) => {
      link.answers[`roles.${area}`] = () => ({ ok: false, error: { code: 'chain-unreachable', detail: { reason: 'x' }, ref: '' } })
    })
    expect(text()).toContain('chain-unreachable')
    expect(document.querySelector('form')).toBeNull()
  })
  it.each(pages)('%s keeps what was read when the chain goes, marks it, and signs nothing', async (area) => {
    const link = await show(`/supplier/more/${area}`)
    await act(async () => {
      const chain = { ...link.state.chain, status: 'unreachable' as const }
      link.change({ slice: 'chain', value: chain }, { chain })
      await settle()
    })
    expect(text()).toContain(`What stands here was read at block ${HEIGHT}`)
    for (const each of document.querySelectorAll<HTMLElement>('form')) {
      const button = submitOf(each)
      if (each.getAttribute('aria-label') !== 'Look an old address up')
        expect(button.disabled || button.hasAttribute('data-disabled')).toBe(true)
    }
  })
  it('without a key says where to make one, and offers nothing to sign', async () => {
    await show(
      '/supplier/more/gateways',
      scene((state) => ({ ...state, keys: {} })),
    )
    expect(text()).toContain('No key of this network can sign yet')
    expect(submitOf(form('Stake or raise')).disabled).toBe(true)
  })
})

describe('services', () => {
  it('tell what is wrong with an id, a name and the costs as the core would', () => {
    const value = { taken: ['anvil'], maxComputeUnits: '2097152' }
    const fine = { id: 'mine', name: 'My service', units: '1' }
    expect(Object.values(draftProblems(words, fine, value))).toEqual([null, null, null])
    expect(draftProblems(words, { ...fine, id: 'anvil' }, value).id).toContain('somebody else')
    expect(draftProblems(words, { ...fine, id: 'a b' }, value).id).toContain('42 letters')
    expect(draftProblems(words, { ...fine, name: 'Ä' }, value).name).toContain('Only letters')
    for (const units of ['0', '2097153', '1.5', '-1', 'x'])
      expect(draftProblems(words, { ...fine, units }, value).units, units).toContain('2,097,152')
    expect(draftProblems(words, { ...fine, units: '2097152' }, value).units).toBeNull()
  })
  it('one of one’s own is changed by its owner alone, as it was written down', async () => {
    const link = await show('/supplier/more/services')
    await press(
      [...document.querySelectorAll('button')].find(
        (each) => each.getAttribute('aria-label') === 'Change oakroom_chain',
      ) as HTMLButtonElement,
    )
    const add = form('Add or change a service')
    expect([...(control(add, 'Sign with') as HTMLSelectElement).options].map((option) => option.text)).toEqual(['Owner'])
    await fill(add, 'Compute units a relay', '1300')
    await press(submitOf(add))
    expect(wishOf(link)).toEqual({
      kind: 'add-service',
      keyId: 'own',
      serviceId: 'oakroom_chain',
      name: 'Oakroom chain',
      computeUnits: '1300',
    })
  })
  it('a new one that the wallet cannot pay is told before anything is asked', async () => {
    await show(
      '/supplier/more/services',
      scene((state) => ({
        ...state,
        balances: Object.fromEntries(Object.entries(state.balances).map(([address, each]) => [address, { ...each, upokt: '1000000000' }])),
      })),
    )
    const add = form('Add or change a service')
    await fill(add, 'Id', 'fresh')
    // Exactly the fee is not enough.
    expect(add.textContent).toContain('1,000')
    expect(add.querySelector('[role=alert]')?.textContent).toMatch(/more|missing|needs/i)
  })
})

describe('applications', () => {
  it('put the supplier’s operator last, and want a stake that grows', async () => {
    const link = await show('/supplier/more/applications')
    const stake = form('Stake or raise')
    expect([...(control(stake, 'Sign with') as HTMLSelectElement).options].map((option) => option.text)).toHaveLength(2)
    await fill(stake, 'Stake in total', '1999.718180')
    expect(submitOf(stake).disabled || submitOf(stake).hasAttribute('data-disabled')).toBe(true)
    await fill(stake, 'Stake in total', '2000')
    await fill(stake, 'Most that one session may spend (may stay empty)', '0')
    await press(submitOf(stake))
    expect(wishOf(link)).toEqual({ kind: 'stake-application', keyId: 'own', serviceId: 'anvil', amountPokt: '2000', spendLimitPokt: '0' })
  })
  it('a limit is left out, 0, or at least the smallest', () => {
    for (const fine of ['', ' ', '0', '00', '1', '5.5']) expect(limitProblem(words, fine, 1_000_000n, 7), fine).toBeNull()
    for (const bad of ['0.5', 'x', '-1', '0.0']) expect(limitProblem(words, bad, 1_000_000n, 7), bad).not.toBeNull()
  })
  it('end a delegation that is there', async () => {
    const link = await show('/supplier/more/applications')
    await press(submitOf(form('End a delegation')))
    expect(wishOf(link)).toEqual({ kind: 'undelegate', keyId: 'own', gatewayAddress: 'pokt15ynykl3rrlq7k296c8qye4zp43s9ska0de4c2a' })
  })
  it('a delegation to a gateway that is not listed takes a typed address', async () => {
    const link = await show('/supplier/more/applications')
    const delegate = form('Delegate to a gateway')
    // The only listed one is in use already.
    await fill(delegate, 'Address of the gateway', ` ${OPERATOR} `)
    await press(submitOf(delegate))
    expect(wishOf(link)).toEqual({ kind: 'delegate', keyId: 'own', gatewayAddress: OPERATOR })
  })
})

describe('after the block', () => {
  const included = (fields: Partial<IntentState> = {}): IntentState => ({
    id: 'tx-1',
    kind: 'stake-gateway',
    status: 'included',
    signerAddress: OWNER,
    facts: { amountUpokt: '5000000000', feeUpokt: '200' },
    txHash: 'AB'.repeat(32),
    timeoutHeight: 400,
    includedHeight: HEIGHT,
    error: null,
    createdAtMs: 1,
    updatedAtMs: 1,
    ...fields,
  })
  const stakedTo = async (amountUpokt: string, includedHeight: number): Promise<FakeLink> => {
    const link = await show('/supplier/more/gateways')
    await fill(form('Stake or raise'), 'Stake in total', '5001')
    await press(submitOf(form('Stake or raise')))
    await act(async () => {
      const intent = included({ facts: { amountUpokt, feeUpokt: '200' }, includedHeight })
      link.change({ slice: 'intents', value: { 'tx-1': intent } }, { intents: { 'tx-1': intent } })
      await settle()
    })
    await act(settle)
    return link
  }
  it('the chain’s record is read again and compared with what was signed', async () => {
    const link = await stakedTo('5000000000', HEIGHT)
    expect(link.calls.filter((call) => call.name === 'roles.gateways').length).toBeGreaterThan(1)
    expect(text()).toContain(`Read back at block ${HEIGHT}: the chain says what you signed.`)
  })
  it('an older answer is not taken for it', async () => {
    await stakedTo('5000000000', HEIGHT + 1)
    expect(text()).toContain('Reading the chain’s record back')
    expect(text()).not.toContain('says what you signed')
  })
  it('another record than was signed is said', async () => {
    await stakedTo('5001000000', HEIGHT - 2)
    expect(text()).toContain('is another than you signed')
  })
})

describe('Morse', () => {
  const withOldKey = (state: AppState): AppState => ({
    ...state,
    keys: {
      ...state.keys,
      old: { ...(state.keys['own'] as AppState['keys'][string]), id: 'old', kind: 'morse', role: 'morse', name: 'Old', address: MORSE },
    },
  })
  const worth = (link: FakeLink, found: Record<string, unknown>): void => {
    const base = answers(0)['roles.morse'] as { accounts: { found: object }[] }
    const account = { morseAddress: MORSE, found: { ...base.accounts[0]?.found, ...found } }
    link.answers['roles.morse'] = () => ({ ok: true, value: { ...base, accounts: [account] } })
  }
  it('without an old key tells how to bring one', async () => {
    await show('/supplier/more/morse')
    expect(text()).toContain('No Morse key in this vault')
    expect(document.querySelector('form[aria-label="Claim an account"]')).toBeNull()
  })
  it('claims an account to the signer unless told otherwise', async () => {
    const link = await show('/supplier/more/morse', scene(withOldKey), (made) => worth(made, {}))
    expect(link.calls.find((call) => call.name === 'roles.morse')?.input).toEqual({ morseAddresses: [MORSE] })
    expect(text()).toContain('1,234.56789')
    const claim = form('Claim an account')
    const signer = (control(claim, 'Sign with') as HTMLSelectElement).value
    await press(submitOf(claim))
    expect(wishOf(link)).toEqual({
      kind: 'claim-morse-account',
      keyId: signer,
      morseKeyId: 'old',
      toAddress: signer === 'own' ? OWNER : OPERATOR,
    })
  })
  it('claims a node with the operator’s key, all pay to the owner', async () => {
    const link = await show('/supplier/more/morse', scene(withOldKey), (made) => worth(made, { supplierStakeUpokt: '60000000000' }))
    await press(submitOf(form('Claim a node as a supplier')))
    expect(wishOf(link)).toEqual({
      kind: 'claim-morse-supplier',
      keyId: 'op',
      morseKeyId: 'old',
      ownerAddress: OWNER,
      operatorAddress: OPERATOR,
      services: [{ serviceId: 'anvil', url: 'http://127.0.0.1:8645', rpcType: 'JSON_RPC', revShare: [{ address: OWNER, percent: 100 }] }],
    })
  })
  it('claims an application for one service, to the signer unless told otherwise; an account it is not', async () => {
    const link = await show('/supplier/more/morse', scene(withOldKey), (made) => worth(made, { applicationStakeUpokt: '2000000000' }))
    expect(form('Claim an account').textContent).toContain('was an application')
    const account = submitOf(form('Claim an account'))
    expect(account.disabled || account.hasAttribute('data-disabled')).toBe(true)
    expect(form('Claim an application').textContent).not.toContain('less than the minimum')
    const signer = (control(form('Claim an application'), 'Sign with') as HTMLSelectElement).value
    await press(submitOf(form('Claim an application')))
    expect(wishOf(link)).toEqual({
      kind: 'claim-morse-application',
      keyId: signer,
      morseKeyId: 'old',
      toAddress: signer === 'own' ? OWNER : OPERATOR,
      serviceId: 'anvil',
    })
  })
  it('an application below the minimum of now says what becomes of it', async () => {
    await show('/supplier/more/morse', scene(withOldKey), (made) => worth(made, { applicationStakeUpokt: '999999999' }))
    expect(form('Claim an application').textContent).toContain('less than the minimum of now, 1,000 POKT')
  })
  it('without an old application its form is not there', async () => {
    await show('/supplier/more/morse', scene(withOldKey), (made) => worth(made, {}))
    expect(document.querySelector('form[aria-label="Claim an application"]')).toBeNull()
  })
  it('what is claimed already, or was no node, is not claimed again', async () => {
    await show('/supplier/more/morse', scene(withOldKey), (made) => worth(made, { claimedAtHeight: 26, claimedBy: OWNER }))
    expect(text()).toContain('claimed at block 26')
    for (const name of ['Claim an account', 'Claim a node as a supplier']) {
      const button = submitOf(form(name))
      expect(button.disabled || button.hasAttribute('data-disabled'), name).toBe(true)
    }
  })
  it('a node below the minimum of now says that its stake is paid out', async () => {
    await show('/supplier/more/morse', scene(withOldKey), (made) => worth(made, { supplierStakeUpokt: '59499999999' }))
    expect(form('Claim a node as a supplier').textContent).toContain('paid to the owner instead of staked')
  })
})
