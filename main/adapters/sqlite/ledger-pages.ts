import type Database from 'better-sqlite3'
import type { Page } from '#main/core/ports/store.ts'
import { claimQuery } from './claim-query.ts'
import { readClaim, readMovement, type StoredMovement } from './ledger-rows.ts'
import type { SyncStore } from './protocol.ts'

interface Paging {
  network: string
  revision: number
  limit: number
}

/**
 * Pages of the long tables. A page begins after the last row of the one before by that row's own key, so that rows which come in above it shift nothing, and leaves out what
 * was written after the first page was read, so that rows which come in below it do not appear halfway.
 */
export function ledgerPages(db: Database.Database): Pick<SyncStore, 'claimsPage' | 'movementsPage'> {
  const height = db.prepare<[string], number>('SELECT height FROM cursors WHERE network = ?').pluck()
  const claims = claimQuery(db, 'AND first_height <= @revision')
  const movementQuery = (whose: string): Database.Statement<Paging & Place, StoredMovement> =>
    db.prepare<Paging & Place, StoredMovement>(`
    SELECT * FROM movement_rows WHERE network = @network ${whose} AND height <= @height
      AND (height < @height OR position > @position OR (position = @position AND address > @after))
    ORDER BY height DESC, position, address LIMIT @limit`)
  const OF_KINDS = 'AND kind IN (SELECT value FROM json_each(@kinds))'
  const movements = movementQuery('')
  const movementsOf = movementQuery('AND address = @address')
  const kindsOfAll = movementQuery(OF_KINDS)
  const kindsOf = movementQuery(`AND address = @address ${OF_KINDS}`)

  /** Reads the height and the rows as of one moment. */
  const page = <Stored, Row, End>(
    query: { network: string; revision?: number; limit: number },
    read: (paging: Paging) => Stored[],
    toRow: (stored: Stored) => Row,
    endOf: (stored: Stored) => End,
  ): Page<Row, End> =>
    db.transaction(() => {
      const current = height.get(query.network) ?? 0
      // A chain that was made anew is lower than it was: nothing of before is left to page through.
      const revision = Math.min(query.revision ?? current, current)
      const found = read({ network: query.network, revision, limit: query.limit + 1 })
      const rows = found.slice(0, query.limit)
      const last = rows.at(-1)
      return { rows: rows.map(toRow), next: found.length > query.limit && last ? endOf(last) : undefined, revision, current }
    })()

  return {
    claimsPage: (query) =>
      page(
        query,
        (paging) =>
          claims(query.stages, {
            ...paging,
            height: query.after?.sessionEndHeight ?? Number.MAX_SAFE_INTEGER,
            key: query.after?.key ?? '',
            operator: query.operatorAddress,
          }),
        readClaim,
        (row) => ({ sessionEndHeight: row.session_end_height, key: row.key }),
      ),
    movementsPage: (query) =>
      page(
        query,
        (paging) => {
          // Without a place the page begins at the newest row there is: heights up to the revision, places from the first.
          const place = {
            height: query.after?.height ?? paging.revision,
            position: query.after?.position ?? '',
            after: query.after?.address ?? '',
          }
          const [all, one] = query.kinds === undefined ? [movements, movementsOf] : [kindsOfAll, kindsOf]
          const statement = query.address === undefined ? all : one
          return statement.all({ ...paging, ...place, address: query.address ?? '', kinds: JSON.stringify(query.kinds ?? []) })
        },
        readMovement,
        (row) => ({ height: row.height, position: row.position, address: row.address }),
      ),
  }
}

interface Place {
  height: number
  position: string
  /** Address of the last row of the page before. */
  after: string
  address: string
  /** JSON list. */
  kinds: string
}
