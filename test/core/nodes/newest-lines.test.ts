import { expect, test } from 'vitest'
import { newestLines } from '#main/core/nodes/newest-lines.ts'
import type { LogLine } from '#main/core/ports/engine.ts'
import { MAX_RESULT_LENGTH } from '#shared/api/requests.ts'

const line = (timeMs: number, text: string): LogLine => ({ timeMs, stream: 'out', text })

test('an ordinary log is left as it is', () => {
  const lines = Array.from({ length: 2_000 }, (_, index) => line(index, `block ${index}`))
  expect(newestLines(lines)).toEqual(lines)
  expect(newestLines([])).toEqual([])
})

test('of a log that is too long for an answer the newest lines stay, also where each letter takes six in JSON', () => {
  for (const letter of ['x', '"', '\u0001']) {
    const lines = Array.from({ length: 2_000 }, (_, index) => line(index, letter.repeat(4_000)))
    const kept = newestLines(lines)
    expect(JSON.stringify({ lines: kept }).length).toBeLessThanOrEqual(MAX_RESULT_LENGTH)
    expect(kept.length).toBeGreaterThan(50)
    expect(kept.at(-1)).toBe(lines.at(-1))
    expect(kept[0]).toBe(lines[2_000 - kept.length])
  }
})
