/** While somebody looks at the list of nodes. */
const LOOKED_AT_MS = 10_000
/** While nobody does: enough for the history, which is kept by the minute. */
const QUIET_MS = 30_000
/** How long one look counts. */
const LOOK_LASTS_MS = 15_000

/** How often the load of all containers is measured. The one whose page is open is measured by its page. */
export interface StatsPace {
  /** Somebody looks at the list. @returns whether the figures are older than they may be for that */
  looked(nowMs: number): boolean
  /** Whether it is time; then they count as taken. */
  due(nowMs: number): boolean
}

export function createStatsPace(): StatsPace {
  let lookedAtMs = -Infinity
  let takenAtMs = -Infinity
  // Also after the clock was set back.
  const isPast = (atMs: number, forMs: number, nowMs: number): boolean => Math.abs(nowMs - atMs) >= forMs
  const isDue = (nowMs: number): boolean => isPast(takenAtMs, isPast(lookedAtMs, LOOK_LASTS_MS, nowMs) ? QUIET_MS : LOOKED_AT_MS, nowMs)
  return {
    looked(nowMs) {
      lookedAtMs = nowMs
      return isDue(nowMs)
    },
    due(nowMs) {
      const is = isDue(nowMs)
      if (is) takenAtMs = nowMs
      return is
    },
  }
}
