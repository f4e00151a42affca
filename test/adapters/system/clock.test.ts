import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '#main/adapters/system/clock.ts'

afterEach(() => {
  vi.useRealTimers()
})

async function isDone(promise: Promise<void>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => false),
  ])
}

it('tells UTC milliseconds', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000)
})

it('sleeps as long as asked, and not at all when already aborted', async () => {
  const begin = performance.now()
  await systemClock.sleep(30)
  expect(performance.now() - begin).toBeGreaterThanOrEqual(28)
  await systemClock.sleep(60_000, AbortSignal.abort())
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 10)
  await systemClock.sleep(60_000, abort.signal)
  expect(performance.now() - begin).toBeLessThan(5_000)
})

it('sleeps longer than one timer can', async () => {
  vi.useFakeTimers()
  const sleeping = systemClock.sleep(2 ** 31 + 1_000)
  await vi.advanceTimersByTimeAsync(2 ** 31 - 1)
  expect(await isDone(sleeping)).toBe(false)
  await vi.advanceTimersByTimeAsync(1_001)
  await sleeping
})
