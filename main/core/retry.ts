import type { Clock } from './ports/clock.ts'

/** Waits and retries, in one table. `timeoutMs` is per try; `baseMs` doubles up to `maxMs`, with ±20 % so that many clients do not knock together. */
export const RETRY = {
  engineEvents: { baseMs: 500, maxMs: 30_000, tries: Infinity, timeoutMs: 0 },
  engineCall: { baseMs: 250, maxMs: 2_000, tries: 3, timeoutMs: 10_000 },
  chainRead: { baseMs: 250, maxMs: 15_000, tries: 5, timeoutMs: 10_000 },
  chainBroadcast: { baseMs: 0, maxMs: 0, tries: 1, timeoutMs: 15_000 },
  keyProcess: { baseMs: 0, maxMs: 0, tries: 1, timeoutMs: 30_000 },
} as const

/** A pull with no byte for this long counts as stalled. */
export const PULL_STALL_MS = 60_000
/** Five crashes within this time and Hearth stops trying. */
export const CRASH_WINDOW_MS = 10 * 60_000
export const CRASH_LIMIT = 5

/** Pause before try number `attempt` (0 = first retry). */
export function pauseMs(rule: { baseMs: number; maxMs: number }, attempt: number, random: () => number = Math.random): number {
  return Math.round(Math.min(rule.maxMs, rule.baseMs * 2 ** attempt) * (0.8 + 0.4 * random()))
}

/** Runs a read until it works, `isFinal` says that it never will, or the tries are used up (then the last error is thrown). */
export async function retrying<T>(
  rule: { baseMs: number; maxMs: number; tries: number },
  clock: Clock,
  run: () => Promise<T>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (isFinal(error) || attempt + 1 >= rule.tries) throw error
      await clock.sleep(pauseMs(rule, attempt))
    }
  }
}
