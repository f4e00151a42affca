import Database from 'better-sqlite3'
import { makeBackup } from './backup.ts'
import { BUSY_MS } from './database.ts'
import { versionOf } from './migrate.ts'

/** How a long piece of work tells how far it is and hears that it is not wanted any more: `onProgress` throws `cancelled` then. */
export interface Ears {
  throwIfStopped(): void
  onProgress(done: number, total: number): void
}

/**
 * A hot copy of a store in use, from a connection of its own: the copy is as of one moment, and neither reads nor writes wait for it.
 * @returns path of the verified copy
 */
export async function copyStore(
  wish: { file: string; nowMs: number; folder: string | undefined; daysKept: number | undefined },
  ears: Ears,
): Promise<string> {
  const db = new Database(wish.file, { readonly: true, timeout: BUSY_MS })
  try {
    // A held moment: without it every write of another connection would make the copy begin anew.
    db.exec('BEGIN')
    const version = versionOf(db)
    return await makeBackup(db, {
      file: wish.file,
      version,
      nowMs: wish.nowMs,
      ...(wish.folder === undefined ? {} : { folder: wish.folder }),
      ...(wish.daysKept === undefined ? {} : { daysKept: wish.daysKept }),
      onProgress: (done, total) => ears.onProgress(done, total),
    })
  } finally {
    db.close()
  }
}
