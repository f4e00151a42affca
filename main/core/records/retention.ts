import { retentionSchema, type Retention } from '#shared/model/retention.ts'
import type { Ageing } from '../ports/records.ts'
import type { Settings } from '../settings/settings.ts'

const DAY_MS = 86_400_000
/** Where it was kept before it was a setting. */
const OLD_ROW = 'records-retention'
/** Rows a call: some milliseconds of the writer's time. */
const ROWS_AT_ONCE = 2_000
/** About 4 MB a call, and no more than 200 MB a day. */
const PAGES_AT_ONCE = 1_000
const ROUNDS = 50

/** What the user chose. */
export const chosenRetention = (settings: Pick<Settings, 'get'>): Retention => ({
  relayResultsDays: settings.get('keepRelayResultsDays'),
  activityDays: settings.get('keepActivityDays'),
})

/** Writes it down. */
export async function keepRetention(settings: Pick<Settings, 'set'>, retention: Retention): Promise<void> {
  await settings.set({ keepRelayResultsDays: retention.relayResultsDays, keepActivityDays: retention.activityDays })
}

/** Takes over what was chosen in a version that had a row of its own for it, once. What makes no sense there is left behind. */
export async function adoptOldRetention(store: Pick<Ageing, 'setting' | 'setSetting'>, settings: Pick<Settings, 'set'>): Promise<void> {
  const text = (await store.setting(OLD_ROW)) ?? ''
  if (text === '') return
  let old: unknown
  try {
    old = JSON.parse(text)
  } catch {
    old = undefined
  }
  const read = retentionSchema.safeParse(old)
  if (read.success) await keepRetention(settings, read.data)
  await store.setSetting(OLD_ROW, '')
}

/** Removes what is older than the user wants and gives the room back, in small pieces between which other writes get their turn. Ends early when `signal` aborts. */
export async function applyRetention(
  store: Ageing,
  retention: Retention,
  nowMs: number,
  signal: AbortSignal,
): Promise<{ rows: number; freedBytes: number }> {
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
