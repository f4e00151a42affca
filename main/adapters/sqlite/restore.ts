import Database from 'better-sqlite3'
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import { checkCopy, listCopies, markPath } from './backup.ts'
import { breakSeal } from './digest.ts'
import { finishFile, removeFile, syncFolder } from './files.ts'
import { APPLICATION_ID, readHeader } from './header.ts'
import { requireSchema, runMigrations } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Restored } from './protocol.ts'
import { salvage, type SalvageScope } from './salvage.ts'
import { explainStoreError } from './sqlite-error.ts'

const SUFFIXES = ['', '-wal', '-shm', '-journal']

/**
 * Puts a verified copy in the place of a store that is not open. The old file is moved aside with its `-wal` and `-shm`, never deleted: a leftover `-wal` beside
 * another database would be replayed into it. Payments that only the old file knows are taken over, so that an older copy never makes Hearth pay twice.
 * @throws HearthError `store-damaged`, `store-newer`, `disk-full`; then nothing has changed
 */
export function restoreBackup(file: string, backup: string, nowMs: number): Restored {
  checkCopy(backup)
  return replaceStore(file, backup, nowMs, 'intents')
}

/**
 * Cures a store that cannot be opened: the newest copy that is sound, with everything newer that can still be read of the damaged file; without a copy, what can be read of it.
 * The damaged file is kept. Throws the given refusal when neither gives anything: a store is never replaced by an empty one.
 */
export function cureStore(file: string, nowMs: number, refusal: HearthError, folders: readonly (string | undefined)[]): Restored {
  const copies = folders.flatMap((folder) => listCopies(file, folder)).sort((a, b) => b.atMs - a.atMs)
  for (const copy of copies) {
    try {
      checkCopy(copy.path)
    } catch {
      continue
    }
    return replaceStore(file, copy.path, nowMs, 'news')
  }
  return replaceStore(file, undefined, nowMs, 'everything', refusal)
}

function replaceStore(file: string, base: string | undefined, nowMs: number, scope: SalvageScope, refusal?: HearthError): Restored {
  const incoming = `${file}.restoring`
  const building = `${file}.building`
  const old = existsSync(file) ? file : incoming
  try {
    for (const suffix of SUFFIXES) rmSync(building + suffix, { force: true })
    if (base !== undefined) copyFileSync(base, building)
    const salvaged = build(building, old, scope, nowMs, base)
    if (base === undefined && !salvaged.some(({ table, rows }) => table !== 'names' && rows > 0))
      throw refusal ?? new HearthError('store-damaged', { reason: 'damaged', file })
    faultPoint('store.restore.before-renames')
    // Only a whole one gets this name: after a kill between the renames it still holds the payments of the file that was moved aside.
    finishFile(building, incoming)
    breakSeal(file)
    const movedTo = moveAside(file, nowMs)
    faultPoint('store.restore.between-renames')
    finishFile(incoming, file)
    removeFile(markPath(file))
    return { movedTo, backup: base, salvaged }
  } catch (error) {
    for (const suffix of SUFFIXES) rmSync(building + suffix, { force: true })
    throw explainStoreError(error, file)
  }
}

/** Makes the new store whole under another name: newest schema, rows of the old file in it, every page and reference checked. */
function build(path: string, old: string, scope: SalvageScope, nowMs: number, base: string | undefined): ReturnType<typeof salvage> {
  const db = new Database(path)
  try {
    chmodSync(path, 0o600)
    db.pragma('synchronous = FULL')
    db.pragma('auto_vacuum = INCREMENTAL')
    if (base === undefined) db.pragma(`application_id = ${APPLICATION_ID}`)
    runMigrations(db, MIGRATIONS)
    db.pragma('foreign_keys = OFF')
    const salvaged = isReadable(old) ? salvage(old, db, scope) : [{ table: 'intents', rows: 0, complete: !existsSync(old) }]
    dropOrphans(db)
    db.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)').run(
      'store-restored',
      JSON.stringify({ atMs: nowMs, from: base === undefined ? null : basename(base), salvaged }),
    )
    const report = db.pragma('integrity_check(1)', { simple: true })
    if (report !== 'ok')
      throw new HearthError('store-damaged', { reason: 'copy-damaged', file: path, report: String(report).slice(0, 300) })
    requireSchema(db, MIGRATIONS, path, [])
    return salvaged
  } finally {
    db.close()
  }
}

const isReadable = (path: string): boolean => {
  const header = readHeader(path)
  return header.kind === 'sqlite' && header.userVersion <= (MIGRATIONS.at(-1)?.version ?? 0)
}

/** Rows whose parent or name could not be read hang in the air: no figure can be made of them. Daily sums are made anew of the rows that are left. */
function dropOrphans(db: Database.Database): void {
  if ((db.pragma('foreign_key_check') as unknown[]).length === 0 && !hasNameless(db)) return
  db.exec(`
    DELETE FROM claims WHERE network NOT IN (SELECT network FROM cursors)
      OR operator NOT IN (SELECT id FROM names) OR application NOT IN (SELECT id FROM names) OR service NOT IN (SELECT id FROM names);
    DELETE FROM movements WHERE network NOT IN (SELECT network FROM cursors) OR address NOT IN (SELECT id FROM names);
    DELETE FROM reward_days WHERE network NOT IN (SELECT network FROM cursors);
    DELETE FROM watched WHERE network NOT IN (SELECT network FROM cursors);`)
}

function hasNameless(db: Database.Database): boolean {
  return (
    db
      .prepare(
        'SELECT 1 FROM movements WHERE address NOT IN (SELECT id FROM names) UNION SELECT 1 FROM claims WHERE operator NOT IN (SELECT id FROM names)',
      )
      .get() !== undefined
  )
}

/** @returns where the old file went, or undefined when there was none */
function moveAside(file: string, nowMs: number): string | undefined {
  const stem = basename(file).replace(/\.db$/, '')
  const aside = join(dirname(file), 'set-aside', `${stem}-${new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '')}.db`)
  let movedTo: string | undefined
  for (const suffix of SUFFIXES) {
    if (!existsSync(file + suffix)) continue
    mkdirSync(dirname(aside), { recursive: true, mode: 0o700 })
    renameSync(file + suffix, aside + suffix)
    if (suffix === '') movedTo = aside
  }
  syncFolder(dirname(file))
  if (movedTo !== undefined) syncFolder(dirname(movedTo))
  return movedTo
}
