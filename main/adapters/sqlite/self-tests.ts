import type Database from 'better-sqlite3'
import { HearthError } from '#shared/api/errors.ts'
import { selfTestRowSchema } from '#shared/model/self-test.ts'
import type { SyncStore } from './protocol.ts'

/** One each half hour through both doors for about a month; older ones go as new ones come. */
const KEPT = 3_000

/** What the self-tests found. */
export function selfTestMethods(db: Database.Database): Pick<SyncStore, 'selfTests' | 'addSelfTest' | 'removeSelfTests'> {
  const read = db.prepare<[string, number, number], { detail: string }>(
    'SELECT detail FROM self_tests WHERE network = ? AND at_ms < ? ORDER BY at_ms DESC, id DESC LIMIT ?',
  )
  const add = db.prepare<[string, string, number, string]>('INSERT INTO self_tests VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const trim = db.prepare<[string, string]>(
    `DELETE FROM self_tests WHERE network = ? AND at_ms < (SELECT at_ms FROM self_tests WHERE network = ? ORDER BY at_ms DESC LIMIT 1 OFFSET ${KEPT - 1})`,
  )
  const remove = db.prepare<[string]>('DELETE FROM self_tests WHERE network = ?')
  return {
    selfTests: ({ network, beforeMs, limit }) =>
      read.all(network, beforeMs ?? Number.MAX_SAFE_INTEGER, limit).map(({ detail }) => {
        const parsed = selfTestRowSchema.safeParse(JSON.parse(detail))
        if (!parsed.success) throw new HearthError('store-damaged', { table: 'self_tests' })
        return parsed.data
      }),
    addSelfTest(row) {
      add.run(row.id, row.network, row.atMs, JSON.stringify(row))
      trim.run(row.network, row.network)
    },
    removeSelfTests: (network) => void remove.run(network),
  }
}
