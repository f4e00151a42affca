import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'

/** File beside the vault that opens it after a restart (unlock-key-file.ts). */
export const UNLOCK_KEY_FILE = 'unlock.key'
/** Temporary places of drills; one that is left over was cut short. */
export const DRILL_PREFIX = 'drill-'

/** Folder of everything secret inside the data folder. */
export function secretFolder(dataDir: string): string {
  return join(dataDir, 'vault')
}

/**
 * Makes the folder 0700, tightens what is there to 0700 and 0600, and removes half-written files of an earlier end.
 * SECURITY: S19 every file with a secret, sealed or not, is 0600 in a 0700 folder.
 */
export async function prepareSecretFolder(dataDir: string): Promise<string> {
  const folder = secretFolder(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (name.endsWith('.part')) await rm(path, { force: true })
    else if (name.startsWith(DRILL_PREFIX)) await rm(path, { recursive: true, force: true })
    // The unlock key is judged as it lies there: tightening it first would hide that others could read it.
    else if (name !== UNLOCK_KEY_FILE && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600)
  }
  return folder
}

/** @returns undefined when there is no such file; other failures throw */
export async function readSecretFile(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * Replaces a file as a whole: temporary file, fsync, rename, fsync of the folder. Ended at any point, the old file or the new one is there, never a mixture.
 * Rejects `disk-full`.
 */
export async function writeSecretFile(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`
  try {
    const file = await open(part, 'w', 0o600)
    try {
      faultPoint('vault.file.created')
      await file.writeFile(bytes)
      faultPoint('vault.file.written')
      await file.sync()
    } finally {
      await file.close()
    }
    faultPoint('vault.file.synced')
    await rename(part, path)
    faultPoint('vault.file.renamed')
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    if (isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT')) throw new HearthError('disk-full', {}, { cause: error })
    throw error
  }
}

/** Makes a new or renamed file in a folder outlast a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its rename is written through.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether an error of the file system has this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
