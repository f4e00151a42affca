import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ComposeOptions } from '#main/shells/compose-options.ts'
import { REFUSED_SWITCHES } from '#main/shells/electron/start-options.ts'
import { runElectron } from '#main/shells/electron/run.ts'
import { version } from '#main/shells/locations.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { createFakeElectron, frame } from '#test/fakes/electron.ts'
import { createStateApp, type StateApp } from './support/desktop-state.ts'
import { createElectronStage, type ElectronStage } from './support/electron-stage.ts'
import { nodeUtilityProcesses } from './support/utility-child.ts'
import { PATIENCE } from '#test/patience.ts'

let stage: ElectronStage
let app: StateApp
beforeEach(async () => {
  app = createStateApp()
  stage = await createElectronStage(app)
})
afterEach(() => stage.close())

describe('the start', () => {
  test('core is given the keychain and a key process of its own', async () => {
    const given: ComposeOptions[] = []
    stage.begin({}, async (options) => {
      given.push(options)
      return app
    })
    await stage.started()
    expect(await given[0]?.keychain?.problem()).toBeUndefined()
    stage.electron.desktop.keychain.backend = 'basic_text'
    expect(await given[0]?.keychain?.problem()).toBe(stage.outside.platform === 'linux' ? 'keychain-plain' : undefined)
    expect(given[0]).toMatchObject({ shell: 'electron', dataDir: join(stage.folder, 'data') })
  })

  test.each(REFUSED_SWITCHES)('--%s: Hearth says so and does not start', (name) => {
    stage.begin({ switches: [name] }, async () => app)
    expect(stage.electron.errors).toEqual([`Hearth does not run with --${name}.`])
    expect(stage.electron.calls).toEqual(['exit 1'])
  })

  test('a sandbox that the environment takes away is told the same', () => {
    stage.outside.env = { ELECTRON_DISABLE_SANDBOX: '1' }
    stage.begin({}, async () => app)
    expect([stage.electron.calls, stage.electron.errors[0]]).toEqual([['exit 1'], 'Hearth does not run with its sandbox disabled.'])
  })

  test('a folder that others use is refused before anything is written there', () => {
    const shared = mkdtempSync(join(tmpdir(), 'hearth-shared-'))
    try {
      writeFileSync(join(shared, 'theirs'), '')
      const { mode } = statSync(shared)
      // mkdtemp gives 0700: as open as /tmp is.
      process.umask(0)
      mkdirSync(join(shared, 'open'), { mode: 0o777 })
      writeFileSync(join(shared, 'open', 'theirs'), '')
      const electron = createFakeElectron()
      runElectron(
        electron,
        async () => app,
        { rendererDir: '', preloadPath: '', resourcesDir: '' },
        ['--data-dir', join(shared, 'open')],
        stage.outside,
      )
      expect(electron.errors[0]).toContain('open to other users')
      expect(electron.calls).toEqual(['exit 1'])
      expect(readdirSync(join(shared, 'open'))).toEqual(['theirs'])
      expect(mode & 0o777).toBe(0o700)
    } finally {
      process.umask(0o022)
      rmSync(shared, { recursive: true, force: true })
    }
  })

  test('the folder that Electron is given is there, and nobody else’s', async () => {
    await stage.start()
    const folder = join(stage.folder, 'data', 'window')
    expect(stage.electron.calls).toContain(`path userData ${folder}`)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })
})

describe('--smoke', () => {
  /** The page, as the preload lets it ask. */
  const ask = async (): Promise<unknown> => stage.call(stage.fromPage(), 'state.get', '{}')
  const report = (): Record<string, unknown> => JSON.parse(stage.printed.at(-1) ?? '{}') as Record<string, unknown>

  test('starts in a folder of its own, sees the page ask, makes and locks a vault, leaves nothing, and ends with 0', async () => {
    const file = join(stage.folder, 'report.json')
    stage.argv = ['--smoke', `--smoke-report=${file}`]
    let dataDir = ''
    stage.begin({ packaged: true }, async (options) => {
      dataDir = options.dataDir
      return app
    })
    await stage.started()
    expect(dataDir).not.toBe(join(stage.folder, 'data'))
    await vi.waitFor(() => expect(stage.electron.channels).toContain('hearth:call'), PATIENCE)
    expect(stage.electron.calls.some((entry) => entry.startsWith('exit'))).toBe(false)
    await ask()
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 0'), PATIENCE)
    expect(report()).toEqual({ smoke: 'ok', core: true, sandboxedPage: true, keyProcess: true, version: version(), reason: '' })
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(report())
    const names = app.calls.map((call) => call.name)
    expect(names.filter((name) => name.startsWith('vault'))).toEqual(['vault.create', 'vault.lock'])
    expect(existsSync(dataDir)).toBe(false)
    // It is no visit: nothing of the desktop is touched.
    expect([stage.electron.desktop.trays, stage.electron.logins, stage.electron.fetched]).toEqual([[], [], []])
    expect(stage.electron.calls).not.toContain('protocol hearth')
  })

  test('the same over the real core, the real vault and a key process that runs', async () => {
    const { compose } = await import('#main/shells/compose.ts')
    const electron = Object.assign(createFakeElectron(), { utilityProcess: nodeUtilityProcesses })
    const places = { rendererDir: join(stage.folder, 'page'), preloadPath: '', resourcesDir: join(stage.folder, 'resources') }
    runElectron(electron, compose, places, ['--smoke'], stage.outside)
    electron.becomeReady()
    await vi.waitFor(() => expect(electron.channels).toContain('hearth:call'), 60_000)
    const sender = electron.windows[0]?.webContents
    if (!sender) throw new Error('no window')
    const answer = await electron.invoke('hearth:call', { sender, senderFrame: frame('app://hearth') }, 'state.get', '{}')
    expect(answer).toMatchObject({ ok: true, value: { state: { app: { shell: 'electron' } } } })
    await vi.waitFor(() => expect(electron.calls).toContain('exit 0'), 60_000)
    expect(report()).toMatchObject({ smoke: 'ok', core: true, sandboxedPage: true, keyProcess: true })
  }, 150_000)

  test('a page that is silent, as one without its sandbox is, ends with 1', async () => {
    const clock = createTestClock()
    stage.outside.clock = clock
    stage.argv = ['--smoke']
    stage.begin({}, async () => app)
    await stage.started()
    await vi.waitFor(() => expect(app.calls.map((call) => call.name)).toContain('vault.lock'), PATIENCE)
    await clock.advance(91_000)
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 1'), PATIENCE)
    expect(report()).toMatchObject({ smoke: 'failed', sandboxedPage: false, reason: 'the page never asked for anything' })
  })

  test('a key process that does not run ends with 1', async () => {
    const call = app.call.bind(app)
    app.call = async (name, input) => (name === 'vault.create' ? { ok: false, error: { code: 'internal', ref: '' } } : call(name, input))
    stage.argv = ['--smoke']
    stage.begin({}, async () => app)
    await stage.started()
    await vi.waitFor(() => expect(stage.electron.channels).toContain('hearth:call'), PATIENCE)
    await ask()
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 1'), PATIENCE)
    expect(report()).toMatchObject({ smoke: 'failed', keyProcess: false, reason: 'the vault: internal' })
  })

  test('a core that does not start ends with 1 and its reason, without a dialog that nobody closes', async () => {
    stage.argv = ['--smoke']
    stage.begin({}, () => Promise.reject(new Error('store-newer')))
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 1'), PATIENCE)
    expect([report(), stage.electron.errors]).toEqual([{ smoke: 'failed', reason: 'store-newer' }, []])
  })
})
