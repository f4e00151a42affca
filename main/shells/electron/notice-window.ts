import { surfaceHeaders } from '../headers.ts'
import type { ElectronApi, Window } from './electron-api.ts'
import { NOTICE_ORIGIN, NOTICE_PARTITION, NOTICE_SCHEME } from './origins.ts'
import { closeSession } from './permissions.ts'
import { webPreferences } from './window.ts'

/** A small window with one sentence, no script, no preload and no network: what Hearth waits for while the page has no core to talk to any more. */
export interface NoticeWindow {
  /** Shows the sentence, in a window that is opened for it or in the one that is there. */
  say(title: string, text: string): void
  close(): void
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:0;padding:28px 32px;background:#f7f4f0;color:#26221f}h1{font-size:17px;margin:0 0 8px}p{margin:0}@media(prefers-color-scheme:dark){body{background:#1d1a18;color:#ece7e2}}'

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** @param onError the window could not load */
export function createNoticeWindow(electron: ElectronApi, onError: (error: unknown) => void): NoticeWindow {
  let window: Window | undefined
  let page = { title: '', text: '' }
  let isServed = false
  const serve = (): void => {
    if (isServed) return
    isServed = true
    const session = electron.session.fromPartition(NOTICE_PARTITION, { cache: false })
    closeSession(session, NOTICE_ORIGIN)
    session.protocol.handle(NOTICE_SCHEME, async (request) => {
      if (request.url === `${NOTICE_ORIGIN}/style.css`)
        return new Response(STYLE, { headers: { ...surfaceHeaders(), 'Content-Type': 'text/css; charset=utf-8' } })
      if (request.method !== 'GET' || !request.url.startsWith(`${NOTICE_ORIGIN}/?`))
        return new Response(null, { status: 404, headers: surfaceHeaders() })
      const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(page.title)}</title><link rel="stylesheet" href="/style.css"><h1>${escaped(page.title)}</h1><p role="status">${escaped(page.text)}</p></html>`
      return new Response(html, { headers: { ...surfaceHeaders(), 'Content-Type': 'text/html; charset=utf-8' } })
    })
  }
  let turn = 0
  return {
    say(title, text) {
      serve()
      page = { title, text }
      if (!window || window.isDestroyed()) {
        window = new electron.BrowserWindow({
          width: 460,
          height: 190,
          resizable: false,
          minimizable: false,
          maximizable: false,
          autoHideMenuBar: true,
          title,
          show: true,
          webPreferences: webPreferences({ partition: NOTICE_PARTITION, devTools: false }),
        })
      }
      // Another address each time, so that it is loaded again.
      turn += 1
      window.loadURL(`${NOTICE_ORIGIN}/?${turn}`).catch(onError)
    },
    close() {
      if (window && !window.isDestroyed()) window.close()
      window = undefined
    },
  }
}
