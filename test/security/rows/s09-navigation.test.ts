import { expect, test } from 'vitest'
import { TICKET } from '#test/shells/support/electron-stage.ts'
import { bothWindows, stageElectron } from './stage.ts'

const on = stageElectron()
const PLACES = ['https://evil.example/', 'app://hearth/', 'file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x', 'about:blank']

test('S9: nothing navigates, redirects, opens a window or attaches a webview, in any window', async () => {
  const { page, confirm } = await bothWindows(on.stage)
  for (const { webContents } of [page, confirm])
    for (const url of PLACES) {
      for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])
        expect([url, event, webContents.raise(event, url)]).toEqual([url, event, true])
      expect(webContents.openHandler?.({ url })).toEqual({ action: 'deny' })
    }
  expect(on.stage.electron.windows).toHaveLength(2)
})

test('S9: the confirm window posts to its own ticket, by itself and without a redirect', async () => {
  const { confirm } = await bothWindows(on.stage)
  const own = `confirm://surface/s/${TICKET}`
  expect(confirm.webContents.raise('will-navigate', own)).toBe(false)
  expect(confirm.webContents.raise('will-redirect', own)).toBe(true)
  expect(confirm.webContents.raise('will-navigate', `confirm://surface/s/${'b'.repeat(43)}`)).toBe(true)
})
