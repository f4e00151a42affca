import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { logTime } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import type { LogLevel } from '#shared/model/log-level.ts'

export interface LogLine {
  number: number
  timeMs: number
  stream: 'out' | 'err'
  level: LogLevel
  text: string
}

const LINE_PX = 19
/** Nearer than this to the first line, the ones before it are wanted. */
const NEAR_TOP_PX = 10 * LINE_PX
const PAGE_LINES = 20
/** Lines drawn above and below what is in sight, so that scrolling never shows a blank. */
const OVERSCAN = 20
const FIRST_SIGHT_PX = 600
const TONES: Record<LogLevel, string> = { debug: 'text-text-3', info: '', warn: 'text-warn', error: 'text-bad' }

/**
 * Lines of a log, only those in sight drawn. A list of one choice: arrows, page keys, Home and End move it, and the chosen line is what the page explains.
 * @param needle marked in each line @param chosen number of a line @param onNearTop the lines before the first one are wanted @param goTo line to bring into sight; a new object asks again
 */
export function LogView({
  lines,
  following,
  needle,
  height,
  chosen,
  onChoose,
  onNearTop,
  onHold,
  gaps,
  goTo,
}: {
  lines: LogLine[]
  following: boolean
  needle: string
  height: number | string
  chosen: number | null
  onChoose: (number: number) => void
  onNearTop?: () => void
  /** Whoever scrolls up while lines come in wants to read, and not to be taken back. */
  onHold?: () => void
  gaps?: ReadonlySet<number>
  goTo?: { number: number } | null
}): ReactNode {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const topBefore = useRef(0)
  const firstBefore = useRef<{ number: number; count: number } | null>(null)
  // Every line is as high as the next, so what is in sight is a division. A box that is not laid out yet draws a screenful.
  const [sight, setSight] = useState({ top: 0, height: FIRST_SIGHT_PX })
  const look = (): void => {
    const { scrollTop = 0, clientHeight = 0 } = box.current ?? {}
    setSight((before) => {
      const now = { top: Math.floor(scrollTop / LINE_PX) * LINE_PX, height: clientHeight || FIRST_SIGHT_PX }
      return now.top === before.top && now.height === before.height ? before : now
    })
  }
  // The box is another one after it was empty, and the window may have changed its height.
  // oxlint-disable-next-line react/exhaustive-deps
  useLayoutEffect(look)
  const start = Math.max(0, Math.min(Math.floor(sight.top / LINE_PX), lines.length - 1) - OVERSCAN)
  const drawn = lines.slice(start, start + Math.ceil(sight.height / LINE_PX) + 2 * OVERSCAN)
  // What was in sight stays there when older lines come in above it.
  useLayoutEffect(() => {
    const before = firstBefore.current
    const first = lines[0]
    if (before !== null && first !== undefined && first.number < before.number && !following && box.current) {
      const added = lines.findIndex((line) => line.number >= before.number)
      if (added > 0) box.current.scrollTop += added * LINE_PX
    }
    firstBefore.current = first === undefined ? null : { number: first.number, count: lines.length }
  }, [lines, following])
  useEffect(() => {
    const selection = globalThis.getSelection?.()
    const reading = selection !== null && selection !== undefined && !selection.isCollapsed && box.current?.contains(selection.anchorNode)
    if (following && !reading && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [following, lines])
  useEffect(() => {
    if (!goTo || !box.current) return
    const at = lines.findIndex((line) => line.number >= goTo.number)
    if (at >= 0) box.current.scrollTop = Math.max(0, at * LINE_PX - 3 * LINE_PX)
    // Only a new wish scrolls, not every new line.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [goTo])
  if (lines.length === 0) {
    return (
      <div className="log px-4 py-3 text-text-2" style={{ height }}>
        {needle === '' ? t('ui.log.empty') : t('ui.log.foundNone')}
      </div>
    )
  }
  const choose = (index: number): void => {
    const bounded = Math.min(lines.length - 1, Math.max(0, index))
    const line = lines[bounded]
    if (!line) return
    const view = box.current
    if (view) {
      const [above, below] = [bounded * LINE_PX, (bounded + 2) * LINE_PX - view.clientHeight]
      if (view.scrollTop > above) view.scrollTop = above
      else if (view.scrollTop < below) view.scrollTop = below
    }
    onChoose(line.number)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const found = chosen === null ? -1 : lines.findIndex((line) => line.number === chosen)
    const at = found < 0 ? lines.length : found
    const next: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: found < 0 ? lines.length - 1 : at + 1,
      PageUp: at - PAGE_LINES,
      PageDown: at + PAGE_LINES,
      Home: 0,
      End: lines.length - 1,
    }
    const index = Object.hasOwn(next, event.key) ? next[event.key] : undefined
    if (index === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    choose(index)
  }
  return (
    <div
      ref={box}
      className="log py-2"
      style={{ height }}
      role="listbox"
      aria-label={t('ui.log.label')}
      tabIndex={0}
      {...(chosen === null ? {} : { 'aria-activedescendant': `log-line-${chosen}` })}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        look()
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
        const isUp = scrollTop < topBefore.current && scrollHeight - scrollTop - clientHeight > 2 * LINE_PX
        topBefore.current = scrollTop
        if (following && isUp) onHold?.()
        if (scrollTop < NEAR_TOP_PX) onNearTop?.()
      }}
    >
      <div className="relative" role="presentation" style={{ height: lines.length * LINE_PX }}>
        {drawn.map((line, at) => {
          const isGap = gaps?.has(line.number) === true
          const isChosen = line.number === chosen
          return (
            // The list itself takes the keys.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={line.number}
              id={`log-line-${line.number}`}
              role="option"
              tabIndex={-1}
              aria-selected={isChosen}
              aria-posinset={start + at + 1}
              aria-setsize={lines.length}
              className={`log-line absolute right-0 left-0 cursor-default ${isChosen ? 'bg-raised' : ''} ${isGap ? 'border-t border-dashed border-warn' : ''}`}
              title={isGap ? t('ui.log.gap') : undefined}
              style={{ top: (start + at) * LINE_PX, height: LINE_PX }}
              onClick={() => {
                // Marking text with the mouse is no choice of a line.
                if (globalThis.getSelection?.()?.isCollapsed !== false) onChoose(line.number)
              }}
            >
              <span className="text-text-3">{logTime(line.timeMs)}</span>
              <span className={`overflow-hidden text-ellipsis ${TONES[line.level]}`}>
                <Marked text={line.text} needle={needle} />
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Marked({ text, needle }: { text: string; needle: string }): ReactNode {
  const at = needle === '' ? -1 : text.toLowerCase().indexOf(needle)
  if (at < 0) return text
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + needle.length)}</mark>
      {text.slice(at + needle.length)}
    </>
  )
}
