import { HearthError } from '#shared/api/errors.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { LocalChainRules } from '#shared/networks/local.ts'
import type { Heads } from '../chain/heads.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Net } from '../ports/net.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import type { RehearsalKeys } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { TaskContext, Tasks } from '../tasks/tasks.ts'
import { isChainMade, makeChain, releaseChain } from './make-chain.ts'
import { specOf, type Names } from './specs.ts'

export const START_STEPS = ['engine', 'room', 'images', 'genesis', 'start', 'first-block']
export const REMOVE_STEPS = ['stop', 'containers', 'volumes', 'records']

/** Space that images and some days of blocks take, with room to spare. */
const ROOM_BYTES = 3 * 1024 ** 3
const FIRST_BLOCK_TRIES = 240
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
  rules: LocalChainRules
  imageOverrides: Record<string, string>
  probeEngine: () => Promise<boolean>
  choosePort: (preferred: number, taken: ReadonlySet<number>) => Promise<number>
  onChainReady: (signal: AbortSignal) => Promise<void>
  wake: () => void
}

const NETWORK = 'local'

/**
 * Makes the Local chain, or finishes what an earlier try began: every step looks first whether it is done. Cancelled or killed anywhere, what was fetched is kept
 * and the next start goes on. The reconcile loop rests meanwhile (`hold`).
 */
export async function startLocalChain(deps: LocalChainDeps, task: TaskContext, hold: <T>(run: () => Promise<T>) => Promise<T>): Promise<void> {
  const { engine, store, rules, clock } = deps
  await task.step('engine', async () => {
    if (!(await deps.probeEngine())) throw new HearthError(engineCode(deps.state), { detail: deps.state.state.engine.detail, endpoint: deps.state.state.engine.endpoint })
    task.stepFacts('engine', { name: deps.state.state.engine.name, version: deps.state.state.engine.version })
  })
  await task.step('room', async () => {
    const free = await deps.net.freeDiskBytes()
    task.stepFacts('room', { freeBytes: String(free) })
    if (free < ROOM_BYTES) throw new HearthError('disk-full', { freeBytes: String(free), neededBytes: String(ROOM_BYTES) })
    const rows = await makeRows(deps)
    task.stepFacts('room', { ports: rows.flatMap((row) => Object.values(row.ports)).join(', ') })
  })
  await task.step('images', () => fetchImages(deps, task))

  await hold(async () => {
    await task.step('genesis', async () => {
      const node = await ensureNode(deps, 'pocket')
      if (await isChainMade(engine, node)) {
        task.stepFacts('genesis', { already: 'yes' })
        return
      }
      // A fresh chain: what was read from an older one is of no use any more.
      await store.removeChain(NETWORK)
      const application = await deps.rehearsal.ensure(rules.chainId, 'application')
      await makeChain(engine, node, rules, application.address, task.signal, (line) => task.update({ lastLine: line }))
      await store.putChain({ network: NETWORK, chainId: rules.chainId, block1Hash: undefined, genesisTime: undefined, createdAtMs: clock.now(), facts: { application: application.address } })
      await releaseChain(engine, node)
    })
    await task.step('start', async () => {
      await ensureNode(deps, 'backend')
    })
  })
  await task.step('first-block', async () => {
    for (let tries = 0; ; tries += 1) {
      if (task.signal.aborted) throw new HearthError('cancelled')
      deps.heads.wake()
      const chain = deps.heads.current()
      if (chain && deps.state.state.chain.height >= 1) {
        const known = await store.chain(NETWORK)
        if (known?.block1Hash === undefined) {
          const fingerprint = await chain.fingerprint()
          await store.putChain({
            network: NETWORK,
            chainId: fingerprint.chainId,
            block1Hash: fingerprint.block1Hash,
            genesisTime: fingerprint.genesisTime,
            createdAtMs: known?.createdAtMs ?? clock.now(),
            facts: known?.facts ?? {},
          })
        }
        task.stepFacts('first-block', { height: String(deps.state.state.chain.height) })
        break
      }
      if (tries >= FIRST_BLOCK_TRIES) throw new HearthError('chain-unreachable', { reason: 'no first block within two minutes' })
      await clock.sleep(FIRST_BLOCK_PAUSE_MS, task.signal)
    }
    await deps.onChainReady(task.signal)
  })
  deps.wake()
}

/** Takes the Local chain away: containers, volumes, networks, and what was read from it. Only what carries this installation's label. */
export async function removeLocalChain(deps: LocalChainDeps, task: TaskContext, hold: <T>(run: () => Promise<T>) => Promise<T>): Promise<void> {
  const { engine, store, names, catalog, state } = deps
  await hold(async () => {
    await task.step('stop', async () => {
      for (const row of await store.nodes(NETWORK)) await store.putNode({ ...row, wanted: 'stopped', wantedBy: 'user' })
      for (const entry of [...catalog].reverse()) await engine.stop(names.container(entry.nodeId), 5)
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
      await store.removeNodes(NETWORK)
      await store.removeChain(NETWORK)
      await deps.rehearsal.forget(deps.rules.chainId)
      for (const slice of ['nodes', 'intents', 'balances'] as const) for (const id of Object.keys(state.state[slice])) state.remove(slice, id)
    })
  })
  deps.wake()
}

async function makeRows(deps: LocalChainDeps): Promise<NodeRow[]> {
  const { store, catalog, clock } = deps
  const known = await store.nodes(NETWORK)
  const taken = new Set(known.flatMap((row) => Object.values(row.ports)))
  const rows: NodeRow[] = []
  for (const entry of catalog) {
    const before = known.find((row) => row.id === entry.nodeId)
    const ports: Record<string, number> = { ...before?.ports }
    for (const port of entry.ports) {
      const key = String(port.containerPort)
      if (ports[key] !== undefined) continue
      const chosen = await deps.choosePort(port.preferredHostPort, taken)
      ports[key] = chosen
      taken.add(chosen)
    }
    const atOnce = AT_ONCE.includes(entry.nodeId)
    const row: NodeRow = {
      id: entry.nodeId,
      network: NETWORK,
      wanted: atOnce ? 'running' : (before?.wanted ?? 'stopped'),
      wantedBy: atOnce ? 'user' : (before?.wantedBy ?? 'hearth'),
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
    let image = await engine.image(reference)
    if (!image) {
      show(index, { status: 'fetching' })
      try {
        image = await engine.pull(
          reference,
          (progress) => {
            show(index, { layers: progress.layers })
            task.update({ lastLine: progress.lastLine })
          },
          task.signal,
        )
      } catch (error) {
        show(index, { status: 'failed' })
        throw error
      }
    }
    show(index, { status: 'ready' })
    const pin = image.digest === undefined ? image.imageId : `${reference.replace(/:[^:/]*$/, '')}@${image.digest}`
    for (const row of await store.nodes(NETWORK)) {
      const entry = catalog.find((candidate) => candidate.nodeId === row.id)
      if (entry?.image.reference === official && row.imagePin !== pin) await store.putNode({ ...row, imagePin: pin })
    }
  }
}

/** Makes sure that a node's container exists and runs. @returns its name */
async function ensureNode(deps: LocalChainDeps, nodeId: string): Promise<string> {
  const { engine, store, names, catalog } = deps
  const entry = catalog.find((candidate) => candidate.nodeId === nodeId)
  for (let tries = 0; ; tries += 1) {
    const row = (await store.nodes(NETWORK)).find((candidate) => candidate.id === nodeId)
    const spec = entry && row ? specOf(entry, row, names, undefined) : undefined
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
      for (const [key, port] of Object.entries(row.ports)) ports[key] = String(port) === error.detail['port'] ? await deps.choosePort(port + 1, taken) : port
      await store.putNode({ ...row, ports })
    }
  }
}

export function engineCode(state: StatePublisher): HearthError['code'] {
  const { kind } = state.state.engine
  if (kind === 'absent' || kind === 'not-started' || kind === 'no-permission' || kind === 'too-old') return `engine-${kind}`
  return 'engine-failed'
}
