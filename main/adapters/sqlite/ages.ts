import type Database from 'better-sqlite3'
import type { SyncStore } from './protocol.ts'

/** Old rows of the journals go, and their room with them: a bounded piece at each call, so that nothing waits long. */
export function ageMethods(db: Database.Database): Pick<SyncStore, 'prune' | 'vacuum'> {
  const older = (table: 'relay_results' | 'activity'): Database.Statement<[number, number]> =>
    db.prepare<[number, number]>(`DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE at_ms < ? ORDER BY at_ms LIMIT ?)`)
  const oldResults = older('relay_results')
  const oldActivity = older('activity')
  const free = (): number => Number(db.pragma('freelist_count', { simple: true }))

  return {
    prune: (olderThan) =>
      db
        .transaction(() => ({
          relayResults: oldResults.run(olderThan.relayResultsMs, olderThan.limit).changes,
          activity: oldActivity.run(olderThan.activityMs, olderThan.limit).changes,
        }))
        .immediate(),
    vacuum(maxPages) {
      const before = free()
      // A pragma that takes a figure only as text; the schema of requests keeps it a number.
      db.pragma(`incremental_vacuum(${Math.max(1, Math.trunc(maxPages))})`)
      const left = free()
      return { freedPages: before - left, leftPages: left, pageBytes: Number(db.pragma('page_size', { simple: true })) }
    },
  }
}
