import { constants, copyFile, link, mkdir, readdir, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { CopyFacts, Course, Records } from '#main/core/ports/records.ts'
import { backupsFolder, copiesAmong, type CopyName } from './backup.ts'
import type { StoreOptions } from './open-store.ts'
import { chosenFolder, forgetPending, keepChosenFolder, keepPending, pendingRestore } from './places.ts'
import { runTask } from './worker-link.ts'

/** Days of which the newest copy is kept in the chosen folder: rotation there reaches further back, since it is meant for the day when this machine is gone. */
const CHOSEN_DAYS_KEPT = 14
/** A stick or share that does not answer within this time is not there. */
const PATIENCE_MS = 3_000

/**
 * Care of the files of a store that is in use, each piece of work in a thread of its own that ends with it.
 * @param options.metricsFile counted in the sizes
 */
export function openRecords(options: StoreOptions & { metricsFile: string }): Records {
  const { file, clock, log, workerUrl } = options
  const dataFolder = dirname(file)

  // SECURITY: S8 a request names a copy that lies in one of two folders, never a path.
  const find = ({ name, chosen }: { name: string; chosen: boolean }): string => {
    const folder = chosen ? chosenFolder(file) : backupsFolder(file)
    const [found] = folder === undefined ? [] : copiesAmong(file, folder, [name])
    if (!found || basename(found.path) !== name) throw new HearthError('store-damaged', { reason: 'not-a-backup', file: name })
    return found.path
  }
  const check = async (one: { name: string; chosen: boolean }): Promise<void> => {
    await runTask({ kind: 'check', path: find(one) }, { workerUrl })
  }
  const courseOf = (course: Course | undefined): Parameters<typeof runTask>[1] => ({
    workerUrl,
    signal: course?.signal,
    onProgress: course?.onProgress,
  })

  const copy: Records['copy'] = async (where, course) => {
    const chosen = where === 'chosen'
    const folder = chosen ? chosenFolder(file) : undefined
    if (chosen && folder === undefined) throw new HearthError('folder-invalid', { reason: 'missing', path: '' })
    const wish = { file, nowMs: clock.now(), folder, daysKept: course?.daysKept ?? (chosen ? CHOSEN_DAYS_KEPT : undefined) }
    const path = (await runTask({ kind: 'copy', ...wish }, courseOf(course))) as string
    log.info('store copied', { where, name: basename(path) })
    const [made] = copiesAmong(file, dirname(path), [basename(path)])
    if (!made) throw new Error('the copy that was made has another name')
    return factsOf(made, chosen)
  }

  return {
    async facts() {
      const folder = chosenFolder(file)
      const pending = pendingRestore(file)
      const beside = (await copiesIn(file, backupsFolder(file), false)) ?? []
      const elsewhere = folder === undefined ? undefined : await within(copiesIn(file, folder, true))
      const [own, theirs] = [await deviceOf(dataFolder), elsewhere && folder !== undefined ? await within(deviceOf(folder)) : undefined]
      return {
        folder: dataFolder,
        storeBytes: await bytesOf(file),
        logBytes: await bytesOf(`${file}-wal`),
        metricsBytes: (await bytesOf(options.metricsFile)) + (await bytesOf(`${options.metricsFile}-wal`)),
        backupBytes: beside.reduce((sum, one) => sum + one.bytes, 0),
        freeBytes: await freeBytes(dataFolder),
        chosenFolder: folder,
        chosenReady: elsewhere !== undefined,
        chosenSameDisk: own !== undefined && own === theirs,
        copies: [...beside, ...(elsewhere ?? [])].sort((a, b) => b.atMs - a.atMs),
        pending: pending && { name: basename(pending.path), chosen: pending.chosen, askedAtMs: pending.askedAtMs },
      }
    },
    copy,
    async setAside(course) {
      const made = await copy('beside', course)
      const folder = join(dataFolder, 'set-aside')
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // Another name of the same file: it stays when its day beside the store is over.
      for (const suffix of ['.sha256', '']) {
        const [from, to] = [find(made) + suffix, join(folder, made.name + suffix)]
        await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_EXCL))
      }
      return { path: join(folder, made.name) }
    },
    check,
    async chooseFolder(path) {
      keepChosenFolder(file, path === undefined ? undefined : ((await runTask({ kind: 'folder', path, file }, { workerUrl })) as string))
    },
    async planRestore(one) {
      await check(one)
      keepPending(file, { path: find(one), chosen: one.chosen, askedAtMs: clock.now() })
      log.warn('a copy of the store will be put in at the next start', { name: one.name })
    },
    cancelRestore() {
      forgetPending(file)
      return Promise.resolve()
    },
    async export(folder, course) {
      const made = (await runTask({ kind: 'export', file, folder, nowMs: clock.now() }, courseOf(course))) as {
        folder: string
        rows: number
      }
      log.info('store exported', { rows: made.rows })
      return { folder: made.folder, rows: made.rows }
    },
  }
}

/** @returns the copies in a folder; undefined when the folder is not there */
async function copiesIn(file: string, folder: string, chosen: boolean): Promise<CopyFacts[] | undefined> {
  try {
    const copies = copiesAmong(file, folder, await readdir(folder))
    return await Promise.all(copies.map((copy) => factsOf(copy, chosen)))
  } catch {
    return undefined
  }
}

const factsOf = async (copy: CopyName, chosen: boolean): Promise<CopyFacts> => ({
  name: basename(copy.path),
  chosen,
  atMs: copy.atMs,
  bytes: await bytesOf(copy.path),
  version: copy.version,
})

const bytesOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

const deviceOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ dev }) => dev,
    () => undefined,
  )

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}

/** The answer, or undefined when it does not come in time. */
async function within<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
