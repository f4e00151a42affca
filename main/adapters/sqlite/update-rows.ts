import type Database from 'better-sqlite3'
import { HearthError } from '#shared/api/errors.ts'
import { updateRowSchema } from '#shared/model/update.ts'
import type { SyncStore } from './protocol.ts'

/** History is for people: more than they can have done by hand in years. */
const MOST = 500

/** Updates of containers, and which image a container is pinned to. */
export function updateMethods(db: Database.Database): Pick<SyncStore, 'updates' | 'putUpdate' | 'removeUpdates' | 'pinNode'> {
  const read = db.prepare<[string, number], { detail: string }>(
    'SELECT detail FROM updates WHERE network = ? ORDER BY created_at_ms DESC, id DESC LIMIT ?',
  )
  const put = db.prepare<[string, string, string, string, number, string]>(`
    INSERT INTO updates VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET stage = excluded.stage, detail = excluded.detail`)
  const remove = db.prepare<[string]>('DELETE FROM updates WHERE network = ?')
  const pin = db.prepare<[string, number, string, string]>('UPDATE nodes SET image_pin = ?, updated_at_ms = ? WHERE network = ? AND id = ?')
  return {
    updates: (network) =>
      read.all(network, MOST).map(({ detail }) => {
        const parsed = updateRowSchema.safeParse(JSON.parse(detail))
        if (!parsed.success) throw new HearthError('store-damaged', { table: 'updates' })
        return parsed.data
      }),
    putUpdate: (row) => void put.run(row.id, row.network, row.image, row.stage, row.createdAtMs, JSON.stringify(row)),
    removeUpdates: (network) => void remove.run(network),
    pinNode: (network, nodeId, imagePin, atMs) => void pin.run(imagePin, atMs, network, nodeId),
  }
}
