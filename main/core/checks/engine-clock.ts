import type { Check } from './check.ts'

/** Claims carry a time stamp that the chain judges; a clock further off than this voids them (onchain facts 2.1, unordered transactions). */
const CLOCK_LIMIT_MS = 10_000

/** Engine and this PC should agree on the time. */
export const engineClock: Check = {
  id: 'engine-clock',
  look(state) {
    if (state.engine.kind !== 'ready' || Math.abs(state.engine.clockOffsetMs) <= CLOCK_LIMIT_MS) return undefined
    return { level: 'warn', key: 'engine-clock', facts: { seconds: String(Math.round(state.engine.clockOffsetMs / 1000)) }, fix: 'engine' }
  },
}
