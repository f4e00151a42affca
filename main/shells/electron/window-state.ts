import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { Rectangle, Screen } from './desktop-api.ts'
import type { Window } from './electron-api.ts'

export const LEAST_WIDTH = 960
export const LEAST_HEIGHT = 640
const STANDARD = { width: 1280, height: 800 }
/** So much of the title bar must be on a display that one can take hold of it. */
const GRIP_WIDTH = 120
const GRIP_HEIGHT = 40
/** A window that is dragged moves many times a second. */
const SETTLE_MS = 400

const pixels = z.number().int().min(-100_000).max(100_000)
const windowStateSchema = z.strictObject({
  x: pixels,
  y: pixels,
  width: z.number().int().min(LEAST_WIDTH).max(100_000),
  height: z.number().int().min(LEAST_HEIGHT).max(100_000),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowStateSchema>

/** How the window opens: without a place it is put in the middle by the system. */
export type Opening = { width: number; height: number; x?: number; y?: number; maximized: boolean }

/** Reads what was remembered. @returns undefined for no file and for one that is damaged: a place on the screen is nothing to fail for */
export function readWindowState(file: string): WindowState | undefined {
  try {
    const judged = windowStateSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return judged.success ? judged.data : undefined
  } catch {
    return undefined
  }
}

/**
 * Where the window opens: as remembered when its title bar is within reach on a display of now, else in its size alone, never larger than the display.
 * @param screen the displays; the first one counts when the window's own is gone
 */
export function opening(state: WindowState | undefined, screen: Pick<Screen, 'getAllDisplays' | 'getPrimaryDisplay'>): Opening {
  const first = screen.getPrimaryDisplay().workArea
  if (!state) return { ...fitted(STANDARD, first), maximized: false }
  const display = screen.getAllDisplays().find(({ workArea }) => isWithinReach(state, workArea))?.workArea
  if (!display) return { ...fitted(state, first), maximized: state.maximized }
  return { x: state.x, y: state.y, ...fitted(state, display), maximized: state.maximized }
}

function isWithinReach(bar: Rectangle, area: Rectangle): boolean {
  const across = Math.min(bar.x + bar.width, area.x + area.width) - Math.max(bar.x, area.x)
  const isTopOn = bar.y >= area.y && bar.y + GRIP_HEIGHT <= area.y + area.height
  return across >= GRIP_WIDTH && isTopOn
}

const fitted = (size: { width: number; height: number }, area: Rectangle): { width: number; height: number } => ({
  width: Math.max(LEAST_WIDTH, Math.min(size.width, area.width)),
  height: Math.max(LEAST_HEIGHT, Math.min(size.height, area.height)),
})

/**
 * Remembers size, place and whether it fills the display, a moment after each change, in one file that is replaced as a whole.
 * @returns writes what is not written yet, and waits for what is being written; for the end
 */
export function rememberWindow(window: Window, file: string, clock: Clock, log: Log): () => Promise<void> {
  let pending: AbortController | undefined
  let last: WindowState | undefined
  let writing: Promise<void> = Promise.resolve()
  const write = (): Promise<void> => {
    pending?.abort()
    pending = undefined
    const state = last
    last = undefined
    if (state !== undefined)
      writing = writing.then(() =>
        writeFileAtomic(file, `${JSON.stringify(state)}\n`).catch((error: unknown) =>
          log.warn('the place of the window was not stored', { reason: String(error) }),
        ),
      )
    return writing
  }
  const note = (): void => {
    if (window.isDestroyed() || window.isMinimized()) return
    const { x, y, width, height } = window.getNormalBounds()
    const judged = windowStateSchema.safeParse({ x, y, width, height, maximized: window.isMaximized() })
    if (!judged.success) return
    last = judged.data
    pending?.abort()
    const wait = new AbortController()
    pending = wait
    void clock.sleep(SETTLE_MS, wait.signal).then(() => (wait.signal.aborted ? undefined : write()))
  }
  window.on('resize', note)
  window.on('move', note)
  window.on('maximize', note)
  window.on('unmaximize', note)
  return write
}
