import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { amountProblem } from '#renderer/signing/amount.ts'
import { fates, fatesOf } from '#renderer/features/supplier/discards.ts'
import { failureWords } from '#renderer/features/supplier/RelayResults.tsx'
import {
  endpointProblem,
  servicesWish,
  sharesProblem,
  sumOf,
  type ServiceRow,
  type ShareRow,
} from '#renderer/features/supplier/services-form.ts'
import { intentSteps } from '#renderer/signing/Signing.tsx'
import { startText, words } from '#renderer/text/text.ts'
import { RELAY_FAILURES } from '#main/core/relays/send-relay.ts'
import { requests } from '#shared/api/requests.ts'
import type { AppState, IntentState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { halfway, OPERATOR, OWNER, serving } from './scene.ts'

const MIN = { upokt: 59_500_000_000n, height: 137 }

beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})

describe('a typed amount', () => {
  it.each([
    ['', 'No amount yet'],
    ['abc', 'not a number'],
    ['59,505', 'not a number'],
    ['1e5', 'not a number'],
    ['-5', 'cannot be negative'],
    ['59505.1234567', '6 decimals at most'],
    ['0', 'an amount of nothing'],
    ['59499.999999', 'under the minimum of 59,500'],
  ])('%j is told what is wrong with it', (text, sentence) => {
    expect(amountProblem(words, text, { min: MIN })).toContain(sentence)
  })

  it.each(['59500', ' 59 500 ', '59500 POKT', '59500.000001'])('%j is taken', (text) => {
    expect(amountProblem(words, text, { min: MIN })).toBeNull()
  })

  it('counts the staking fee, and only what is raised above the present stake', () => {
    const wallet = { address: 'Owner', heldUpokt: 59_500_000_000n, extraUpokt: 1n, alreadyUpokt: 0n }
    expect(amountProblem(words, '59500', { min: MIN, wallet })).toContain('Bring 0.000001 POKT')
    expect(amountProblem(words, '59500', { min: MIN, wallet: { ...wallet, heldUpokt: 59_500_000_001n } })).toBeNull()
    expect(
      amountProblem(words, '59505', { min: MIN, wallet: { ...wallet, heldUpokt: 5_000_001n, alreadyUpokt: 59_500_000_000n } }),
    ).toBeNull()
  })
})

describe('services and shares', () => {
  const share = (key: number, address: string, percent: string): ShareRow => ({ key, address, percent })

  it('wants whole percents to different addresses, 100 in all', () => {
    expect(sharesProblem(words, [share(0, OWNER, '99'), share(1, OPERATOR, '1')])).toBeNull()
    expect(sharesProblem(words, [share(0, OWNER, '98'), share(1, OPERATOR, '1')])).toContain('99 %, not 100 %')
    expect(sharesProblem(words, [share(0, OWNER, '50'), share(1, OWNER, '50')])).toContain('listed twice')
    expect(sharesProblem(words, [share(0, OWNER, '99.5'), share(1, OPERATOR, '0')])).toContain('whole percents')
    expect(sharesProblem(words, [share(0, `${OWNER}x`, '100')])).toContain('not a Pocket address')
    expect(sumOf([share(0, OWNER, '80'), share(1, OPERATOR, 'x')])).toBe(80)
  })

  it.each([
    ['', 'not a URL'],
    ['relay.example', 'not a URL'],
    ['ws://127.0.0.1:1', 'does not fit'],
    ['http://me:secret@127.0.0.1:1', 'everybody can read it on chain'],
  ])('endpoint %j is told what is wrong with it', (url, sentence) => {
    expect(endpointProblem(words, url)).toContain(sentence)
  })

  it('makes a wish that the request table takes, of what is ticked alone', () => {
    const row: ServiceRow = {
      id: 'anvil',
      name: 'Anvil',
      endpoints: [{ key: 0, rpcType: 'JSON_RPC', url: ' http://127.0.0.1:8645 ' }],
      shares: [share(0, ` ${OWNER}`, '100')],
      isOn: true,
      hasBackend: true,
      units: '1',
      onChain: null,
    }
    const wish = servicesWish([row, { ...row, id: 'other', isOn: false }], { operatorKeyId: 'k', ownerAddress: OWNER })
    expect(requests['tx.prepare'].input.parse(wish)).toEqual(wish)
    expect(wish.services).toEqual([
      { serviceId: 'anvil', url: 'http://127.0.0.1:8645', rpcType: 'JSON_RPC', revShare: [{ address: OWNER, percent: 100 }] },
    ])
  })
})

describe('what an unstake would discard', () => {
  it('is every open session that settles at or after the next session start, and nothing that is closed', () => {
    const { lanes, height } = serving(0).clock
    const current = lanes.find((lane) => lane.start <= height && height <= lane.end)
    if (!current) throw new Error('the scene has no current session')
    const open = { ...current, stage: 'claimed' as const, relays: '3' }
    const early = { ...open, number: 1, settle: current.end }
    const late = { ...open, number: 2, settle: current.end + 1 }
    const found = fates([current, early, late, { ...late, number: 3, stage: 'settled' }, { ...late, number: 4, relays: '0' }], height)
    expect(found.map((fate) => [fate.lane.number, fate.isDiscarded])).toEqual([
      [current.number, true],
      [1, false],
      [2, true],
    ])
  })

  it('values a session of several suppliers by the claims of the one that leaves, also while another one still has to claim', () => {
    const { lanes, height } = serving(0).clock
    const current = lanes.find((lane) => lane.stage === 'serving')!
    const late = { ...current, relays: '9', claimedUpokt: '700', settle: current.end + 1 }
    const all = fates(
      [
        { ...late, number: 1, end: 1, stage: 'open' },
        { ...late, number: 2, end: 2, stage: 'open' },
        { ...late, number: 3, end: 3, stage: 'claimed' },
      ],
      height,
    )
    const found = fatesOf(all, [{ sessionEndHeight: 2, claimedUpokt: '300' }])
    expect(found.map((fate) => [fate.lane.number, fate.lane.claimedUpokt])).toEqual([
      [1, null],
      [2, '300'],
    ])
  })
})

describe('a refused relay', () => {
  it.each(RELAY_FAILURES)('%s has a sentence', (kind) => {
    expect(failureWords(words, `${kind}: said`)).toMatch(/^[A-Z].+: said$/)
  })

  it('is told in words with what was said, and an unknown one as it came', () => {
    expect(failureWords(words, 'miner-refused: relay_authenticator/1 invalid session')).toBe(
      'The relay miner refused: relay_authenticator/1 invalid session',
    )
    expect(failureWords(words, 'bad-signature')).toBe('The signature is not the supplier’s')
    expect(failureWords(words, 'never-heard-of: it')).toBe('never-heard-of: it')
  })
})

const intent = (fields: Partial<IntentState>): IntentState => ({
  id: 'tx-1',
  kind: 'stake-owner',
  status: 'prepared',
  signerAddress: OWNER,
  facts: { feeUpokt: '200', amountUpokt: '59505000000' },
  txHash: null,
  timeoutHeight: 400,
  includedHeight: null,
  error: null,
  createdAtMs: 1,
  updatedAtMs: 1,
  ...fields,
})

describe('a transaction on its way', () => {
  const states = (fields: Partial<IntentState>): string[] => intentSteps(words, intent(fields)).map((step) => step.state)
  const txHash = 'A'.repeat(64)

  it.each([
    [{ status: 'prepared' as const }, ['done', 'now', 'todo', 'todo']],
    [{ status: 'signed' as const, txHash }, ['done', 'done', 'now', 'todo']],
    [{ status: 'broadcast' as const, txHash }, ['done', 'done', 'done', 'now']],
    [{ status: 'included' as const, txHash, includedHeight: 7 }, ['done', 'done', 'done', 'done']],
    [{ status: 'refused' as const, txHash }, ['done', 'done', 'done', 'failed']],
    [{ status: 'expired' as const, txHash }, ['done', 'done', 'done', 'failed']],
    [{ status: 'discarded' as const }, ['done', 'failed', 'todo', 'todo']],
  ])('%j', (fields, expected) => {
    expect(states(fields)).toEqual(expected)
  })

  it('that one host alone calls not taken waits for a second one, and says not to pay again', () => {
    const text = (fields: Partial<IntentState>) =>
      intentSteps(words, intent({ txHash, facts: { waits: 'second-host' }, ...fields }))[2]?.text
    expect(text({ status: 'signed' })).toContain('Do not pay again')
    expect(text({ status: 'broadcast' })).toContain('one host alone')
    expect(text({ status: 'included', includedHeight: 7 })).toBe('')
    expect(text({ status: 'expired', error: { code: 'tx-unsure', detail: {} } })).toBe('')
  })

  it('is called unpaid only where that is known', () => {
    const last = (code: 'tx-expired' | 'tx-unsure') =>
      intentSteps(words, intent({ status: 'expired', txHash, error: { code, detail: {} } })).at(-1)?.title
    expect(last('tx-expired')).toBe('Expired unpaid')
    expect(last('tx-unsure')).toBe('Not known')
  })
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
  const press = async (name: string): Promise<void> => {
    const found = [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === name)
    if (!found) throw new Error(`no button ${name}`)
    await act(async () => {
      found.click()
      await settle()
    })
  }
  const text = (): string => document.body.textContent ?? ''

  it('asks for one transaction, opens its window without an opener, follows the state, and lets it be discarded', async () => {
    const opened = vi.spyOn(globalThis, 'open').mockReturnValue(null)
    const surfaceUrl = 'http://localhost:1/s/token'
    const link = await show(halfway(Date.now()), '/supplier/stake', {
      'tx.prepare': { intentId: 'tx-1', surfaceUrl, expiresAtMs: 1 },
      'tx.discard': {},
    })
    await press('Review and sign…')
    const sent = link.calls.filter((call) => call.name === 'tx.prepare')
    expect(sent).toHaveLength(1)
    expect(sent[0]?.input).toMatchObject({ kind: 'stake-owner', operatorAddress: OPERATOR })
    expect(opened).toHaveBeenCalledExactlyOnceWith(surfaceUrl, '_blank', 'noopener')
    const put = async (fields: Partial<IntentState>): Promise<void> => {
      const value = intent(fields)
      await act(async () => {
        link.change({ slice: 'intents', id: 'tx-1', value }, { intents: { ...link.state.intents, 'tx-1': value } })
        await settle()
      })
    }
    await put({})
    expect(text()).toContain('Read and sign it')
    expect([...document.querySelectorAll('a')].some((each) => each.href === surfaceUrl && each.rel.includes('noopener'))).toBe(true)
    await put({ status: 'broadcast', txHash: 'B'.repeat(64) })
    expect(text()).toContain('safe to close this page')
    expect(text()).not.toContain('Discard it')
    await put({ status: 'included', txHash: 'B'.repeat(64), includedHeight: 140 })
    expect(text()).toContain('block 140')
    expect(text()).toContain('Offer services…')
  })

  it('does not ask while the amount is wrong', async () => {
    const state = halfway(Date.now())
    const poor = {
      ...state,
      balances: Object.fromEntries(Object.entries(state.balances).map(([key, balance]) => [key, { ...balance, upokt: '1' }])),
    }
    const link = await show(poor, '/supplier/stake')
    expect(text()).toContain('Not sent')
    await press('Review and sign…')
    expect(link.calls.some((call) => call.name === 'tx.prepare')).toBe(false)
  })

  it('ticks the first claim by the chain, not by the height', async () => {
    const state = serving(Date.now())
    const nothingSent = {
      ...state,
      earnings: { ...state.earnings, claimsSettled: 0 },
      clock: { ...state.clock, lanes: state.clock.lanes.map((lane) => ({ ...lane, claimHeight: null, stage: 'idle' as const })) },
    }
    const oldest = Math.min(...state.clock.lanes.map((lane) => lane.start))
    const included = intent({ id: 'tx-s', kind: 'stake-services', status: 'included', txHash: 'C'.repeat(64), includedHeight: oldest - 1 })
    await show({ ...nothingSent, intents: { 'tx-s': included } }, '/supplier/first-session')
    const line = [...document.querySelectorAll('li')].find((each) => each.textContent?.includes('First claim goes out'))
    expect(line?.className).toBe('todo')
  })
})
