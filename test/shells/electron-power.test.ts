import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DUE_SOON_BLOCKS, holdAsChosen, holdOf, isSafeMoment, lostWhileAway } from '#main/shells/electron/power.ts'
import { createStateApp, elsewhere, lane, servingState, type StateApp } from './support/desktop-state.ts'
import { createElectronStage, type ElectronStage } from './support/electron-stage.ts'

const withClock = (
  verdict: 'safe' | 'wait' | 'costs' | 'cannot-tell' | 'nothing-to-lose',
  facts: Record<string, string> = {},
  network: 'mainnet' | 'local' | 'practice' | null = 'mainnet',
) => {
  const state = servingState()
  return { ...state, app: { ...state.app, network }, clock: { ...state.clock, verdict, facts: { miner: 'running', ...facts } } }
}

describe('whether this PC should stop now', () => {
  test('while something is on its way, or close to its deadline, or due soon', () => {
    expect(holdOf(withClock('wait', { blocks: '2' }))?.kind).toBe('wait')
    expect(holdOf(withClock('costs', { costUpokt: '1' }))?.kind).toBe('costs')
    const at = (blocks: number): string => String(servingState().clock.height + blocks)
    expect(holdOf(withClock('safe', { dueHeight: at(DUE_SOON_BLOCKS) }))?.kind).toBe('due')
    expect(holdOf(withClock('safe', { dueHeight: at(DUE_SOON_BLOCKS + 1) }))).toBeUndefined()
    // Nobody would send it.
    expect(holdOf(withClock('safe', { dueHeight: at(1), miner: 'stopped' }))).toBeUndefined()
    expect(holdOf(withClock('safe'))).toBeUndefined()
  })
  test('not for play money, and not for ever where nobody can say', () => {
    for (const network of ['local', 'practice', null] as const) expect(holdOf(withClock('costs', {}, network))).toBeUndefined()
    expect(holdOf(withClock('cannot-tell'))).toBeUndefined()
    expect(holdOf(undefined)).toBeUndefined()
  })
  test('a safe moment is more than no reason to wait', () => {
    expect(isSafeMoment(withClock('safe'))).toBe(true)
    expect(isSafeMoment(withClock('nothing-to-lose'))).toBe(true)
    for (const verdict of ['wait', 'costs', 'cannot-tell'] as const)
      expect([verdict, isSafeMoment(withClock(verdict))]).toEqual([verdict, false])
    expect(isSafeMoment(withClock('costs', {}, 'local'))).toBe(true)
  })
  test('real money on a network that is not chosen counts as well, whichever is', () => {
    const beside = (verdict: Parameters<typeof withClock>[0], network: 'mainnet' | 'local', chosen: 'practice' | 'local' = 'practice') => ({
      ...withClock('wait', {}, chosen),
      elsewhere: { [network]: elsewhere(network, { clock: { verdict, facts: { miner: 'running' }, height: 107 } }) },
    })
    expect(holdOf(beside('costs', 'mainnet'))?.kind).toBe('costs')
    expect(holdOf(beside('wait', 'local'))).toBeUndefined()
    expect([isSafeMoment(beside('safe', 'mainnet')), isSafeMoment(beside('cannot-tell', 'mainnet'))]).toEqual([true, false])
    expect(holdAsChosen(beside('safe', 'mainnet', 'local'), 'serving')?.kind).toBe('due')
    expect(holdAsChosen(beside('safe', 'mainnet', 'local'), 'due')).toBeUndefined()
    // Down and wanted: it is started again, and serves.
    const down = beside('safe', 'mainnet', 'local')
    const fallen = { ...down, elsewhere: { mainnet: { ...down.elsewhere['mainnet']!, up: {}, down: ['miner'] } } }
    expect(holdAsChosen(fallen, 'serving')?.kind).toBe('due')
    // What is on its way goes before what would cost.
    expect(holdOf({ ...withClock('costs'), elsewhere: beside('wait', 'mainnet').elsewhere })?.kind).toBe('wait')
  })
  test('what was unsent before the sleep and is lost after it', () => {
    expect(
      lostWhileAway(
        [lane(1, 'open'), lane(21, 'claimed'), lane(41, 'proven')],
        [lane(1, 'not-claimed'), lane(21, 'expired'), lane(41, 'settled')],
      ),
    ).toEqual([0, 1])
    expect(lostWhileAway([lane(1, 'expired')], [lane(1, 'expired')])).toEqual([])
  })
})

describe('power in the shell', () => {
  let stage: ElectronStage
  let app: StateApp
  beforeEach(async () => {
    app = createStateApp()
    stage = await createElectronStage(app)
  })
  afterEach(() => stage.close())
  const desktop = () => stage.electron.desktop

  test('keeps awake while something is due, with one blocker, and lets go', async () => {
    await stage.start()
    expect(desktop().blockers.size).toBe(0)
    app.verdict('wait', { blocks: '2' })
    app.verdict('costs', { costUpokt: '5' })
    expect(desktop().blockers.size).toBe(1)
    app.verdict('safe')
    expect(desktop().blockers.size).toBe(0)
    app.verdict('wait', { blocks: '2' })
    expect(desktop().blockers.size).toBe(1)
    // Told once: who has read it knows.
    expect(desktop().notes.map((note) => note.options.title)).toEqual(['A claim or proof is due'])
  })

  test('the keys lock when this PC sleeps; what runs is left alone', async () => {
    await stage.start()
    desktop().power('suspend')
    expect(app.calls).toEqual([{ name: 'vault.lock', input: {} }])
    app.set('vault', { kind: 'locked', needed: null })
    desktop().power('suspend')
    expect(app.calls).toHaveLength(1)
  })

  test('what a sleep has cost is told once the chain was read again', async () => {
    await stage.start()
    app.verdict('costs', { costUpokt: '1' }, [lane(81, 'claimed'), lane(101, 'serving')])
    desktop().power('suspend')
    desktop().power('resume')
    expect(app.calls.map((call) => call.name)).toEqual(['vault.lock', 'engine.check'])
    app.verdict('cannot-tell', { reason: 'height-old' }, [lane(81, 'expired')])
    expect(desktop().notes.map((note) => note.options.title)).not.toContain('Work was lost while this PC slept')
    app.verdict('safe', {}, [lane(81, 'expired'), lane(101, 'open')])
    app.verdict('safe', {}, [lane(81, 'expired'), lane(101, 'open')])
    const told = desktop().notes.filter((note) => note.options.title === 'Work was lost while this PC slept')
    expect(told.map((note) => note.options.body)).toEqual(['Session 4: its claim or proof was not sent in time.'])
  })

  test('a sleep that cost nothing is not spoken of', async () => {
    await stage.start()
    desktop().power('suspend')
    desktop().power('resume')
    app.verdict('safe', {}, [lane(101, 'open')])
    expect(desktop().notes).toEqual([])
  })

  test('Windows: the end of the session is refused only while something is unsent', async () => {
    const page = await stage.start()
    expect(page.raise('query-session-end')).toBe(false)
    app.verdict('wait', { blocks: '2', waitMs: '120000' })
    expect(page.raise('query-session-end')).toBe(true)
    expect(desktop().notes.at(-1)?.options.body).toContain('another 2 min')
    expect(stage.app.stopped()).toBe(false)
    page.raise('session-end')
    app.verdict('safe')
    await expect.poll(() => stage.electron.calls, { timeout: 5_000 }).toContain('exit 0')
    expect(stage.electron.questions).toEqual([])
  })
})
