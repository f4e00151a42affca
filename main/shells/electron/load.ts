import type { ElectronApi } from './electron-api.ts'

/** Loads Electron, lazily: outside of its own program the module only throws. The type says that the real thing fits what Hearth uses of it. */
export async function loadElectron(): Promise<ElectronApi> {
  const { app, BrowserWindow, protocol, session, ipcMain, shell, dialog, utilityProcess } = await import('electron')
  return { app, BrowserWindow, protocol, session, ipcMain, shell, dialog, utilityProcess }
}
