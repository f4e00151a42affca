import Database from 'better-sqlite3'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import { finishFile, privateFolder, removeFile, syncFolder } from './files.ts'
import { APPLICATION_ID, readHeader } from './header.ts'
import { MIGRATIONS } from './migrations/index.ts'

/** Copies kept; the oldest go first. */
const KEPT = 5
const DAY_MS = 86_400_000

const folderOf = (file: string): string => join(dirname(file), 'backups')
const stemOf = (file: string): string => basename(file).replace(/\.db$/, '')

/** Verified copies of a store, newest first, as full paths. */
export function listBackups(file: string): string[] {
  const folder = folderOf(file)
  // Whatever else lies in its place is no list of copies.
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return []
  const prefix = `${stemOf(file)}-`
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^\d{8}T\d{9}Z-v\d+\.db$/.test(name.slice(prefix.length)))
    .sort()
    .reverse()
    .map((name) => join(folder, name))
}

/** Whether the newest copy is older than a day (or there is none). */
export function backupDue(file: string, nowMs: number): boolean {
  const newest = listBackups(file)[0]
  if (newest === undefined) return true
  const stamp = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-v\d+\.db$/.exec(newest)
  if (!stamp) return true
  const [, year, month, day, hour, minute, second, milli] = stamp.map(Number)
  const age = nowMs - Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0, milli ?? 0)
  return age < 0 || age > DAY_MS
}

/**
 * Copies an open database with SQLite's own backup call, opens the copy, checks it, and only then gives it its name.
 * @returns the path of the verified copy
 */
export async function makeBackup(db: Database.Database, file: string, version: number, nowMs: number): Promise<string> {
  const folder = folderOf(file)
  privateFolder(folder)
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '')
  const path = join(folder, `${stemOf(file)}-${stamp}-v${version}.db`)
  const temporary = `${path}.tmp`
  rmSync(temporary, { force: true })
  await db.backup(temporary)
  // SECURITY: S19 a copy is as private as the original.
  chmodSync(temporary, 0o600)
  faultPoint('store.backup.before-check')
  checkCopy(temporary, version)
  finishFile(temporary, path)
  for (const old of listBackups(file).slice(KEPT)) rmSync(old, { force: true })
  for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true })
  return path
}

/** Opens a copy by itself, checks every page and its version (any that this program knows, when none is given). Throws `store-damaged` when it could not be used for a restore. */
function checkCopy(path: string, version: number | undefined): void {
  const header = readHeader(path)
  if (header.kind !== 'sqlite' || header.applicationId !== APPLICATION_ID)
    throw new HearthError('store-damaged', { reason: 'not-a-backup', file: path })
  const newest = MIGRATIONS.at(-1)?.version ?? 0
  if (version === undefined && header.userVersion > newest)
    throw new HearthError('store-newer', { file: path, version: String(header.userVersion), known: String(newest) })
  const copy = new Database(path, { readonly: true })
  try {
    const found = copy.pragma('user_version', { simple: true })
    const report = copy.pragma('quick_check(1)', { simple: true })
    if (report !== 'ok' || (version !== undefined && found !== version)) {
      throw new HearthError('store-damaged', { reason: 'copy-damaged', file: path, report: String(report).slice(0, 300) })
    }
  } finally {
    copy.close()
  }
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
}

/**
 * Puts a verified copy in the place of a store that is not open. The old file is moved aside with its `-wal` and `-shm`, never deleted: a leftover `-wal` beside
 * another database would be replayed into it.
 * @returns where the old file went, or undefined when there was none
 */
export function restoreBackup(file: string, backup: string, nowMs: number): string | undefined {
  checkCopy(backup, undefined)
  const incoming = `${file}.restoring`
  rmSync(incoming, { force: true })
  copyFileSync(backup, incoming)
  chmodSync(incoming, 0o600)
  checkCopy(incoming, undefined)
  const aside = join(dirname(file), 'set-aside', `${stemOf(file)}-${new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '')}.db`)
  let moved = false
  for (const suffix of ['', '-wal', '-shm']) {
    if (!existsSync(file + suffix)) continue
    mkdirSync(dirname(aside), { recursive: true, mode: 0o700 })
    renameSync(file + suffix, aside + suffix)
    moved = true
  }
  syncFolder(dirname(file))
  faultPoint('store.restore.between-renames')
  finishFile(incoming, file)
  removeFile(markPath(file))
  return moved ? aside : undefined
}

/** The mark that stands while a migration runs, outside the database. */
export const markPath = (file: string): string => `${file}.migrating.json`
