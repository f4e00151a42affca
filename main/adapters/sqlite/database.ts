import Database from 'better-sqlite3'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import { backupDue, listBackups, makeBackup, markPath } from './backup.ts'
import { finishFile, privateFile, privateFolder, readSmallFile, removeFile, writeSmallFile } from './files.ts'
import { APPLICATION_ID, readHeader } from './header.ts'
import { requireSchema, runMigrations, versionOf } from './migrate.ts'
import { MIGRATIONS, type Migration } from './migrations/index.ts'
import type { Opened } from './protocol.ts'
import { explainStoreError } from './sqlite-error.ts'

/** One writer, so a lock that lasts this long is a bug or another program. */
const BUSY_MS = 5_000

/**
 * Opens the store, making or migrating it when needed. The order is that of walk-throughs, "Migration procedure"; the data folder is locked by the shell before.
 * Rejects `store-newer` (nothing touched), `store-damaged` (detail: reason, file, backups) and `disk-full`. It never starts empty in the place of a store that was there.
 * @param nowMs names the backup @param migrations other steps than the program's own, for tests of the procedure
 */
export async function openDatabase(
  file: string,
  nowMs: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<{ db: Database.Database; opened: Opened }> {
  let db: Database.Database | undefined
  const backups = existsSync(dirname(file)) ? listBackups(file) : []
  try {
    privateFolder(dirname(file))
    const found = inspect(file, backups, migrations)
    if (found === 'fresh') createFresh(file, migrations)
    db = new Database(file, { timeout: BUSY_MS })
    // SECURITY: S19
    chmodSync(file, 0o600)
    const opened = await bringUp(db, file, nowMs, backups, migrations)
    return { db, opened: { ...opened, created: found === 'fresh' } }
  } catch (error) {
    db?.close()
    throw explainStoreError(error, file, backups)
  }
}

/** Looks at the files without changing them. */
function inspect(file: string, backups: string[], migrations: readonly Migration[]): 'fresh' | 'present' {
  const detail = (reason: string): Record<string, string> => ({ reason, file, backups: backups.join('\n').slice(0, 600) })
  const header = readHeader(file)
  if (header.kind === 'absent') {
    // A store that is gone while traces of it remain was lost, not never made.
    if (backups.length > 0 || existsSync(`${file}-wal`) || existsSync(markPath(file)))
      throw new HearthError('store-damaged', detail('missing'))
    return 'fresh'
  }
  if (header.kind === 'not-sqlite') throw new HearthError('store-damaged', detail('not-a-database'))
  if (header.applicationId !== APPLICATION_ID) throw new HearthError('store-damaged', detail('other-program'))
  const newest = migrations.at(-1)?.version ?? 0
  // The write-ahead log may hold a newer first page than the file; a read-only connection sees it and writes nothing back.
  let version = header.userVersion
  if (version <= newest && existsSync(`${file}-wal`)) {
    const look = new Database(file, { readonly: true })
    version = versionOf(look)
    look.close()
  }
  if (version > newest) throw new HearthError('store-newer', { file, version: String(version), known: String(newest) })
  return 'present'
}

/** Makes a store under another name and renames it when it is whole, so that an empty `hearth.db` never means "new". */
function createFresh(file: string, migrations: readonly Migration[]): void {
  const temporary = `${file}.new`
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(temporary + suffix, { force: true })
  privateFile(temporary)
  const db = new Database(temporary)
  try {
    db.pragma('synchronous = FULL')
    db.pragma(`application_id = ${APPLICATION_ID}`)
    runMigrations(db, migrations)
  } finally {
    db.close()
  }
  faultPoint('store.create.before-rename')
  finishFile(temporary, file)
}

async function bringUp(
  db: Database.Database,
  file: string,
  nowMs: number,
  backups: string[],
  migrations: readonly Migration[],
): Promise<Omit<Opened, 'created'>> {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  const mark = readSmallFile(markPath(file))
  const report = db.pragma('quick_check(1)', { simple: true })
  if (report !== 'ok') {
    throw new HearthError('store-damaged', {
      reason: mark === undefined ? 'damaged' : 'damaged-while-migrating',
      file,
      backups: backups.join('\n').slice(0, 600),
      report: String(report).slice(0, 300),
    })
  }
  const fromVersion = versionOf(db)
  const version = migrations.at(-1)?.version ?? 0
  let backup: string | undefined
  let backupFailure: string | undefined
  if (fromVersion < version) {
    backup = await makeBackup(db, file, fromVersion, nowMs)
    faultPoint('store.migration.after-backup')
    writeSmallFile(markPath(file), JSON.stringify({ from: fromVersion, to: version, backup }))
    faultPoint('store.migration.after-mark')
    runMigrations(db, migrations)
  }
  requireSchema(db, migrations, file, backup === undefined ? backups : [backup, ...backups])
  if (fromVersion < version || mark !== undefined) {
    faultPoint('store.migration.before-unmark')
    removeFile(markPath(file))
  }
  if (backup === undefined && backupDue(file, nowMs)) {
    try {
      backup = await makeBackup(db, file, version, nowMs)
    } catch (error) {
      // The daily copy is a comfort: a full disk must not keep the store closed. Before a migration it is a condition.
      backupFailure = error instanceof Error ? error.message : String(error)
    }
  }
  return { fromVersion, version, backup, backupFailure }
}
