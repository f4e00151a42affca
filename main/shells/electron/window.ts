import type { ElectronApi, WebPreferences, Window } from './electron-api.ts'
import { PAGE_PARTITION, PAGE_URL } from './origins.ts'
import { LEAST_HEIGHT, LEAST_WIDTH, type Opening } from './window-state.ts'

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

/**
 * Opens the window of the page.
 * @param place size and place as remembered @param hidden made without being shown, at login
 */
export function openPageWindow(electron: ElectronApi, preloadPath: string, place: Opening, hidden: boolean): Window {
  const { maximized, ...bounds } = place
  const window = new electron.BrowserWindow({
    ...bounds,
    minWidth: LEAST_WIDTH,
    minHeight: LEAST_HEIGHT,
    title: 'Hearth',
    show: false,
    autoHideMenuBar: true,
    webPreferences: webPreferences({ partition: PAGE_PARTITION, preload: preloadPath, devTools: !electron.app.isPackaged }),
  })
  if (!hidden) {
    window.once('ready-to-show', () => {
      // Maximising shows a window that is hidden.
      if (maximized) window.maximize()
      window.show()
    })
  }
  return window
}

/** Brings a window before the user, wherever it was. */
export function showWindow(window: Window | undefined): void {
  if (!window || window.isDestroyed()) return
  if (window.isMinimized()) window.restore()
  if (!window.isVisible()) window.show()
  window.focus()
}

/**
 * Loads the page.
 * @param path of the screen, from the table of links @throws what Electron says when it cannot
 */
export function loadPage(window: Window, path?: string): Promise<void> {
  // The page's address is its screen: another fragment of the same page is gone to, not loaded anew.
  return window.loadURL(path === undefined ? PAGE_URL : `${PAGE_URL}#${path}`)
}
