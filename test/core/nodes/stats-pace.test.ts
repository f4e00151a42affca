import { expect, test } from 'vitest'
import { createStatsPace } from '#main/core/nodes/stats-pace.ts'

const MINUTE = 60_000
/** When figures are taken in a minute of looks each second. */
function taken(pace: ReturnType<typeof createStatsPace>, fromMs: number, each: (nowMs: number) => void = () => undefined): number[] {
  const found: number[] = []
  for (let nowMs = fromMs; nowMs < fromMs + MINUTE; nowMs += 1_000) {
    each(nowMs)
    if (pace.due(nowMs)) found.push((nowMs - fromMs) / 1_000)
  }
  return found
}

test('figures are taken twice a minute, and every ten seconds while somebody looks', () => {
  const pace = createStatsPace()
  expect(taken(pace, 0)).toEqual([0, 30])
  expect(taken(pace, MINUTE, (nowMs) => nowMs % 10_000 === 0 && pace.looked(nowMs))).toEqual([0, 10, 20, 30, 40, 50])
  // The last look was ten seconds ago, and counts for five more.
  expect(taken(pace, 2 * MINUTE)).toEqual([0, 30])
})

test('who looks after a while is told that figures are due', () => {
  const pace = createStatsPace()
  expect(pace.due(0)).toBe(true)
  expect(pace.looked(5_000)).toBe(false)
  expect(pace.looked(12_000)).toBe(true)
})

test('a clock that was set back holds nothing up', () => {
  const pace = createStatsPace()
  pace.due(10 * MINUTE)
  expect(pace.due(MINUTE)).toBe(true)
})
