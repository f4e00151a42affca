import { stripVTControlCharacters } from 'node:util'
import type { LogLine } from '#main/core/ports/engine.ts'

/** Lines that a container keeps; older ones are forgotten. */
export const LOG_LINES = 10_000
const MAX_LINE = 4_000

export interface LogRing {
  /** Text may be several lines. Colours are taken out as the adapter of a real engine does. */
  write(timeMs: number, stream: LogLine['stream'], text: string): void
  /** The last `tail` lines since a time, oldest first. */
  read(tail: number, sinceMs: number | undefined): LogLine[]
}

export function createLogRing(limit: number = LOG_LINES): LogRing {
  let lines: LogLine[] = []
  return {
    write(timeMs, stream, text) {
      for (const line of text.replace(/\n$/, '').split('\n'))
        lines.push({ timeMs, stream, text: stripVTControlCharacters(line).trimEnd().slice(0, MAX_LINE) })
      // Cut only now and then: once a line would copy the whole ring each time.
      if (lines.length > limit * 2) lines = lines.slice(-limit)
    },
    read(tail, sinceMs = -Infinity) {
      if (!(tail > 0)) return []
      const kept = lines.slice(-limit)
      const found = sinceMs === -Infinity ? kept : kept.filter((line) => line.timeMs >= sinceMs)
      return found.slice(-Math.min(tail, limit)).map((line) => ({ ...line }))
    },
  }
}
