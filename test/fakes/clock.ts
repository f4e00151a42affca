import type { Clock } from '#main/core/ports/clock.ts'

/** A clock that only moves when told; sleepers wake in order. */
export interface TestClock extends Clock {
  /** Moves time forward and lets everything that became due run. */
  advance(ms: number): Promise<void>
}

export function createTestClock(startMs = 1_700_000_000_000): TestClock {
  let now = startMs
  let sleepers: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const sleeper = { at: now + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener(
          'abort',
          () => {
            sleepers = sleepers.filter((other) => other !== sleeper)
            resolve()
          },
          { once: true },
        )
      }),
    async advance(ms) {
      const until = now + ms
      for (;;) {
        const next = sleepers.filter((sleeper) => sleeper.at <= until).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        now = Math.max(now, next.at)
        sleepers = sleepers.filter((sleeper) => sleeper !== next)
        next.wake()
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = until
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** Log that keeps what it was told. */
export function createTestLog() {
  const lines: { level: string; message: string; cause?: unknown }[] = []
  return {
    lines,
    info: (message: string) => void lines.push({ level: 'info', message }),
    warn: (message: string) => void lines.push({ level: 'warn', message }),
    error: (message: string, cause: unknown) => {
      lines.push({ level: 'error', message, cause })
      return `ref-${lines.length}`
    },
  }
}
