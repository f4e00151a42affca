import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { errorText } from '#renderer/text/errors.ts'
import { en } from '#renderer/text/en.ts'
import { hasKey, keyed, startText, words } from '#renderer/text/text.ts'
import { DANGERS } from '#shared/model/danger.ts'
import { ownChangeSchema } from '#shared/api/health.ts'
import { REFUSALS } from '#shared/model/refusals.ts'
import { intentKindSchema } from '#shared/model/intent.ts'
import type { AppState, IntentState, TaskState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { OPERATOR, OWNER, serving } from './scene.ts'
import { watchSaves } from './watch-saves.ts'

beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})

describe('words', () => {
  it.each(REFUSALS)('a refusal %s has its own sentence and next step', (reason) => {
    const { text, next } = errorText(words, { code: 'tx-refused', detail: { reason, log: 'the chain’s words' } })
    expect(text).not.toBe(words('errors.tx-refused.text', { log: 'the chain’s words' }))
    for (const sentence of [text, next]) expect(sentence).toMatch(/^[A-Z].{8,}\.?$/)
    expect(`${text} ${next}`).not.toMatch(/[{}]/)
  })
  it.each(DANGERS)('a danger %s has a sentence', (key) => {
    expect(hasKey('dangers', key)).toBe(true)
    const facts = { claims: '2', upokt: '5000000', settleHeight: '40', ownerAddress: OWNER, services: 'anvil', height: '31' }
    expect(keyed(words, 'dangers', key, facts)).toMatch(/^\S.{10,}\.$/)
  })
  it('tells one claim from several', () => {
    const facts = { upokt: '5000000', settleHeight: '40' }
    expect(keyed(words, 'dangers', 'open-claims-discarded', { ...facts, claims: '1' })).toMatch(/^1 claim of 5 POKT/)
    expect(keyed(words, 'dangers', 'open-claims-discarded', { ...facts, claims: '2' })).toMatch(/^2 claims of 5 POKT/)
  })
  it('every change of an own address has a title, an alarm, and what can still be done', () => {
    for (const kind of ownChangeSchema.shape.kind.options) {
      expect(hasKey('ownChanges', kind), kind).toBe(true)
      expect(hasKey('attention', `own-${kind}`), kind).toBe(true)
      expect(Object.keys(en.attentionMore), kind).toContain(`own-${kind}`)
    }
  })
  it('every transaction has a name', () => {
    for (const kind of intentKindSchema.options) {
      expect(Object.keys(en.supplier.intents.kind)).toContain(kind)
      expect(Object.keys(en.intentKinds)).toContain(kind)
    }
  })
})

const intent = (fields: Partial<IntentState>): IntentState => ({
  id: 'tx-1',
  kind: 'unstake',
  status: 'prepared',
  signerAddress: OWNER,
  facts: { feeUpokt: '200' },
  txHash: null,
  timeoutHeight: 400,
  includedHeight: null,
  error: null,
  createdAtMs: 1,
  updatedAtMs: 1,
  ...fields,
})

describe('the pages', () => {
  let root: Root | undefined
  let box: HTMLElement
  beforeEach(() => {
    box = document.createElement('div')
    document.body.append(box)
  })
  afterEach(async () => {
    await act(async () => root?.unmount())
    document.body.replaceChildren()
    vi.restoreAllMocks()
  })
  const show = async (state: AppState, hash: string, more: Record<string, unknown> = {}): Promise<FakeLink> => {
    globalThis.location.hash = hash
    const link = fakeLink(state)
    for (const [name, value] of Object.entries({ ...answers(Date.now()), ...more })) link.answers[name] = () => ({ ok: true, value })
    root = createRoot(box)
    await act(async () => {
      root?.render(<App bridge={bridgeOver(link)} />)
      await settle()
    })
    await act(settle)
    return link
  }
  const button = (name: string): HTMLButtonElement => {
    const found = [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === name)
    if (!found)
      throw new Error(`no button ${name} among ${[...document.querySelectorAll('button')].map((each) => each.textContent).join(' | ')}`)
    return found
  }
  const press = async (name: string): Promise<void> => {
    await act(async () => {
      button(name).click()
      await settle()
    })
  }
  const type = async (label: string, value: string): Promise<void> => {
    const found = [...document.querySelectorAll('label')].find((each) => each.textContent === label)
    const field = document.getElementById(found?.htmlFor ?? '') as HTMLInputElement | HTMLTextAreaElement
    await act(async () => {
      const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype
      Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value)
      field.dispatchEvent(new Event('input', { bubbles: true }))
      await settle()
    })
  }
  const text = (): string => document.body.textContent ?? ''
  const sent = (link: FakeLink, name: string): unknown[] => link.calls.filter((call) => call.name === name).map((call) => call.input)
  const withOwner = (state: AppState): AppState => ({
    ...state,
    supplier: { ...state.supplier, ownerAddress: OWNER, operatorAddress: OPERATOR },
  })

  it('says the dangers of what waits for a signature', async () => {
    const state = withOwner(serving(Date.now()))
    const waiting = intent({
      dangers: [{ key: 'open-claims-discarded', level: 'bad', facts: { claims: '3', upokt: '7000000', settleHeight: '40' } }],
    })
    await show({ ...state, intents: { 'tx-1': waiting } }, '/supplier/leave')
    expect(text()).toContain('3 claims of 7 POKT would be thrown away unpaid')
    expect(text()).toContain('Open the confirm window')
  })

  it('gives a wallet outside what it signs, and takes what it gave back', async () => {
    const state = withOwner(serving(Date.now()))
    const given = {
      unsignedJson: '{"body":{}}',
      directBase64: 'AAAA',
      aminoJson: '{"msgs":[]}',
      chainId: 'hearth-local-1',
      accountNumber: '4',
      sequence: '2',
      signerAddress: OWNER,
      timeoutHeight: 400,
    }
    const link = await show({ ...state, intents: { 'tx-1': intent({ facts: { outside: 'yes' } }) } }, '/supplier/leave', {
      'tx.export': given,
      'tx.import': {},
    })
    expect(text()).toContain('Sign with your own wallet')
    expect(text()).toContain(`pocketd tx sign hearth-unsigned.json --from ${OWNER} --chain-id hearth-local-1`)
    expect(text()).toContain('--offline --account-number 4 --sequence 2')
    expect(text()).not.toContain('Open the confirm window')
    const saved = watchSaves()
    await press(en.supplier.sign.outsideSave)
    expect(await saved()).toEqual([{ name: 'hearth-unsigned.json', text: given.unsignedJson }])
    expect(button('Check and send').disabled).toBe(true)
    await type('What your wallet gave back', 'signed bytes')
    await press('Check and send')
    expect(sent(link, 'tx.import')).toEqual([{ intentId: 'tx-1', text: 'signed bytes' }])
  })

  it('changes a stake, and gives it to another owner', async () => {
    vi.spyOn(globalThis, 'open').mockReturnValue(null)
    const link = await show(withOwner(serving(Date.now())), '/supplier/manage', {
      'tx.prepare': { intentId: 'tx-9', surfaceUrl: 'http://localhost:1/s/x', expiresAtMs: 1 },
    })
    await type('New total', '60000')
    await press('Change the stake…')
    await type('New owner', OPERATOR)
    await press('Give to another owner…')
    expect(sent(link, 'tx.prepare')).toMatchObject([
      { kind: 'change-stake', operatorAddress: OPERATOR, amountPokt: '60000' },
      { kind: 'change-owner', operatorAddress: OPERATOR, newOwnerAddress: OPERATOR },
    ])
  })

  it('offers the rescue of a stuck stake, and the way back out of an unstake', async () => {
    const state = withOwner(serving(Date.now()))
    vi.spyOn(globalThis, 'open').mockReturnValue(null)
    const prepared = { 'tx.prepare': { intentId: 'tx-9', surfaceUrl: '', expiresAtMs: 1 } }
    const stuck = { ...state, supplier: { ...state.supplier, status: 'below-minimum' as const, stakeUpokt: '59498000000' } }
    const link = await show(stuck, '/supplier/manage', prepared)
    // To the stake that is suggested, not only to the minimum: what the button says is what is paid.
    const { suggestedStakeUpokt } = answers(Date.now())['supplier.options'] as { suggestedStakeUpokt: string }
    await press(`Rescue with ${(BigInt(suggestedStakeUpokt) - 59_498_000_000n) / 1_000_000n} POKT…`)
    expect(sent(link, 'tx.prepare')).toMatchObject([{ kind: 'rescue', operatorAddress: OPERATOR }])
    await act(async () => root?.unmount())
    const leaving = { ...state, supplier: { ...state.supplier, status: 'unstaking' as const, unbondingEndHeight: 900 } }
    const second = await show(leaving, '/supplier/leave', prepared)
    await press('Take the unstake back…')
    expect(sent(second, 'tx.prepare')).toMatchObject([{ kind: 'cancel-unstake', operatorAddress: OPERATOR }])
  })

  const plan = (fields: Partial<TaskState>): TaskState => ({
    id: 'safe-unstake',
    kind: 'safe-unstake',
    status: 'running',
    startedAtMs: 1,
    endedAtMs: null,
    cancellable: true,
    steps: ['stop-relays', 'last-session', 'last-settlement', 'sign-unstake', 'unstake-included'].map((key, index) => ({
      key,
      status: index < 3 ? ('done' as const) : index === 3 ? ('running' as const) : ('waiting' as const),
      startedAtMs: null,
      endedAtMs: null,
      facts: {},
    })),
    pulls: [],
    done: 3,
    total: 5,
    lastLine: '',
    facts: { step: 'sign-unstake', intentId: '' },
    error: null,
    ...fields,
  })

  it('leaves safely: begins, shows its steps, asks for the one signature, and can be taken back', async () => {
    const opened = vi.spyOn(globalThis, 'open').mockReturnValue(null)
    const state = withOwner(serving(Date.now()))
    const asked = { intentId: 'tx-2', surfaceUrl: 'http://localhost:1/s/y', expiresAtMs: 1 }
    const link = await show(state, '/supplier/leave', { 'leave.begin': {}, 'leave.sign': asked, 'leave.cancel': {} })
    await press('Leave safely…')
    expect(sent(link, 'leave.begin')).toHaveLength(1)
    await act(async () => {
      link.change({ slice: 'tasks', id: 'safe-unstake', value: plan({}) }, { tasks: { 'safe-unstake': plan({}) } })
      await settle()
    })
    expect(text()).toContain('Wait until every claim has settled')
    expect(text()).not.toContain('Leave safely…')
    await press('Sign the unstake…')
    expect(opened).toHaveBeenCalledExactlyOnceWith(asked.surfaceUrl, '_blank', 'noopener')
    await press('Stay after all')
    expect(sent(link, 'leave.cancel')).toHaveLength(1)
  })

  it('lists what Hearth did not send until the user says that it was them', async () => {
    const state = withOwner(serving(Date.now()))
    const changes: AppState['health']['ownChanges'] = [
      { id: 'a', kind: 'sent', facts: { address: OWNER, upokt: '5000000' }, hash: 'A'.repeat(64), height: 90, atMs: 1 },
      {
        id: 'b',
        kind: 'owner-changed',
        facts: { newOwnerAddress: OPERATOR, ownerAddress: OWNER },
        hash: null,
        height: 91,
        atMs: 1,
      },
    ]
    const link = await show({ ...state, health: { ...state.health, ownChanges: changes } }, '/supplier', { 'ownChanges.seen': {} })
    expect(text()).toContain('Not sent by Hearth')
    expect(text()).toContain('5 POKT sent from')
    expect(text()).toContain('move what is left to a new address now')
    await press('All of these were me')
    expect(sent(link, 'ownChanges.seen')).toEqual([{ ids: ['a', 'b'] }])
  })
})
