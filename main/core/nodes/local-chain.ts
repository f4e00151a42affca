import { HearthError } from '#shared/api/errors.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { LocalChainRules } from '#shared/networks/local.ts'
import type { Heads } from '../chain/heads.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Net } from '../ports/net.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import type { RehearsalKeys } from '../ports/vault.ts'
import type { TaskState } from '#shared/api/state.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { TaskContext, Tasks } from '../tasks/tasks.ts'
import { isChainMade, makeChain, releaseChain } from './make-chain.ts'
import { MINER_PORTS } from '../relays/miner-config.ts'
import { specOf, type Names } from './specs.ts'

export const START_STEPS = ['engine', 'room', 'images', 'genesis', 'start', 'first-block']
export const REMOVE_STEPS = ['stop', 'containers', 'volumes', 'records']

/** Space that images and some days of blocks take, with room to spare. */
const ROOM_BYTES = 3 * 1024 ** 3
const FIRST_BLOCK_MS = 120_000
const FIRST_BLOCK_PAUSE_MS = 500
/** Nodes that run as soon as there is a chain; keeper and miner wait for the user. */
const AT_ONCE = ['pocket', 'backend']

export interface LocalChainDeps {
  engine: Engine
  store: Store
  net: Net
  state: StatePublisher
  tasks: Tasks
  clock: Clock
  rehearsal: RehearsalKeys
  heads: Heads
  names: Names
  catalog: CatalogEntry[]
  /** `local` or `practice`: under which name its rows are kept. */
  network: string
  rules: LocalChainRules
  imageOverrides: Record<string, string>
  probeEngine: () => Promise<boolean>
  choosePort: (preferred: number, taken: ReadonlySet<number>) => Promise<number>
  onChainReady: (signal: AbortSignal) => Promise<void>
  /** Containers of the signed catalogue, which go with the chain that they were started for. */
  alsoRemoved: () => Pick<CatalogEntry, 'nodeId' | 'volumes' | 'networks'>[]
  onRemoving: () => Promise<void>
  onChainRemoved: () => Promise<void>
  wake: () => void
}

/** Runs something while the reconcile loop rests. */
export type Hold = <T>(run: () => Promise<T>) => Promise<T>

/**
 * Makes the Local chain, or finishes what an earlier try began: every step looks first whether it is done. Cancelled or killed anywhere, what was fetched is kept,
 * nodes that did not run before do not run afterwards, and the next start goes on. The reconcile loop rests while containers are made (`hold`).
 */
export async function startLocalChain(deps: LocalChainDeps, task: TaskContext, hold: Hold): Promise<void> {
  const before = await deps.store.nodes(deps.network)
  try {
    await task.step('engine', async () => {
      const { state } = deps
      if (!(await deps.probeEngine()))
        throw new HearthError(engineCode(state), { detail: state.state.engine.detail, endpoint: state.state.engine.endpoint })
      task.stepFacts('engine', { name: state.state.engine.name, version: state.state.engine.version })
    })
    await task.step('room', async () => {
      // The engine's disk is the one that fills; it may be another than Hearth's, in a virtual machine.
      const free = (await deps.engine.disk?.())?.freeBytes ?? (await deps.net.freeDiskBytes())
      task.stepFacts('room', { freeBytes: String(free) })
      if (free < ROOM_BYTES) throw new HearthError('disk-full', { freeBytes: String(free), neededBytes: String(ROOM_BYTES) })
      const rows = await makeRows(deps)
      task.stepFacts('room', { ports: rows.flatMap((row) => Object.values(row.ports)).join(', ') })
    })
    await task.step('images', () => fetchImages(deps, task))
    await hold(async () => {
      await task.step('genesis', () => ensureChain(deps, task))
      await task.step('start', async () => {
        await ensureNode(deps, 'backend')
        for (const nodeId of AT_ONCE) await want(deps, nodeId, 'running', 'user')
      })
    })
    await task.step('first-block', async () => {
      await firstBlock(deps, task)
      await deps.onChainReady(task.signal)
    })
  } catch (error) {
    if (task.signal.aborted) {
      for (const nodeId of AT_ONCE) {
        if (before.find((row) => row.id === nodeId)?.wanted !== 'running') await want(deps, nodeId, 'stopped', 'hearth')
      }
    }
    throw error
  } finally {
    deps.wake()
  }
}

/** Makes the first block's file unless it is there, and lets the node's container go on into the chain. */
async function ensureChain(deps: LocalChainDeps, task: TaskContext): Promise<void> {
  const { engine, store, rules } = deps
  const node = await ensureNode(deps, 'pocket')
  if (await isChainMade(engine, node)) {
    task.stepFacts('genesis', { already: 'yes' })
    return
  }
  // A fresh chain: what was read from an older one is of no use any more.
  await store.removeChain(deps.network)
  deps.heads.forget()
  const application = await deps.rehearsal.ensure(rules.chainId, 'application')
  await makeChain(engine, node, rules, application.address, task.signal, (line) => task.update({ lastLine: line }))
  await store.putChain({
    network: deps.network,
    chainId: rules.chainId,
    block1Hash: undefined,
    genesisTime: undefined,
    createdAtMs: deps.clock.now(),
    facts: { application: application.address },
  })
  await releaseChain(engine, node)
}

/** Waits for the first block and the backend's first answer, and writes down by what the chain is known again. */
async function firstBlock(deps: LocalChainDeps, task: TaskContext): Promise<void> {
  const { store, clock, state } = deps
  const untilMs = clock.now() + FIRST_BLOCK_MS
  for (;;) {
    task.signal.throwIfAborted()
    deps.heads.wake()
    const chain = deps.heads.current()
    if (chain && state.state.chain.height >= 1) {
      const known = await store.chain(deps.network)
      if (known?.block1Hash === undefined) {
        const { chainId, block1Hash, genesisTime } = await chain.fingerprint()
        const { createdAtMs = clock.now(), facts = {} } = known ?? {}
        await store.putChain({ network: deps.network, chainId, block1Hash, genesisTime, createdAtMs, facts })
      }
      task.stepFacts('first-block', { height: String(state.state.chain.height) })
      if (AT_ONCE.every((nodeId) => state.state.nodes[nodeId]?.seen === 'running')) return
    }
    // Waiting on is of no use when a container has ended again and again.
    const failing = Object.values(state.state.nodes).find((node) => AT_ONCE.includes(node.id) && node.seen === 'failing')
    if (failing) throw new HearthError('node-not-ready', { nodeId: failing.id, lines: failing.lastLines.join(' ').slice(0, 500) })
    if (clock.now() >= untilMs) throw new HearthError('chain-unreachable', { reason: 'no first block within two minutes' })
    await clock.sleep(FIRST_BLOCK_PAUSE_MS, task.signal)
  }
}

/** Takes the Local chain away: containers, volumes, networks, and what was read from it. Only what carries this installation's label. */
export async function removeLocalChain(
  deps: LocalChainDeps,
  task: TaskContext,
  hold: <T>(run: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const { engine, store, names, state } = deps
  const catalog = [...deps.catalog, ...deps.alsoRemoved()]
  await deps.onRemoving()
  await hold(async () => {
    await task.step('stop', async () => {
      for (const row of await store.nodes(deps.network)) await store.putNode({ ...row, wanted: 'stopped', wantedBy: 'user' })
      // Those of the signed catalogue that were never made are not asked about one by one.
      const there = new Set((await engine.list()).map((container) => container.nodeId))
      for (const entry of [...catalog].reverse()) if (there.has(entry.nodeId)) await engine.stop(names.container(entry.nodeId), 5)
    })
    await task.step('containers', async () => {
      for (const container of await engine.list()) await engine.remove(container.name)
    })
    await task.step('volumes', async () => {
      const volumes = new Set(catalog.flatMap((entry) => entry.volumes.map((volume) => volume.name)))
      for (const volume of volumes) await engine.removeVolume(names.volume(volume))
      const networks = new Set(catalog.flatMap((entry) => entry.networks))
      for (const network of networks) await engine.removeNetwork(names.network(network))
    })
    await task.step('records', async () => {
      await store.removeNodes(deps.network)
      await store.removeChain(deps.network)
      await deps.rehearsal.forget(deps.rules.chainId)
      for (const slice of ['nodes', 'intents', 'balances'] as const)
        for (const id of Object.keys(state.state[slice])) state.remove(slice, id)
      await deps.onChainRemoved()
    })
  })
  deps.wake()
}

async function makeRows(deps: LocalChainDeps): Promise<NodeRow[]> {
  const { store, catalog, clock } = deps
  const known = await store.nodes(deps.network)
  const taken = new Set(known.flatMap((row) => Object.values(row.ports)))
  const miner = known.find((row) => row.id === 'miner')
  const rows: NodeRow[] = []
  for (const entry of catalog) {
    const before = known.find((row) => row.id === entry.nodeId)
    const ports: Record<string, number> = {}
    for (const { containerPort } of entry.ports) {
      // An installation from before there was an ingress: the address that is staked stays, and relays come through the ingress from now on.
      const isHandedOver = entry.kind === 'ingress' && before === undefined
      const port = before?.ports[String(containerPort)] ?? (isHandedOver ? miner?.ports[String(MINER_PORTS.relays)] : undefined)
      if (port !== undefined) ports[String(containerPort)] = port
    }
    for (const port of entry.ports) {
      const key = String(port.containerPort)
      if (ports[key] !== undefined) continue
      const chosen = await deps.choosePort(port.preferredHostPort, taken)
      ports[key] = chosen
      taken.add(chosen)
    }
    const row: NodeRow = {
      id: entry.nodeId,
      network: deps.network,
      // Nothing is wanted to run before there is a chain: a start that is cancelled while it fetches changes nothing.
      wanted: before?.wanted ?? (entry.kind === 'ingress' ? miner?.wanted : undefined) ?? 'stopped',
      wantedBy: before?.wantedBy ?? 'hearth',
      imagePin: before?.imagePin,
      ports,
      updatedAtMs: clock.now(),
    }
    await store.putNode(row)
    rows.push(row)
  }
  return rows
}

/** Pulls what the engine lacks and pins what each node runs: the digest where the registry gave one, else the content id. */
async function fetchImages(deps: LocalChainDeps, task: TaskContext): Promise<void> {
  const { engine, store, catalog } = deps
  const references = [...new Set(catalog.map((entry) => entry.image.reference))]
  let pulls: Parameters<TaskContext['update']>[0]['pulls'] = references.map((reference) => ({
    title: catalog.find((entry) => entry.image.reference === reference)?.title ?? reference,
    reference: deps.imageOverrides[reference] ?? reference,
    status: 'waiting',
    layers: [],
  }))
  const show = (index: number, fields: Partial<NonNullable<typeof pulls>[number]>): void => {
    pulls = (pulls ?? []).map((pull, at) => (at === index ? { ...pull, ...fields } : pull))
    task.update({ pulls })
  }
  task.update({ pulls })
  for (const [index, official] of references.entries()) {
    const reference = deps.imageOverrides[official] ?? official
    const known = await store.setting(`image-pin ${reference}`)
    // An update may have brought another than the catalogue's: what the containers were made of stays.
    const kept = (await store.nodes(deps.network)).find(
      (row) => row.imagePin !== undefined && catalog.some((entry) => entry.nodeId === row.id && entry.image.reference === official),
    )?.imagePin
    if (kept !== undefined && (await engine.image(kept))) {
      show(index, { status: 'ready' })
      await pinRest(deps, official, kept)
      continue
    }
    let pin = known !== undefined && (await engine.image(known)) ? known : undefined
    if (pin === undefined) {
      show(index, { status: 'fetching' })
      try {
        // A tag may have moved since it was resolved first: what was pinned is fetched, where the registry knows it by its digest.
        const source = [kept, known].find((each) => each?.includes('@')) ?? reference
        pin = await fetchAndPin(deps, task, reference, source, (layers) => show(index, { layers }))
      } catch (error) {
        show(index, { status: 'failed' })
        throw error
      }
      await store.setSetting(`image-pin ${reference}`, pin)
    }
    show(index, { status: 'ready' })
    await pinAll(deps, official, pin)
  }
}

async function pinAll(deps: LocalChainDeps, official: string, pin: string): Promise<void> {
  for (const row of await deps.store.nodes(deps.network)) {
    const entry = deps.catalog.find((candidate) => candidate.nodeId === row.id)
    if (entry?.image.reference === official && row.imagePin !== pin) await deps.store.putNode({ ...row, imagePin: pin })
  }
}

/** Containers that joined since then are made of the same. */
async function pinRest(deps: LocalChainDeps, official: string, pin: string): Promise<void> {
  for (const row of await deps.store.nodes(deps.network)) {
    const entry = deps.catalog.find((candidate) => candidate.nodeId === row.id)
    if (entry?.image.reference === official && row.imagePin === undefined) await deps.store.putNode({ ...row, imagePin: pin })
  }
}

/** @returns `repository@digest`, or the content id of an image that came from no registry */
async function fetchAndPin(
  deps: LocalChainDeps,
  task: TaskContext,
  reference: string,
  source: string,
  onLayers: (layers: TaskState['pulls'][number]['layers']) => void,
): Promise<string> {
  const { engine } = deps
  const image =
    (await engine.image(source)) ??
    (await engine.pull(
      source,
      ({ layers, lastLine }) => {
        onLayers(layers)
        task.update({ lastLine })
      },
      task.signal,
    ))
  if (image.digest === undefined) return image.imageId
  const pin = `${reference.replace(/:[^:/]*$/, '')}@${image.digest}`
  // The same image may have come here under another name: then only its content id is good everywhere.
  return (await engine.image(pin)) ? pin : image.imageId
}

/** Whether a node should run, and who says so. */
async function want(deps: LocalChainDeps, nodeId: string, wanted: NodeRow['wanted'], wantedBy: NodeRow['wantedBy']): Promise<void> {
  const row = (await deps.store.nodes(deps.network)).find((candidate) => candidate.id === nodeId)
  if (row) await deps.store.putNode({ ...row, wanted, wantedBy, updatedAtMs: deps.clock.now() })
}

/** Makes sure that a node's container exists and runs. @returns its name */
async function ensureNode(deps: LocalChainDeps, nodeId: string): Promise<string> {
  const { engine, store, names, catalog } = deps
  const entry = catalog.find((candidate) => candidate.nodeId === nodeId)
  for (let tries = 0; ; tries += 1) {
    const row = (await store.nodes(deps.network)).find((candidate) => candidate.id === nodeId)
    const spec = entry && row ? specOf(entry, row, names, {}) : undefined
    if (!entry || !row || !spec) throw new HearthError('node-unknown', { nodeId })
    for (const network of entry.networks) await engine.ensureNetwork(names.network(network))
    for (const volume of entry.volumes) await engine.ensureVolume(names.volume(volume.name), { memory: volume.memory })
    const running = (await engine.list()).find((container) => container.nodeId === nodeId && container.state === 'running')
    if (running && running.specHash !== spec.specHash) await engine.stop(spec.name, entry.stopGraceSeconds)
    try {
      await engine.create(spec)
      await engine.start(spec.name)
      return spec.name
    } catch (error) {
      // Somebody took the port since it was chosen: nothing runs on it yet, so another does as well.
      if (!(error instanceof HearthError && error.code === 'port-taken') || tries >= 5) throw error
      const taken = new Set([...Object.values(row.ports), Number(error.detail['port'])])
      const ports: Record<string, number> = {}
      for (const [key, port] of Object.entries(row.ports))
        ports[key] = String(port) === error.detail['port'] ? await deps.choosePort(port + 1, taken) : port
      await store.putNode({ ...row, ports })
    }
  }
}

export function engineCode(state: StatePublisher): HearthError['code'] {
  const { kind } = state.state.engine
  return kind === 'ready' || kind === 'unknown' ? 'engine-failed' : `engine-${kind}`
}
