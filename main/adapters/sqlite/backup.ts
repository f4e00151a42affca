import Database from 'better-sqlite3'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import { removeSealed, sealFile, sealHolds } from './digest.ts'
import { finishFile, privateFolder } from './files.ts'
import { APPLICATION_ID, readHeader } from './header.ts'
import { MIGRATIONS } from './migrations/index.ts'

/** Days of which the newest copy is kept beside the store. */
export const DAYS_KEPT = 5
/** However old, so many of the newest stay: two copies in one day may be the one before a slip and the one after. */
const NEWEST_KEPT = 3
/** Pages copied before other work of the thread gets its turn. */
const PAGES_AT_ONCE = 64

/** A copy as its name tells it. */
export interface CopyName {
  path: string
  atMs: number
  version: number
}

const stemOf = (file: string): string => basename(file).replace(/\.db$/, '')
/** Where copies of a store lie unless the user chose a place. */
export const backupsFolder = (file: string): string => join(dirname(file), 'backups')

/** Copies of a store, newest first. @param folder where they lie; beside the store unless told */
export function listCopies(file: string, folder = backupsFolder(file)): CopyName[] {
  // Whatever else lies in its place is no list of copies.
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return []
  return copiesAmong(file, folder, readdirSync(folder))
}

/** Those of the names in a folder that are copies of a store, newest first. */
export function copiesAmong(file: string, folder: string, names: readonly string[]): CopyName[] {
  const prefix = `${stemOf(file)}-`
  return names
    .flatMap((name) => {
      const read = name.startsWith(prefix) ? readName(name.slice(prefix.length)) : undefined
      return read ? [{ path: join(folder, name), ...read }] : []
    })
    .sort((a, b) => b.atMs - a.atMs || b.path.localeCompare(a.path))
}

function readName(rest: string): { atMs: number; version: number } | undefined {
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-v(\d+)\.db$/.exec(rest)
  if (!stamp) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, milli = 0, version = 0] = stamp.slice(1).map(Number)
  return { atMs: Date.UTC(year, month - 1, day, hour, minute, second, milli), version }
}

/** Copies beside a store, newest first, as full paths. */
export const listBackups = (file: string): string[] => listCopies(file).map((copy) => copy.path)

/** Which copies rotation lets go: all but the newest few and the newest of each of the last so many days that have one. */
export function outdated(copies: readonly CopyName[], daysKept: number): CopyName[] {
  const days = new Set<string>()
  return copies.filter((copy, index) => {
    const day = new Date(copy.atMs).toISOString().slice(0, 10)
    const isNewestOfDay = !days.has(day)
    days.add(day)
    return index >= NEWEST_KEPT && !(isNewestOfDay && days.size <= daysKept)
  })
}

/** How a copy is made. */
export interface CopyWish {
  file: string
  version: number
  nowMs: number
  folder?: string
  daysKept?: number
  /** Told after each piece; throws to stop. */
  onProgress?: (done: number, total: number) => void
}

/**
 * Copies an open database with SQLite's own backup call, opens the copy, checks it, seals it, and only then gives it its name. Old copies go by rotation.
 * @returns the path of the verified copy; when it throws, nothing is left of it
 */
export async function makeBackup(db: Database.Database, wish: CopyWish): Promise<string> {
  const { file, version } = wish
  const folder = wish.folder ?? backupsFolder(file)
  if (wish.folder === undefined) privateFolder(folder)
  else mkdirSync(folder, { recursive: true })
  const stamp = new Date(wish.nowMs).toISOString().replaceAll(/[-:.]/g, '')
  const path = join(folder, `${stemOf(file)}-${stamp}-v${version}.db`)
  const temporary = `${path}.tmp`
  removeTemporary(folder, file)
  try {
    const { totalPages: total } = await db.backup(temporary, {
      progress: ({ totalPages, remainingPages }) => {
        wish.onProgress?.(totalPages - remainingPages, totalPages)
        return PAGES_AT_ONCE
      },
    })
    wish.onProgress?.(total, total)
    // SECURITY: S19 a copy is as private as the original.
    makePrivate(temporary, wish.folder !== undefined)
    faultPoint('store.backup.before-check')
    makePlain(temporary)
    checkCopy(temporary, version)
    finishFile(temporary, path)
    sealOrRemove(path)
    faultPoint('store.backup.after-name')
  } catch (error) {
    removeTemporary(folder, file)
    throw error
  }
  for (const old of outdated(listCopies(file, folder), wish.daysKept ?? DAYS_KEPT)) removeSealed(old.path)
  return path
}

/** A stick or a share that knows no modes is the user's own choice; everywhere else a mode that cannot be set is an error. */
function makePrivate(path: string, chosen: boolean): void {
  try {
    chmodSync(path, 0o600)
  } catch (error) {
    if (!chosen) throw error
  }
}

/** A copy is one file: without the mark of write-ahead logging it can be read from a medium that nothing can be written to. */
function makePlain(path: string): void {
  const copy = new Database(path)
  try {
    copy.pragma('journal_mode = DELETE')
  } finally {
    copy.close()
  }
}

/** A copy without room for its seal would not be told from one that spoilt. */
function sealOrRemove(path: string): void {
  try {
    sealFile(path)
  } catch (error) {
    removeSealed(path)
    throw error
  }
}

/** Remains of a copy that was not finished. */
function removeTemporary(folder: string, file: string): void {
  const left = new RegExp(`^${stemOf(file)}-.*\\.tmp(-journal|-wal|-shm)?$`)
  for (const name of readdirSync(folder)) if (left.test(name)) rmSync(join(folder, name), { force: true })
}

/**
 * Opens a copy by itself, compares it with its seal, checks every page and its version (any that this program knows, when none is given).
 * Throws `store-damaged` (`not-a-backup`, `copy-damaged`) when it could not be used for a restore and `store-newer` when a newer program made it.
 */
export function checkCopy(path: string, version?: number): { version: number } {
  const header = readHeader(path)
  if (header.kind !== 'sqlite' || header.applicationId !== APPLICATION_ID)
    throw new HearthError('store-damaged', { reason: 'not-a-backup', file: path })
  const newest = MIGRATIONS.at(-1)?.version ?? 0
  if (version === undefined && header.userVersion > newest)
    throw new HearthError('store-newer', { file: path, version: String(header.userVersion), known: String(newest) })
  if (sealHolds(path) === false) throw new HearthError('store-damaged', { reason: 'copy-damaged', file: path, report: 'seal broken' })
  const copy = new Database(path, { readonly: true })
  try {
    const found = Number(copy.pragma('user_version', { simple: true }))
    const report = copy.pragma('quick_check(1)', { simple: true })
    if (report !== 'ok' || (version !== undefined && found !== version)) {
      throw new HearthError('store-damaged', { reason: 'copy-damaged', file: path, report: String(report).slice(0, 300) })
    }
    return { version: found }
  } finally {
    copy.close()
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  }
}

/** The mark that stands while a migration runs, outside the database. */
export const markPath = (file: string): string => `${file}.migrating.json`
