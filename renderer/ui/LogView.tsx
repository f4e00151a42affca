import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, type ReactNode } from 'react'
import { logTime } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'

export interface LogLine {
  timeMs: number
  stream: 'out' | 'err'
  text: string
}

const LINE_PX = 19

/** Lines of a log, only those in sight drawn. Following stops by itself when a selection is in it. @param find lines without it are left out */
export function LogView({
  lines,
  following,
  find,
  height,
}: {
  lines: LogLine[]
  following: boolean
  find: string
  height: number | string
}): ReactNode {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const needle = find.trim().toLowerCase()
  const shown = useMemo(() => (needle === '' ? lines : lines.filter((line) => line.text.toLowerCase().includes(needle))), [lines, needle])
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => box.current, estimateSize: () => LINE_PX, overscan: 20 })
  useEffect(() => {
    const selection = globalThis.getSelection?.()
    const reading = selection !== null && selection !== undefined && !selection.isCollapsed && box.current?.contains(selection.anchorNode)
    if (following && !reading && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [following, shown])
  if (shown.length === 0) {
    return (
      <div className="log px-4 py-3 text-text-2" style={{ height }}>
        {t('ui.log.empty')}
      </div>
    )
  }
  return (
    // A log is read with the arrow keys, so it takes the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={box} className="log py-2" style={{ height }} role="log" aria-live="off" aria-label={t('ui.log.label')} tabIndex={0}>
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = shown[item.index]
          return line ? (
            <div key={item.key} className="log-line absolute right-0 left-0" style={{ top: item.start, height: LINE_PX }}>
              <span className="text-text-3">{logTime(line.timeMs)}</span>
              <span className={`overflow-hidden text-ellipsis ${line.stream === 'err' ? 'text-text' : ''}`}>
                <Marked text={line.text} needle={needle} />
              </span>
            </div>
          ) : null
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
