import { HearthError } from '#shared/api/errors.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { NETWORKS } from '#shared/networks/index.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Net } from '../ports/net.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import { MINER_PORTS } from '../relays/miner-config.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { TaskContext } from '../tasks/tasks.ts'
import { specOf, type Names } from './specs.ts'

/** What goes before containers run, whichever network they are for: engine, room, rows with ports, and the first of them. Every step looks first whether it is done. */
export interface SetUpDeps {
  engine: Engine
  store: Store
  net: Net
  state: StatePublisher
  clock: Clock
  names: Names
  catalog: CatalogEntry[]
  /** Under which name its rows are kept. */
  network: string
  imageOverrides: Record<string, string>
  probeEngine: () => Promise<boolean>
  choosePort: (preferred: number, taken: ReadonlySet<number>) => Promise<number>
  wake: () => void
}

/** Runs something while the reconcile loop rests. */
export type Hold = <T>(run: () => Promise<T>) => Promise<T>

/** The step `engine`. Rejects as the engine's own trouble. */
export async function lookAtEngine({ state, probeEngine }: SetUpDeps, task: TaskContext): Promise<void> {
  if (!(await probeEngine()))
    throw new HearthError(engineCode(state), { detail: state.state.engine.detail, endpoint: state.state.engine.endpoint })
  task.stepFacts('engine', { name: state.state.engine.name, version: state.state.engine.version })
}

/** The step `room`: space for so many bytes, and a row with free ports for each node. Rejects `disk-full`, `port-taken`. */
export async function makeRoom(deps: SetUpDeps, task: TaskContext, neededBytes: number): Promise<void> {
  // The engine's disk is the one that fills; it may be another than Hearth's, in a virtual machine.
  const free = (await deps.engine.disk?.())?.freeBytes ?? (await deps.net.freeDiskBytes())
  task.stepFacts('room', { freeBytes: String(free) })
  if (free < neededBytes) throw new HearthError('disk-full', { freeBytes: String(free), neededBytes: String(neededBytes) })
  const rows = await makeRows(deps)
  task.stepFacts('room', { ports: rows.flatMap((row) => Object.values(row.ports)).join(', ') })
}

async function makeRows(deps: SetUpDeps): Promise<NodeRow[]> {
  const { store, catalog, clock } = deps
  const known = await store.nodes(deps.network)
  const taken = new Set((await Promise.all(besides(deps.network).map((network) => store.nodes(network)))).flat().flatMap(portsOf))
  for (const port of known.flatMap(portsOf)) taken.add(port)
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

const portsOf = (row: NodeRow): number[] => Object.values(row.ports)

/** Networks whose containers share this PC's ports with those of this one, also while they stand still. Practice has a machine of its own. */
const besides = (network: string): string[] =>
  network === 'practice' ? [] : NETWORKS.map((each) => each.id).filter((id) => id !== network && id !== 'practice')

/** Whether a node should run, and who says so. */
export async function want(
  deps: Pick<SetUpDeps, 'store' | 'network' | 'clock'>,
  nodeId: string,
  wanted: NodeRow['wanted'],
  wantedBy: NodeRow['wantedBy'],
): Promise<void> {
  const row = (await deps.store.nodes(deps.network)).find((candidate) => candidate.id === nodeId)
  if (row) await deps.store.putNode({ ...row, wanted, wantedBy, updatedAtMs: deps.clock.now() })
}

/** Makes sure that a node's container exists and runs. @returns its name */
export async function ensureNode(deps: SetUpDeps, nodeId: string): Promise<string> {
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
