import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { ElectronApi, WebContents, Window } from './electron-api.ts'
import type { Notifier } from './notifications.ts'
import { WORDS } from './words.ts'

/** So often within the time below the page is opened again by itself. */
const TRIES = 3
const WITHIN_MS = 60_000
/** The driver may be mended by then. */
const GPU_OFF_MS = 7 * 24 * 3_600_000

const gpuSchema = z.strictObject({ version: z.string(), atMs: z.number() })

/** Whether the graphics driver broke lately under this version: then Hearth draws without it. To be asked before Electron is ready. */
export function isGpuOff(file: string, version: string, nowMs: number): boolean {
  try {
    const judged = gpuSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return judged.success && judged.data.version === version && nowMs >= judged.data.atMs && nowMs - judged.data.atMs < GPU_OFF_MS
  } catch {
    return false
  }
}

export interface CrashParts {
  electron: ElectronApi
  clock: Clock
  log: Log
  notifier(): Notifier | undefined
  page(): Window | undefined
  quit(): void
  /** Closes a confirm window that broke. */
  closeConfirm(contents: WebContents): void
  gpuFile: string
  version: string
}

/**
 * What breaks around the page does not touch what runs. The page is opened again; one that breaks again and again asks; a confirm window that broke is closed, since
 * nothing may be signed in a window that is not what it was.
 * @returns guards the window of the page
 */
export function guardCrashes(parts: CrashParts): (window: Window) => void {
  const { electron, clock, log } = parts
  let pageAtMs: number[] = []
  let gpuAtMs: number[] = []
  let asking = false
  const isPage = (contents: WebContents): boolean => {
    const page = parts.page()
    return page !== undefined && !page.isDestroyed() && page.webContents === contents
  }
  const countIn = (times: number[]): number[] => [...times.filter((ms) => clock.now() - ms < WITHIN_MS), clock.now()]

  const askAgain = async (): Promise<void> => {
    if (asking) return
    asking = true
    try {
      const { response } = await electron.dialog.showMessageBox({
        type: 'warning',
        title: WORDS.broken.title,
        message: WORDS.broken.message,
        detail: WORDS.broken.detail,
        buttons: [WORDS.broken.again, WORDS.broken.quit],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      })
      pageAtMs = []
      if (response === 1) parts.quit()
      else parts.page()?.webContents.reload()
    } finally {
      asking = false
    }
  }
  electron.app.on('render-process-gone', (_event, contents, details) => {
    if (details.reason === 'clean-exit') return
    log.warn('a window broke', { reason: details.reason, exitCode: details.exitCode, page: isPage(contents) })
    if (!isPage(contents)) {
      parts.closeConfirm(contents)
      parts.notifier()?.show({ title: WORDS.notify.confirmBroke, body: WORDS.notify.confirmBrokeText })
      return
    }
    pageAtMs = countIn(pageAtMs)
    if (pageAtMs.length > TRIES) {
      void askAgain().catch((error: unknown) => log.error('asking about the window', error))
      return
    }
    contents.reload()
    parts.notifier()?.show({ title: WORDS.notify.pageBroke, body: WORDS.notify.pageBrokeText })
  })
  electron.app.on('child-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return
    log.warn('a process of the window broke', { type: details.type, reason: details.reason, exitCode: details.exitCode })
    if (details.type !== 'GPU') return
    gpuAtMs = countIn(gpuAtMs)
    if (gpuAtMs.length !== TRIES) return
    void writeFileAtomic(parts.gpuFile, `${JSON.stringify({ version: parts.version, atMs: clock.now() })}\n`)
      .then(() => parts.notifier()?.show({ title: WORDS.notify.gpu, body: WORDS.notify.gpuText }))
      .catch((error: unknown) => log.error('noting the graphics driver', error))
  })

  return (window) => {
    let waiting: AbortController | undefined
    window.on('responsive', () => waiting?.abort())
    window.on('unresponsive', () => {
      if (waiting) return
      const answered = new AbortController()
      waiting = answered
      log.warn('the window does not answer')
      void electron.dialog
        .showMessageBox({
          type: 'warning',
          title: WORDS.broken.title,
          message: WORDS.slow.message,
          detail: WORDS.slow.detail,
          buttons: [WORDS.slow.wait, WORDS.slow.again],
          defaultId: 0,
          cancelId: 0,
          noLink: true,
          signal: answered.signal,
        })
        .then(({ response }) => {
          if (response !== 1 || answered.signal.aborted || window.isDestroyed()) return
          // A page in an endless loop takes no reload; one that is gone does, by the rule above.
          window.webContents.forcefullyCrashRenderer()
        })
        .catch((error: unknown) => log.error('asking about a slow window', error))
        .finally(() => {
          waiting = undefined
        })
    })
  }
}
