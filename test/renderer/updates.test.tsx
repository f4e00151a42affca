import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import type { HealthView } from '#shared/api/health.ts'
import type { UpdatesAnswer } from '#shared/api/update-requests.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { serving } from './scene.ts'
import { noUpdates, updateList } from './update-scene.ts'

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

const NOW = Date.now()
type Shown = NonNullable<HealthView['updates']>
const calm: Shown = { revision: 1, ready: 1, upgrade: 'ready', swapping: null, rolledBack: null, tooOld: null }

async function show(
  list: UpdatesAnswer | 'refused' = updateList(NOW),
  updates: Shown = calm,
  hash = '/settings/updates',
): Promise<FakeLink> {
  globalThis.location.hash = hash
  const state = serving(NOW)
  const link = fakeLink({
    ...state,
    chain: { ...state.chain, height: 4_800, blockTimeMs: NOW, medianBlockMs: 60_000 },
    health: { ...state.health, upgrade: { name: 'v0.1.36', height: 4_830 }, updates },
  })
  for (const [name, value] of Object.entries(answers(NOW))) link.answers[name] = () => ({ ok: true, value })
  link.answers['updates.list'] = () =>
    list === 'refused' ? { ok: false, error: { code: 'engine-failed', ref: 'r1' } } : { ok: true, value: list }
  for (const name of [
    'updates.start',
    'updates.skip',
    'updates.postpone',
    'updates.undo',
    'updates.retry',
    'updates.removeUnused',
    'updates.check',
  ])
    link.answers[name] = () => ({ ok: true, value: {} })
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const text = (): string => document.getElementById('page')?.textContent ?? ''
const press = (name: string): Promise<void> =>
  act(async () => {
    const found = [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name)
    if (!found) throw new Error(`no button ${name}`)
    found.click()
    await settle()
  })
const calls = (link: FakeLink, name: string): unknown[] => link.calls.filter((call) => call.name === name).map((call) => call.input)

describe('updates', () => {
  it('count down to an upgrade, with what is ready, and say that there is no way back before it comes', async () => {
    await show()
    expect(text()).toMatch(/Upgrade of the chain: v0\.1\.36/)
    expect(text()).toMatch(/30 blocks, about (30|29).min/)
    expect(text()).toContain('0.1.36 is here')
    expect(text()).toContain('None: the upgrade changes the chain’s data')
    expect(text()).not.toContain('Try again')
  })

  it('offer what is newer with its date, notes, cost and way back, and take it when the user says', async () => {
    const link = await show()
    expect(text()).toContain('Test backend 1.8.0')
    expect(text()).toMatch(/Security.*Released/)
    expect(text()).toContain('You can go back, and Hearth does so by itself when it does not work.')
    expect(document.querySelector('a[href="https://github.com/foundry-rs/foundry/releases/tag/v1.8.0"]')).not.toBeNull()
    await press('At a quiet moment')
    await press('Skip this one')
    expect(calls(link, 'updates.start')).toEqual([{ image: 'ghcr.io/foundry-rs/foundry', when: 'quiet' }])
    expect(calls(link, 'updates.skip')).toEqual([{ image: 'ghcr.io/foundry-rs/foundry', skipped: true }])
  })

  it('show what waits and for what, to hurry, postpone or call off', async () => {
    const link = await show()
    expect(text()).toContain('Waits for a quiet moment of the session.')
    await press('Do it now')
    await press('A day later')
    expect(calls(link, 'updates.postpone')).toEqual([
      { id: 'u2', days: 0 },
      { id: 'u2', days: 1 },
    ])
  })

  it('keep what was done, why something was taken back, and the way back where there is one', async () => {
    const link = await show()
    expect(text()).toMatch(/Taken back.*It gave no answer in time\./)
    await press('Go back to 2.6.1')
    expect(calls(link, 'updates.undo')).toEqual([{ id: 'u3' }])
  })

  it('remove old images after a question alone', async () => {
    const link = await show()
    await press('Remove old images…')
    expect(calls(link, 'updates.removeUnused')).toEqual([])
    await press('Remove them')
    expect(calls(link, 'updates.removeUnused')).toEqual([{}])
  })

  it('say that software for an upgrade failed, and try again', async () => {
    const list = updateList(NOW)
    const [upgrade] = list.open
    const failed = { ...list, open: [], history: [{ ...upgrade!, stage: 'failed' as const }, ...list.history] }
    const link = await show(failed, { ...calm, ready: 0, upgrade: 'failed' })
    expect(text()).toContain('The software for the upgrade does not work')
    await press('Try again')
    expect(calls(link, 'updates.retry')).toEqual([{ id: 'u1' }])
  })

  it('are empty before anything runs, and say when the list cannot be read', async () => {
    await show(noUpdates)
    expect(text()).toContain('Nothing is fetched yet, so there is nothing to update')
    await act(async () => root?.unmount())
    await show('refused')
    expect(text()).toContain('engine-failed')
    expect(text()).toContain('Try again')
  })

  it('are told on Nodes while some wait', async () => {
    await show(updateList(NOW), { ...calm, ready: 2 }, '/nodes')
    expect(text()).toContain('2 updates are ready.')
  })
})
