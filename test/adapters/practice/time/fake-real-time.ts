import type { RealTime } from '#main/adapters/practice/time/practice-clock.ts'

/** Real time that moves only when told, and a timer list that fires in order. `set` lets the source lie, backwards too. */
export interface FakeRealTime extends RealTime {
  advance(ms: number): Promise<void>
  set(ms: number): void
  /** How many timers wait. */
  readonly waiting: number
  /** How often a timer fired. */
  readonly fired: number
}

export function createFakeRealTime(): FakeRealTime {
  let now = 1_000
  let fired = 0
  let timers: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    setTimeout(wake, ms) {
      const timer = { at: now + ms, wake }
      timers.push(timer)
      return timer
    },
    clearTimeout(timer) {
      timers = timers.filter((other) => other !== timer)
    },
    async advance(ms) {
      const until = now + ms
      for (;;) {
        const next = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        now = Math.max(now, next.at)
        timers = timers.filter((timer) => timer !== next)
        fired += 1
        next.wake()
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = until
      await new Promise((resolve) => setImmediate(resolve))
    },
    set(ms) {
      now = ms
    },
    get waiting() {
      return timers.length
    },
    get fired() {
      return fired
    },
  }
}
