import type { EntryRow } from '#shared/api/backend-requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { BackendEntry, ServiceRecord } from '#shared/catalog/backends/schema.ts'
import type { Started } from '#shared/catalog/backends/started.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { Handlers } from '../dispatch.ts'
import type { CatalogueNodes } from '../nodes/catalogue-nodes.ts'
import type { BackendLine } from '../ports/backend-line.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { AskedEndpoint } from './ask.ts'
import { entryNodeId, entryNodes, entryOrigins, localOrigins, placeOfUrl } from './entry-nodes.ts'
import { lacksOf, type PcFacts } from './fits.ts'
import { createEntryLooks } from './entry-looks.ts'
import type { GatedEndpoint } from './gate-config.ts'
import type { GateParts } from './gate-part.ts'
import type { BackendCatalog } from './read-catalog.ts'
import { REMOVE_ENTRY_STEPS, removeEntry } from './remove-entry.ts'
import { snapshotName, startEntry, startSteps, undoStart, type StartEntryDeps } from './start-entry.ts'
import { wayOf } from './way-of.ts'

/** After a start or removal that the engine cut off. */
const AGAIN_MS = 30_000
const NOTHING: AskedEndpoint['secret'] = { paths: { http: '', rest: '', websocket: '' }, credential: { kind: 'none' } }
/** CometBFT takes WebSockets at this path alone. */
const OWN_NODE: AskedEndpoint['secret'] = { ...NOTHING, paths: { ...NOTHING.paths, websocket: '/websocket' } }

type Rows = Pick<Handlers, 'backends.catalogue' | 'backends.startEntry' | 'backends.stopEntry' | 'backends.removeEntry'>

/** Entries of the signed catalogue as the user starts, stops and removes them. Their containers run by the rows among the nodes; here is what goes before and after, and how far they are. */
export interface CatalogueRoom extends CatalogueNodes {
  handlers: Rows
  load(): Promise<void>
  /** What the gate lets through to them, of services that nothing else answers. */
  gated(isAttached: (serviceId: string) => boolean): GatedEndpoint[]
  /** A service's container as this PC asks it, and the id of the chain that it is to be; undefined where none of the catalogue answers it. */
  asked(serviceId: string): { endpoint: AskedEndpoint; chainId: string | undefined } | undefined
  /** Whether the gate has to reach the network's own Pocket node. */
  usesOwnNode(): boolean
  /** Goes on with what was cut off. Call it every few seconds. */
  round(): void
}

/** @param deps.mayStart false in Practice, where no image but its own can be had */
export function createCatalogueRoom(
  deps: StartEntryDeps & {
    mayStart: boolean
    catalog: () => BackendCatalog
    line: BackendLine
    parts: Pick<GateParts, 'of'>
    tasks: Tasks
    pc: () => Promise<PcFacts>
    serviceIds: () => Promise<string[]>
    /** Whether the chain with all that belongs to it is being removed. */
    isLeaving: () => boolean
    startNode: (nodeId: string) => Promise<void>
    stopNode: (nodeId: string) => Promise<void>
    activity: (text: string, facts?: Record<string, string>) => void
  },
): CatalogueRoom {
  const { started, state, clock, tasks } = deps
  const failedAtMs = new Map<string, number>()
  let running: { taskId: string; ended: Promise<void> } | undefined
  let isWriting = false
  let made: { of: BackendCatalog; entries: CatalogEntry[] } | undefined

  const known = (): readonly BackendEntry[] => {
    try {
      return deps.catalog().entries
    } catch (error) {
      // A catalogue that cannot be trusted: what runs goes on as it is.
      if (error instanceof HearthError) return []
      throw error
    }
  }
  const looks = createEntryLooks({ line: deps.line, clock, entryOf: (entryId) => known().find((each) => each.id === entryId) })
  const entryOf = (entryId: string): BackendEntry => {
    const entry = deps.catalog().entries.find((each) => each.id === entryId)
    if (!entry) throw new HearthError('backend-unknown', { serviceId: entryId })
    return entry
  }
  const ownNode = (): { id: string; ports: Record<string, number> } | undefined =>
    Object.values(state.state.nodes).find((node) => node.kind === 'chain-node')
  const answers = (wish: Started): boolean => wish.stage === 'made' || wish.stage === 'own-node'
  /** The entry that answers a service: the first of the catalogue that was started. */
  const servedBy = (serviceId: string): { entry: BackendEntry; wish: Started } | undefined => {
    for (const entry of known()) {
      const wish = started.of(entry.id)
      if (wish && answers(wish) && entry.serves.includes(serviceId)) return { entry, wish }
    }
    return undefined
  }
  const originsOf = (entry: BackendEntry, wish: Started): { http: string; rest: string; websocket: string } => {
    if (wish.stage !== 'own-node') return entryOrigins(entry)
    const { id = '' } = ownNode() ?? {}
    return id === '' ? { http: '', rest: '', websocket: '' } : ownOrigins(id, (port) => port)
  }
  const recordOf = (serviceId: string): ServiceRecord | undefined => deps.catalog().services.find((each) => each.id === serviceId)

  const begin = (entry: BackendEntry): string => {
    const wish = mustBe(started.of(entry.id))
    const { promise, resolve } = Promise.withResolvers<void>()
    const isStart = wish.stage === 'starting'
    let isBegun = false
    const work = async (task: Parameters<typeof startEntry>[3]): Promise<void> => {
      isBegun = true
      task.update({ facts: { entryId: entry.id, title: entry.title } })
      try {
        if (isStart) await startEntry(deps, entry, wish, task)
        else await removeEntry(deps, entry, wish, task)
        failedAtMs.delete(entry.id)
        deps.activity(isStart ? 'backend-started' : 'backend-taken-away', { title: entry.title })
      } catch (error) {
        failedAtMs.set(entry.id, clock.now())
        if (isStart) await afterFailure(entry, error, task.signal)
        throw error
      } finally {
        running = undefined
        resolve()
        deps.wake()
      }
    }
    const taskId = isStart
      ? tasks.start('backend-start', startSteps(wish), work)
      : tasks.start('backend-remove', REMOVE_ENTRY_STEPS(wish.withData), work, { cancellable: false })
    // Where another one of its kind runs, this one never begins: the wish stays, and a later round goes on.
    if (isBegun) running = { taskId, ended: promise }
    return taskId
  }
  const isBusy = (): boolean =>
    running !== undefined ||
    isWriting ||
    deps.isLeaving() ||
    Object.values(state.state.tasks).some(
      (task) => (task.kind === 'backend-start' || task.kind === 'backend-remove') && task.status === 'running',
    )
  /** Writes a wish down and begins with it. Nothing else begins in between. */
  const carryOut = async (entry: BackendEntry, wish: Started): Promise<string> => {
    if (isBusy()) throw new HearthError('backend-busy')
    isWriting = true
    try {
      await started.put(wish)
    } finally {
      isWriting = false
    }
    if (isBusy()) throw new HearthError('backend-busy')
    return begin(entry)
  }
  const afterFailure = async (entry: BackendEntry, error: unknown, signal: AbortSignal): Promise<void> => {
    const why: unknown = signal.reason
    const isEnding = signal.aborted && why instanceof HearthError && why.detail['reason'] === 'ending'
    // Hearth ends, or the engine is away: the wish stays, and the next round goes on.
    if (isEnding || (!signal.aborted && error instanceof HearthError && error.code.startsWith('engine-') && error.code !== 'engine-failed'))
      return
    const now = started.of(entry.id)
    if (now?.stage === 'starting') {
      // Written before it is done: where the engine goes away meanwhile, a later round goes on with it.
      await started.put({ ...now, stage: 'removing', withData: !now.hasData })
      try {
        await undoStart(deps, entry, now)
      } catch (cause) {
        // Why the start failed is what the user is told.
        if (!(cause instanceof HearthError)) throw cause
      }
    } else if (signal.aborted) for (const node of entryNodes(entry).toReversed()) await deps.stopNode(node.nodeId)
  }

  const lacks = (entry: BackendEntry, pc: PcFacts): EntryRow['lacks'] => {
    const others = known().filter((other) => other.id !== entry.id && started.of(other.id)?.stage === 'made')
    const stillFetching = others.filter((other) => looks.progressOf(other.id)?.state !== 'at-head')
    const all = lacksOf(entry, pc, {
      memoryGb: others.reduce((sum, other) => sum + other.needs.memoryGb, 0),
      diskGb: stillFetching.reduce((sum, other) => sum + other.needs.diskGb, 0),
    })
    // What its data takes is no longer among what is free.
    return started.of(entry.id)?.hasData === true ? all.filter((lack) => lack.what !== 'disk') : all
  }
  const blockedOf = (entry: BackendEntry): EntryRow['blocked'] =>
    !deps.mayStart ? 'practice' : entry.ownNode === true && !ownNode() ? 'no-own-node' : null

  const start = async (entryId: string, snapshot: Started['snapshot']): Promise<string | null> => {
    const entry = entryOf(entryId)
    const blocked = blockedOf(entry)
    if (blocked !== null) throw new HearthError('not-allowed', { reason: blocked })
    if (deps.isLeaving()) throw new HearthError('backend-busy')
    const before = started.of(entryId)
    if (entry.ownNode === true) {
      await started.put({ entryId, stage: 'own-node', snapshot: null, hasData: false, withData: false })
      deps.activity('backend-started', { title: entry.title })
      deps.wake()
      return null
    }
    if (before?.stage === 'made') {
      for (const node of entryNodes(entry)) await deps.startNode(node.nodeId)
      return null
    }
    if (isBusy() || before?.stage === 'removing') throw new HearthError('backend-busy')
    // It goes on with its wish as it is: what it says of the data stays true.
    if (before?.stage === 'starting') return begin(entry)
    const lack = lacks(entry, await deps.pc()).find((each) => each.what !== 'cpu')
    if (lack)
      throw new HearthError('backend-too-big', {
        title: entry.title,
        problem: lack.what,
        has: String(lack.has ?? ''),
        needs: String(lack.needs),
      })
    // Removed or started by another request while this PC was looked at.
    if (started.of(entryId) !== before) throw new HearthError('backend-busy')
    const from = entry.snapshot.kind === 'file' ? { url: entry.snapshot.url, sha256: entry.snapshot.sha256 } : snapshot
    if (from !== null && entry.snapshot.kind === 'none') throw new HearthError('invalid-request', { path: 'snapshot' })
    return carryOut(entry, { entryId, stage: 'starting', snapshot: from, hasData: before?.hasData ?? false, withData: false })
  }
  const remove = async (entryId: string, withData: boolean): Promise<string | null> => {
    const entry = entryOf(entryId)
    if (deps.isLeaving()) throw new HearthError('backend-busy')
    const wish = started.of(entryId)
    if (!wish) throw new HearthError('backend-unknown', { serviceId: entryId })
    if (wish.stage === 'own-node') {
      await started.remove(entryId)
      deps.activity('backend-taken-away', { title: entry.title })
      deps.wake()
      return null
    }
    // What is there in part, unpacked or taken away, is nothing to go on from.
    const isInPart = (wish.stage === 'starting' && !wish.hasData) || (wish.stage === 'removing' && wish.withData)
    return carryOut(entry, { ...wish, stage: 'removing', withData: withData || isInPart })
  }

  const rowOf = (entry: BackendEntry, services: readonly ServiceRecord[], onNetwork: ReadonlySet<string>, pc: PcFacts): EntryRow => {
    const wish = started.of(entry.id)
    const isOwnNode = entry.ownNode === true && ownNode() !== undefined
    return {
      entryId: entry.id,
      title: entry.title,
      summary: entry.summary,
      serves: entry.serves.map((serviceId) => ({
        serviceId,
        name: services.find((service) => service.id === serviceId)?.name ?? serviceId,
        onNetwork: onNetwork.has(serviceId),
      })),
      diskGb: entry.needs.diskGb,
      memoryGb: entry.needs.memoryGb,
      cpuCores: entry.needs.cpuCores,
      firstSync: entry.firstSync,
      licence: entry.licence,
      evidence: entry.evidence,
      images: entry.containers.map((container) => container.image.reference),
      stopGraceSeconds: Math.max(...entry.containers.map((container) => container.stopGraceSeconds)),
      snapshot: {
        kind: entry.snapshot.kind === 'none' ? 'none' : entry.snapshot.kind === 'file' ? 'given' : 'asked',
        url: entry.snapshot.kind === 'none' ? '' : entry.snapshot.url,
        why: entry.snapshot.kind === 'none' ? entry.snapshot.why : '',
      },
      lacks: isOwnNode || wish?.stage === 'made' ? [] : lacks(entry, pc),
      isOwnNode,
      blocked: blockedOf(entry),
      stage: wish === undefined ? 'none' : wish.stage === 'own-node' ? 'made' : wish.stage,
      hasData: wish?.hasData ?? false,
      nodeIds: isOwnNode ? [ownNode()?.id ?? ''] : entry.containers.map((container) => entryNodeId(entry, container.name)),
      progress: looks.progressOf(entry.id) ?? null,
    }
  }

  return {
    look: looks.look,
    entries() {
      if (!deps.mayStart) return []
      const list = known()
      if (list.length === 0) return []
      const of = deps.catalog()
      if (made?.of !== of) made = { of, entries: list.filter((entry) => entry.ownNode !== true).flatMap(entryNodes) }
      return made.entries
    },
    nodeOf(serviceId) {
      const found = servedBy(serviceId)
      if (!found) return undefined
      if (found.wish.stage === 'own-node') return ownNode()?.id
      const url = found.entry.endpoints.JSON_RPC ?? Object.values(found.entry.endpoints)[0]
      return url === undefined ? undefined : placeOfUrl(found.entry, url).nodeId
    },
    url(serviceId, rpcType) {
      const found = servedBy(serviceId)
      return found && wayOf(originsOf(found.entry, found.wish), serviceId, deps.parts.of(serviceId), rpcType)
    },
    gated: (isAttached) =>
      known().flatMap((entry) =>
        entry.serves.flatMap((serviceId) => {
          const found = servedBy(serviceId)
          const service = recordOf(serviceId)
          if (found?.entry.id !== entry.id || !service || isAttached(serviceId)) return []
          const origins = originsOf(entry, found.wish)
          return Object.values(origins).some((origin) => origin !== '')
            ? [{ service, part: deps.parts.of(serviceId), origins, secret: found.wish.stage === 'own-node' ? OWN_NODE : NOTHING }]
            : []
        }),
      ),
    asked(serviceId) {
      const found = servedBy(serviceId)
      if (!found) return undefined
      if (found.wish.stage === 'own-node') {
        const node = ownNode()
        const origins = node ? ownOrigins('127.0.0.1', (port) => node.ports[String(port)]) : { http: '', rest: '', websocket: '' }
        return { endpoint: { origins, secret: OWN_NODE }, chainId: state.state.chain.chainId }
      }
      const origins = localOrigins(found.entry, (nodeId, port) => state.state.nodes[nodeId]?.ports[String(port)])
      return { endpoint: { origins, secret: NOTHING }, chainId: undefined }
    },
    usesOwnNode: () => started.list().some((wish) => wish.stage === 'own-node'),
    async load() {
      await started.load()
      const wanted = started.list().flatMap((wish) => (wish.stage === 'starting' && wish.snapshot ? [wish] : []))
      const names = wanted.map((wish) => snapshotName(deps.network, wish.entryId, wish.snapshot?.sha256 ?? ''))
      await deps.snapshots?.keepOnly(`${deps.network}-`, names)
    },
    round() {
      if (isBusy() || state.state.engine.kind !== 'ready' || !deps.mayStart) return
      // One that is not in the catalogue any more, or failed a moment ago, keeps no other waiting.
      for (const wish of started.list()) {
        if (wish.stage !== 'starting' && wish.stage !== 'removing') continue
        const entry = known().find((each) => each.id === wish.entryId)
        if (!entry || clock.now() - (failedAtMs.get(entry.id) ?? 0) < AGAIN_MS) continue
        begin(entry)
        return
      }
    },
    async leave() {
      if (!running) return
      const { taskId, ended } = running
      tasks.cancel(taskId)
      await ended
    },
    async forget() {
      await started.clear()
      looks.forget()
    },
    handlers: {
      'backends.catalogue': async () => {
        const { entries, services } = deps.catalog()
        const onNetwork = new Set(await deps.serviceIds())
        const pc = await deps.pc()
        return { rows: entries.map((entry) => rowOf(entry, services, onNetwork, pc)) }
      },
      'backends.startEntry': async ({ entryId, snapshot }) => ({ taskId: await start(entryId, snapshot) }),
      'backends.stopEntry': async ({ entryId }) => {
        const entry = entryOf(entryId)
        if (started.of(entryId)?.stage !== 'made') throw new HearthError('backend-unknown', { serviceId: entryId })
        for (const node of entryNodes(entry).toReversed()) await deps.stopNode(node.nodeId)
        deps.activity('backend-stopped', { title: entry.title })
        return {}
      },
      'backends.removeEntry': async ({ entryId, withData }) => ({ taskId: await remove(entryId, withData) }),
    },
  }
}

/** Ports of pocketd: CometBFT's RPC with its WebSocket, and REST. */
function ownOrigins(
  host: string,
  portOf: (containerPort: number) => number | undefined,
): { http: string; rest: string; websocket: string } {
  const at = (scheme: string, port: number | undefined): string => (port === undefined ? '' : `${scheme}://${host}:${port}`)
  return { http: at('http', portOf(26_657)), rest: at('http', portOf(1_317)), websocket: at('ws', portOf(26_657)) }
}

function mustBe<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it was not written down before it began')
  return value
}
