import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { autostartFile, desktopEntry, setStartAtLogin, type AutostartPlace } from '#main/shells/electron/autostart.ts'
import { FIX_PATHS, LINK_PATHS, linkOf, parseLink } from '#main/shells/electron/links.ts'
import { readOptions } from '#main/shells/electron/start-options.ts'
import { matchRoute } from '#renderer/app/match-route.ts'
import { ROUTES } from '#renderer/app/routes.ts'
import { createFakeElectron } from '#test/fakes/electron.ts'
import { createStateApp } from './support/desktop-state.ts'
import { createElectronStage, type ElectronStage } from './support/electron-stage.ts'
import { PATIENCE } from '#test/patience.ts'

const HOSTILE = [
  'hearth://open/unlock',
  'hearth://open/setup',
  'hearth://open/settings/sessions',
  'hearth://open/nowhere',
  'hearth://open//nodes',
  'hearth://open/nodes/../settings',
  'hearth://open/nodes/%2e%2e/settings',
  'hearth://open/nodes?start=1',
  'hearth://open/nodes#/supplier',
  'hearth://open:80/nodes',
  'hearth://user@open/nodes',
  'hearth://sign/nodes',
  'hearth://openx/nodes',
  'hearth:open/nodes',
  'HEARTH://open/nodes',
  'hearth://open/nodes/Anvil',
  `hearth://open/nodes/${'a'.repeat(60)}`,
  `hearth://open/${'a/'.repeat(200)}`,
  'hearth://open/nodes\n',
  ' hearth://open/nodes',
  'hearth://open/nodes" --no-sandbox "',
  'javascript:alert(1)',
  '',
]

describe('links', () => {
  test('every screen that a link opens is one of the route table, and takes no password', () => {
    const patterns = new Set<string>(ROUTES.filter((route) => route.section !== null).map((route) => route.pattern))
    for (const path of LINK_PATHS) expect(patterns.has(path), path).toBe(true)
    expect(matchRoute(parseLink('hearth://open/nodes/anvil') ?? '')?.id).toBe('node')
    for (const path of Object.values(FIX_PATHS)) expect(matchRoute(path), path).toBeDefined()
  })

  test.each([
    ['hearth://open', '/'],
    ['hearth://open/', '/'],
    ['hearth://open/nodes', '/nodes'],
    ['hearth://open/nodes/', '/nodes'],
    ['hearth://open/supplier/leave', '/supplier/leave'],
  ])('%s shows %s', (text, path) => {
    expect([parseLink(text), linkOf(['--some', text])]).toEqual([path, path])
  })

  test.each(HOSTILE)('%j shows nothing', (text) => {
    expect(parseLink(text)).toBeUndefined()
  })

  test('two links are none, and with a link nothing else of the command line counts', () => {
    expect(linkOf(['hearth://open/nodes', 'hearth://open/supplier'])).toBeUndefined()
    expect(readOptions(['--data-dir', '/tmp/evil', '--engine=unix:///evil', '--smoke', 'hearth://open/nodes'])).toEqual({
      smoke: false,
      atLogin: false,
      link: '/nodes',
    })
    expect(readOptions(['--data-dir', '/x', 'hearth://evil'])).toEqual({ smoke: false, atLogin: false, link: undefined })
    expect(readOptions(['--data-dir', '/x', '--at-login', '--enable-features=Foo'])).toMatchObject({
      dataDir: '/x',
      atLogin: true,
      link: undefined,
    })
  })
})

describe('links in the shell', () => {
  let stage: ElectronStage
  beforeEach(async () => {
    stage = await createElectronStage(createStateApp())
  })
  afterEach(() => stage.close())

  test('a second start hands its link over: the window comes up and goes to the screen, and core is asked for nothing', async () => {
    const page = await stage.start()
    page.minimized = true
    page.shown = false
    stage.electron.emit('second-instance', ['/opt/Hearth/hearth', '--flag', 'hearth://open/supplier'])
    expect([page.minimized, page.shown, page.urls.at(-1)]).toEqual([false, true, 'app://hearth/#/supplier'])
    for (const text of HOSTILE) stage.electron.emit('second-instance', ['/opt/Hearth/hearth', text])
    expect(page.urls.at(-1)).toBe('app://hearth/#/supplier')
    expect(stage.app.calls).toEqual([])
    expect(stage.electron.windows).toHaveLength(1)
  })

  test('macOS hands links over by an event, also before there is a window', async () => {
    stage.begin({}, async () => stage.app)
    expect(stage.electron.emit('open-url', 'hearth://open/earnings')).toBe(true)
    const page = await stage.started()
    expect(page.urls).toEqual(['app://hearth/#/earnings'])
    stage.electron.emit('open-url', 'hearth://open/unlock')
    expect(page.urls).toHaveLength(1)
  })

  test('only an installed Hearth takes the scheme', async () => {
    await stage.start()
    expect(stage.electron.calls).not.toContain('protocol hearth')
    await stage.close()
    stage = await createElectronStage(createStateApp())
    await stage.start({ packaged: true })
    expect(stage.electron.calls).toContain('protocol hearth')
  })
})

describe('start at login', () => {
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'hearth-login-'))
  })
  afterEach(() => rm(home, { recursive: true, force: true }))
  const place = (more: Partial<AutostartPlace> = {}): AutostartPlace => ({
    platform: 'linux',
    env: {},
    home,
    execPath: '/opt/Hearth/hearth',
    args: [],
    ...more,
  })

  test('Linux: one file, whole, as the specification has it, and gone again', async () => {
    const { app } = createFakeElectron()
    const file = autostartFile(place())
    expect(file).toBe(join(home, '.config', 'autostart', 'hearth.desktop'))
    expect(await setStartAtLogin(app, true, place({ args: ['--data-dir', '/home/a b/100%'] }))).toBe(true)
    const lines = (await readFile(file, 'utf8')).split('\n')
    expect(lines[0]).toBe('[Desktop Entry]')
    expect(lines).toContain('Exec="/opt/Hearth/hearth" "--at-login" "--data-dir" "/home/a b/100%%"')
    expect((await stat(file)).mode & 0o777).toBe(0o644)
    expect(await readdir(join(home, '.config', 'autostart'))).toEqual(['hearth.desktop'])
    expect(await setStartAtLogin(app, false, place())).toBe(true)
    expect(await readdir(join(home, '.config', 'autostart'))).toEqual([])
    expect(await setStartAtLogin(app, false, place())).toBe(true)
  })

  test('Linux: an AppImage names its own file, and an XDG folder counts', async () => {
    const { app } = createFakeElectron()
    const own = place({
      env: { APPIMAGE: '/home/me/Hearth.AppImage', XDG_CONFIG_HOME: join(home, 'conf') },
      execPath: '/tmp/.mount_x/hearth',
    })
    await setStartAtLogin(app, true, own)
    expect(await readFile(join(home, 'conf', 'autostart', 'hearth.desktop'), 'utf8')).toContain(
      'Exec="/home/me/Hearth.AppImage" "--at-login"',
    )
    expect(autostartFile({ env: { XDG_CONFIG_HOME: 'relative' }, home })).toContain(join(home, '.config'))
  })

  test('Linux: nothing in a path becomes a command or a line of its own', () => {
    expect(desktopEntry(['/a"; rm $(x) `y` \\'])).toContain(String.raw`Exec="/a\\"; rm \\$(x) \\${'`'}y\\${'`'} \\\\"`)
    expect(() => desktopEntry(['/a\nExec=evil'])).toThrow(/line break/)
  })

  test('Linux: a folder that cannot be written is a failure, not a yes', async () => {
    await writeFile(join(home, '.config'), 'a file')
    await expect(setStartAtLogin(createFakeElectron().app, true, place())).rejects.toThrow()
  })

  test('Windows and macOS: the list of the system, and the truth of what it took', async () => {
    const electron = createFakeElectron()
    const dir = 'C:\\Data Folder'
    expect(
      await setStartAtLogin(electron.app, true, place({ platform: 'win32', execPath: 'C:\\Hearth.exe', args: ['--data-dir', dir] })),
    ).toBe(true)
    expect(electron.logins).toEqual([{ openAtLogin: true, path: 'C:\\Hearth.exe', args: ['--at-login', '--data-dir', `"${dir}"`] }])
    expect(await setStartAtLogin(electron.app, true, place({ platform: 'darwin' }))).toBe(true)
    expect(electron.logins.at(-1)).toEqual({ openAtLogin: true })
    const refusing = { ...electron.app, setLoginItemSettings: () => undefined, getLoginItemSettings: () => ({ openAtLogin: false }) }
    expect(await setStartAtLogin(refusing as typeof electron.app, true, place({ platform: 'darwin' }))).toBe(false)
  })

  test('follows its switch, in an installed Hearth alone; off is carried out only after on', async () => {
    for (const packaged of [true, false]) {
      const app = createStateApp()
      const stage = await createElectronStage(app)
      stage.outside.platform = 'darwin'
      try {
        await stage.start({ packaged })
        expect(stage.electron.logins).toEqual([])
        app.choose('startAtLogin', true)
        app.choose('keepRunning', true)
        app.choose('startAtLogin', false)
        await vi.waitFor(
          () => expect(stage.electron.logins).toEqual(packaged ? [{ openAtLogin: true }, { openAtLogin: false }] : []),
          PATIENCE,
        )
      } finally {
        await stage.close()
      }
    }
  })

  test('at login Hearth comes without its window only when it keeps running and can be found in the tray', async () => {
    const cases = [
      [true, false, true],
      [false, false, false],
      [true, true, false],
    ] as const
    for (const [keepRunning, trayFails, hidden] of cases) {
      const app = createStateApp()
      app.choose('keepRunning', keepRunning)
      const stage = await createElectronStage(app)
      stage.argv = ['--at-login']
      try {
        stage.begin({}, async () => app)
        stage.electron.desktop.trayFails = trayFails
        const page = await stage.started()
        page.emit('ready-to-show')
        expect([keepRunning, trayFails, page.isVisible()]).toEqual([keepRunning, trayFails, !hidden])
      } finally {
        await stage.close()
      }
    }
  })
})
