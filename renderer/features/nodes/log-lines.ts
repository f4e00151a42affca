import type { RequestOutput } from '#shared/api/requests.ts'
import type { LogLevel } from '#shared/model/log-level.ts'

export type LogPage = RequestOutput<'nodes.logPage'>
export type LogLines = LogPage['lines']

/** As many as main holds. */
export const LINES_SHOWN = 100_000

/** What the page has of a log. A new value for every change; `lines` keeps its order and its numbers. */
export interface LogHeld {
  book: string
  lines: LogLines
  older: boolean
  /** Numbers of lines before which some are missing. */
  gaps: ReadonlySet<number>
}

/** Adds an answer to what is there: lines of another book replace all, newer ones go below, older ones above while there is room. */
export function withPage(held: LogHeld | null, page: LogPage): LogHeld {
  const first = held?.lines[0]?.number
  const last = held?.lines.at(-1)?.number
  if (held === null || held.book !== page.book || first === undefined || last === undefined)
    return { book: page.book, lines: page.lines, older: page.older, gaps: new Set(page.gaps) }
  const below = page.lines.filter((line) => line.number > last)
  const above = page.lines.filter((line) => line.number < first)
  const gaps = new Set([...held.gaps, ...page.gaps])
  // Main has forgotten lines that this page never asked for.
  if (below[0] !== undefined && below[0].number > last + 1) gaps.add(below[0].number)
  // An answer without lines to a question for older ones says that there are none.
  if (below.length === 0 && above.length === 0)
    return held.older && !page.older && page.lines.length === 0 ? { ...held, older: false } : held
  const lines = [...above, ...held.lines, ...below]
  return lines.length <= LINES_SHOWN
    ? { book: held.book, lines, older: above.length > 0 ? page.older : held.older, gaps }
    : { book: held.book, lines: lines.slice(-LINES_SHOWN), older: false, gaps }
}

/** Which levels are shown: this one and louder ones. */
export type LogFilter = { needle: string; from: LogLevel }
const LOUDNESS: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

const passes = (line: LogLines[number], filter: LogFilter): boolean =>
  LOUDNESS[line.level] >= LOUDNESS[filter.from] && (filter.needle === '' || line.text.toLowerCase().includes(filter.needle))

/**
 * Finds lines. While only newer lines come and the question stays, each line is looked at once, so that a busy log with 100,000 lines stays smooth.
 * @returns a function that remembers its last answer
 */
export function createLogSearch(): (lines: LogLines, filter: LogFilter) => LogLines {
  let last: { filter: LogFilter; first: number; until: number; found: LogLines } | undefined
  return (lines, filter) => {
    if (filter.needle === '' && filter.from === 'debug') return lines
    const first = lines[0]?.number ?? 0
    const until = lines.at(-1)?.number ?? -1
    const isSame = last !== undefined && last.filter.needle === filter.needle && last.filter.from === filter.from
    if (isSame && last && last.first === first && last.until === until) return last.found
    let found: LogLines
    if (isSame && last && first >= last.first && until >= last.until && first <= last.until) {
      const seen = last.until
      const fresh = lines.slice(seen - first + 1).filter((line) => line.number > seen && passes(line, filter))
      const kept = first === last.first ? last.found : last.found.filter((line) => line.number >= first)
      found = [...kept, ...fresh]
    } else found = lines.filter((line) => passes(line, filter))
    last = { filter, first, until, found }
    return found
  }
}

const two = (value: number): string => String(value).padStart(2, '0')
/** Local date and time, as `2026-11-22 14:02:26`. */
export function stamp(ms: number): string {
  const at = new Date(ms)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** How far this PC's clock is from UTC, as `+01:00`: whoever reads the lines elsewhere has another clock. */
export function zoneOf(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset()
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`
}

/** Lines as text, one a line with date, time and its zone; main has taken out what looks like a key. */
export const textOf = (lines: LogLines): string =>
  lines.map((line) => `${stamp(line.timeMs)}${zoneOf(line.timeMs)} ${line.text}\n`).join('')
