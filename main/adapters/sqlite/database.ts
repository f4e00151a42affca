import Database from 'better-sqlite3'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import { listBackups, makeBackup, markPath } from './backup.ts'
import { breakSeal, sealHolds } from './digest.ts'
import { finishFile, privateFile, privateFolder, readSmallFile, removeFile, writeSmallFile } from './files.ts'
import { APPLICATION_ID, readHeader } from './header.ts'
import { requireSchema, runMigrations, versionOf } from './migrate.ts'
import { MIGRATIONS, type Migration } from './migrations/index.ts'
import type { Opened } from './protocol.ts'
import { explainStoreError } from './sqlite-error.ts'

/** One writer, so a lock that lasts this long is a bug or another program. */
export const BUSY_MS = 5_000
/** Of pages that the writer keeps in memory. */
const CACHE_KIB = 8_192

/**
 * Opens the store, making or migrating it when needed. The order is that of walk-throughs, "Migration procedure"; the data folder is locked by the shell before.
 * Rejects `store-newer` (nothing touched), `store-damaged` (detail: reason, file, backups), `store-busy` and `disk-full`. It never starts empty in the place of a store that was there.
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
    breakSeal(file)
    if (found === 'fresh') createFresh(file, migrations)
    db = new Database(file, { timeout: BUSY_MS })
    // SECURITY: S19
    chmodSync(file, 0o600)
    const opened = await bringUp(db, { file, nowMs, backups, migrations, isSealed: found === 'sealed' })
    return { db, opened: { ...opened, created: found === 'fresh' } }
  } catch (error) {
    db?.close()
    throw explainStoreError(error, file, backups)
  }
}

/** Looks at the files without changing them. */
function inspect(file: string, backups: string[], migrations: readonly Migration[]): 'fresh' | 'present' | 'sealed' {
  const detail = (reason: string): Record<string, string> => ({ reason, file, backups: backups.join('\n').slice(0, 600) })
  const header = readHeader(file)
  if (header.kind === 'absent') {
    // A store that is gone while traces of it remain was lost, not never made.
    if (backups.length > 0 || [`${file}-wal`, markPath(file), `${file}.restoring`].some((trace) => existsSync(trace)))
      throw new HearthError('store-damaged', detail('missing'))
    return 'fresh'
  }
  if (header.kind === 'not-a-file') throw new HearthError('store-damaged', detail('not-a-file'))
  if (header.kind === 'not-sqlite') throw new HearthError('store-damaged', detail('not-a-database'))
  // Closed as it should be, and other bytes now: even a bit in an amount, which no check of SQLite's sees.
  const seal = existsSync(`${file}-wal`) ? undefined : sealHolds(file)
  const isChanged = seal === false
  if (header.applicationId !== APPLICATION_ID)
    throw new HearthError('store-damaged', detail(isChanged && isNearly(header.applicationId) ? 'changed-while-closed' : 'other-program'))
  if (isChanged) throw new HearthError('store-damaged', detail('changed-while-closed'))
  if (header.isShort && !existsSync(`${file}-wal`)) throw new HearthError('store-damaged', detail('damaged'))
  const newest = migrations.at(-1)?.version ?? 0
  // The write-ahead log may hold a newer first page than the file; a read-only connection sees it and writes nothing back.
  let version = header.userVersion
  if (version <= newest && existsSync(`${file}-wal`)) {
    const look = new Database(file, { readonly: true })
    version = versionOf(look)
    look.close()
  }
  if (version > newest) throw new HearthError('store-newer', { file, version: String(version), known: String(newest) })
  return seal === true ? 'sealed' : 'present'
}

/** Our mark with a bit or two turned over, rather than the mark of another program. */
function isNearly(applicationId: number): boolean {
  return ((applicationId ^ APPLICATION_ID) >>> 0).toString(2).replaceAll('0', '').length <= 2
}

/** Makes a store under another name and renames it when it is whole, so that an empty `hearth.db` never means "new". */
function createFresh(file: string, migrations: readonly Migration[]): void {
  const temporary = `${file}.new`
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(temporary + suffix, { force: true })
  privateFile(temporary)
  const db = new Database(temporary)
  try {
    db.pragma('synchronous = FULL')
    db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma(`application_id = ${APPLICATION_ID}`)
    runMigrations(db, migrations)
  } finally {
    db.close()
  }
  faultPoint('store.create.before-rename')
  finishFile(temporary, file)
}

/**
 * After a change of the schema: room that old tables leave is given back, and from then on room of removed rows can be, a piece at a time. A store made before that was
 * possible is written anew once. The change itself is done: where the disk has no room for this it waits for the next one.
 */
function giveRoomBack(db: Database.Database): void {
  if (db.memory) return
  db.pragma('auto_vacuum = INCREMENTAL')
  try {
    db.exec('VACUUM')
  } catch (error) {
    if (!(error instanceof Database.SqliteError && /FULL|IOERR/.test(error.code))) throw error
  }
}

async function bringUp(
  db: Database.Database,
  how: { file: string; nowMs: number; backups: string[]; migrations: readonly Migration[]; isSealed: boolean },
): Promise<Omit<Opened, 'created'>> {
  const { file, nowMs, backups, migrations } = how
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  // Years of rows are put in at once, in five indexes: with the usual 2 MB every few rows write a page out that the next ones need again. Twice the time.
  db.pragma(`cache_size = -${CACHE_KIB}`)
  const mark = readSmallFile(markPath(file))
  const isUpgrade = versionOf(db) < (migrations.at(-1)?.version ?? 0)
  // Sealed: bit for bit what was closed, and every page is looked at with the copy of each day. Years of rows would make each start wait.
  const report = how.isSealed && !isUpgrade && mark === undefined ? 'ok' : db.pragma('quick_check(1)', { simple: true })
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
  if (fromVersion < version) {
    backup = await makeBackup(db, { file, version: fromVersion, nowMs })
    faultPoint('store.migration.after-backup')
    writeSmallFile(markPath(file), JSON.stringify({ from: fromVersion, to: version, backup }))
    faultPoint('store.migration.after-mark')
    runMigrations(db, migrations)
    giveRoomBack(db)
  }
  requireSchema(db, migrations, file, backup === undefined ? backups : [backup, ...backups])
  if (fromVersion < version || mark !== undefined) {
    faultPoint('store.migration.before-unmark')
    removeFile(markPath(file))
  }
  return { fromVersion, version, backup }
}
