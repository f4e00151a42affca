import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { lockDataFolder, type DataFolderLock } from '#main/adapters/system/data-folder.ts'
import { createLog } from '#main/adapters/system/log.ts'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { Compose } from '../compose-options.ts'
import { defaultDataDir, refuseSharedFolderNow } from '../data-dir.ts'
import { version, type Locations } from '../locations.ts'
import { readStartFiles } from '../start-files.ts'
import { createClipboardGuard } from './clipboard-guard.ts'
import { createConfirmWindows } from './confirm-window.ts'
import { guardCrashes, isGpuOff } from './crash.ts'
import { createDesktop, type Desktop } from './desktop.ts'
import type { ElectronApi, WebContents, Window } from './electron-api.ts'
import { serveIpc } from './ipc.ts'
import { createKeychain } from './keychain.ts'
import { createUtilityKeyProcess } from './key-process.ts'
import { linkOf, parseLink } from './links.ts'
import { guardNavigation } from './navigation.ts'
import { createNoticeWindow } from './notice-window.ts'
import { PAGE_ORIGIN, PAGE_PARTITION, PAGE_SCHEME, SURFACE_ORIGIN, SURFACE_PARTITION, SURFACE_SCHEME, surfaceUrl } from './origins.ts'
import { grantDownloads } from './downloads.ts'
import { closeSession } from './permissions.ts'
import { createPageHandler, createSurfaceHandler, registerSchemes } from './protocol.ts'
import { createQuit } from './quit.ts'
import { createSmoke } from './smoke.ts'
import { readOptions, REFUSED_SWITCHES, thisMachine, type Outside } from './start-options.ts'
import { mirrorState, type StateMirror } from './state-mirror.ts'
import { loadPage, openPageWindow, showWindow } from './window.ts'
import { opening, readWindowState, rememberWindow } from './window-state.ts'
import { WORDS } from './words.ts'

const APP_ID = 'network.pokt.hearth'

/**
 * Starts the window. Returns before Electron is ready, since Electron becomes ready only after its entry module has ended; what follows runs from its events.
 * @param argv options of the user, without the program
 */
export function runElectron(
  electron: ElectronApi,
  compose: Compose,
  places: Locations,
  argv: string[],
  outside: Outside = thisMachine(),
): void {
  const { app } = electron
  const { clock, platform } = outside
  const options = readOptions(argv)
  const usualDir = defaultDataDir(platform, outside.env, outside.home)
  const dataDir = options.smoke ? mkdtempSync(join(tmpdir(), 'hearth-smoke-')) : resolve(options.dataDir ?? usualDir)
  const windowDir = join(dataDir, 'window')

  const refused = REFUSED_SWITCHES.find((name) => app.commandLine.hasSwitch(name))
  if (refused !== undefined || outside.env['ELECTRON_DISABLE_SANDBOX'] !== undefined) {
    electron.dialog.showErrorBox(WORDS.name, refused === undefined ? WORDS.start.noSandbox : WORDS.start.refusedSwitch(refused))
    app.exit(1)
    return
  }
  try {
    refuseSharedFolderNow(dataDir)
    // Electron takes no path that is not there.
    mkdirSync(windowDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    electron.dialog.showErrorBox(WORDS.start.failed, error instanceof Error ? error.message : String(error))
    app.exit(1)
    return
  }
  app.setPath('userData', windowDir)
  // SECURITY: S13 a second start brings the first one's window to the front and ends.
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  app.enableSandbox()
  app.setAppUserModelId(APP_ID)
  const gpuFile = join(windowDir, 'graphics.json')
  if (isGpuOff(gpuFile, version(), clock.now())) app.disableHardwareAcceleration()
  // SECURITY: S14 nothing that the page showed lies in a cache on disk.
  app.commandLine.appendSwitch('disable-http-cache')
  registerSchemes(electron.protocol)

  // Opens its file with the first line, which comes after the folder is locked.
  const log = createLog(join(dataDir, 'logs', 'shell.log'))
  let lock: DataFolderLock | undefined
  let core: App | undefined
  let mirror: StateMirror | undefined
  let desktop: Desktop | undefined
  let page: Window | undefined
  let storePlace: (() => Promise<void>) | undefined
  /** A link that came before there was a page. */
  let wanted: string | undefined = options.link

  const contentsOf = (): Window | undefined => (page && !page.isDestroyed() ? page : undefined)
  const open = (path?: string): void => {
    const window = contentsOf()
    if (!window || quit.ending) {
      wanted = path ?? wanted
      return
    }
    showWindow(window)
    if (path !== undefined) loadPage(window, path).catch((error: unknown) => log.error('a screen was not opened', error))
  }
  const notice = createNoticeWindow(electron, (error) => log.error('notice window failed', error))
  const clipboard = createClipboardGuard(electron.clipboard)
  const canHide = (): boolean => desktop?.hasTray === true
  const quit = createQuit({
    electron,
    clock,
    log,
    notice,
    app: () => core,
    mirror: () => mirror,
    hide: () => (canHide() ? () => contentsOf()?.hide() : undefined),
    async last(state) {
      await clipboard.end()
      await storePlace?.()
      await desktop?.last(state)
    },
    release() {
      desktop?.stop()
      lock?.release()
      if (options.smoke) rmSync(dataDir, { recursive: true, force: true })
    },
  })
  const ask = (): void => void quit.ask().catch((error: unknown) => log.error('quit', error))
  const fail = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error)
    if (options.smoke) outside.print(JSON.stringify({ smoke: 'failed', reason }))
    else electron.dialog.showErrorBox(WORDS.start.failed, reason)
    void quit.end(1).catch(() => app.exit(1))
  }
  const confirms = createConfirmWindows(electron, (error) => log.error('confirm window failed', error), clipboard)
  guardNavigation(app, {
    isPage: (contents) => contentsOf()?.webContents === contents,
    isOwnTicket: (contents, url) => confirms.isOwn(contents, url),
    openTicket: (token) => confirms.open(token),
    openExternal: (url) => void electron.shell.openExternal(url).catch((error: unknown) => log.error('browser failed', error)),
  })
  const guardPage = guardCrashes({
    electron,
    clock,
    log,
    notifier: () => desktop?.notifier,
    page: contentsOf,
    quit: ask,
    closeConfirm: (contents) => confirms.close(contents),
    gpuFile,
    version: version(),
  })
  // A link shows a screen of the table; anything else only brings the window up.
  app.on('second-instance', (_event, args) => open(linkOf(args)))
  app.on('open-url', (event, url) => {
    event.preventDefault()
    open(parseLink(url))
  })
  app.on('activate', () => open())
  app.on('window-all-closed', () => {
    if (!quit.ending) ask()
  })
  app.on('before-quit', (event) => {
    // Core stops first: what runs is noted, then the process goes.
    event.preventDefault()
    if (!quit.ending) ask()
  })

  const start = async (): Promise<void> => {
    // SECURITY: S13 also against a web shell with the same folder.
    lock = await lockDataFolder(dataDir)
    core = await compose({
      dataDir,
      shell: 'electron',
      surfaceUrl,
      spawnKeyProcess: createUtilityKeyProcess(electron.utilityProcess),
      keychain: createKeychain(electron.safeStorage, { dataDir, platform }),
      ...(await readStartFiles(options)),
    })
    mirror = mirrorState(core, log)
    await mirror.ready
    await openSessions(electron, core, places, log, () => contentsOf()?.webContents)
    const smoke = options.smoke ? createSmoke(core, clock, version()) : undefined
    if (!smoke) {
      desktop = await createDesktop({
        electron,
        app: core,
        mirror,
        outside,
        places,
        dataDir,
        windowDir,
        version: version(),
        args: dataDir === usualDir ? [] : ['--data-dir', dataDir],
        log,
        open,
        ask,
        systemEnds: () => void quit.system().catch((error: unknown) => log.error('the system ends', error)),
      })
    }
    if (quit.ending) return
    const isAtLogin = options.atLogin || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin === true)
    const hidden = isAtLogin && canHide() && mirror.setting('keepRunning')
    const placeFile = join(windowDir, 'place.json')
    page = openPageWindow(electron, places.preloadPath, opening(readWindowState(placeFile), electron.screen), hidden)
    storePlace = rememberWindow(page, placeFile, clock, log)
    guardPage(page)
    desktop?.guard(page)
    page.on('close', (event) => {
      if (quit.ending) return
      event.preventDefault()
      if (canHide() && mirror?.setting('keepRunning')) page?.hide()
      else ask()
    })
    serveIpc(electron.ipcMain, smoke?.app ?? core, () => contentsOf()?.webContents, log)
    const path = wanted
    wanted = undefined
    await loadPage(page, path)
    if (smoke) {
      const report = await smoke.run()
      outside.print(JSON.stringify(report))
      if (options.smokeReport !== undefined) await writeFile(options.smokeReport, `${JSON.stringify(report)}\n`)
      await quit.end(report.smoke === 'ok' ? 0 : 1)
    }
  }
  app.whenReady().then(start).catch(fail)
}

async function openSessions(
  electron: ElectronApi,
  core: App,
  places: Locations,
  log: Log,
  served: () => WebContents | undefined,
): Promise<void> {
  const surfaceCss = await readFile(join(places.resourcesDir, 'surface', 'surface.css'))
  const page = electron.session.fromPartition(PAGE_PARTITION, { cache: false })
  const surface = electron.session.fromPartition(SURFACE_PARTITION, { cache: false })
  closeSession(page, PAGE_ORIGIN, (own) => grantDownloads(own, served))
  closeSession(surface, SURFACE_ORIGIN)
  page.protocol.handle(PAGE_SCHEME, createPageHandler(places.rendererDir))
  surface.protocol.handle(SURFACE_SCHEME, createSurfaceHandler(core, surfaceCss, log))
}
