import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Notifier } from '../notifications.ts'
import { isSafeMoment } from '../power.ts'
import type { StateMirror } from '../state-mirror.ts'
import { WORDS } from '../words.ts'
import { download, fetchSmall, isIntact, sweep, type Fetch } from './download.ts'
import { FILE_KINDS, MAX_FEED_BYTES, readFeed, type Feed, type ReleaseFile } from './feed.ts'
import { putInPlace, putsInPlace, type Installed } from './place.ts'
import { judgeFeed, withdrawnNote } from './stage.ts'

const LOOK_MS = 6 * 3_600_000
/** Not in the first minutes: then a PC that has just started has other things to do. */
const FIRST_LOOK_MS = 10 * 60_000
const SMALL_TIMEOUT_MS = 30_000
/** A list that was read longer ago may have been withdrawn since: with it nothing is put in place. */
const FRESH_MS = 12 * 3_600_000

/** Where releases are, and by which key they are known; part of the package, absent in builds that are not released. */
export const sourceSchema = z.strictObject({
  feedUrl: z.url({ protocol: /^https$/ }).endsWith('/'),
  publicKeyHex: z.string().regex(/^[0-9a-f]{64}$/),
})
export type UpdateSource = z.infer<typeof sourceSchema>

const rowSchema = z.strictObject({
  seed: z.string().regex(/^[0-9a-f]{16}$/),
  sequence: z.number().int().nonnegative(),
  /** When each version was first seen. */
  seen: z.record(z.string(), z.number()),
  ready: z
    .strictObject({
      version: z.string(),
      file: z.strictObject({
        kind: z.enum(FILE_KINDS),
        arch: z.enum(['x64', 'arm64']),
        name: z.string(),
        bytes: z.number(),
        sha512: z.string(),
      }),
      fromMs: z.number(),
    })
    .nullable(),
})
type Row = z.infer<typeof rowSchema>

export interface Updater {
  /** Looks again and again until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  /** One look now. Resolves when it is over; a failure is in the log. */
  look(): Promise<void>
  /** What waits, for the tray. */
  waiting(): { version: string; byHand: string | undefined } | undefined
  /** The last thing before the process ends: puts in place what waits, if this is a moment for it. @returns whether it did */
  atEnd(state: AppState | undefined): Promise<boolean>
}

/**
 * New versions, slowly: looked for, fetched, checked, kept for the days that the user wants, and put in when Hearth ends at a moment that is safe to stop. At each look
 * what was fetched is judged again, so that a release that was withdrawn meanwhile is thrown away.
 */
export function createUpdater(deps: {
  source: UpdateSource | undefined
  folder: string
  version: string
  installed: Installed
  arch: string
  mirror: StateMirror
  notifier: Notifier
  fetch: Fetch
  clock: Clock
  log: Log
  place?: (installed: Installed, file: string) => Promise<void>
}): Updater {
  const { source, folder, version, installed, mirror, notifier, clock, log } = deps
  const rowFile = join(folder, 'updates.json')
  const filesDir = join(folder, 'updates')
  let row: Row | undefined
  let lookedAtMs = 0
  let toldOf = ''
  let looking: Promise<void> | undefined

  const read = async (): Promise<Row> => {
    if (row) return row
    const text = await readFile(rowFile, 'utf8').catch(() => '')
    const judged = rowSchema.safeParse(parsed(text))
    // Lost is only who was seen when; the days begin anew.
    row = judged.success ? judged.data : { seed: randomBytes(8).toString('hex'), sequence: 0, seen: {}, ready: null }
    return row
  }
  const write = async (next: Row): Promise<void> => {
    row = next
    await writeFileAtomic(rowFile, `${JSON.stringify(next)}\n`)
  }
  const drop = async (why: string): Promise<void> => {
    const now = await read()
    if (now.ready === null) return
    log.info('a fetched version is thrown away', { version: now.ready.version, why })
    await write({ ...now, ready: null })
    await sweep(filesDir, undefined)
  }
  const fetchFeed = async (from: UpdateSource): Promise<Feed | undefined> => {
    const [bytes, signature] = await Promise.all([
      fetchSmall(deps.fetch, `${from.feedUrl}hearth-releases.json`, MAX_FEED_BYTES, SMALL_TIMEOUT_MS),
      fetchSmall(deps.fetch, `${from.feedUrl}hearth-releases.json.sig`, 200, SMALL_TIMEOUT_MS),
    ])
    if (!bytes || !signature) return undefined
    return readFeed(bytes, Buffer.from(signature).toString('latin1'), from.publicKeyHex)
  }
  const tell = (note: { title: string; body: string }): void => {
    if (toldOf === note.title) return
    toldOf = note.title
    notifier.show(note)
  }
  const take = async (found: { version: string; file: ReleaseFile; fromMs: number }, from: UpdateSource, now: Row): Promise<void> => {
    const path = join(filesDir, found.file.name)
    if (now.ready?.file.sha512 !== found.file.sha512 || !(await isIntact(path, found.file))) {
      await mkdir(filesDir, { recursive: true, mode: 0o700 })
      await sweep(filesDir, undefined)
      const got = await download(deps.fetch, `${from.feedUrl}${found.file.name}`, found.file, filesDir)
      if (got === undefined) {
        log.warn('a new version is not what its list says', { version: found.version })
        return
      }
    }
    const { version: newer, file, fromMs } = found
    await write({ ...now, ready: { version: newer, file, fromMs } })
    const byHand = !putsInPlace(file.kind)
    if (clock.now() >= fromMs)
      tell({ title: WORDS.notify.updateReady(newer), body: byHand ? WORDS.notify.updateByHand : WORDS.notify.updateReadyText })
  }
  const lookOnce = async (): Promise<void> => {
    if (!source || installed.kind === undefined) return
    if (!mirror.setting('updateCheck')) {
      await drop('not wanted')
      return
    }
    const feed = await fetchFeed(source)
    if (!feed) {
      log.warn('the list of releases cannot be used')
      return
    }
    const before = await read()
    const firstSeenMs = before.seen[feed.version] ?? clock.now()
    const delayDays = mirror.setting('updateDelayDays')
    const { kind } = installed
    const found = judgeFeed({
      feed,
      current: version,
      kind,
      arch: deps.arch,
      seed: before.seed,
      seenSequence: before.sequence,
      firstSeenMs,
      delayDays,
    })
    if (found.kind === 'nothing' && found.why === 'old-list') {
      log.warn('the list of releases is older than one that was seen before')
      return
    }
    lookedAtMs = clock.now()
    // What is older than what runs is of no use any more.
    const now: Row = { ...before, sequence: feed.sequence, seen: { [feed.version]: firstSeenMs } }
    await write(now)
    const note = withdrawnNote(feed, version)
    if (note !== undefined) tell({ title: WORDS.notify.withdrawn(version), body: note })
    if (found.kind === 'nothing') await drop(found.why)
    else await take(found, source, now)
  }

  const updater: Updater = {
    look() {
      looking ??= lookOnce()
        .catch((error: unknown) => log.warn('looking for a new version', { reason: String(error) }))
        .finally(() => {
          looking = undefined
        })
      return looking
    },
    async run(signal) {
      await clock.sleep(FIRST_LOOK_MS, signal)
      while (!signal.aborted) {
        await updater.look()
        await clock.sleep(LOOK_MS, signal)
      }
    },
    waiting() {
      const ready = row?.ready
      if (!ready || clock.now() < ready.fromMs) return undefined
      return { version: ready.version, byHand: putsInPlace(ready.file.kind) ? undefined : join(filesDir, ready.file.name) }
    },
    async atEnd(state) {
      const waiting = updater.waiting()
      const ready = row?.ready
      if (!waiting || !ready || waiting.byHand !== undefined) return false
      const why = !isSafeMoment(state) ? 'work is unsent' : clock.now() - lookedAtMs > FRESH_MS ? 'the list is old' : undefined
      if (why !== undefined) {
        log.info('the new version waits', { version: ready.version, why })
        return false
      }
      const path = join(filesDir, ready.file.name)
      // SECURITY: S12 read anew: between the download and now lie days.
      if (!(await isIntact(path, ready.file))) {
        await drop('changed on disk')
        return false
      }
      log.info('the new version is put in place', { version: ready.version })
      await (deps.place ?? putInPlace)(installed, path)
      return true
    },
  }
  return updater
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where releases are, as the package says it. @returns undefined when it says nothing, or nothing usable */
export async function readSource(file: string): Promise<UpdateSource | undefined> {
  const judged = sourceSchema.safeParse(parsed(await readFile(file, 'utf8').catch(() => '')))
  return judged.success ? judged.data : undefined
}
