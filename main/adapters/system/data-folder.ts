import { randomBytes } from 'node:crypto'
import { closeSync, linkSync, lstatSync, mkdirSync, openSync, chmodSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { processRuns, processStart } from './process-identity.ts'

const LOCK = 'lock'
const TRIES = 20
/** Longer than anybody takes between judging a lock stale and moving it away. */
const SETTLE_MS = 40

/** Why a data folder cannot be used. `message` is a sentence for the user. */
export class DataFolderRefused extends Error {
  readonly reason: 'in-use' | 'symlink' | 'not-a-folder' | 'foreign' | 'unusable'
  constructor(reason: DataFolderRefused['reason'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'DataFolderRefused'
    this.reason = reason
  }
}

export interface DataFolderLock {
  /** Absolute path of the folder. */
  path: string
  /** Gives the folder back. Twice is once. */
  release(): void
}

/** Made when there is a lock to read: most starts find none. */
const lockSchema = () => z.looseObject({ pid: z.number().int().positive(), started: z.string().optional(), token: z.string() })

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function prepareFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new DataFolderRefused('not-a-folder', `${path} is not a folder.`, { cause: error })
    throw new DataFolderRefused('unusable', `The folder ${path} cannot be made (${codeOf(error)}).`, { cause: error })
  }
  const seen = lstatSync(path)
  // SECURITY: S13 a link could send keys and database to a place that somebody else chose.
  if (seen.isSymbolicLink()) throw new DataFolderRefused('symlink', `${path} is a link. Hearth keeps its data only in a folder of its own.`)
  if (!seen.isDirectory()) throw new DataFolderRefused('not-a-folder', `${path} is not a folder.`)
  if (process.platform === 'win32') return
  if (seen.uid !== process.getuid?.()) throw new DataFolderRefused('foreign', `The folder ${path} belongs to another user of this machine.`)
  try {
    // SECURITY: S19 files with secrets lie in a folder that nobody else can enter.
    chmodSync(path, 0o700)
  } catch (error) {
    throw new DataFolderRefused('unusable', `The folder ${path} cannot be protected (${codeOf(error)}).`, { cause: error })
  }
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** A lock whose text is broken belongs to nobody: it is written whole before it gets its name, so only a damaged disk makes one. */
function ownerRuns(text: string): { pid: number } | undefined {
  let lock: z.infer<ReturnType<typeof lockSchema>>
  try {
    lock = lockSchema().parse(JSON.parse(text))
  } catch {
    return undefined
  }
  if (!processRuns(lock.pid)) return undefined
  const started = processStart(lock.pid)
  if (lock.started !== undefined && started !== undefined && started !== lock.started) return undefined
  // The same number without a known start is this very process only if it holds the folder: then it is in use, too.
  if (lock.pid === process.pid && started === undefined && !heldHere.has(lock.token)) return undefined
  return { pid: lock.pid }
}

const heldHere = new Set<string>()

/** Gives the lock its name only if nobody has it. @returns whether it worked */
function claim(folder: string, text: string): boolean {
  const temporary = join(folder, `.${LOCK}.${randomBytes(6).toString('hex')}`)
  const descriptor = openSync(temporary, 'wx', 0o600)
  try {
    // Not forced to disk: it says who runs, and after a power cut nobody does. What is left of it then belongs to nobody.
    writeSync(descriptor, text)
  } finally {
    closeSync(descriptor)
  }
  try {
    linkSync(temporary, join(folder, LOCK))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // No links on this file system.
    return claimWithoutLink(join(folder, LOCK), text)
  } finally {
    rmSync(temporary, { force: true })
  }
}

function claimWithoutLink(file: string, text: string): boolean {
  try {
    const descriptor = openSync(file, 'wx', 0o600)
    writeSync(descriptor, text)
    closeSync(descriptor)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Takes a stale lock away. When somebody replaced it meanwhile, it is put back. */
function clearStale(file: string, stale: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  if (readLock(aside) !== stale) {
    try {
      linkSync(aside, file)
    } catch {
      // Somebody took the name: the process that lost its lock sees that before it goes on.
    }
  }
  rmSync(aside, { force: true })
}

/** A lock that has just been claimed. */
export interface ClaimedFolder extends DataFolderLock {
  /** Resolves once nobody can take the lock away any more: before that neither keys nor database may be opened. Rejects DataFolderRefused when somebody did. */
  held: Promise<void>
}

/** As `lockDataFolder`, for who has something else to do until the lock is sure. */
export function claimDataFolder(folder: string): ClaimedFolder {
  const path = resolve(folder)
  prepareFolder(path)
  const file = join(path, LOCK)
  const token = randomBytes(16).toString('hex')
  const text = JSON.stringify({ pid: process.pid, started: processStart(process.pid), token })
  const release = () => {
    if (heldHere.delete(token) && readLock(file) === text) rmSync(file, { force: true })
  }
  let tries = 0
  const take = (): void => {
    for (; tries < TRIES; tries += 1) {
      // SECURITY: S13 one Hearth per data folder: two would sign with one key and write one database.
      if (claim(path, text)) {
        heldHere.add(token)
        return
      }
      const found = readLock(file)
      if (found === undefined) continue
      const owner = ownerRuns(found)
      if (owner !== undefined) {
        throw new DataFolderRefused(
          'in-use',
          `Hearth already runs with the folder ${path} (process ${owner.pid}). Use that one, or end it first.`,
        )
      }
      clearStale(file, found)
    }
    throw new DataFolderRefused('in-use', `Another Hearth is starting with the folder ${path}. Try again in a moment.`)
  }
  /** Somebody who read a stale lock before ours may be about to move ours away. */
  const settle = async (): Promise<void> => {
    for (;;) {
      await wait(SETTLE_MS)
      if (readLock(file) === text) return
      heldHere.delete(token)
      tries += 1
      take()
    }
  }
  take()
  const held = settle()
  // Told to who waits for it.
  held.catch(() => undefined)
  return { path, release, held }
}

/**
 * Makes the data folder if it is not there, closes it to other users, and holds it for this process alone until `release` or the end of the process; a lock that
 * a dead process left is taken over. Hardening S13.
 * Rejects DataFolderRefused (`in-use`, `symlink`, `not-a-folder`, `foreign`, `unusable`) with a sentence for the user.
 */
export async function lockDataFolder(folder: string): Promise<DataFolderLock> {
  const lock = claimDataFolder(folder)
  await lock.held
  return lock
}
