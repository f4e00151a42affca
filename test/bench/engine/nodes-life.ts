import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createNet } from '#main/adapters/system/net.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import { createMetricsRoom } from '#main/core/metrics/metrics-room.ts'
import { createNodes, type Nodes } from '#main/core/nodes/nodes.ts'
import type { Engine } from '#main/core/ports/engine.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { MetricsStore } from '#main/core/ports/metrics.ts'
import type { NodeRow, Store } from '#main/core/ports/store.ts'
import type { RehearsalKeys } from '#main/core/ports/vault.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, type StatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import { pocketLocal } from '#shared/catalog/entries/pocket-local.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { localChainRulesSchema } from '#shared/networks/local.ts'

/** Hearth's own rooms for containers, on the real engine, with a catalogue of as many nodes as are wanted and a record in memory. */
export interface NodesLife {
  nodes: Nodes
  state: StatePublisher
  engine: Engine
  metrics: ReturnType<typeof createMetricsRoom>
  /** What is to run from now on. */
  want(wanted: NodeRow['wanted']): void
  stop(): Promise<void>
}

export interface LifeWish {
  installId: string
  endpoint: string
  /** Images by what they are. */
  pocketd: string
  anvil: string
  /** Host ports of the backends, one each. */
  backendPorts: readonly number[]
  /** Containers that only wait. */
  waiting: number
  wanted: NodeRow['wanted']
}

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => '' }

/** The nodes of a wish, backends first. */
export function catalogOf({ backendPorts, waiting }: LifeWish): CatalogEntry[] {
  return [
    ...backendPorts.map((port, index) => ({
      ...anvil,
      id: `backend-${index}`,
      nodeId: `backend-${index}`,
      ports: [{ name: 'rpc', containerPort: 8545, preferredHostPort: port }],
    })),
    ...Array.from({ length: waiting }, (_, index) => ({
      ...pocketLocal,
      id: `node-${index}`,
      nodeId: `node-${index}`,
      memoryBytes: 256 * 1024 ** 2,
      ports: [],
      volumes: [],
      networks: ['backend' as const],
      stopGraceSeconds: 1,
    })),
  ]
}

export function startLife(wish: LifeWish): NodesLife {
  const clock = systemClock
  const catalog = catalogOf(wish)
  const engine = createDockerEngine({ endpoint: wish.endpoint, installId: wish.installId, clock, log: silent })
  const rows: NodeRow[] = catalog.map((entry) => ({
    id: entry.nodeId,
    network: 'local',
    wanted: wish.wanted,
    wantedBy: 'user',
    imagePin: entry.kind === 'backend' ? wish.anvil : wish.pocketd,
    ports: Object.fromEntries(entry.ports.map((port) => [String(port.containerPort), port.preferredHostPort])),
    updatedAtMs: 0,
  }))
  const store = {
    setting: () => Promise.resolve(undefined),
    setSetting: () => Promise.resolve(),
    nodes: () => Promise.resolve(structuredClone(rows)),
    putNode: () => Promise.resolve(),
  } as unknown as Store
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: '', network: 'local', startedAtMs: clock.now(), notice: null }),
    clock,
  )
  // The page of somebody: patches are made only where one listens.
  state.subscribe(() => undefined)
  state.patch('chain', { status: 'ready', height: 1 })
  const net = createNet('/')
  const nodes = createNodes({
    engine,
    store,
    net,
    state,
    tasks: createTasks(state, clock, silent),
    clock,
    log: silent,
    heads: { current: () => undefined, wake: () => undefined, forget: () => undefined } as unknown as Heads,
    rehearsal: {} as RehearsalKeys,
    installId: wish.installId,
    catalog,
    rules: localChainRulesSchema.parse({}),
    imageOverrides: {},
    network: () => 'local',
    minerConfig: () => Promise.resolve(undefined),
    ingressConfig: () => '{}',
    onChainReady: () => Promise.resolve(),
    onChainRemoved: () => Promise.resolve(),
    servingKeys: { read: () => Promise.resolve({ keys: [], isKnown: true }) },
    giveKeys: () => Promise.resolve(false),
  })
  const kept = { addPoints: () => Promise.resolve() } as unknown as MetricsStore
  const world = { engine, net, clock, catalog }
  const metrics = createMetricsRoom({ network: 'local', world, metrics: kept, state, clock, log: silent, installId: wish.installId })
  const end = new AbortController()
  const running = Promise.all([nodes.run(end.signal), metrics.run(end.signal)])
  return {
    nodes,
    state,
    engine,
    metrics,
    want(wanted) {
      for (const row of rows) row.wanted = wanted
      nodes.wake()
    },
    async stop() {
      end.abort()
      await running
    },
  }
}

/** As a process of its own: watches until its parent says `end`, and tells on demand what it has used of the processor, in ms. */
if (import.meta.main) {
  const life = startLife(JSON.parse(process.argv[2] ?? '') as LifeWish)
  process.on('message', (question: { ask?: string; watch?: string[] }) => {
    if (question.ask === 'end') void life.stop().then(() => process.exit(0))
    else if (question.ask === 'cpu') {
      const { user, system } = process.cpuUsage()
      const running = Object.values(life.state.state.nodes).filter(({ seen }) => seen === 'running').length
      process.send?.({ cpuMs: (user + system) / 1000, running })
    }
    // As the page of a node does, once a second.
    for (const nodeId of question.watch ?? []) {
      const toMs = Date.now()
      void life.metrics.handlers['metrics.series']({ name: `node.${nodeId}.cpu-percent`, fromMs: toMs - 60_000, toMs, step: 'second' })
    }
  })
}
