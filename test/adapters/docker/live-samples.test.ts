import { expect, test } from 'vitest'
import { createLiveSamples } from '#main/adapters/docker/live-samples.ts'
import { createTestClock } from '#test/fakes/clock.ts'

/** An engine that sends what the test says. */
function scene({ mayFollow = true } = {}) {
  const clock = createTestClock()
  const reading: { path: string; send: (text: string) => void; end: (error?: Error) => void; signal: AbortSignal }[] = []
  const live = createLiveSamples({
    read: (path, onText, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const end = (error?: Error): void => (error ? reject(error) : resolve())
      signal.addEventListener('abort', () => end(new Error('aborted')))
      const send = (text: string): void => {
        try {
          onText(text)
        } catch (error) {
          end(error as Error)
        }
      }
      reading.push({ path, send, end, signal })
      return promise
    },
    mayFollow: () => mayFollow,
    clock,
  })
  return { clock, live, reading }
}
const sample = (total: number): string => `${JSON.stringify({ cpu_stats: { cpu_usage: { total_usage: total } } })}\n`
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('tells the newest whole sample, also when one comes in pieces', () => {
  const { live, reading } = scene()
  expect(live.newest('n-1')).toBeUndefined()
  live.follow('n-1')
  expect(reading[0]?.path).toBe('/containers/n-1/stats?stream=true')
  expect(live.newest('n-1')).toBeUndefined()
  reading[0]?.send(sample(1) + sample(2) + sample(3).slice(0, 9))
  expect(live.newest('n-1')?.cpu_stats?.cpu_usage.total_usage).toBe(2)
  reading[0]?.send(sample(3).slice(9))
  expect(live.newest('n-1')?.cpu_stats?.cpu_usage.total_usage).toBe(3)
  live.follow('n-1')
  expect(reading.length).toBe(1)
})

test('is let go once nobody looks any more', async () => {
  const { live, reading, clock } = scene()
  live.follow('n-1')
  for (let passed = 0; passed < 6; passed += 1) {
    await clock.advance(1_000)
    reading[0]?.send(sample(passed))
  }
  expect(reading[0]?.signal.aborted).toBe(true)
  await settled()
  // Nothing was wrong with it: it may be followed again at once.
  live.follow('n-1')
  expect(reading.length).toBe(2)
})

test('one that is looked at goes on for as long as that', async () => {
  const { live, reading, clock } = scene()
  live.follow('n-1')
  for (let passed = 0; passed < 60; passed += 1) {
    await clock.advance(1_000)
    reading[0]?.send(sample(passed))
    expect(live.newest('n-1')?.cpu_stats?.cpu_usage.total_usage).toBe(passed)
  }
  expect(reading[0]?.signal.aborted).toBe(false)
})

test.each([
  ['goes silent', ({ clock }: ReturnType<typeof scene>) => clock.advance(2_501)],
  ['ends', ({ reading }: ReturnType<typeof scene>) => reading[0]?.end()],
  ['breaks off', ({ reading }: ReturnType<typeof scene>) => reading[0]?.end(new Error('ECONNRESET'))],
  ['sends what is no sample', ({ reading }: ReturnType<typeof scene>) => reading[0]?.send('{"cpu_stats":7}\n')],
  ['sends what is no JSON', ({ reading }: ReturnType<typeof scene>) => reading[0]?.send('<html>\n')],
  ['sends a line without an end', ({ reading }: ReturnType<typeof scene>) => reading[0]?.send('x'.repeat(1024 * 1024 + 1))],
])('one that %s is asked for again, and not followed for a minute', async (_, go) => {
  const all = scene()
  const { live, reading, clock } = all
  live.follow('n-1')
  reading[0]?.send(sample(1))
  expect(live.newest('n-1')).toBeDefined()
  await go(all)
  await settled()
  expect(live.newest('n-1')).toBeUndefined()
  expect(reading[0]?.signal.aborted).toBe(true)
  live.follow('n-1')
  expect(reading.length).toBe(1)
  await clock.advance(60_001)
  live.newest('n-1')
  live.follow('n-1')
  expect(reading.length).toBe(2)
})

test('nothing is followed on an engine that sends too seldom', () => {
  const { live, reading } = scene({ mayFollow: false })
  live.follow('n-1')
  expect(reading).toEqual([])
})

test('one that never sends anything is asked for again, and so is one whose last sample is of before the clock was set back', async () => {
  const { live, reading, clock } = scene()
  live.follow('n-1')
  await clock.advance(2_501)
  expect(live.newest('n-1')).toBeUndefined()
  expect(reading[0]?.signal.aborted).toBe(true)
  live.follow('n-2')
  reading[1]?.send(sample(1))
  expect(live.newest('n-2')).toBeDefined()
  await clock.advance(-3_600_000)
  expect(live.newest('n-2')).toBeUndefined()
  expect(reading[1]?.signal.aborted).toBe(true)
})
