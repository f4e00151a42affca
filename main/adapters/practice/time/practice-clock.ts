import { HearthError } from '#shared/api/errors.ts'
import { isPracticeSpeed, LATEST_PRACTICE_MS } from '#shared/practice/controls.ts'
import type { PracticeClock } from '../parts.ts'

/** Nothing that waits wakes sooner than this, however fast the practised time runs: loops of a second's rhythm would spin at x600. */
const SLEEP_FLOOR_MS = 50
/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The real time under the practised one; tests give their own. */
export interface RealTime {
  /** Milliseconds from any zero, best from a source that never goes back. */
  now(): number
  setTimeout(wake: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

/** What is kept of a clock between two starts. While nothing runs the practised time stands. */
export interface SavedPracticeClock {
  atMs: number
  speed: number
  paused: boolean
}

export interface SavablePracticeClock extends PracticeClock {
  save(): SavedPracticeClock
}

interface Sleeper {
  /** Practised time at which it is over. */
  untilMs: number
  /** Real time before which it does not wake. */
  floorRealMs: number
  timer: unknown
  wake: () => void
}

/**
 * A clock for the practised world. It runs at x1 until told otherwise, stands while paused, jumps forward only, and never goes back, whatever the real source does.
 * Sleepers are woken again by every change of speed, pause and jump.
 * @param startMs UTC ms of the practised world now, or a saved clock, which goes on as it was
 * @throws HearthError `invalid-request` for a moment or a speed that is none
 */
export function createPracticeClock(options: {
  startMs: number | SavedPracticeClock
  real?: RealTime
  floorMs?: number
}): SavablePracticeClock {
  const real = options.real ?? SYSTEM
  const floorMs = options.floorMs ?? SLEEP_FLOOR_MS
  const saved = typeof options.startMs === 'number' ? { atMs: options.startMs, speed: 1, paused: false } : options.startMs
  requireMoment(saved.atMs)
  requireSpeed(saved.speed)
  let { speed, paused } = saved
  /** Practised time at `realBase`. */
  let base = saved.atMs
  let realBase = real.now()
  const sleepers = new Set<Sleeper>()

  /** Takes the real time that passed into the practised one. A real source that went back added nothing. */
  const settle = (): number => {
    const realNow = real.now()
    if (!paused && realNow > realBase) base = Math.min(base + (realNow - realBase) * speed, LATEST_PRACTICE_MS)
    realBase = realNow
    return base
  }

  const arm = (sleeper: Sleeper): void => {
    real.clearTimeout(sleeper.timer)
    sleeper.timer = undefined
    const floorLeft = sleeper.floorRealMs - real.now()
    const left = sleeper.untilMs - settle()
    // While paused only what is already over may wake.
    if (paused && left > 0) return
    const waitMs = Math.max(0, floorLeft, left > 0 ? left / speed : 0)
    sleeper.timer = real.setTimeout(() => look(sleeper), Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS))
  }
  const look = (sleeper: Sleeper): void => {
    // Timers may fire a little early, and a long wait is made of several.
    if (settle() < sleeper.untilMs || real.now() < sleeper.floorRealMs) arm(sleeper)
    else sleeper.wake()
  }
  const armAll = (): void => {
    for (const sleeper of sleepers) arm(sleeper)
  }

  return {
    now: () => Math.floor(settle()),
    get speed() {
      return speed
    },
    get paused() {
      return paused
    },
    async sleep(ms, signal) {
      if (Number.isNaN(ms)) throw new HearthError('invalid-request', { problem: 'duration', value: String(ms) })
      if (signal?.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const sleeper: Sleeper = {
        untilMs: settle() + Math.max(0, ms),
        floorRealMs: real.now() + floorMs,
        timer: undefined,
        wake: () => resolve(),
      }
      sleepers.add(sleeper)
      arm(sleeper)
      signal?.addEventListener('abort', sleeper.wake, { once: true })
      await promise
      signal?.removeEventListener('abort', sleeper.wake)
      real.clearTimeout(sleeper.timer)
      sleepers.delete(sleeper)
    },
    setSpeed(wanted) {
      requireSpeed(wanted)
      settle()
      speed = wanted
      armAll()
    },
    setPaused(wanted) {
      settle()
      paused = wanted
      armAll()
    },
    jumpTo(ms) {
      requireMoment(ms)
      const now = settle()
      if (ms < Math.floor(now))
        throw new HearthError('invalid-request', { problem: 'backwards', value: String(ms), now: String(Math.floor(now)) })
      base = Math.max(now, ms)
      armAll()
    },
    save: () => ({ atMs: Math.floor(settle()), speed, paused }),
  }
}

function requireSpeed(speed: number): void {
  if (!isPracticeSpeed(speed)) throw new HearthError('invalid-request', { problem: 'speed', value: String(speed) })
}

function requireMoment(ms: number): void {
  if (!Number.isSafeInteger(ms) || ms < 0 || ms > LATEST_PRACTICE_MS)
    throw new HearthError('invalid-request', { problem: 'moment', value: String(ms) })
}

/** A source that stands while the machine sleeps and that nobody can set. */
const SYSTEM: RealTime = {
  now: () => performance.now(),
  setTimeout: (wake, ms) => setTimeout(wake, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
}
