import { randomBytes } from 'node:crypto'
import { existsSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import { readSmallFile, removeFile, writeSmallFile } from './files.ts'
import { explainStoreError } from './sqlite-error.ts'

/** Kept beside the store and not in it: both are needed when the store cannot be read. */
const placesSchema = z.strictObject({ chosenFolder: z.string().optional() })
const pendingSchema = z.strictObject({ path: z.string(), chosen: z.boolean(), askedAtMs: z.number() })
export type Pending = z.infer<typeof pendingSchema>

const placesPath = (file: string): string => join(dirname(file), 'backup-folder.json')
const pendingPath = (file: string): string => join(dirname(file), 'restore-at-start.json')

function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readSmallFile(path) ?? ''))
  } catch {
    return undefined
  }
}

/** The folder that the user chose for copies, if any. */
export const chosenFolder = (file: string): string | undefined => readJson(placesPath(file), placesSchema)?.chosenFolder

export function keepChosenFolder(file: string, path: string | undefined): void {
  if (path === undefined) removeFile(placesPath(file))
  else writeNote(placesPath(file), { chosenFolder: path })
}

/** @throws HearthError `disk-full`, or `store-damaged` (`not-writable`) */
function writeNote(path: string, note: object): void {
  try {
    writeSmallFile(path, JSON.stringify(note))
  } catch (error) {
    throw explainStoreError(error, path)
  }
}

/** The copy that is to be put in before the store is opened. */
export const pendingRestore = (file: string): Pending | undefined => readJson(pendingPath(file), pendingSchema)
export const keepPending = (file: string, pending: Pending): void => writeNote(pendingPath(file), pending)
export const forgetPending = (file: string): void => {
  if (existsSync(pendingPath(file))) removeFile(pendingPath(file))
}

/**
 * Judges a folder that was typed. Writing is tried, since rights alone do not tell (a read-only disk, a full one, a share).
 * @returns the folder as an absolute path
 * @throws HearthError `folder-invalid` with `reason` and `path`, `disk-full`
 */
export function requireFolder(typed: string, dataFolder: string): string {
  const refuse = (reason: string, cause?: unknown): HearthError => new HearthError('folder-invalid', { reason, path: typed }, { cause })
  if (!isAbsolute(typed) || typed.includes('\0')) throw refuse('not-absolute')
  const stats = statSync(resolve(typed), { throwIfNoEntry: false })
  if (!stats) throw refuse('missing')
  if (!stats.isDirectory()) throw refuse('not-a-folder')
  // By what the folder is, whatever links led there.
  const path = realpathSync(typed)
  const own = realpathSync(dataFolder)
  if (path === own || path.startsWith(own + sep)) throw refuse('inside-data')
  const probe = join(path, `.hearth-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(probe, 'x', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new HearthError('disk-full', { file: path }, { cause: error })
    throw refuse('not-writable', error)
  } finally {
    rmSync(probe, { force: true })
  }
  return path
}
