import type { Log } from '#main/core/ports/log.ts'

/** A log that keeps its lines, so that a test can look for what must not be in them. */
export function createQuietLog(): Log & { lines: string[] } {
  const lines: string[] = []
  const put = (level: string, rest: unknown[]): void =>
    void lines.push(
      `${level} ${rest.map((part) => (part instanceof Error ? (part.stack ?? part.message) : JSON.stringify(part))).join(' ')}`,
    )
  return {
    lines,
    info: (...rest) => put('info', rest),
    warn: (...rest) => put('warn', rest),
    error(...rest) {
      put('error', rest)
      return `ref${lines.length}`
    },
  }
}
