import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import type { AppState, ElsewhereState } from '#shared/api/state.ts'
import { elsewhere, finding } from '#test/shells/support/desktop-state.ts'
import { answers } from './answers.ts'
import { besides, WAITS } from './elsewhere-scene.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { choosing, serving } from './scene.ts'

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
})

async function show(state: AppState, hash = '/', more: Record<string, unknown> = {}): Promise<FakeLink> {
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
const playing = (...others: ElsewhereState[]): AppState => besides(Date.now(), ...others)
const lines = (): string[] => [...document.querySelectorAll('[data-elsewhere]')].map((line) => line.textContent ?? '')
const button = (name: RegExp): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find((each) => name.test(each.textContent ?? ''))
async function press(target: HTMLElement | undefined): Promise<void> {
  await act(async () => {
    target?.click()
    await settle()
  })
}

describe('a network that is not chosen', () => {
  it('is said to go on, on Home alone, with the way there', async () => {
    await show(playing(elsewhere('mainnet')))
    expect(lines()).toEqual([expect.stringContaining('Mainnet goes on. 2 containers run on this PC, and Hearth looks after them.')])
    expect(document.querySelector('[data-elsewhere]')?.getAttribute('role')).toBe('status')
    expect(button(/^Open the keys…$/)).toBeUndefined()
    await act(async () => {
      globalThis.location.hash = '/nodes'
      await settle()
    })
    expect(lines()).toEqual([])
  })

  it('says on every page what needs somebody at once, on Home what asks at all, and leads there', async () => {
    const down = elsewhere('local', {
      findings: [finding('x', 'warn', { key: 'node-failing', facts: { title: 'Anvil' } })],
      findingsCount: 1,
    })
    const link = await show(playing(elsewhere('beta'), down, WAITS), '/nodes')
    expect(lines()).toEqual([expect.stringMatching(/^Mainnet: The relay miner waits/)])
    expect(lines()[0]).toContain('and 2 more')
    expect(document.querySelector('[data-elsewhere="mainnet"]')?.getAttribute('role')).toBe('alert')
    link.answers['app.chooseNetwork'] = () => ({ ok: true, value: {} })
    await press(button(/^Go to Mainnet$/))
    expect(link.calls.filter((call) => call.name === 'app.chooseNetwork').map((call) => call.input)).toEqual([{ network: 'mainnet' }])
    expect(globalThis.location.hash).toBe('#/')
    await act(settle)
    expect(lines()).toEqual([
      expect.stringMatching(/^Mainnet: The relay miner waits/),
      expect.stringMatching(/^Local chain: Anvil is failing/),
      expect.stringMatching(/^Beta goes on/),
    ])
  })

  it('that waits for its key offers to open the keys where they are locked, without leaving', async () => {
    const state = playing(WAITS)
    const link = await show({ ...state, vault: { kind: 'locked', needed: null } })
    await press(button(/^Open the keys…$/))
    expect(document.querySelector('[role="dialog"]')).not.toBeNull()
    expect(link.calls.some((call) => call.name === 'app.chooseNetwork')).toBe(false)
    await act(async () => root?.unmount())
    root = undefined
    await show({ ...state, vault: { kind: 'unlocked', needed: null } })
    expect(button(/^Open the keys…$/)).toBeUndefined()
  })

  it('that cannot be looked after is said to be so, and one whose change is refused says why', async () => {
    const link = await show(playing(elsewhere('mainnet', { isLookedAfter: false, up: {} })), '/nodes')
    expect(lines()[0]).toContain('Hearth cannot look after what runs there just now')
    link.answers['app.chooseNetwork'] = () => ({ ok: false, error: { code: 'disk-full', ref: 'r1' } })
    await press(button(/^Go to Mainnet$/))
    expect(lines()[0]).toMatch(/disk/i)
    expect(globalThis.location.hash).toBe('#/nodes')
  })

  it('is marked where networks are chosen, with what is wrong there', async () => {
    await show({ ...choosing(Date.now()), elsewhere: { mainnet: WAITS, local: elsewhere('local') } }, '/setup')
    const card = (name: string): string => document.querySelector(`section[aria-label="${name}"]`)?.textContent ?? ''
    expect(card('Mainnet')).not.toContain('goes on here')
    expect(card('Mainnet')).toContain('The relay miner waits for the operator key')
    expect(card('Local chain')).toContain('goes on here')
    expect(card('Local chain')).not.toContain('waits')
    expect(card('Beta')).not.toContain('goes on here')
  })

  it('is promised before another one is chosen, as it is', async () => {
    await show(serving(Date.now()), '/setup')
    expect(document.body.textContent).toContain('What runs for the Local chain goes on while you use another network')
    await act(async () => root?.unmount())
    const still = serving(Date.now())
    const nodes = Object.fromEntries(Object.entries(still.nodes).map(([id, node]) => [id, { ...node, wanted: 'stopped' as const }]))
    await show({ ...still, nodes }, '/setup')
    expect(document.body.textContent).not.toContain('goes on while you use another network')
  })

  it('that is chosen shows nothing that was asked of the one before, however alike their states are', async () => {
    const state = serving(Date.now())
    const link = await show(state, '/earnings')
    const asked = (): number => link.calls.filter((call) => call.name === 'earnings.claims').length
    const before = asked()
    expect(before).toBeGreaterThan(0)
    const app = { ...state.app, network: 'mainnet' as const }
    await act(async () => {
      link.change({ slice: 'app', value: app }, { app })
      await settle()
    })
    expect(asked()).toBeGreaterThan(before)
  })

  it('is named in what happened there', async () => {
    const row = { id: 1, atMs: 1, actor: 'hearth', level: 'warn', text: 'miner-deaf' }
    const rows = [
      { ...row, facts: { blocks: '4', on: 'mainnet' } },
      { ...row, id: 2, facts: { blocks: '5', on: 'local' } },
    ]
    await show(serving(Date.now()), '/', { 'activity.list': { rows } })
    const said = document.body.textContent ?? ''
    expect(said.match(/Mainnet: /g)).toHaveLength(1)
    expect(said).not.toContain('Local chain: ')
  })
})
