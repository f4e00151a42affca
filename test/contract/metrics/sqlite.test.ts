import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { MetricsStore } from '#main/core/ports/metrics.ts'
import { openMetrics } from '#main/adapters/sqlite/open-metrics.ts'
import { keptLog, temporaryFolder } from '#test/adapters/sqlite/open-test-store.ts'

const HOUR_MS = 3_600_000
/** A whole hour. */
const START_MS = 497_222 * HOUR_MS

async function opened(file = join(temporaryFolder(), 'metrics.db')): Promise<MetricsStore> {
  const { metrics } = await openMetrics({ file, log: keptLog() })
  onTestFinished(() => metrics.close())
  return metrics
}

test('points by second, minute and hour: count, mean, extremes and the newest', async () => {
  const metrics = await opened()
  const at = (ms: number, value: number, name = 'cpu') => ({ name, atMs: START_MS + ms, value })
  await metrics.addPoints([at(0, 1), at(400, 3), at(1_000, 8), at(61_000, 2)])
  await metrics.addPoints([at(62_000, 0), at(5, 100, 'memory')])
  const read = (step: 'second' | 'minute' | 'hour') => metrics.series({ name: 'cpu', step, fromMs: START_MS, toMs: START_MS + HOUR_MS })
  expect(await read('second')).toEqual([
    { atMs: START_MS, count: 2, mean: 2, min: 1, max: 3, last: 3 },
    { atMs: START_MS + 1_000, count: 1, mean: 8, min: 8, max: 8, last: 8 },
    { atMs: START_MS + 61_000, count: 1, mean: 2, min: 2, max: 2, last: 2 },
    { atMs: START_MS + 62_000, count: 1, mean: 0, min: 0, max: 0, last: 0 },
  ])
  expect(await read('minute')).toEqual([
    { atMs: START_MS, count: 3, mean: 4, min: 1, max: 8, last: 8 },
    { atMs: START_MS + 60_000, count: 2, mean: 1, min: 0, max: 2, last: 0 },
  ])
  expect(await read('hour')).toEqual([{ atMs: START_MS, count: 5, mean: 2.8, min: 0, max: 8, last: 0 }])
  expect(await metrics.series({ name: 'cpu', step: 'second', fromMs: START_MS + 1_000, toMs: START_MS + 61_000 })).toHaveLength(1)
  expect(await metrics.seriesNames()).toEqual(['cpu', 'memory'])
  expect(await metrics.series({ name: 'nothing', step: 'hour', fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })).toEqual([])
})

test('a ring never grows: the newest hour of seconds, later rounds take the places of earlier ones, a late point of an old round is left out', async () => {
  const metrics = await opened()
  const points = Array.from({ length: 3_600 + 500 }, (_point, second) => ({ name: 'x', atMs: START_MS + second * 1_000, value: second }))
  await metrics.addPoints(points)
  await metrics.addPoints([{ name: 'x', atMs: START_MS + 10_000, value: -1 }])
  const rows = await metrics.series({ name: 'x', step: 'second', fromMs: 0, toMs: START_MS + 10 * HOUR_MS })
  expect(rows).toHaveLength(3_600)
  expect(rows[0]).toMatchObject({ atMs: START_MS + 500_000, last: 500 })
  expect(rows.at(-1)).toMatchObject({ last: 4_099 })
  expect(rows.map((row) => row.count)).toEqual(rows.map(() => 1))
  const minutes = await metrics.series({ name: 'x', step: 'minute', fromMs: START_MS, toMs: START_MS + 10 * HOUR_MS })
  expect(minutes).toHaveLength(Math.ceil(4_100 / 60))
})

test('values that are no number are left out, and names are many but not endless', async () => {
  const metrics = await opened()
  await metrics.addPoints([Number.NaN, Number.POSITIVE_INFINITY].map((value) => ({ name: 'bad', atMs: START_MS, value })))
  expect(await metrics.seriesNames()).toEqual([])
  await metrics.addPoints(
    Array.from({ length: 1_005 }, (_point, index) => ({ name: `n${String(index).padStart(4, '0')}`, atMs: START_MS + index, value: 1 })),
  )
  const names = await metrics.seriesNames()
  expect(names).toHaveLength(1_000)
  expect(names[0]).toBe('n0005')
})

test('log lines: newest first by page, by source, bounded, cut, and there after a restart', async () => {
  const file = join(temporaryFolder(), 'metrics.db')
  const first = await opened(file)
  const line = (source: string, index: number) => ({ source, atMs: index, stream: 'out' as const, text: `line ${index}` })
  await first.addLogLines(Array.from({ length: 5_200 }, (_line, index) => line('pocket', index)))
  await first.addLogLines([line('miner', 1), { ...line('miner', 2), stream: 'err', text: 'y'.repeat(9_000) }])
  await first.close()
  const metrics = await opened(file)
  const page = await metrics.logLines({ source: 'pocket', limit: 3 })
  expect(page.map((row) => row.text)).toEqual(['line 5199', 'line 5198', 'line 5197'])
  const next = await metrics.logLines({ source: 'pocket', limit: 9_999, before: page.at(-1)?.number ?? 0 })
  expect(next).toHaveLength(4_997)
  expect(next.at(-1)?.text).toBe('line 200')
  const [newest] = await metrics.logLines({ source: 'miner', limit: 1 })
  expect(newest).toMatchObject({ stream: 'err', source: 'miner' })
  expect(newest?.text).toHaveLength(2_000)
})
