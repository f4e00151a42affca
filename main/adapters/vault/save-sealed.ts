import { randomBytes } from 'node:crypto'
import { access, constants, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import { MAX_BACKUP_BYTES } from './backup-file.ts'
import type { Saved, SaveTarget } from './messages.ts'
import { DRILL_PREFIX, isCode, readSecretFile, syncFolder, writeSecretFile } from './vault-file.ts'

/** Files that the main process writes and reads for the key process. All of it is sealed. */
export interface SealedFiles {
  save(file: Uint8Array, target: SaveTarget): Promise<Saved>
  /** A folder that takes a backup. Rejects `folder-invalid` (detail.reason). @param wanted undefined = beside the vault */
  backupFolder(wanted: string | undefined): Promise<string>
  /** Rejects `backup-missing`, `backup-damaged`. */
  readBackupFile(path: string): Promise<Uint8Array>
  /** Writes a backup that was brought through the browser beside the vault; of these only the newest stay. @returns its path */
  keepBrought(file: Uint8Array): Promise<string>
  /** Keeps what lies in the place of the vault under another name, without taking it away. */
  putAside(): Promise<void>
}

export const BACKUP_ENDING = '.hearth-backup'
const BROUGHT = /^brought-[0-9a-f-]+\.hearth-backup$/
/** Of backups that were brought: nobody may fill the disk with them. */
const MOST_BROUGHT = 8
const HALF_BACKUP = /^hearth-keys-.*\.hearth-backup\.part$/
/** No backup takes that long to write. */
const HALF_BACKUP_MS = 60 * 60_000

export function createSealedFiles(parts: { dataDir: string; folder: string; vaultPath: string; clock: Clock }): SealedFiles {
  const { dataDir, folder, vaultPath, clock } = parts

  const writeNew = async (into: string, madeAtMs: number, file: Uint8Array): Promise<string> => {
    const day = new Date(madeAtMs).toISOString().slice(0, 16).replace('T', '-').replace(':', '')
    const path = join(into, `hearth-keys-${day}-${randomBytes(2).toString('hex')}${BACKUP_ENDING}`)
    await removeLeftovers(into)
    // Never over a file that is there already. The name is not claimed by an empty file: ended in between, that would look like a backup.
    if (await exists(path)) throw new Error('a backup of this name is there already')
    await writeSecretFile(path, file)
    return path
  }
  /** Halves that a power cut left behind, in a folder that may be anybody's. Another Hearth may be writing its own just now. */
  const removeLeftovers = async (into: string): Promise<void> => {
    for (const name of await readdir(into)) {
      if (!HALF_BACKUP.test(name)) continue
      const path = join(into, name)
      const isOld = await stat(path).then(
        ({ mtimeMs }) => mtimeMs < clock.now() - HALF_BACKUP_MS,
        () => false,
      )
      if (isOld) await rm(path, { force: true }).catch(() => undefined)
    }
  }
  const throughDisk = async (file: Uint8Array): Promise<Uint8Array> => {
    const place = await mkdtemp(join(folder, DRILL_PREFIX))
    try {
      const path = join(place, 'vault.hearth')
      await writeSecretFile(path, file)
      return (await readSecretFile(path)) ?? new Uint8Array(0)
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  }
  return {
    async save(file, target) {
      const none = new Uint8Array(0)
      try {
        switch (target.kind) {
          case 'vault':
            await writeSecretFile(vaultPath, file)
            return { ok: true, path: vaultPath, bytes: none }
          case 'backup':
            return { ok: true, path: await writeNew(target.folder, target.madeAtMs, file), bytes: none }
          case 'drill':
            return { ok: true, path: '', bytes: await throughDisk(file) }
        }
      } catch (error) {
        return { ok: false, reason: error instanceof HearthError && error.code === 'disk-full' ? 'disk-full' : 'not-written' }
      }
    },
    async backupFolder(wanted) {
      if (wanted === undefined) {
        const own = join(dataDir, 'backups')
        await mkdir(own, { recursive: true, mode: 0o700 })
        return own
      }
      if (!isAbsolute(wanted)) throw new HearthError('folder-invalid', { reason: 'not-absolute', path: wanted })
      const isFolder = await stat(wanted).then(
        (found) => found.isDirectory(),
        () => false,
      )
      if (!isFolder) throw new HearthError('folder-invalid', { reason: 'missing', path: wanted })
      await access(wanted, constants.W_OK).catch(() => {
        throw new HearthError('folder-invalid', { reason: 'not-writable', path: wanted })
      })
      return wanted
    },
    async readBackupFile(path) {
      if (!isAbsolute(path)) throw new HearthError('backup-missing', { path })
      try {
        const found = await stat(path)
        if (!found.isFile()) throw new HearthError('backup-missing', { path })
        if (found.size > 2 * MAX_BACKUP_BYTES) throw new HearthError('backup-damaged', { reason: 'not-a-vault' })
        return new Uint8Array(await readFile(path))
      } catch (error) {
        if (error instanceof HearthError) throw error
        throw new HearthError('backup-missing', { path }, { cause: error })
      }
    },
    async keepBrought(file) {
      const own = join(dataDir, 'backups')
      await mkdir(own, { recursive: true, mode: 0o700 })
      const path = join(own, `brought-${clock.now().toString(16).padStart(12, '0')}-${randomBytes(4).toString('hex')}${BACKUP_ENDING}`)
      // SECURITY: S19 as private as one that was written here.
      await writeSecretFile(path, file)
      const brought = (await readdir(own)).filter((name) => BROUGHT.test(name)).sort()
      for (const old of brought.slice(0, -MOST_BROUGHT)) await rm(join(own, old), { force: true })
      return path
    },
    async putAside() {
      try {
        await copyFile(vaultPath, `${vaultPath}.damaged-${clock.now()}`, constants.COPYFILE_EXCL)
        await syncFolder(folder)
      } catch (error) {
        if (!isCode(error, 'ENOENT')) throw error
      }
    },
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
