import type { ClipboardGuard } from './clipboard-guard.ts'
import type { ElectronApi, WebContents, Window } from './electron-api.ts'
import { SURFACE_PARTITION, surfaceUrl } from './origins.ts'
import { webPreferences } from './window.ts'

/** More at once is nobody's wish. */
const MAX_WINDOWS = 3

/** The small windows of the confirm surface: no preload, no script, a session of their own. */
export interface ConfirmWindows {
  /** Shows a ticket; one that is shown already comes to the front. */
  open(token: string): void
  /** Whether `contents` is a confirm window and `url` its own ticket: where its form may post to. */
  isOwn(contents: WebContents, url: string): boolean
  /** Closes the one with these contents, if it is ours. */
  close(contents: WebContents): void
}

/** @param onError the window could not load @param clipboard is told when such a window has the focus */
export function createConfirmWindows(electron: ElectronApi, onError: (error: unknown) => void, clipboard: ClipboardGuard): ConfirmWindows {
  const shown = new Map<string, Window>()
  return {
    open(token) {
      const there = shown.get(token)
      if (there && !there.isDestroyed()) {
        there.focus()
        return
      }
      if (shown.size >= MAX_WINDOWS) return
      const window = new electron.BrowserWindow({
        width: 720,
        height: 800,
        title: 'Hearth key vault',
        show: false,
        minimizable: false,
        maximizable: false,
        autoHideMenuBar: true,
        webPreferences: webPreferences({ partition: SURFACE_PARTITION, devTools: false }),
      })
      shown.set(token, window)
      window.once('closed', () => {
        shown.delete(token)
        void clipboard.left()
      })
      // SECURITY: S20 what is copied between the two came from this window.
      window.on('focus', () => void clipboard.entered())
      window.on('blur', () => void clipboard.left())
      window.once('ready-to-show', () => window.show())
      window.loadURL(surfaceUrl(token)).catch((error: unknown) => {
        onError(error)
        if (!window.isDestroyed()) window.close()
      })
    },
    isOwn(contents, url) {
      for (const [token, window] of shown) if (!window.isDestroyed() && window.webContents === contents) return url === surfaceUrl(token)
      return false
    },
    close(contents) {
      for (const window of shown.values()) if (!window.isDestroyed() && window.webContents === contents) window.close()
    },
  }
}
