import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createNotifier, type Notifier } from '#main/shells/electron/notifications.ts'
import { mirrorState, type StateMirror } from '#main/shells/electron/state-mirror.ts'
import { findingText } from '#main/shells/electron/clock-words.ts'
import { FINDINGS } from '#main/shells/electron/finding-words.ts'
import { en } from '#renderer/text/en.ts'
import type { AppState } from '#shared/api/state.ts'
import { createTestClock, type TestClock } from '#test/fakes/clock.ts'
import { createFakeElectron, type FakeElectron } from '#test/fakes/electron.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { createStateApp, elsewhere, finding, servingState, type StateApp } from './support/desktop-state.ts'

let app: StateApp
let clock: TestClock
let electron: FakeElectron
let mirror: StateMirror
let notifier: Notifier
let opened: string[]
let hour: number

beforeEach(async () => {
  app = createStateApp()
  clock = createTestClock()
  electron = createFakeElectron()
  mirror = mirrorState(app, createQuietLog())
  await mirror.ready
  opened = []
  hour = 12
  notifier = createNotifier({
    electron,
    mirror,
    clock,
    log: createQuietLog(),
    open: (path) => void opened.push(path),
    choose: (operatorAddress) => {
      if (operatorAddress === 'pokt1lost') return Promise.reject(new Error('supplier-absent'))
      return Promise.resolve(opened.push(`in view ${operatorAddress}`))
    },
    hourOf: () => hour,
  })
})
afterEach(() => mirror.stop())

const put = (id: string, level: 'info' | 'warn' | 'bad', more: Parameters<typeof finding>[2] = {}): void =>
  app.put('attention', id, finding(id, level, { sinceMs: clock.now(), ...more }))
/** Lets a finding stand for as long as it takes. */
const stand = async (): Promise<void> => {
  notifier.look()
  await clock.advance(31_000)
  notifier.look()
}
const bodies = (): string[] => electron.desktop.notes.map((note) => note.options.body)

describe('findings as notifications', () => {
  test('once each, when it stands, and again only when it is another or worse', async () => {
    put('node-failing', 'bad', { facts: { title: 'Anvil' } })
    notifier.look()
    expect(bodies()).toEqual([])
    await stand()
    expect(bodies()).toEqual(['Anvil is failing.'])
    expect(electron.desktop.notes[0]).toMatchObject({ shown: true, options: { title: 'Hearth: Act now', urgency: 'critical' } })
    for (let times = 0; times < 5; times += 1) await stand()
    expect(bodies()).toHaveLength(1)
    // The same finding with another cause takes the place of the first.
    put('node-failing', 'bad', { key: 'backend-behind', facts: { title: 'Anvil' } })
    await stand()
    expect([bodies().length, electron.desktop.notes[0]?.closed]).toEqual([2, true])
  })

  test('of a network that is not chosen by its name, also beside Practice, and not again when it is chosen', async () => {
    app.set('app', { ...app.state.app, network: 'practice' })
    const failing = finding('node-failing', 'bad', { facts: { title: 'Relay miner' }, fix: 'nodes', sinceMs: clock.now() })
    app.put('attention', 'chain-stalled', finding('chain-stalled', 'bad', { sinceMs: clock.now() }))
    app.put('elsewhere', 'mainnet', elsewhere('mainnet', { findings: [failing] }))
    await stand()
    expect(bodies()).toEqual(['Mainnet: Relay miner is failing.'])
    electron.desktop.notes[0]?.click()
    // Home has the way to that network.
    expect(opened).toEqual(['/'])
    app.put('elsewhere', 'mainnet', undefined)
    app.put('attention', 'chain-stalled', undefined)
    app.put('attention', 'node-failing', failing)
    app.set('app', { ...app.state.app, network: 'mainnet' })
    await stand()
    expect(bodies()).toHaveLength(1)
  })

  test('lead to the supplier that they are about, not to the one in view', async () => {
    app.set('supplier', { ...app.state.supplier, operatorAddress: 'pokt1a' })
    for (const address of ['pokt1a', 'pokt1b', 'pokt1lost']) app.put('suppliers', address, {} as AppState['suppliers'][string])
    const click = async (supplierAddress: string, fix: AppState['attention'][string]['fix']): Promise<string[]> => {
      put(`of ${supplierAddress} ${fix}`, 'bad', { key: 'operator-empty', facts: { supplierAddress }, fix })
      await stand()
      opened.length = 0
      electron.desktop.notes.at(-1)?.click()
      await clock.advance(1)
      return [...opened]
    }
    expect(await click('pokt1b', 'supplier')).toEqual(['in view pokt1b', '/supplier'])
    expect(await click('pokt1a', 'supplier')).toEqual(['/supplier'])
    expect(await click('pokt1b', 'test-relays')).toEqual(['in view pokt1b', '/supplier/test-relays'])
    expect(await click('pokt1b', 'earnings')).toEqual(['/earnings'])
    // Gone, or of a network that is no longer shown.
    expect(await click('pokt1stranger', 'supplier')).toEqual(['/supplier'])
    expect(await click('pokt1lost', 'supplier')).toEqual(['/'])
  })

  test('what is wrong with this PC is told once, whichever network is shown', async () => {
    const gone = finding('engine-gone', 'bad', { sinceMs: clock.now() })
    app.put('attention', 'engine-gone', gone)
    app.set('app', { ...app.state.app, network: 'mainnet' })
    await stand()
    app.set('app', { ...app.state.app, network: 'beta' })
    await stand()
    expect(bodies()).toHaveLength(1)
  })

  test('what is over is taken away, and what comes back soon is the same', async () => {
    put('chain-stalled', 'bad')
    await stand()
    app.put('attention', 'chain-stalled', undefined)
    notifier.look()
    expect(electron.desktop.notes[0]?.closed).toBe(true)
    put('chain-stalled', 'bad')
    await stand()
    expect(bodies()).toHaveLength(1)
    app.put('attention', 'chain-stalled', undefined)
    notifier.look()
    await clock.advance(11 * 60_000)
    notifier.look()
    put('chain-stalled', 'bad')
    await stand()
    expect(bodies()).toHaveLength(2)
  })

  test.each([
    ['none', 'bad', 0],
    ['bad', 'warn', 0],
    ['bad', 'bad', 1],
    ['warn', 'warn', 1],
    ['warn', 'info', 0],
  ] as const)('level %s, finding %s: %i', async (level, of, count) => {
    app.choose('notifyLevel', level)
    put('operator-low', of)
    await stand()
    expect(bodies()).toHaveLength(count)
  })

  test('something that grows worse is told again', async () => {
    app.choose('notifyLevel', 'warn')
    put('operator-low', 'warn')
    await stand()
    put('operator-low', 'bad')
    await stand()
    expect(electron.desktop.notes.map((note) => note.options.title)).toEqual(['Hearth: Look soon', 'Hearth: Act now'])
  })

  test.each([
    [22, 7, 23, true],
    [22, 7, 6, true],
    [22, 7, 7, false],
    [9, 17, 12, true],
    [9, 17, 17, false],
    [8, 8, 8, false],
  ])('quiet from %i to %i: at %i quiet is %s; act now comes at any hour', async (from, to, now, quiet) => {
    for (const [key, value] of [
      ['quietHours', true],
      ['quietFromHour', from],
      ['quietToHour', to],
      ['notifyLevel', 'warn'],
    ] as const)
      app.choose(key, value)
    hour = now
    put('operator-low', 'warn')
    put('proof-missed', 'bad')
    await stand()
    expect(bodies().includes('A proof was missed, and stake was slashed.')).toBe(true)
    expect(bodies()).toHaveLength(quiet ? 1 : 2)
    // In the morning it is told, if it is still so.
    hour = 12
    app.choose('quietHours', false)
    await stand()
    expect(bodies()).toHaveLength(2)
  })

  test('a click opens the screen with the fix', async () => {
    put('keys-needed', 'bad', { fix: 'unlock' })
    await stand()
    electron.desktop.notes[0]?.click()
    expect(opened).toEqual(['/unlock'])
  })

  test('nothing in Practice, and nothing where the system shows none', async () => {
    app.set('app', { ...app.state.app, network: 'practice' })
    put('proof-missed', 'bad')
    await stand()
    expect(bodies()).toEqual([])
    app.set('app', { ...app.state.app, network: 'mainnet' })
    electron.desktop.notesSupported = false
    await stand()
    expect(bodies()).toEqual([])
  })
})

describe('what a notification says', () => {
  const facts = Object.fromEntries(
    ['upokt', 'stakeUpokt', 'minUpokt', 'missingUpokt', 'claimedUpokt', 'differenceUpokt', 'afterUpokt', 'beforeUpokt', 'perDayUpokt'].map(
      (name) => [name, '59500123456'],
    ),
  )
  const named = {
    ...facts,
    title: 'Anvil',
    name: 'v1.2',
    serviceId: 'anvil',
    host: 'ntfy.sh',
    from: 'rpc.example',
    count: '3',
    claims: '3',
    address: 'pokt1abc',
    percent: '40',
  }

  test('every finding of the page has its sentence here, and nothing else has one', () => {
    const keys = new Set(Object.keys(en.attention).map((key) => key.replace(/_(one|other)$/, '')))
    expect(Object.keys(FINDINGS).sort()).toEqual([...keys].sort())
  })

  test('one of several suppliers is named by its key, never by its address', () => {
    const text = (which: Record<string, string>): string => findingText({ key: 'operator-low', facts: which }, false)
    expect(text({ supplier: 'Cellar', supplierAddress: 'pokt1abcdefghijkl' })).toMatch(/^Cellar: The operator wallet/)
    expect(text({ supplier: 'pokt1abc…hijkl', supplierAddress: 'pokt1abcdefghijkl' })).toMatch(/^The operator wallet/)
  })

  test('never an amount, unless amounts are wanted; then of those that are about one', async () => {
    for (const key of Object.keys(FINDINGS)) put(key, 'bad', { facts: named })
    put('a-finding-of-tomorrow', 'bad', { facts: named })
    await stand()
    expect(bodies()).toHaveLength(Object.keys(FINDINGS).length + 1)
    for (const body of bodies()) {
      expect(body).not.toMatch(/59|POKT|\{\{|–|pokt1/)
      expect(body).toMatch(/\.$/)
    }
    expect(bodies()).toContain('A finding of tomorrow.')
    electron.desktop.notes.length = 0
    app.choose('notifyAmounts', true)
    for (const key of Object.keys(FINDINGS)) put(key, 'bad', { key, facts: named, sinceMs: 1 })
    for (const key of Object.keys(FINDINGS)) app.put('attention', key, undefined)
    notifier.look()
    await clock.advance(11 * 60_000)
    notifier.look()
    put('proof-missed', 'bad', { facts: named })
    put('node-failing', 'bad', { facts: named })
    await stand()
    expect(bodies()).toEqual(['A proof was missed, and stake was slashed. (59,500.123456 POKT)', 'Anvil is failing.'])
  })

  test('a fact that is long or missing stays short', async () => {
    put('node-failing', 'bad', { facts: { title: 'x'.repeat(5_000) } })
    put('backend-behind', 'bad')
    await stand()
    expect(bodies()[0]?.length).toBeLessThan(100)
    expect(bodies()[1]).toBe('– is behind its chain.')
  })
})

describe('the copy of the state', () => {
  test('asks again when a patch is missing, and goes on from there', async () => {
    const seen: string[] = []
    mirror.onChange((state) => void seen.push(state.clock.verdict))
    app.push({ seq: 99, changes: [] })
    app.verdict('costs')
    await clock.advance(0)
    expect(mirror.state?.clock.verdict).toBe('costs')
    expect(seen.at(-1)).toBe('costs')
  })

  test('one listener that throws does not keep the others from hearing', () => {
    const seen: string[] = []
    mirror.onChange(() => {
      throw new Error('no')
    })
    mirror.onChange((state) => void seen.push(state.clock.verdict))
    app.verdict('wait')
    expect(seen).toEqual(['safe', 'wait'])
  })

  test('says the standard value before it has a state', async () => {
    const silent = createStateApp(servingState())
    silent.call = async () => ({ ok: false, error: { code: 'internal', ref: '' } })
    const none = mirrorState(silent, createQuietLog())
    await none.ready
    expect([none.state, none.setting('notifyLevel'), none.setting('updateDelayDays')]).toEqual([undefined, 'bad', 3])
  })
})
