import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { EjectFolder } from '#main/core/ports/eject-folder.ts'
import { writeFileAtomic } from './atomic-file.ts'

/** One name of a folder, good on every system: no path, no hidden file, no name that Windows keeps for itself, no blank or dot at the end. */
const NAME = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9](?:[a-z0-9 ._-]{0,60}[a-z0-9_-])?$/i
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** @param dataDir under which `eject/<name>` is made */
export function createEjectFolder(dataDir: string): EjectFolder {
  const parent = join(dataDir, 'eject')
  return {
    async look() {
      try {
        const names = await readdir(parent)
        return { parent, taken: names.filter((name) => !name.startsWith('.')).sort() }
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return { parent, taken: [] }
        throw error
      }
    },
    owner() {
      const { uid, gid } = userInfo()
      return uid < 0 || gid < 0 ? undefined : `${uid}:${gid}`
    },
    async write(name, files) {
      // SECURITY: S16 a request names a folder, never a path.
      if (!NAME.test(name)) throw new HearthError('eject-folder', { problem: 'name', name: name.slice(0, 80) })
      for (const file of files) if (!FILE_NAME.test(file.name)) throw new Error(`not a file name: ${file.name}`)
      await mkdir(parent, { recursive: true, mode: 0o700 })
      const parentSeen = await lstat(parent)
      if (!parentSeen.isDirectory()) throw new HearthError('eject-folder', { problem: 'exists', name: 'eject' })
      const path = join(parent, name)
      if (await isThere(path)) throw new HearthError('eject-folder', { problem: 'exists', name })
      const temporary = join(parent, `.${randomBytes(6).toString('hex')}.part`)
      try {
        await mkdir(temporary, { mode: 0o700 })
        // SECURITY: S19 what holds a secret is for its owner alone. The miner's container reads its configuration as another user, and there is none in it.
        for (const file of files)
          await writeFileAtomic(join(temporary, file.name), file.text, { mode: file.secret === true ? 0o600 : 0o644 })
        // An empty folder of that name would be replaced by the rename: looked at once more, as late as can be.
        if (await isThere(path)) throw new HearthError('eject-folder', { problem: 'exists', name })
        await rename(temporary, path)
      } catch (error) {
        await rm(temporary, { recursive: true, force: true })
        if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(codeOf(error)))
          throw new HearthError('eject-folder', { problem: 'exists', name }, { cause: error })
        throw error
      }
      return path
    },
  }
}
