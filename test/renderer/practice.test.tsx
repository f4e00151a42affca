import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { practiceNow } from '#renderer/bridge/hooks.ts'
import { tourPlace, tourSteps } from '#renderer/features/practice/tour-steps.ts'
import { startText } from '#renderer/text/text.ts'
import type { AppState } from '#shared/api/state.ts'
import { SCENARIO_IDS } from '#shared/practice/scenario-ids.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { firstStart, halfway, SCENES, serving } from './scene.ts'

const { practising } = SCENES
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

async function show(state: AppState, hash = '/'): Promise<FakeLink> {
  globalThis.location.hash = hash
  const link = fakeLink(state)
  for (const [name, value] of Object.entries(answers(Date.now()))) link.answers[name] = () => ({ ok: true, value })
  link.answers['practice.control'] = () => ({ ok: true, value: {} })
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const text = (): string => document.body.textContent ?? ''
const button = (name: RegExp): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].find((each) =>
    name.test(each.getAttribute('aria-label') ?? each.textContent ?? ''),
  )
  if (!found) throw new Error(`no button ${String(name)}`)
  return found
}
const press = (target: HTMLElement): Promise<void> =>
  act(async () => {
    target.click()
    await settle()
  })
const controls = (link: FakeLink): unknown[] => link.calls.filter((call) => call.name === 'practice.control').map((call) => call.input)

describe('the time of Practice', () => {
  it('is reckoned on from what main said, at its speed, and stands while paused', () => {
    const said = { nowMs: 1_000_000, atRealMs: 500, speed: 60, paused: false, scenario: null, next: null } as const
    expect(practiceNow(said, 500)).toBe(1_000_000)
    expect(practiceNow(said, 1_500)).toBe(1_060_000)
    expect(practiceNow({ ...said, paused: true }, 1_500)).toBe(1_000_000)
    // A clock of the browser that is a little behind ours never shows an earlier time.
    expect(practiceNow(said, 400)).toBe(1_000_000)
  })

  it('stands on every page of Practice and nowhere else', async () => {
    await show(practising(Date.now()), '/earnings')
    expect(text()).toContain('Simulated')
    expect(text()).toContain('Practice network, play money')
    await act(async () => root?.unmount())
    await show(serving(Date.now()), '/earnings')
    expect(text()).not.toContain('Simulated')
    expect(text()).toContain('Local chain, play money')
  })

  it('is paused, made faster and moved to the next moment', async () => {
    const link = await show(practising(Date.now()))
    await press(button(/^Pause time$/))
    await press(button(/^60 times$/))
    await press(button(/^Jump to the settlement, in /))
    expect(controls(link)).toEqual([{ kind: 'pause', paused: true }, { kind: 'speed', speed: 60 }, { kind: 'next-moment' }])
    expect(button(/^10 times$/).getAttribute('aria-pressed')).toBe('true')
  })
})

describe('scenarios', () => {
  it('are all there in words, and one is played only after it was said what goes', async () => {
    const link = await show(practising(Date.now()), '/practice')
    const plays = [...document.querySelectorAll('button')].filter((each) => each.textContent?.startsWith('Play:'))
    expect(plays).toHaveLength(SCENARIO_IDS.length)
    await press(button(/^Play: Overserviced$/))
    expect(controls(link)).toEqual([])
    expect(text()).toContain('The practised network as it is now goes')
    await press(button(/^Play it$/))
    expect(controls(link)).toEqual([{ kind: 'scenario', id: 'overserviced' }])
  })

  it('say why one was refused', async () => {
    const link = await show(practising(Date.now()), '/practice')
    link.answers['practice.control'] = () => ({ ok: false, error: { code: 'key-unknown', ref: 'r1' } })
    await press(button(/^Play: First day$/))
    await press(button(/^Play it$/))
    expect(text()).toContain('key-unknown')
  })
})

describe('the tour', () => {
  it('goes on where the facts say, not where somebody clicked', () => {
    const now = Date.now()
    const at = (state: AppState): string | undefined => {
      const steps = tourSteps(state, new Set())
      return steps[tourPlace(steps)]?.id
    }
    expect(at(firstStart(now))).toBe('network')
    expect(at(halfway(now))).toBe('funds')
    expect(
      tourSteps(serving(now), new Set())
        .filter((step) => step.isDone)
        .map((step) => step.id),
    ).toEqual(expect.arrayContaining(['network', 'keys', 'funds', 'stake', 'services', 'miner', 'settlement']))
    expect(tourSteps(serving(now), new Set(['stop'])).find((step) => step.id === 'stop')?.isDone).toBe(true)
    expect(tourSteps(serving(now), new Set(['network'])).find((step) => step.id === 'leave')?.isDone).toBe(false)
  })

  it('opens on the Practice page, explains each step and its words, and closes', async () => {
    await show(practising(Date.now()), '/practice')
    await press(button(/^(Take|Go on with) the tour$/))
    const seen = new Set<string>()
    for (let step = 0; step < 13; step += 1) {
      await press(document.querySelectorAll<HTMLElement>('.tour .dots button')[step] ?? box)
      const tour = document.querySelector('.tour')
      seen.add(tour?.querySelector('h2')?.firstChild?.textContent ?? '')
      expect(tour?.querySelectorAll('dt').length, [...seen].join()).toBeGreaterThan(0)
    }
    expect(seen.size).toBe(13)
    await press(button(/^Close the tour$/))
    expect(document.querySelector('.tour')).toBeNull()
  })
})
