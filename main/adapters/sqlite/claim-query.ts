import type Database from 'better-sqlite3'
import type { ClaimStage } from '#main/core/ports/store.ts'
import type { StoredClaim } from './ledger-rows.ts'

/** Whose claims, and where a page of them begins: after this session end and key. */
interface ClaimSearch {
  network: string
  height: number
  key: string
  limit: number
  /** For a condition that names it. */
  revision?: number
}

/**
 * Reads claims newest session first, from a place on. Open and lost claims are few among the settled ones of years: they are found by their stage, all others in the order
 * in which they are shown.
 * @param more further conditions on the row
 */
export function claimQuery(db: Database.Database, more = ''): (stages: ClaimStage[] | undefined, search: ClaimSearch) => StoredClaim[] {
  const statement = (height: string, stages: string): Database.Statement<ClaimSearch & { stages: string | null }, StoredClaim> =>
    db.prepare<ClaimSearch & { stages: string | null }, StoredClaim>(`
      SELECT * FROM claim_rows WHERE network = @network AND ${height} <= @height ${more}
        AND (${height} < @height OR key > @key) AND ${stages}
      ORDER BY ${height} DESC, key LIMIT @limit`)
  const inOrder = statement('session_end_height', '(@stages IS NULL OR stage IN (SELECT value FROM json_each(@stages)))')
  // The plus keeps SQLite from walking through all claims in order.
  const byStage = statement('+session_end_height', 'stage IN (SELECT value FROM json_each(@stages))')
  return (stages, search) =>
    (stages && !stages.includes('settled') ? byStage : inOrder).all({ ...search, stages: stages ? JSON.stringify(stages) : null })
}
