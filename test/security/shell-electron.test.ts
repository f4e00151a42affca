import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { externalUrl } from '#main/shells/electron/open-external.ts'
import { createElectronStage, TICKET, type ElectronStage } from '#test/shells/support/electron-stage.ts'
import { PATIENCE } from '#test/patience.ts'

/** Rows S1 to S4, S9 to S13 of the hardening table, on the shell as it starts, over a fake of Electron. */
let stage: ElectronStage
beforeEach(async () => {
  stage = await createElectronStage()
})
afterEach(() => stage.close())

describe('S1 to S4: windows', () => {
  test('every window is sandboxed, isolated, without Node, and says so itself', async () => {
    const page = await stage.start({ packaged: true })
    page.webContents.openHandler?.({ url: `confirm://surface/s/${TICKET}` })
    const confirm = stage.windowAt(1)
    for (const window of [page, confirm]) {
      expect(window.options.webPreferences).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        spellcheck: false,
        devTools: false,
      })
    }
    expect(page.options.webPreferences.preload).toBe(join(stage.folder, 'preload.cjs'))
    // The surface shows words and takes passwords: nothing of ours runs in it, and it shares no session with the page.
    expect(confirm.options.webPreferences.preload).toBeUndefined()
    expect(confirm.options.webPreferences.partition).not.toBe(page.options.webPreferences.partition)
    expect(confirm.options.webPreferences.partition).not.toMatch(/^persist:/)
  })

  test('developer tools are there from sources only', async () => {
    expect((await stage.start()).options.webPreferences.devTools).toBe(true)
  })

  test('the sandbox is enabled and the schemes are registered before the app is ready', async () => {
    await stage.start()
    const before = stage.electron.calls.slice(0, stage.electron.calls.indexOf('whenReady'))
    expect(before).toEqual(expect.arrayContaining(['enableSandbox', 'schemes', 'switch disable-http-cache', 'lock']))
    expect(stage.electron.schemes.map((made) => [made.scheme, made.privileges.standard, made.privileges.secure])).toEqual([
      ['app', true, true],
      ['confirm', true, true],
    ])
  })

  test.each(['no-sandbox', 'disable-web-security', 'remote-debugging-port'])('--%s keeps Hearth from starting', async (name) => {
    stage.begin({ switches: [name] })
    expect(stage.electron.calls).toContain('exit 1')
    expect(stage.electron.calls).not.toContain('whenReady')
    expect(stage.electron.errors.join()).toContain(name)
  })
})

describe('S9 to S11: ways out', () => {
  test('no contents navigates, redirects, opens a window or attaches a webview', async () => {
    const page = await stage.start()
    for (const contents of [page.webContents]) {
      for (const url of [
        'https://evil.example/',
        'app://hearth/',
        'file:///etc/passwd',
        `confirm://surface/s/${TICKET}`,
        'javascript:alert(1)',
      ]) {
        for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])
          expect([url, event, contents.raise(event, url)]).toEqual([url, event, true])
        expect(contents.openHandler?.({ url })).toEqual({ action: 'deny' })
      }
    }
  })

  test('a confirm window posts to its own ticket and goes nowhere else', async () => {
    const page = await stage.start()
    page.webContents.openHandler?.({ url: `confirm://surface/s/${TICKET}` })
    const { webContents } = stage.windowAt(1)
    expect(stage.windowAt(1).urls).toEqual([`confirm://surface/s/${TICKET}`])
    expect(webContents.raise('will-navigate', `confirm://surface/s/${TICKET}`)).toBe(false)
    for (const url of [`confirm://surface/s/${'b'.repeat(43)}`, 'confirm://surface/', 'app://hearth/', 'https://docs.pokt.network/'])
      expect(webContents.raise('will-navigate', url)).toBe(true)
    expect(webContents.raise('will-redirect', `confirm://surface/s/${TICKET}`)).toBe(true)
    // From here nothing opens, neither the list's pages nor another ticket.
    webContents.openHandler?.({ url: 'https://docs.pokt.network/' })
    webContents.openHandler?.({ url: `confirm://surface/s/${'b'.repeat(43)}` })
    expect(stage.electron.opened).toEqual([])
    expect(stage.electron.windows).toHaveLength(2)
  })

  test('a ticket that is shown comes to the front, and three windows are enough', async () => {
    const page = await stage.start()
    const show = (token: string): void => void page.webContents.openHandler?.({ url: `confirm://surface/s/${token}` })
    show(TICKET)
    show(TICKET)
    expect(stage.electron.windows).toHaveLength(2)
    expect(stage.windowAt(1).focused).toBe(1)
    for (const letter of ['b', 'c', 'd', 'e']) show(letter.repeat(43))
    expect(stage.electron.windows).toHaveLength(4)
    stage.windowAt(1).close()
    show('f'.repeat(43))
    expect(stage.electron.windows).toHaveLength(5)
  })

  test('S10: the table grants one permission, to the page alone', async () => {
    const page = await stage.start()
    const session = stage.sessionOf('persist:hearth')
    const asked = (permission: string, requestingUrl: string, isMainFrame: boolean): boolean => {
      let answer: boolean | undefined
      session.requestHandler?.(page.webContents, permission, (granted) => void (answer = granted), { requestingUrl, isMainFrame })
      expect(session.checkHandler?.(page.webContents, permission, requestingUrl, { isMainFrame })).toBe(answer)
      return answer === true
    }
    expect(asked('clipboard-sanitized-write', 'app://hearth/', true)).toBe(true)
    expect(asked('clipboard-sanitized-write', 'app://hearth/', false)).toBe(false)
    expect(asked('clipboard-sanitized-write', 'app://hearth.evil/', true)).toBe(false)
    for (const permission of [
      'clipboard-read',
      'media',
      'geolocation',
      'notifications',
      'midi',
      'openExternal',
      'fullscreen',
      'hid',
      'serial',
      'usb',
      'unknown',
    ]) {
      expect([permission, asked(permission, 'app://hearth/', true)]).toEqual([permission, false])
    }
    for (const partition of ['persist:hearth', 'hearth-confirm']) {
      expect(stage.sessionOf(partition).deviceHandler?.()).toBe(false)
      let prevented = false
      stage.sessionOf(partition).download?.({ preventDefault: () => void (prevented = true) })
      expect(prevented).toBe(true)
      expect(stage.sessionOf(partition).options).toEqual({ cache: false })
    }
  })

  test('S11: https and the exact hosts of the list', async () => {
    const page = await stage.start()
    page.webContents.openHandler?.({ url: 'https://docs.pokt.network/x?y#z' })
    expect(stage.electron.opened).toEqual(['https://docs.pokt.network/x?y#z'])
    for (const url of [
      'http://docs.pokt.network/',
      'https://evil.example/',
      'https://docs.pokt.network.evil.example/',
      'https://evil.docs.pokt.network/',
      'https://docs.pokt.network@evil.example/',
      'https://a:b@docs.pokt.network/',
      'https://docs.pokt.network:8443/',
      'https://evil.example/?next=https://docs.pokt.network/',
      'file:///etc/passwd',
      'smb://docs.pokt.network/',
      'javascript:alert(1)',
      'nonsense',
    ]) {
      expect([url, externalUrl(url)]).toEqual([url, undefined])
      page.webContents.openHandler?.({ url })
    }
    expect(stage.electron.opened).toHaveLength(1)
  })
})

describe('S20: the clipboard', () => {
  test('what was copied off a confirm window goes when Hearth ends, and what came from elsewhere stays', async () => {
    const page = await stage.start()
    const { clipboard } = stage.electron.desktop
    page.webContents.openHandler?.({ url: `confirm://surface/s/${TICKET}` })
    stage.windowAt(1).raise('focus')
    await new Promise((resolve) => setImmediate(resolve))
    clipboard.text = 'abandon ability able'
    stage.windowAt(1).raise('blur')
    stage.electron.emit('before-quit')
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 0'), PATIENCE)
    expect(clipboard.text).toBe('')
  })

  test('what is copied elsewhere after the window was left is the user’s', async () => {
    const page = await stage.start()
    const { clipboard } = stage.electron.desktop
    page.webContents.openHandler?.({ url: `confirm://surface/s/${TICKET}` })
    stage.windowAt(1).raise('focus')
    await new Promise((resolve) => setImmediate(resolve))
    clipboard.text = 'abandon ability able'
    stage.windowAt(1).raise('blur')
    await new Promise((resolve) => setImmediate(resolve))
    clipboard.text = 'of the user'
    stage.electron.emit('before-quit')
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 0'), PATIENCE)
    expect(clipboard.text).toBe('of the user')
  })

  test('the page and what others copy are left alone', async () => {
    const page = await stage.start()
    page.raise('focus')
    stage.electron.desktop.clipboard.text = 'of the user'
    page.raise('blur')
    stage.electron.emit('before-quit')
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 0'), PATIENCE)
    expect(stage.electron.desktop.clipboard.text).toBe('of the user')
  })
})

describe('S13 and the end', () => {
  test('a second start ends at once and makes nothing', async () => {
    stage.begin({ locked: true })
    expect(stage.electron.calls).toContain('quit')
    expect(stage.electron.calls).not.toContain('whenReady')
    expect(stage.electron.windows).toEqual([])
  })

  test('the first one comes to the front instead', async () => {
    const page = await stage.start()
    page.minimized = true
    stage.electron.emit('second-instance', ['hearth'])
    expect([page.minimized, page.focused]).toEqual([false, 1])
  })

  test('quitting waits for core, once', async () => {
    await stage.start()
    let release: () => void = () => undefined
    let stops = 0
    stage.app.stop = () => {
      stops += 1
      return new Promise((resolve) => {
        release = resolve
      })
    }
    expect(stage.electron.emit('before-quit')).toBe(true)
    expect(stage.electron.emit('before-quit')).toBe(true)
    expect(stage.electron.calls.filter((entry) => entry.startsWith('exit'))).toEqual([])
    release()
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 0'), PATIENCE)
    expect(stops).toBe(1)
  })

  test('a start that fails says why and exits with 1', async () => {
    stage.begin({}, () => Promise.reject(new Error('store-newer')))
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 1'), PATIENCE)
    expect(stage.electron.errors).toEqual(['store-newer'])
    expect(stage.electron.windows).toEqual([])
  })
})

test('S12: the packaged program names every fuse', async () => {
  const text = await readFile(new URL('../../electron-builder.yml', import.meta.url), 'utf8')
  for (const line of [
    'runAsNode: false',
    'enableCookieEncryption: true',
    'enableNodeOptionsEnvironmentVariable: false',
    'enableNodeCliInspectArguments: false',
    'enableEmbeddedAsarIntegrityValidation: true',
    'onlyLoadAppFromAsar: true',
    'loadBrowserProcessSpecificV8Snapshot: false',
    'grantFileProtocolExtraPrivileges: false',
  ]) {
    expect(text).toContain(line)
  }
})
