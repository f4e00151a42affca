import { retentionSchema, STANDARD_RETENTION, type Retention } from '#shared/model/retention.ts'
import type { Ageing } from '../ports/records.ts'

const DAY_MS = 86_400_000
const KEY = 'records-retention'
/** Rows a call: some milliseconds of the writer's time. */
const ROWS_AT_ONCE = 2_000
/** About 4 MB a call, and no more than 200 MB a day. */
const PAGES_AT_ONCE = 1_000
const ROUNDS = 50

/** What the user chose; the standard where nothing, or nothing that makes sense, is kept. */
export async function readRetention(store: Pick<Ageing, 'setting'>): Promise<Retention> {
  try {
    return retentionSchema.parse(JSON.parse((await store.setting(KEY)) ?? ''))
  } catch {
    return STANDARD_RETENTION
  }
}

export const keepRetention = (store: Pick<Ageing, 'setSetting'>, retention: Retention): Promise<void> =>
  store.setSetting(KEY, JSON.stringify(retention))

/** Removes what is older than the user wants and gives the room back, in small pieces between which other writes get their turn. Ends early when `signal` aborts. */
export async function applyRetention(store: Ageing, nowMs: number, signal: AbortSignal): Promise<{ rows: number; freedBytes: number }> {
  const retention = await readRetention(store)
  const olderThan = {
    relayResultsMs: nowMs - retention.relayResultsDays * DAY_MS,
    activityMs: nowMs - retention.activityDays * DAY_MS,
    limit: ROWS_AT_ONCE,
  }
  let rows = 0
  for (let more = true; more && !signal.aborted;) {
    const gone = await store.prune(olderThan)
    rows += gone.relayResults + gone.activity
    more = gone.relayResults === ROWS_AT_ONCE || gone.activity === ROWS_AT_ONCE
  }
  let freedBytes = 0
  for (let round = 0; round < ROUNDS && !signal.aborted; round += 1) {
    const { freedPages, leftPages, pageBytes } = await store.vacuum(PAGES_AT_ONCE)
    freedBytes += freedPages * pageBytes
    if (leftPages === 0 || freedPages === 0) break
  }
  return { rows, freedBytes }
}
