import type Database from 'better-sqlite3'
import type { ClaimStage } from '#main/core/ports/store.ts'
import type { StoredClaim } from './ledger-rows.ts'

/** Where a page of claims begins: after this session end and key. */
interface After {
  height: number
  key: string
}

/**
 * Reads claims newest session first, from a place on. Open and lost claims are few among the settled ones of years: they are found by their stage, all others in the order
 * in which they are shown.
 * @param more further conditions on the row
 */
export function claimQuery<Extra extends { network: string; limit: number }>(
  db: Database.Database,
  more = '',
): (stages: ClaimStage[] | undefined, place: Extra & After) => StoredClaim[] {
  const statement = (height: string, stages: string): Database.Statement<Extra & After & { stages: string | null }, StoredClaim> =>
    db.prepare<Extra & After & { stages: string | null }, StoredClaim>(`
      SELECT * FROM claim_rows WHERE network = @network AND ${height} <= @height ${more}
        AND (${height} < @height OR key > @key) AND ${stages}
      ORDER BY ${height} DESC, key LIMIT @limit`)
  const inOrder = statement('session_end_height', '(@stages IS NULL OR stage IN (SELECT value FROM json_each(@stages)))')
  // The plus keeps SQLite from walking through all claims in order.
  const byStage = statement('+session_end_height', 'stage IN (SELECT value FROM json_each(@stages))')
  return (stages, place) =>
    (stages && !stages.includes('settled') ? byStage : inOrder).all({ ...place, stages: stages ? JSON.stringify(stages) : null })
}
