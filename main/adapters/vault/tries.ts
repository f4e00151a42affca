import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'

const FREE_TRIES = 3
const MAX_WAIT_MS = 5 * 60_000

/** Slows down guessing through Hearth itself: three tries are free, then 2 s, doubling up to five minutes. Kept in memory, so that no lock-out outlives the program. */
export interface Tries {
  /** Whole seconds until the next try; 0 = now. */
  waitSeconds(): number
  /** Rejects `too-many-tries` with `detail.seconds`. */
  check(): void
  wrong(): void
  right(): void
}

/** @param clock so that tests need not wait; a clock set back lengthens the wait at most to the current step */
export function createTries(clock: Clock): Tries {
  let count = 0
  let lastAtMs = 0
  const stepMs = (): number => (count < FREE_TRIES ? 0 : Math.min(MAX_WAIT_MS, 2_000 * 2 ** (count - FREE_TRIES)))
  const tries: Tries = {
    waitSeconds() {
      const elapsed = Math.max(0, clock.now() - lastAtMs)
      return Math.max(0, Math.ceil((stepMs() - elapsed) / 1000))
    },
    check() {
      const seconds = tries.waitSeconds()
      if (seconds > 0) throw new HearthError('too-many-tries', { seconds: String(seconds) })
    },
    wrong() {
      count += 1
      lastAtMs = clock.now()
    },
    right() {
      count = 0
    },
  }
  return tries
}
