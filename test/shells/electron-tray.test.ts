import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { clockLine, elsewhereLines, headline, trayFace, verdictWords, type TrayFace } from '#main/shells/electron/clock-words.ts'
import type { MenuEntry } from '#main/shells/electron/desktop-api.ts'
import { menuTemplate } from '#main/shells/electron/menu.ts'
import { trayPicture } from '#main/shells/electron/tray.ts'
import type { FakeMenu, FakeTray } from '#test/fakes/electron-desktop.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { createStateApp, elsewhere, finding, servingState, type StateApp } from './support/desktop-state.ts'
import { createElectronStage, type ElectronStage } from './support/electron-stage.ts'

describe('what the tray says', () => {
  test.each([
    ['safe', {}, 'Safe to stop'],
    ['safe', { dueHeight: '120' }, 'Safe to stop until block 120'],
    ['wait', { blocks: '3', waitMs: '180000' }, 'Wait 3 min before you stop'],
    ['wait', { blocks: '3' }, 'Wait 3 blocks before you stop'],
    ['costs', { costUpokt: '720000', costClaims: '1' }, 'Stopping now costs ≈ 0.7200 POKT'],
    ['costs', { costUpokt: '0', costUnknown: '1' }, 'Stopping now costs a claim'],
    ['cannot-tell', { reason: 'height-old' }, 'Cannot tell whether stopping costs'],
    ['nothing-to-lose', {}, 'Nothing to lose by stopping'],
  ] as const)('%s %j: %s', (verdict, facts, words) => {
    const state = servingState()
    expect(verdictWords({ ...state, clock: { ...state.clock, verdict, facts: { ...facts } } }, '24')).toBe(words)
  })

  test('a moment is told by the clock of the setting', () => {
    const state = servingState()
    const at = new Date(2024, 5, 1, 15, 30).getTime()
    const clock = { ...state.clock, facts: { dueHeight: '120', dueMs: String(at) } }
    expect(verdictWords({ ...state, clock }, '24')).toBe('Safe to stop until 15:30')
    expect(verdictWords({ ...state, clock }, '12')).toMatch(/until 0?3:30/)
  })

  test('the block of the session stands before it', () => {
    expect(clockLine(servingState(), '24')).toBe('Block 7 of 20 · Safe to stop')
  })

  test('the face and the headline go by the worst fact', () => {
    const state = servingState()
    const down = { ...state.nodes['anvil'], seen: 'stopped' as const } as AppState['nodes'][string]
    const off = { ...state.nodes['miner'], seen: 'stopped' as const, wanted: 'stopped' as const } as AppState['nodes'][string]
    const cases: [AppState | undefined, TrayFace, string][] = [
      [undefined, 'unknown', 'Hearth is starting'],
      [state, 'fine', 'All 2 nodes run'],
      [{ ...state, nodes: { ...state.nodes, anvil: down } }, 'fine', '1 of 2 nodes run'],
      [{ ...state, nodes: { miner: off } }, 'stopped', 'Nothing runs here'],
      [{ ...state, engine: { ...state.engine, kind: 'not-started' as const } }, 'unknown', 'Hearth cannot see the container engine'],
      [{ ...state, clock: { ...state.clock, verdict: 'cannot-tell' as const } }, 'unknown', 'All 2 nodes run'],
      [{ ...state, attention: { a: finding('node-failing', 'warn', { facts: { title: 'Anvil' } }) } }, 'asks', 'Anvil is failing.'],
      [{ ...state, attention: { a: finding('first-claim', 'info') } }, 'fine', 'All 2 nodes run'],
    ]
    for (const [each, face, words] of cases) expect([trayFace(each), headline(each)]).toEqual([face, words])
    const both = { a: finding('operator-low', 'warn'), b: finding('proof-missed', 'bad') }
    expect(headline({ ...state, attention: both })).toBe('A proof was missed, and stake was slashed.')
  })

  test('a network that is not chosen is told by its name, and asks like the chosen one', () => {
    const chosen = servingState()
    const state = { ...chosen, app: { ...chosen.app, network: 'practice' as const }, nodes: {} }
    const beside = (more: Parameters<typeof elsewhere>[1]) => ({ ...state, elsewhere: { mainnet: elsewhere('mainnet', more) } })
    expect([trayFace(beside({})), headline(beside({}))]).toEqual(['fine', 'Runs on Mainnet'])
    const failing = finding('node-failing', 'bad', { facts: { title: 'Relay miner' } })
    expect([trayFace(beside({ findings: [failing] })), headline(beside({ findings: [failing] }))]).toEqual([
      'asks',
      'Mainnet: Relay miner is failing.',
    ])
    expect(trayFace(beside({ needsKey: true }))).toBe('asks')
    // The worst of all networks, not the first.
    const both = { ...beside({ findings: [failing] }), attention: { a: finding('operator-low', 'warn') } }
    expect(headline(both)).toBe('Mainnet: Relay miner is failing.')
    expect(elsewhereLines(beside({}), '24')).toEqual(['Mainnet: Safe to stop'])
    expect(elsewhereLines(beside({ up: {} }), '24')).toEqual([])
  })

  test('there is a picture of every face, also a sharp one, and they differ', () => {
    const seen = new Set<string>()
    for (const platform of ['linux', 'darwin'] as const)
      for (const face of ['fine', 'stopped', 'asks', 'unknown'] as const) {
        const path = trayPicture(join(projectRoot, 'resources', 'icons'), face, platform)
        const bytes = readFileSync(path)
        expect(bytes.subarray(1, 4).toString()).toBe('PNG')
        seen.add(bytes.toString('base64'))
        expect(existsSync(path.replace('.png', '@2x.png'))).toBe(true)
      }
    expect(seen.size).toBe(8)
  })
})

describe('the tray', () => {
  let stage: ElectronStage
  let app: StateApp
  beforeEach(async () => {
    app = createStateApp()
    stage = await createElectronStage(app)
  })
  afterEach(() => stage.close())
  const tray = (): FakeTray => stage.electron.desktop.trays[0] as FakeTray
  const entries = (): MenuEntry[] => (tray().menu as FakeMenu).template
  const labels = (): (string | undefined)[] => entries().map((entry) => entry.label)

  test('follows the state, and is changed only when what it says changes', async () => {
    await stage.start()
    expect(labels().slice(0, 2)).toEqual(['All 2 nodes run', 'Block 7 of 20 · Safe to stop'])
    expect(entries()[0]).toMatchObject({ enabled: false })
    expect(tray().tip).toBe('Hearth\nAll 2 nodes run\nBlock 7 of 20 · Safe to stop')
    expect(tray().pictures.at(-1)).toMatch(/tray-fine\.png$/)
    const before = tray().menus
    app.set('chain', { ...app.state.chain, hash: 'another' })
    expect(tray().menus).toBe(before)
    app.verdict('costs', { costUpokt: '1000000' })
    expect(labels()).toContain('Block 7 of 20 · Stopping now costs ≈ 1.0000 POKT')
    app.put('attention', 'x', finding('proof-missed', 'bad'))
    expect(tray().pictures.at(-1)).toMatch(/tray-asks\.png$/)
    app.set('earnings', { ...app.state.earnings, todayUpokt: '34020000' })
    expect(labels()).toContain('Today 34.0200 POKT settled')
  })

  test('has a line for each network that is not chosen and runs', async () => {
    await stage.start()
    app.put('elsewhere', 'local', elsewhere('local'))
    expect(labels().slice(0, 3)).toEqual(['All 2 nodes run', 'Block 7 of 20 · Safe to stop', 'Local chain: Safe to stop'])
  })

  test('opens, locks only what is open, and asks before it quits', async () => {
    const page = await stage.start()
    page.shown = false
    const press = (label: string): void =>
      entries()
        .find((entry) => entry.label === label)
        ?.click?.()
    press('Open Hearth')
    expect([page.shown, page.focused]).toEqual([true, 1])
    press('Lock the keys')
    expect(app.calls).toEqual([{ name: 'vault.lock', input: {} }])
    app.set('vault', { kind: 'locked', needed: null })
    expect(labels()).not.toContain('Lock the keys')
    press('Quit…')
    expect(stage.electron.questions.map((question) => question.message)).toEqual(['Quit Hearth?'])
    expect(app.stopped()).toBe(false)
    stage.electron.answer = (question) => question.buttons[0] ?? ''
  })

  test('a desktop without a tray has none, and Hearth goes on', async () => {
    stage.begin({}, async () => app)
    stage.electron.desktop.trayFails = true
    const page = await stage.started()
    page.emit('ready-to-show')
    expect(stage.electron.desktop.trays).toEqual([])
    // Nothing could bring a hidden window back, so closing is a question even when Hearth should keep running.
    app.choose('keepRunning', true)
    page.close()
    expect(page.isVisible()).toBe(true)
    expect(stage.electron.questions[0]?.buttons).toEqual(['Quit, let them run', 'Stop all and quit', 'Cancel'])
  })
})

describe('the menu', () => {
  const said: string[] = []
  const actions = {
    go: (path: string) => void said.push(path),
    show: () => void said.push('show'),
    lock: () => void said.push('lock'),
    quit: () => void said.push('quit'),
    openDocumentation: () => void said.push('documentation'),
  }
  const flat = (entries: MenuEntry[]): MenuEntry[] => entries.flatMap((entry) => [entry, ...flat(entry.submenu ?? [])])

  test.each(['linux', 'win32', 'darwin'] as const)('%s: every key means one thing, and every entry does or shows something', (platform) => {
    const all = flat(menuTemplate(platform, actions, { packaged: true }))
    const keys = all.flatMap((entry) => entry.accelerator ?? [])
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toEqual(expect.arrayContaining(['CmdOrCtrl+,', 'CmdOrCtrl+L', 'CmdOrCtrl+1', 'CmdOrCtrl+4']))
    expect(keys.includes('CmdOrCtrl+Q')).toBe(platform !== 'win32')
    for (const entry of all)
      expect(entry.type === 'separator' || entry.role || entry.click || entry.submenu, JSON.stringify(entry)).toBeTruthy()
    // Copy and paste have no keys on macOS without these.
    expect(all.map((entry) => entry.role)).toEqual(expect.arrayContaining(['copy', 'paste', 'selectAll']))
    expect(all.some((entry) => entry.role === 'services')).toBe(platform === 'darwin')
  })

  test('the keys do what they say, and the tools of developers are there from sources only', () => {
    said.length = 0
    const all = flat(menuTemplate('linux', actions, { packaged: true }))
    for (const key of ['CmdOrCtrl+1', 'CmdOrCtrl+4', 'CmdOrCtrl+,', 'CmdOrCtrl+L', 'CmdOrCtrl+Q'])
      all.find((entry) => entry.accelerator === key)?.click?.()
    expect(said).toEqual(['/', '/earnings', '/settings', 'lock', 'quit'])
    const tools = (packaged: boolean): boolean =>
      flat(menuTemplate('linux', actions, { packaged })).some((entry) => entry.role === 'toggleDevTools')
    expect([tools(true), tools(false)]).toEqual([false, true])
    // Nothing reloads the page or quits without the question.
    expect(JSON.stringify(all)).not.toMatch(/"role":"(reload|forceReload|quit)"/)
  })
})
