import type { ElectronApi } from './electron-api.ts'

/** Loads Electron, lazily: outside of its own program the module only throws. The type says that the real thing fits what Hearth uses of it. */
export async function loadElectron(): Promise<ElectronApi> {
  const electron = await import('electron')
  const { app, BrowserWindow, protocol, session, ipcMain, shell, dialog, utilityProcess, net } = electron
  const { Menu, Tray, Notification, safeStorage, clipboard } = electron
  return {
    app,
    BrowserWindow,
    protocol,
    session,
    ipcMain,
    shell,
    dialog,
    utilityProcess,
    net,
    Menu,
    Tray,
    Notification,
    safeStorage,
    clipboard,
    // These may only be touched once Electron is ready.
    get powerMonitor() {
      return electron.powerMonitor
    },
    get powerSaveBlocker() {
      return electron.powerSaveBlocker
    },
    get screen() {
      return electron.screen
    },
  }
}
