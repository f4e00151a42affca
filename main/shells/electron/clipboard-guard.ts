import { createHash } from 'node:crypto'

/** Long enough to paste once, as password stores have it. */
export const CLEAR_AFTER_MS = 60_000

/** The part of Electron's clipboard that is used. */
export interface Clipboard {
  readText(): Promise<string>
  clear(): void
}

/** Watches what is copied out of windows that show secrets. Each call resolves once it has looked; they are carried out in the order in which they came. */
export interface ClipboardGuard {
  /** A window that shows secrets has the focus: what lies on the clipboard now is none of them. */
  entered(): Promise<void>
  /** It lost the focus, or is gone: what lies on the clipboard since it was entered came from it. */
  left(): Promise<void>
  /** Hearth ends: what came from such a window goes at once. */
  end(): Promise<void>
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
  let turn: Promise<void> = Promise.resolve()
  /** One after the other: reading takes a moment, and what was seen must not be mixed up. A clipboard that cannot be read holds nothing that we could take away. */
  const inTurn = (run: () => Promise<void>): Promise<void> => {
    turn = turn.then(run).catch(() => undefined)
    return turn
  }
  const look = async (): Promise<{ digest: string; isEmpty: boolean }> => {
    const text = await clipboard.readText()
    return { digest: createHash('sha256').update(text).digest('base64'), isEmpty: text === '' }
  }
  const clear = async (): Promise<void> => {
    clearTimeout(timer)
    const mine = copied
    copied = undefined
    if (mine !== undefined && (await look()).digest === mine) clipboard.clear()
  }
  const leave = async (): Promise<void> => {
    if (before === undefined) return
    const was = before
    before = undefined
    const { digest, isEmpty } = await look()
    if (digest === was || isEmpty) return
    copied = digest
    clearTimeout(timer)
    timer = setTimeout(() => void inTurn(clear), CLEAR_AFTER_MS)
    timer.unref?.()
  }
  return {
    entered: () =>
      inTurn(async () => {
        // Coming back with the secret still there does not make it harmless: it keeps its time.
        before = (await look()).digest
      }),
    left: () => inTurn(leave),
    end: () =>
      inTurn(async () => {
        await leave()
        await clear()
      }),
  }
}
