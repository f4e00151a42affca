import type { BackendEntry } from '#shared/catalog/backends/schema.ts'
import type { Started } from '#shared/catalog/backends/started.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { TaskState } from '#shared/api/state.ts'
import { pinImage } from '../nodes/pin-image.ts'
import { specOf, type Names } from '../nodes/specs.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Net } from '../ports/net.ts'
import type { Snapshots } from '../ports/snapshots.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { TaskContext } from '../tasks/tasks.ts'
import { entryNodes, entryVolume } from './entry-nodes.ts'
import type { StartedEntries } from './started-entries.ts'
import { freeForData, watchRoom } from './watch-room.ts'

const PORTS_TRIED = 200
/** Left free on the engine's disk by what a snapshot unpacks to. */
const SPARE_BYTES = 2 * 1024 ** 3
const ANSWER_MS = 2 * 60_000
const ANSWER_PAUSE_MS = 500

export interface StartEntryDeps {
  engine: Engine
  store: Store
  net: Pick<Net, 'portFree' | 'freeDiskBytes'>
  state: StatePublisher
  clock: Clock
  names: Names
  network: string
  imageOverrides: Record<string, string>
  started: StartedEntries
  snapshots: Snapshots | undefined
  wake: () => void
}

export const startSteps = (wish: Pick<Started, 'snapshot' | 'hasData'>): string[] => [
  'images',
  ...(wish.snapshot !== null && !wish.hasData ? ['snapshot', 'unpack'] : []),
  'make-containers',
  'first-answer',
]

/** Under which name a snapshot is fetched: the same for the same wish, so that a later try goes on. */
export const snapshotName = (network: string, entryId: string, sha256: string): string => `${network}-${entryId}-${sha256.slice(0, 16)}`

/**
 * Brings an entry's containers to where the reconcile loop takes them over: images, data, rows. Every step looks first what is there, so that a start that was cut off goes on.
 * Before the rows are written nothing runs; what fails before leaves nothing on the engine but images.
 */
export async function startEntry(deps: StartEntryDeps, entry: BackendEntry, wish: Started, task: TaskContext): Promise<void> {
  const { store, state, clock, started } = deps
  const nodes = entryNodes(entry)
  const pins = await task.step('images', () => fetchImages(deps, nodes, task))
  const rows = await makeRows(deps, nodes, pins)
  if (wish.snapshot !== null && !wish.hasData) await takeSnapshot(deps, entry, wish, wish.snapshot, rows, task)
  await task.step('make-containers', async () => {
    // Before the rows: with them the containers run, and what they fetch is not thrown away by a start that was cut off here.
    await started.put({ ...wish, hasData: true })
    for (const row of rows) await store.putNode(row)
    await started.put({ ...wish, stage: 'made', hasData: true })
    task.stepFacts('make-containers', { ports: rows.flatMap((row) => Object.values(row.ports)).join(', ') })
  })
  deps.wake()
  await task.step('first-answer', async () => {
    const untilMs = clock.now() + ANSWER_MS
    for (;;) {
      task.signal.throwIfAborted()
      const seen = nodes.map((node) => state.state.nodes[node.nodeId])
      if (seen.every((node) => node?.seen === 'running')) return
      const failing = seen.find((node) => node?.seen === 'failing')
      if (failing) throw failureOf(failing)
      // Some read what they have for a long time before they answer: the node goes on, and its own line on the page says how it is.
      if (clock.now() >= untilMs) return task.stepFacts('first-answer', { waits: 'yes' })
      await clock.sleep(ANSWER_PAUSE_MS, task.signal)
    }
  })
}

const failureOf = (node: {
  id: string
  error: { code: HearthError['code']; detail: Record<string, string> } | null
  lastLines: string[]
}): HearthError =>
  node.error
    ? new HearthError(node.error.code, node.error.detail)
    : new HearthError('node-not-ready', { nodeId: node.id, lines: node.lastLines.join(' ').slice(0, 500) })

/** Takes what a start that did not come to its end left on the engine. Data of an earlier time stays. */
export async function undoStart(deps: StartEntryDeps, entry: BackendEntry, wish: Started): Promise<void> {
  const { engine, names, started, store, network } = deps
  for (const node of entryNodes(entry)) await store.removeNode(network, node.nodeId)
  for (const node of entryNodes(entry)) await engine.remove(names.container(node.nodeId))
  if (wish.hasData) {
    await started.put({ ...wish, stage: 'kept', snapshot: null })
    return
  }
  await removeVolumes(deps, entry)
  await engine.removeNetwork(names.network(`own-${entry.id}`))
  await started.remove(entry.id)
}

export async function removeVolumes({ engine, names }: Pick<StartEntryDeps, 'engine' | 'names'>, entry: BackendEntry): Promise<void> {
  const volumes = new Set(entry.containers.flatMap((container) => container.volumes.map((volume) => entryVolume(entry, volume.name))))
  for (const volume of volumes) await engine.removeVolume(names.volume(volume))
}

/** Pulls what the engine lacks. @returns by what each image of the catalogue is known from now on */
async function fetchImages(deps: StartEntryDeps, nodes: readonly CatalogEntry[], task: TaskContext): Promise<Map<string, string>> {
  const { engine, store, imageOverrides } = deps
  const pins = new Map<string, string>()
  let pulls: TaskState['pulls'] = nodes.map((node) => ({
    title: node.title,
    reference: imageOverrides[node.image.reference] ?? node.image.reference,
    status: 'waiting',
    layers: [],
  }))
  const show = (index: number, fields: Partial<TaskState['pulls'][number]>): void => {
    pulls = pulls.map((pull, at) => (at === index ? { ...pull, ...fields } : pull))
    task.update({ pulls })
  }
  task.update({ pulls })
  for (const [index, { image }] of nodes.entries()) {
    const override = imageOverrides[image.reference]
    const reference = override ?? image.reference
    const known = await store.setting(`image-pin ${reference}`)
    // What was resolved first stays, where the registry knows it by its digest: a tag may have moved.
    const listed =
      override === undefined && image.digest !== 'pin-on-first-use' ? `${reference.replace(/:[^:/]*$/, '')}@${image.digest}` : undefined
    let pin = known !== undefined && (await engine.image(known)) ? known : undefined
    if (pin === undefined) {
      show(index, { status: 'fetching' })
      try {
        const source = listed ?? (known?.includes('@') === true ? known : reference)
        pin = await pinImage(
          engine,
          reference,
          source,
          ({ layers, lastLine }) => {
            show(index, { layers })
            task.update({ lastLine })
          },
          task.signal,
        )
      } catch (error) {
        show(index, { status: 'failed' })
        throw error
      }
      await store.setSetting(`image-pin ${reference}`, pin)
    }
    show(index, { status: 'ready' })
    pins.set(image.reference, pin)
  }
  return pins
}

/** A row for each container, wanted to run; ports on this PC are chosen once and kept. */
async function makeRows(deps: StartEntryDeps, nodes: readonly CatalogEntry[], pins: ReadonlyMap<string, string>): Promise<NodeRow[]> {
  const known = await deps.store.nodes(deps.network)
  const taken = new Set(known.flatMap((row) => Object.values(row.ports)))
  const rows: NodeRow[] = []
  for (const node of nodes) {
    const ports: Record<string, number> = { ...known.find((row) => row.id === node.nodeId)?.ports }
    for (const { containerPort, preferredHostPort } of node.ports) {
      if (ports[String(containerPort)] !== undefined) continue
      const port = await freePort(deps.net, preferredHostPort, taken)
      ports[String(containerPort)] = port
      taken.add(port)
    }
    rows.push({
      id: node.nodeId,
      network: deps.network,
      wanted: 'running',
      wantedBy: 'user',
      imagePin: pins.get(node.image.reference),
      ports,
      updatedAtMs: deps.clock.now(),
    })
  }
  return rows
}

async function freePort(net: Pick<Net, 'portFree'>, preferred: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = preferred; port < Math.min(65_536, preferred + PORTS_TRIED); port += 1)
    if (!taken.has(port) && (await net.portFree(port))) return port
  throw new HearthError('port-taken', { port: String(preferred) })
}

/** Fetches the data, judges it, and unpacks it into the volume of a container that is made and not started. */
async function takeSnapshot(
  deps: StartEntryDeps,
  entry: BackendEntry,
  wish: Started,
  from: { url: string; sha256: string },
  rows: readonly NodeRow[],
  task: TaskContext,
): Promise<void> {
  const { engine, names, snapshots, clock } = deps
  const { snapshot } = entry
  if (!snapshots || snapshot.kind === 'none') throw new HearthError('snapshot-unavailable', { host: entry.title, reason: 'it takes none' })
  const name = snapshotName(deps.network, entry.id, from.sha256)
  const look = (): Promise<number | undefined> => freeForData(engine, deps.net)
  /** A snapshot holds what it likes: without a limit it could fill the disk, and every node on it would end. */
  const mustKnow = async (): Promise<number> => {
    const freeBytes = await look()
    if (freeBytes === undefined) throw new HearthError('disk-full', { reason: 'unknown' })
    return freeBytes
  }
  // Before hours of fetching.
  await mustKnow()
  let shownAtMs = 0
  const show = (done: number, total: number): void => {
    if (done < total && clock.now() - shownAtMs < 250) return
    shownAtMs = clock.now()
    task.update({ done, total })
  }
  await task.step('snapshot', () =>
    snapshots.fetch(
      { name, ...from, ...(snapshot.kind === 'file' ? { bytes: snapshot.bytes } : {}) },
      ({ bytes, total, stage }) => {
        task.stepFacts('snapshot', { stage })
        show(bytes, total)
      },
      task.signal,
    ),
  )
  await task.step('unpack', async () => {
    const [volume = '', folder = ''] = snapshot.into.split(':', 2)
    const node = entryNodes(entry).find((each) => each.volumes.some((mounted) => mounted.name === entryVolume(entry, volume)))
    const mount = node?.volumes.find((mounted) => mounted.name === entryVolume(entry, volume))
    const row = rows.find((each) => each.id === node?.nodeId)
    const spec = node && row ? specOf(node, row, names, {}) : undefined
    if (!node || !mount || !spec || !engine.unpack) throw new HearthError('engine-failed', { reason: 'there is nowhere to unpack it to' })
    // What an earlier try unpacked in part is thrown away.
    await engine.remove(spec.name)
    await removeVolumes(deps, entry)
    for (const network of node.networks) await engine.ensureNetwork(names.network(network))
    for (const each of node.volumes) await engine.ensureVolume(names.volume(each.name), { memory: each.memory })
    await engine.create(spec)
    const freeBytes = await mustKnow()
    const [uid, gid] = node.user?.split(':').map(Number) ?? []
    const options = {
      folder: folder.replace(/^\/+|\/+$/g, ''),
      ...(uid === undefined || gid === undefined ? {} : { owner: { uid, gid } }),
      limitBytes: Math.max(0, freeBytes - SPARE_BYTES),
    }
    const contents = snapshots.contents(name, options, ({ bytes, total }) => show(bytes, total))
    try {
      const watched = watchRoom(contents, { freeBytes, spareBytes: SPARE_BYTES, look, clock })
      await engine.unpack(spec.name, mount.path, watched, task.signal)
    } catch (error) {
      // What is refused once is refused again: only what was cut off, or had no room, is worth keeping for another try.
      if (error instanceof HearthError && error.code.startsWith('snapshot-')) await snapshots.discard(name)
      throw error
    }
    // First: what is unpacked is not fetched a second time because the start was cut off here.
    await deps.started.put({ ...wish, hasData: true })
    await snapshots.discard(name)
  })
}
