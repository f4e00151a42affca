import { statSync, statfsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { CopyFacts, Course, Records } from '#main/core/ports/records.ts'
import { listCopies, type CopyName } from './backup.ts'
import type { StoreOptions } from './open-store.ts'
import { chosenFolder, forgetPending, keepChosenFolder, keepPending, pendingRestore, requireFolder } from './places.ts'
import { runTask } from './worker-link.ts'

/** Days of which the newest copy is kept in the chosen folder: rotation there reaches further back, since it is meant for the day when this machine is gone. */
const CHOSEN_DAYS_KEPT = 14

const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/**
 * Care of the files of a store that is in use, each piece of work in a thread of its own that ends with it.
 * @param options.metricsFile counted in the sizes
 */
export function openRecords(options: StoreOptions & { metricsFile: string }): Records {
  const { file, clock, log, workerUrl } = options
  const dataFolder = dirname(file)

  const copies = (): { copy: CopyName; chosen: boolean }[] => {
    const folder = chosenFolder(file)
    const beside = listCopies(file).map((copy) => ({ copy, chosen: false }))
    const elsewhere = folder === undefined ? [] : quietly(() => listCopies(file, folder)).map((copy) => ({ copy, chosen: true }))
    return [...beside, ...elsewhere].sort((a, b) => b.copy.atMs - a.copy.atMs)
  }
  /** SECURITY: S8 a request names a copy that is listed, never a path. */
  const find = ({ name, chosen }: { name: string; chosen: boolean }): string => {
    const found = copies().find((each) => each.chosen === chosen && basename(each.copy.path) === name)
    if (!found) throw new HearthError('store-damaged', { reason: 'not-a-backup', file: name })
    return found.copy.path
  }
  const readyFolder = (): string => {
    const folder = chosenFolder(file)
    if (folder === undefined) throw new HearthError('folder-invalid', { reason: 'missing', path: '' })
    return requireFolder(folder, dataFolder)
  }
  const check = async (copy: { name: string; chosen: boolean }): Promise<void> => {
    await runTask({ kind: 'check', path: find(copy) }, { workerUrl })
  }
  const courseOf = (course: Course | undefined): Parameters<typeof runTask>[1] => ({
    workerUrl,
    signal: course?.signal,
    onProgress: course?.onProgress,
  })

  return {
    facts() {
      const folder = chosenFolder(file)
      const pending = pendingRestore(file)
      const listed = copies().map(({ copy, chosen }) => factsOf(copy, chosen))
      return Promise.resolve({
        folder: dataFolder,
        storeBytes: bytesOf(file),
        logBytes: bytesOf(`${file}-wal`),
        metricsBytes: bytesOf(options.metricsFile) + bytesOf(`${options.metricsFile}-wal`),
        backupBytes: listed.filter((copy) => !copy.chosen).reduce((sum, copy) => sum + copy.bytes, 0),
        freeBytes: freeBytes(dataFolder),
        chosenFolder: folder,
        chosenReady: folder !== undefined && isReady(folder, dataFolder),
        chosenSameDisk: folder !== undefined && deviceOf(folder) === deviceOf(dataFolder),
        copies: listed,
        pending: pending && { name: basename(pending.path), chosen: pending.chosen, askedAtMs: pending.askedAtMs },
      })
    },
    async copy(where, course) {
      const chosen = where === 'chosen'
      const folder = chosen ? readyFolder() : undefined
      const wish = { file, nowMs: clock.now(), folder, daysKept: chosen ? CHOSEN_DAYS_KEPT : undefined }
      const path = (await runTask({ kind: 'copy', ...wish }, courseOf(course))) as string
      log.info('store copied', { where, name: basename(path) })
      const made = listCopies(file, folder).find((copy) => copy.path === path)
      if (!made) throw new Error('the copy that was made is not there')
      return factsOf(made, chosen)
    },
    check,
    chooseFolder(path) {
      // Throws before the promise is made of it only inside an async function.
      return Promise.resolve().then(() => keepChosenFolder(file, path === undefined ? undefined : requireFolder(path, dataFolder)))
    },
    async planRestore(copy) {
      await check(copy)
      keepPending(file, { path: find(copy), chosen: copy.chosen, askedAtMs: clock.now() })
      log.warn('a copy of the store will be put in at the next start', { name: copy.name })
    },
    cancelRestore() {
      forgetPending(file)
      return Promise.resolve()
    },
    async export(folder, course) {
      const into = requireFolder(folder, dataFolder)
      const made = (await runTask({ kind: 'export', file, folder: into, nowMs: clock.now() }, courseOf(course))) as { folder: string; rows: number }
      log.info('store exported', { rows: made.rows })
      return { folder: made.folder, rows: made.rows }
    },
  }
}

const factsOf = (copy: CopyName, chosen: boolean): CopyFacts => ({
  name: basename(copy.path),
  chosen,
  atMs: copy.atMs,
  bytes: bytesOf(copy.path),
  version: copy.version,
})

/** A disk that is not there just now has no copies. */
function quietly<T>(list: () => T[]): T[] {
  try {
    return list()
  } catch {
    return []
  }
}

function isReady(folder: string, dataFolder: string): boolean {
  try {
    requireFolder(folder, dataFolder)
    return true
  } catch {
    return false
  }
}

const deviceOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.dev

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}
