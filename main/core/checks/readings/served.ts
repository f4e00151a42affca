import type { HealthView } from '#shared/api/health.ts'

/** So many sessions in a row with relays make gateways that call. */
const BUSY_SESSIONS = 5
/** So many without any after that, and they have stopped. */
const SILENT_SESSIONS = 2

/** Watches the miner's count of answered relays, session by session. */
export interface ServedWatch {
  /**
   * @param session number of the session now @param served relays since the miner's start, undefined while it is not known
   * @returns since when gateways have stopped calling, or null
   */
  note(session: number, served: bigint | undefined, nowMs: number): HealthView['gatewaysSilent']
}

/** A session that was not watched to its end, or in which the miner started anew, counts for nothing and begins the row anew. */
export function createServedWatch(): ServedWatch {
  let current: { session: number; atStart: bigint; last: bigint } | undefined
  let busy = 0
  let silent = 0
  let sinceMs = 0
  const forget = (): void => {
    current = undefined
    busy = 0
    silent = 0
  }
  return {
    note(session, served, nowMs) {
      if (served === undefined || (current && (served < current.last || session < current.session || session > current.session + 1)))
        forget()
      if (served === undefined) return null
      if (current && session === current.session + 1) {
        const had = served > current.atStart
        if (had) {
          busy = silent > 0 ? 1 : busy + 1
          silent = 0
        } else if (busy >= BUSY_SESSIONS) silent += 1
        else busy = 0
        if (silent === 0) sinceMs = nowMs
        current = undefined
      }
      current = current ? { ...current, last: served } : { session, atStart: served, last: served }
      return silent >= SILENT_SESSIONS ? { sessions: silent, sinceMs } : null
    },
  }
}
