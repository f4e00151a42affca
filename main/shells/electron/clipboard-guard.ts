import { createHash } from 'node:crypto'

/** Long enough to paste once, as password stores have it. */
export const CLEAR_AFTER_MS = 60_000

/** The part of Electron's clipboard that is used. */
export interface Clipboard {
  readText(): string
  clear(): void
}

/** Watches what is copied out of windows that show secrets. */
export interface ClipboardGuard {
  /** A window that shows secrets has the focus: what lies on the clipboard now is none of them. */
  entered(): void
  /** It lost the focus, or is gone: what lies on the clipboard since it was entered came from it. */
  left(): void
  /** Hearth ends: what came from such a window goes at once. */
  end(): void
}

/**
 * SECURITY: S20 words or a password that were copied off the confirm surface are taken from the clipboard again after a minute, unless something else lies there by then.
 * The window has no script that could tell of a copy, so the clipboard is compared before and after. Of what lies there only a digest is kept.
 * Histories that a desktop keeps of its own are out of reach: the surface says so.
 */
export function createClipboardGuard(clipboard: Clipboard): ClipboardGuard {
  let before: string | undefined
  let copied: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const now = (): string => createHash('sha256').update(clipboard.readText()).digest('base64')
  const isEmpty = (): boolean => clipboard.readText() === ''
  const clear = (): void => {
    clearTimeout(timer)
    if (copied !== undefined && now() === copied) clipboard.clear()
    copied = undefined
  }
  const left = (): void => {
    if (before === undefined) return
    const seen = now()
    const isCopied = seen !== before && !isEmpty()
    before = undefined
    if (!isCopied) return
    copied = seen
    clearTimeout(timer)
    timer = setTimeout(clear, CLEAR_AFTER_MS)
    timer.unref?.()
  }
  return {
    entered() {
      // Coming back with the secret still there does not make it harmless: it keeps its time.
      before = now()
    },
    left,
    end() {
      left()
      clear()
    },
  }
}
