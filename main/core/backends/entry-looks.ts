import type { EntryRow } from '#shared/api/backend-requests.ts'
import type { BackendEntry } from '#shared/catalog/backends/schema.ts'
import type { CatalogueNodes } from '../nodes/catalogue-nodes.ts'
import type { Readiness } from '../nodes/readiness.ts'
import type { BackendLine } from '../ports/backend-line.ts'
import type { Clock } from '../ports/clock.ts'
import type { AskedEndpoint } from './ask.ts'
import { placeOfUrl } from './entry-nodes.ts'
import { blocksBehind, createSyncPace, type SyncPace } from './sync-pace.ts'
import { readSyncProgress } from './sync-progress.ts'

/** A node that answers is asked how far it is so often. */
const LOOK_EVERY_MS = 10_000
/** One that does not is asked again so soon after its last silence. */
const SILENT_MS = 2_000
/** So long the reconcile loop waits for an answer; one that comes later it takes at its next look. */
const PATIENCE_MS = 1_000
const NOTHING: AskedEndpoint['secret'] = { paths: { http: '', rest: '', websocket: '' }, credential: { kind: 'none' } }

type Progress = NonNullable<EntryRow['progress']>

/** How far the nodes of started entries are, asked now and then without holding up who wants to know. */
export interface EntryLooks {
  look: CatalogueNodes['look']
  /** The last answer; undefined before the first. */
  progressOf(entryId: string): Progress | undefined
  forget(): void
}

export function createEntryLooks(deps: {
  line: BackendLine
  clock: Clock
  entryOf: (entryId: string) => BackendEntry | undefined
}): EntryLooks {
  const { clock } = deps
  const progress = new Map<string, Progress>()
  const paces = new Map<string, SyncPace>()
  const wereAtHead = new Set<string>()
  const asking = new Map<string, Promise<void>>()

  const view = (entryId: string, of: Progress | undefined): Readiness =>
    of === undefined
      ? { ready: false, height: null }
      : { ready: of.state !== 'no-answer', height: of.height, firstSync: of.state !== 'no-answer' && !wereAtHead.has(entryId) }

  const ask = async (entry: BackendEntry, ports: Record<string, number>): Promise<void> => {
    const at = `http://127.0.0.1:${ports[String(placeOfUrl(entry, entry.sync.at).containerPort)] ?? 0}`
    const endpoint = { origins: { http: at, rest: at, websocket: '' }, secret: NOTHING }
    const found = await readSyncProgress(deps.line, endpoint, entry.sync, clock.now())
    const pace = paces.get(entry.id) ?? createSyncPace()
    paces.set(entry.id, pace)
    progress.set(entry.id, {
      state: found.state,
      share: found.share,
      height: found.height,
      blocksBehind: blocksBehind(found),
      headAgeMs: found.headAgeMs,
      leftMs: pace.note(found, clock.now()),
      atMs: clock.now(),
    })
    if (found.state === 'at-head') wereAtHead.add(entry.id)
  }
  const askedOnce = (entry: BackendEntry, ports: Record<string, number>): Promise<void> => {
    const now = asking.get(entry.id) ?? ask(entry, ports).finally(() => asking.delete(entry.id))
    asking.set(entry.id, now)
    return now
  }

  return {
    /** Asks the container that knows how far its entry is; the others are ready as soon as they run. */
    async look(node, ports) {
      const entry = deps.entryOf(node.id)
      if (!entry || placeOfUrl(entry, entry.sync.at).nodeId !== node.nodeId) return { ready: entry !== undefined, height: null }
      const last = progress.get(entry.id)
      const pauseMs = last?.state === 'no-answer' ? SILENT_MS : LOOK_EVERY_MS
      if (last && clock.now() - last.atMs < pauseMs) return view(entry.id, last)
      const answer = askedOnce(entry, ports)
      const patience = new AbortController()
      await Promise.race([answer, clock.sleep(PATIENCE_MS, patience.signal).catch(() => undefined)])
      patience.abort()
      return view(entry.id, progress.get(entry.id))
    },
    progressOf: (entryId) => progress.get(entryId),
    forget() {
      progress.clear()
      paces.clear()
      wereAtHead.clear()
    },
  }
}
