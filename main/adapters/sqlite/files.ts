import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes a folder that only this user may enter. */
export function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  // SECURITY: S19 the store knows addresses, amounts and wishes: 0700 even if the folder was there before.
  chmodSync(path, 0o700)
}

/** Makes an empty file that only this user may read; SQLite gives `-wal` and `-shm` the same mode. */
export function privateFile(path: string): void {
  // SECURITY: S19 created with its mode, so that there is no moment in which others may open it.
  closeSync(openSync(path, 'wx', 0o600))
}

/** Writes a folder's entries to disk. Windows has no such call and needs none. */
export function syncFolder(path: string): void {
  if (process.platform !== 'win32') syncPath(path)
}

/** Writes a file's content to disk. */
export function syncPath(path: string): void {
  const handle = openSync(path, process.platform === 'win32' ? 'r+' : 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Moves a finished temporary file to its name: sync, rename, sync the folder. */
export function finishFile(temporary: string, path: string): void {
  syncPath(temporary)
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Writes a small file so that a reader sees the old one or the whole new one. */
export function writeSmallFile(path: string, text: string): void {
  const temporary = `${path}.tmp`
  rmSync(temporary, { force: true })
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    finishFile(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** @returns the text, or undefined when there is no such file */
export function readSmallFile(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** Removes a file and makes its absence last. */
export function removeFile(path: string): void {
  rmSync(path, { force: true })
  syncFolder(dirname(path))
}
