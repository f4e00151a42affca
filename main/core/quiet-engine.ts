import type { Clock } from './ports/clock.ts'
import type { Engine } from './ports/engine.ts'

/** A figure each of a container that nobody looks at: enough for the history that is kept by the minute. */
const QUIET_MS = 60_000

/**
 * An engine that measures a container once a minute at most while nobody can see the figures: a measurement costs the engine a second.
 * @returns the same engine; `stats` resolves undefined for what was measured a moment ago
 */
export function quietEngine(engine: Engine, isSeen: () => boolean, clock: Clock): Engine {
  const askedAtMs = new Map<string, number>()
  return {
    ...engine,
    stats(name) {
      const now = clock.now()
      if (!isSeen() && Math.abs(now - (askedAtMs.get(name) ?? -QUIET_MS)) < QUIET_MS) return Promise.resolve(undefined)
      askedAtMs.set(name, now)
      return engine.stats(name)
    },
  }
}
