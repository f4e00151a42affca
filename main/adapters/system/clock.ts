import type { Clock } from '#main/core/ports/clock.ts'

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

async function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const wake = () => resolve()
  signal?.addEventListener('abort', wake, { once: true })
  await promise
  clearTimeout(timer)
  signal?.removeEventListener('abort', wake)
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    for (let leftMs = Math.max(0, ms); leftMs >= 0; leftMs -= LONGEST_TIMER_MS) {
      if (signal?.aborted) return
      await sleepOnce(Math.min(leftMs, LONGEST_TIMER_MS), signal)
    }
  },
}
