import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { lockDataFolder, type DataFolderLock } from '#main/adapters/system/data-folder.ts'
import { createLog } from '#main/adapters/system/log.ts'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { Compose } from '../compose-options.ts'
import { defaultDataDir, refuseSharedFolder } from '../data-dir.ts'
import type { Locations } from '../locations.ts'
import { readStartFiles } from '../start-files.ts'
import { createConfirmWindows } from './confirm-window.ts'
import type { ElectronApi, Window } from './electron-api.ts'
import { serveIpc } from './ipc.ts'
import { createUtilityKeyProcess } from './key-process.ts'
import { guardNavigation } from './navigation.ts'
import { PAGE_ORIGIN, PAGE_PARTITION, PAGE_SCHEME, SURFACE_ORIGIN, SURFACE_PARTITION, SURFACE_SCHEME, surfaceUrl } from './origins.ts'
import { closeSession } from './permissions.ts'
import { createPageHandler, createSurfaceHandler, registerSchemes } from './protocol.ts'
import { loadPage, openPageWindow } from './window.ts'

const STOP_LIMIT_MS = 15_000
/** SECURITY: S1 switches that would take the sandbox or the same-origin rule away; with one of them Hearth does not start. */
const REFUSED_SWITCHES = ['no-sandbox', 'disable-web-security', 'remote-debugging-port', 'remote-debugging-pipe']

/**
 * Starts the window. Returns before Electron is ready, since Electron becomes ready only after its entry module has ended; what follows runs from its events.
 * @param argv options of the user, without the program
 */
export function runElectron(electron: ElectronApi, compose: Compose, places: Locations, argv: string[]): void {
  const { app } = electron
  const files = readOptions(argv)
  const dataDir = resolve(files.dataDir ?? defaultDataDir(process.platform, process.env, homedir()))

  const refused = REFUSED_SWITCHES.find((name) => app.commandLine.hasSwitch(name))
  if (refused !== undefined || process.env['ELECTRON_DISABLE_SANDBOX'] !== undefined) {
    electron.dialog.showErrorBox('Hearth', `Hearth does not run with ${refused ? `--${refused}` : 'its sandbox disabled'}.`)
    app.exit(1)
    return
  }
  app.setPath('userData', join(dataDir, 'window'))
  // SECURITY: S13 a second start brings the first one's window to the front and ends.
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  app.enableSandbox()
  // SECURITY: S14 nothing that the page showed lies in a cache on disk.
  app.commandLine.appendSwitch('disable-http-cache')
  registerSchemes(electron.protocol)

  // Opens its file with the first line, which comes after the folder is locked.
  const log = createLog(join(dataDir, 'logs', 'shell.log'))
  let lock: DataFolderLock | undefined
  let core: App | undefined
  let page: Window | undefined
  const fail = (error: unknown): void => {
    electron.dialog.showErrorBox('Hearth cannot start', error instanceof Error ? error.message : String(error))
    void stopThenExit(electron, core, lock, 1)
  }
  const confirms = createConfirmWindows(electron, (error) => log.error('confirm window failed', error))
  guardNavigation(app, {
    isPage: (contents) => page !== undefined && !page.isDestroyed() && page.webContents === contents,
    isOwnTicket: (contents, url) => confirms.isOwn(contents, url),
    openTicket: (token) => confirms.open(token),
    openExternal: (url) => void electron.shell.openExternal(url).catch((error: unknown) => log.error('browser failed', error)),
  })
  app.on('second-instance', () => {
    if (!page || page.isDestroyed()) return
    if (page.isMinimized()) page.restore()
    page.focus()
  })
  app.on('window-all-closed', () => app.quit())
  let ending = false
  app.on('before-quit', (event) => {
    // Core stops first: what runs is noted, then the process goes.
    event.preventDefault()
    if (ending) return
    ending = true
    void stopThenExit(electron, core, lock, 0)
  })

  app
    .whenReady()
    .then(async () => {
      await refuseSharedFolder(dataDir)
      // SECURITY: S13 also against a web shell with the same folder.
      lock = await lockDataFolder(dataDir)
      core = await compose({
        dataDir,
        shell: 'electron',
        surfaceUrl,
        spawnKeyProcess: createUtilityKeyProcess(electron.utilityProcess),
        ...(await readStartFiles(files)),
      })
      await openSessions(electron, core, places, log)
      page = openPageWindow(electron, places.preloadPath)
      serveIpc(electron.ipcMain, core, () => (page && !page.isDestroyed() ? page.webContents : undefined), log)
      await loadPage(page)
    })
    .catch(fail)
}

async function openSessions(electron: ElectronApi, core: App, places: Locations, log: Log): Promise<void> {
  const surfaceCss = await readFile(join(places.resourcesDir, 'surface', 'surface.css'))
  const page = electron.session.fromPartition(PAGE_PARTITION, { cache: false })
  const surface = electron.session.fromPartition(SURFACE_PARTITION, { cache: false })
  closeSession(page, PAGE_ORIGIN)
  closeSession(surface, SURFACE_ORIGIN)
  page.protocol.handle(PAGE_SCHEME, createPageHandler(places.rendererDir))
  surface.protocol.handle(SURFACE_SCHEME, createSurfaceHandler(core, surfaceCss, log))
}

async function stopThenExit(electron: ElectronApi, core: App | undefined, lock: DataFolderLock | undefined, code: number): Promise<void> {
  const limit = setTimeout(() => electron.app.exit(1), STOP_LIMIT_MS)
  try {
    await core?.stop()
    lock?.release()
    electron.app.exit(code)
  } catch {
    electron.app.exit(1)
  } finally {
    clearTimeout(limit)
  }
}

/** Chromium's own switches stand between ours, so that unknown ones are let through. */
function readOptions(argv: string[]): { dataDir?: string; engineEndpoint?: string; imagesFile?: string; localRulesFile?: string } {
  const { values } = parseArgs({
    args: argv,
    strict: false,
    options: { 'data-dir': { type: 'string' }, engine: { type: 'string' }, images: { type: 'string' }, 'local-rules': { type: 'string' } },
  })
  const text = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
  return {
    dataDir: text(values['data-dir']),
    engineEndpoint: text(values['engine']),
    imagesFile: text(values['images']),
    localRulesFile: text(values['local-rules']),
  }
}
