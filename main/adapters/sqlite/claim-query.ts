import type Database from 'better-sqlite3'
import type { ClaimStage } from '#main/core/ports/store.ts'
import type { StoredClaim } from './ledger-rows.ts'

/** Whose claims, and where a page of them begins: after this session end and key. */
interface ClaimSearch {
  network: string
  height: number
  key: string
  limit: number
  /** Of this supplier alone. */
  operator?: string | undefined
  /** For a condition that names it. */
  revision?: number
}

/**
 * Reads claims newest session first, from a place on. Open and lost claims are few among the settled ones of years: they are found by their stage, all others in the order
 * in which they are shown.
 * @param more further conditions on the row
 */
export function claimQuery(db: Database.Database, more = ''): (stages: ClaimStage[] | undefined, search: ClaimSearch) => StoredClaim[] {
  const statement = (height: string, stages: string, whose = ''): Database.Statement<Bound, StoredClaim> =>
    db.prepare<Bound, StoredClaim>(`
      SELECT * FROM claim_rows WHERE network = @network AND ${height} <= @height ${more} ${whose}
        AND (${height} < @height OR key > @key) AND ${stages}
      ORDER BY ${height} DESC, key LIMIT @limit`)
  const both = (whose?: string): { inOrder: Database.Statement<Bound, StoredClaim>; byStage: Database.Statement<Bound, StoredClaim> } => ({
    inOrder: statement('session_end_height', '(@stages IS NULL OR stage IN (SELECT value FROM json_each(@stages)))', whose),
    // The plus keeps SQLite from walking through all claims in order.
    byStage: statement('+session_end_height', 'stage IN (SELECT value FROM json_each(@stages))', whose),
  })
  const ofAll = both()
  let ofOne: ReturnType<typeof both> | undefined
  return (stages, search) => {
    const { inOrder, byStage } = search.operator === undefined ? ofAll : (ofOne ??= both('AND operator_address = @operator'))
    const isFew = stages !== undefined && !stages.includes('settled')
    return (isFew ? byStage : inOrder).all({ ...search, stages: stages ? JSON.stringify(stages) : null })
  }
}

type Bound = ClaimSearch & { stages: string | null }
