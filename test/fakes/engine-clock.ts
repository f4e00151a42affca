import type { PracticeClock } from '#main/adapters/practice/parts.ts'
import { createTestClock, type TestClock } from './clock.ts'

/**
 * Real time for a practised engine under test, with waits that are `quicker` times shorter than asked.
 * @param options.now UTC ms; the machine's own unless told
 */
export function createEngineClock(options: { now?: () => number; quicker?: number } = {}): PracticeClock {
  const { now = Date.now, quicker = 1 } = options
  return {
    now,
    speed: 1,
    paused: false,
    async sleep(ms, signal) {
      if (signal?.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms / quicker)
      const wake = (): void => resolve()
      signal?.addEventListener('abort', wake, { once: true })
      await promise
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
    },
    setSpeed: () => undefined,
    setPaused: () => undefined,
    jumpTo: () => undefined,
  }
}

/** A practised clock that only moves when told. */
export function createManualClock(startMs?: number): PracticeClock & TestClock {
  return {
    ...createTestClock(startMs),
    speed: 1,
    paused: false,
    setSpeed: () => undefined,
    setPaused: () => undefined,
    jumpTo: () => undefined,
  }
}
