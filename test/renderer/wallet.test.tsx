import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import jsQR from 'jsqr'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { percentText } from '#renderer/features/rules/rule-words.ts'
import { placeOf } from '#renderer/features/wallet/RunwayLine.tsx'
import { startText } from '#renderer/text/text.ts'
import type { AppState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { OPERATOR, OWNER, serving } from './scene.ts'
import { EXCHANGE } from './wallet-scene.ts'

let root: Root | undefined
let box: HTMLElement

beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})
beforeEach(() => {
  box = document.createElement('div')
  document.body.append(box)
})
afterEach(async () => {
  await act(async () => root?.unmount())
  document.body.replaceChildren()
  globalThis.location.hash = ''
  vi.restoreAllMocks()
})

async function show(state: AppState, hash: string, prepare: (link: FakeLink) => void = () => undefined): Promise<FakeLink> {
  globalThis.location.hash = hash
  const link = fakeLink(state)
  for (const [name, value] of Object.entries(answers(Date.now()))) link.answers[name] = () => ({ ok: true, value })
  prepare(link)
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
/** No-break spaces are for the eye. */
const text = (): string => (document.body.textContent ?? '').replaceAll('\u00a0', ' ')
const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)]
const button = (name: RegExp): HTMLButtonElement => {
  const found = all('button').find((each) => name.test(each.getAttribute('aria-label') ?? each.textContent ?? ''))
  if (!found) throw new Error(`no button ${name}`)
  return found as HTMLButtonElement
}
const press = async (one: HTMLElement): Promise<void> => {
  await act(async () => {
    one.click()
    await settle()
  })
}
const field = (label: string): HTMLInputElement => {
  const found = all('label').find((each) => each.textContent === label) as HTMLLabelElement | undefined
  return document.getElementById(found?.htmlFor ?? '') as HTMLInputElement
}
async function type(input: HTMLInputElement, value: string): Promise<void> {
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value)
    input.dispatchEvent(new Event('input', { bubbles: true }))
    await settle()
  })
}

/** Reads the drawn code the way a phone would: from its pixels. */
function readQr(): string {
  const svg = document.querySelector('svg[role="img"]')
  const side = Number(svg?.getAttribute('viewBox')?.split(' ')[2])
  const scale = 4
  const pixels = new Uint8ClampedArray(side * scale * side * scale * 4).fill(255)
  const dark = [...(svg?.querySelector('path')?.getAttribute('d') ?? '').matchAll(/M(\d+) (\d+)h(\d+)v1/g)]
  for (const [, x, y, width] of dark)
    for (let dy = 0; dy < scale; dy += 1)
      for (let dx = 0; dx < Number(width) * scale; dx += 1) {
        const at = ((Number(y) * scale + dy) * side * scale + Number(x) * scale + dx) * 4
        pixels.fill(0, at, at + 3)
      }
  return jsQR(pixels, side * scale, side * scale)?.data ?? ''
}

describe('the wallet', () => {
  it('shows what each address holds with its mark, and a QR code that reads as the address', async () => {
    await show(serving(Date.now()), '/wallet')
    expect(text()).toContain('494.812340')
    expect(text()).toContain('27.020000')
    expect(text()).toContain('59,505.000000')
    expect(readQr()).toBe(OPERATOR)
    expect(document.querySelector(`[data-receive="${OPERATOR}"]`)?.textContent).toBe(OPERATOR)
    await press(button(/^Owner$/))
    expect(readQr()).toBe(OWNER)
    expect(document.querySelector('svg[role="img"]')?.outerHTML).not.toContain('style=')
  })

  it('says of a proven balance how it was proven', async () => {
    const state = serving(Date.now())
    const proof = {
      height: 136,
      headerHeight: 137,
      headerHash: '9C417F20AAB1C2D3E4F5061728394A5B6C7D8E9F00112233445566778899E07A',
      signedPower: '701',
      totalPower: '1000',
      signers: 8,
      validators: 11,
      host: 'rpc.example:443',
    }
    const balance = state.balances[OPERATOR]
    if (!balance) throw new Error('no balance')
    await show({ ...state, balances: { ...state.balances, [OPERATOR]: { ...balance, source: 'proven', proof } } }, '/wallet')
    const row = document.querySelector(`[data-wallet="${OPERATOR}"]`)
    const mark = [...(row?.querySelectorAll('button') ?? [])].find((each) => each.textContent === 'Proven')
    expect(document.querySelector(`[data-wallet="${OWNER}"]`)?.textContent).toContain('On chain')
    if (!mark) throw new Error('no mark')
    await press(mark)
    expect(text()).toContain('8 of 11 validators with 70.1 % of the power')
    expect(text()).toContain('rpc.example:443')
    expect(text()).toContain('block 136')
  })

  it('tells movements in words, who did not send them, and asks for the next page at the same height', async () => {
    const link = await show(serving(Date.now()), '/wallet')
    expect(text()).toContain('8 proofs for anvil, eth, session that ended at block 120')
    expect(text()).toContain('Pay for session 12, anvil, eth')
    expect(text()).toContain('Sent to Exchange')
    expect(text()).toContain('−0.010000')
    expect(all('[data-movement]').filter((row) => row.textContent?.includes('Not sent by Hearth'))).toHaveLength(1)
    expect(text()).toContain('A transaction that failed')
    // Red is for what nobody has looked at yet.
    expect(all('tr.bg-bad-soft')).toHaveLength(0)
    const alarm = {
      id: 'a',
      kind: 'sent' as const,
      facts: {},
      hash: '22417F20AAB1C2D3E4F5061728394A5B6C7D8E9F00112233445566778899E022',
      height: 129,
      atMs: 1,
    }
    const health = { ...link.state.health, ownChanges: [alarm] }
    await act(async () => {
      link.change({ slice: 'health', value: health }, { health })
      await settle()
    })
    expect(all('tr.bg-bad-soft').map((row) => row.textContent)).toEqual([expect.stringContaining('Not sent by Hearth')])
    expect(text()).toContain('Something happened to an address of yours')
    await press(button(/^Show more$/))
    const asked = link.calls.filter((call) => call.name === 'wallet.history').map((call) => call.input)
    expect(asked.at(-1)).toMatchObject({ revision: 137, cursor: { height: 120 }, filter: 'all' })
    await press(button(/^Fees$/))
    expect(link.calls.findLast((call) => call.name === 'wallet.history')?.input).toEqual({ filter: 'fees', limit: 25 })
  })

  it('reckons the operator’s fees in days and leads to the filled form', async () => {
    await show(serving(Date.now()), '/wallet')
    expect(document.querySelector('[data-runway]')?.getAttribute('data-runway')).toBe('warn')
    expect(text()).toContain('10 days')
    expect(text()).toContain('0.004900 POKT of fees in 140 transactions and 0.000700 POKT for proofs')
    const link = all('a').find((each) => each.textContent === 'Top up…') as HTMLAnchorElement
    expect(new URLSearchParams(link.hash.split('?')[1]).get('amount')).toBe('136')
    await act(async () => {
      globalThis.location.hash = link.hash
      await settle()
    })
    await act(settle)
    expect(field('To address').value).toBe(OPERATOR)
    expect(field('Amount').value).toBe('136')
    expect([0, 3, 14, 30, 365, 9_999].map((days) => Math.round(placeOf(days)))).toEqual([0, 4, 18, 39, 100, 100])
  })
})

describe('sending', () => {
  const changed = `${EXCHANGE.slice(0, 20)}${EXCHANGE[20] === 'q' ? 'p' : 'q'}${EXCHANGE.slice(21)}`

  it('stops at an address that a character of the address book was changed in, until it is compared', async () => {
    const link = await show(serving(Date.now()), `/wallet/send?to=${changed}&amount=1`)
    expect(text()).toContain('This is not “Exchange”, and looks like it')
    expect(text()).toContain('1 character differs, at place 21')
    expect(all('mark')).toHaveLength(2)
    expect(button(/^Review and sign/).disabled).toBe(true)
    await press(all('input[type="checkbox"]')[0] as HTMLElement)
    expect(button(/^Review and sign/).disabled).toBe(false)
    // Another change asks again.
    await type(field('To address'), `${EXCHANGE.slice(0, 22)}${EXCHANGE[22] === 'q' ? 'p' : 'q'}${EXCHANGE.slice(23)}`)
    expect(button(/^Review and sign/).disabled).toBe(true)
    await press(button(/^Use the address of “Exchange”/))
    expect(field('To address').value).toBe(EXCHANGE)
    expect(text()).toContain('Exchange, from your address book')
    link.answers['tx.prepare'] = () => ({ ok: false, error: { code: 'vault-locked', ref: 'r' } })
    await press(button(/^Review and sign/))
    expect(link.calls.findLast((call) => call.name === 'tx.prepare')?.input).toMatchObject({
      kind: 'send',
      toAddress: EXCHANGE,
      amountPokt: '1',
    })
  })
})

describe('the address book', () => {
  it('adds, tells a taken name under the field, and brings in a file with what was left out', async () => {
    const link = await show(serving(Date.now()), '/wallet/addresses')
    expect(document.querySelector(`[data-book="${EXCHANGE}"]`)?.textContent).toContain('needs a memo')
    await type(field('Name'), 'Sister')
    await type(field('Address'), OWNER)
    link.answers['wallet.bookPut'] = () => ({
      ok: false,
      error: { code: 'invalid-request', detail: { field: 'name', problem: 'name-taken' }, ref: 'r' },
    })
    await press(button(/^Add$/))
    expect(text()).toContain('Another address has this name')
    const file = document.querySelector('textarea') as HTMLTextAreaElement
    await act(async () => {
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(file, '{"format":"x"}')
      file.dispatchEvent(new Event('input', { bubbles: true }))
    })
    await press(button(/^Bring in$/))
    expect(text()).toContain('1 added, 0 changed, 2 as they were.')
    expect(text()).toContain('Entry 3 was left out: its address has a wrong checksum')
  })
  it('takes a file that is chosen, and says when it cannot be read', async () => {
    const link = await show(serving(Date.now()), '/wallet/addresses')
    const choose = (file: File): Promise<void> =>
      act(async () => {
        const input = document.querySelector<HTMLInputElement>('input[type="file"]')
        if (!input) throw new Error('no file field')
        Object.defineProperty(input, 'files', { configurable: true, value: [file] })
        input.dispatchEvent(new Event('change', { bubbles: true }))
        await new Promise((resolve) => setTimeout(resolve, 20))
      })
    const gone = new File(['x'], 'book.json')
    Object.defineProperty(gone, 'text', { value: () => Promise.reject(new DOMException('gone', 'NotFoundError')) })
    await choose(gone)
    expect(text()).toContain('This file could not be read.')
    await choose(new File(['{"format":"y"}'], 'book.json'))
    expect(text()).not.toContain('This file could not be read.')
    await press(button(/^Bring in$/))
    expect(link.calls.findLast((call) => call.name === 'wallet.bookImport')?.input).toEqual({ text: '{"format":"y"}' })
  })
})

describe('what governs', () => {
  it('says each change with this supplier’s own figures, and since when rules hold', async () => {
    await show(serving(Date.now()), '/rules')
    expect(text()).toContain('1,000 relays of anvil pay you 0.323505 POKT instead of 3.23505 POKT, by your last 540 settled relays.')
    expect(text()).toContain('it carries 0 missed proofs before the network unstakes you. Before, it carried 5,000,000')
    expect(document.querySelector('[data-rule="proofMissingPenaltyUpokt"]')?.textContent).toContain('since block 131')
    expect(document.querySelector('[data-rule="supplierMinStakeUpokt"]')?.textContent).toContain('since block 5 at least')
    expect(document.querySelector('[data-rule="mintRatio"]')?.textContent).toContain('97.5 %')
    expect(document.querySelector('[data-rule="somethingNewer"]')?.textContent).toContain('7')
    expect(document.querySelector('[data-service="anvil"]')?.textContent).toContain('one in 42.66, since block 120')
    expect(document.querySelector('[data-service="anvil"]')?.textContent).toContain('was 100 until then')
    expect(text()).toContain('No upgrade is planned.')
  })

  it('says that figures stand still while no block can be read, and asks again only once one can', async () => {
    const state = serving(Date.now())
    await show({ ...state, chain: { ...state.chain, status: 'stalled' } }, '/rules')
    expect(text()).toMatch(/No new block can be read. What stands here was read at block [\d,]+/)
    expect(document.querySelector('[data-rule="supplierMinStakeUpokt"]')).not.toBeNull()
  })

  it('that cannot be read says so, and does not look as if it were still reading', async () => {
    await show(serving(Date.now()), '/rules', (link) => {
      link.answers['rules.view'] = () => ({ ok: false, error: { code: 'chain-unreachable', ref: 'r' } })
    })
    expect(text()).toContain('The rules could not be read.')
    expect(document.querySelector('.skel')).toBeNull()
    expect(button(/^Read again$/).disabled).toBe(false)
  })

  it('without a chain leads Home', async () => {
    const state = serving(Date.now())
    await show({ ...state, chain: { ...state.chain, status: 'none' } }, '/rules')
    expect(document.querySelector('a[href="#/"]')?.textContent).toContain('Home')
    expect(text()).toContain('There is no chain to read from.')
  })

  it('says the planned upgrade with its height, its date and the release that is needed', async () => {
    const state = serving(Date.now())
    await show({ ...state, health: { ...state.health, upgrade: { name: 'v0.1.36', height: 137 + 1800 } } }, '/rules')
    expect(text()).toContain('v0.1.36 at block 1,937, in 1,800 blocks')
    expect(text()).toContain('60 min')
    expect(text()).toContain('The release that is needed is v0.1.36.')
  })

  it('writes shares exactly', () => {
    expect(['0.975', '1', '0.000001', '0', '0.8', '12.5'].map(percentText)).toEqual(['97.5', '100', '0.0001', '0', '80', '1250'])
  })
})
