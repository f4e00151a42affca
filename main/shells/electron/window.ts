import type { ElectronApi, WebPreferences, Window } from './electron-api.ts'
import { PAGE_PARTITION, PAGE_URL } from './origins.ts'

/** SECURITY: S1 S2 S3 S4 every window of Hearth gets these, all written out so that no default of a later Electron matters. */
export function webPreferences(own: { partition: string; preload?: string; devTools: boolean }): WebPreferences {
  return {
    ...own,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
  }
}

/** Opens the window of the page. */
export function openPageWindow(electron: ElectronApi, preloadPath: string): Window {
  const window = new electron.BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 960,
    minHeight: 640,
    title: 'Hearth',
    show: false,
    autoHideMenuBar: true,
    webPreferences: webPreferences({ partition: PAGE_PARTITION, preload: preloadPath, devTools: !electron.app.isPackaged }),
  })
  window.once('ready-to-show', () => window.show())
  return window
}

/** Loads the page. @throws what Electron says when it cannot */
export function loadPage(window: Window): Promise<void> {
  return window.loadURL(PAGE_URL)
}
