import { HearthError } from '#shared/api/errors.ts'
import { gate } from '#shared/catalog/entries/gate.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { LocalChainRules } from '#shared/networks/local.ts'
import type { Heads } from '../chain/heads.ts'
import type { GiveKeys, KeeperTarget } from '../keys/give-key.ts'
import type { ServingKeys, SigningName } from '../keys/serving-keys.ts'
import type { ChainEndpoints } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine, LogLine, SeenContainer } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Net } from '../ports/net.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import type { RehearsalKeys } from '../ports/vault.ts'
import { keptStart } from '../relays/kept-start.ts'
import type { MinerRpcType } from '../relays/miner-config.ts'
import type { MinerHost } from '../relays/miner-host.ts'
import type { MinerStart } from '../relays/miner-setup.ts'
import { ageClock } from '../relays/session-clock.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { BUNDLE_REMOVE_STEPS, BUNDLE_START_STEPS, removeBundle, startBundle, type BundleDeps } from './bundle.ts'
import type { MayGo } from './bundle-may-go.ts'
import type { CatalogueNodes } from './catalogue-nodes.ts'
import { createHostLook } from './host-look.ts'
import { keeperTarget } from './keeper-keys.ts'
import { REMOVE_STEPS, removeLocalChain, START_STEPS, startLocalChain, type LocalChainDeps } from './local-chain.ts'
import { sendFromFaucet } from './make-chain.ts'
import { noSuchNode } from './no-such-node.ts'
import { isUp } from './plan.ts'
import { createReconciler } from './reconcile.ts'
import { markUnknown } from './seen-words.ts'
import type { Hold, SetUpDeps } from './set-up.ts'
import { namesOf } from './specs.ts'
import { createStatsPace } from './stats-pace.ts'
import { createStopWishes } from './stop-wishes.ts'
import { createUnlisted, stopUnlisted } from './unlisted.ts'
import { createWanted, type Wanted } from './wanted.ts'

const TICK_MS = 5_000
/** While something is under way. */
const SOON_MS = 700
const PORTS_TRIED = 200
/** Events after which a container is another than before. Our own commands and file transfers make events too, and must not wake the loop that gives them. */
const CHANGES: ReadonlySet<string> = new Set(['create', 'start', 'die', 'destroy', 'oom', 'pause', 'unpause'])

/** Containers as wanted: what the user asks of nodes, and the loop that makes it so. */
export interface Nodes extends Omit<Wanted, 'stopWhatIsDue'> {
  changePort(nodeId: string, containerPort: number, hostPort: number): Promise<void>
  /** The next free port after the one in use. */
  suggestPort(nodeId: string, containerPort: number): Promise<number>
  logs(nodeId: string, tail: number): Promise<LogLine[]>
  /** Somebody looks at the list of nodes: for a while their load is measured more often. */
  looked(): void
  startLocalChain(): string
  removeLocalChain(): string
  /** The same of the relay bundle on a network of others. */
  startBundle(): string
  /** Rejects `bundle-absent`. @param mayGo asked once more when no relay comes in any more; the task fails as it rejects, with nothing touched */
  removeBundle(mayGo?: MayGo): Promise<string>
  /** What runs of this installation without a row stops, a relay miner drained; nothing is removed. */
  stopUnlisted(): void
  checkEngine(): Promise<void>
  /** Where the chain node answers on this machine; undefined while it does not run. */
  endpoints(): ChainEndpoints | undefined
  /** The chain node as other containers reach it. */
  insideUrls(): { rpcUrl: string; grpcUrl: string } | undefined
  /** With a kind of relay: where that kind goes, if the backend answers it. */
  backendUrl(serviceId: string, rpcType?: MinerRpcType): string | undefined
  backendNode(serviceId: string): string | undefined
  /** Relays that the relay miner answered since its start; undefined while it does not tell. */
  served(): bigint | undefined
  /** The same, asked now and not with the last round. */
  servedNow(): Promise<bigint | undefined>
  /** Where relays are taken on this machine: at the ingress. */
  relayUrl(): string | undefined
  faucet(address: string, upokt: bigint, signal: AbortSignal): Promise<void>
  /** Where and how the key process hands an operator key over, under that name; undefined while no keeper runs. */
  keeperTarget(keyName: string): Promise<KeeperTarget | undefined>
  /** These nodes are made of this image from now on, and get another try however often they crashed. Resolves after the loop has acted on it. */
  pin(nodeIds: readonly string[], imagePin: string): Promise<void>
  /** The image that a node's container is made of and runs, as the last round found it. */
  runs(nodeId: string): string | undefined
  seen(nodeId: string): SeenContainer | undefined
  wake(): void
  run(signal: AbortSignal): Promise<void>
}

export function createNodes(deps: {
  engine: Engine
  store: Store
  net: Net
  state: StatePublisher
  tasks: Tasks
  clock: Clock
  log: Log
  rehearsal: RehearsalKeys
  heads: Heads
  installId: string
  catalog: CatalogEntry[]
  /** Entries of the signed catalogue that the user may start beside them. */
  catalogue?: CatalogueNodes | undefined
  rules: LocalChainRules
  imageOverrides: Record<string, string>
  network: () => string | null
  minerConfig: (keyNames: readonly SigningName[]) => Promise<MinerStart | undefined>
  ingressConfig: () => string
  onChainReady: (signal: AbortSignal) => Promise<void>
  /** The Local chain is gone, with all that was read from it. */
  onChainRemoved: () => Promise<void>
  servingKeys: ServingKeys
  /** The keeper runs without these keys. Resolves true when one was given. */
  giveKeys: GiveKeys
  /** The relay miner does not hear the chain any more, lacks so many blocks, and is restarted. */
  onMinerDeaf?: (blocks: number) => void
  /** Of which release an image is, where an update brought it. */
  releaseOfPin?: (pin: string) => { reference: string; version: string } | undefined
  /** Which endpoint the relay miner asks, on networks without a node of their own here. */
  minerHost?: Pick<MinerHost, 'look' | 'urls' | 'left'>
  /** Whether what should run and is down at the first look is started; true unless told. */
  startNodes?: () => boolean
}): Nodes {
  const { engine, store, net, state, tasks, clock, log, rules, catalog } = deps
  const names = namesOf(deps.installId)
  const wishes = createStopWishes({ store, clock, network: deps.network, view: () => state.state.clock })
  const statsPace = createStatsPace()
  const reconciler = createReconciler({
    engine,
    names,
    catalog,
    onListed: createUnlisted(state, catalog),
    catalogue: deps.catalogue,
    state,
    net,
    clock,
    log,
    tasks,
    wishes,
    minerConfig: keptStart({ config: deps.minerConfig, urls: () => insideUrls(), tasks: () => state.state.tasks }),
    ingressConfig: deps.ingressConfig,
    lacksHost: () => deps.minerHost !== undefined && deps.minerHost.urls() === undefined,
    leftHost: () => deps.minerHost?.left() ?? 'well',
    onDrainCancelled: () => wanted.keepRunning('miner'),
    onMinerDeaf: (blocks) => deps.onMinerDeaf?.(blocks),
    wake: () => wake(),
    servingKeys: deps.servingKeys,
    giveKeys: deps.giveKeys,
    statsPace,
    releaseOfPin: (pin) => deps.releaseOfPin?.(pin),
  })
  let rows: NodeRow[] = []
  const insideUrls: Nodes['insideUrls'] = () =>
    rows.some((row) => row.id === 'pocket') ? { rpcUrl: 'tcp://pocket:26657', grpcUrl: 'tcp://pocket:9090' } : deps.minerHost?.urls()
  let wakeUp: () => void = () => undefined
  let woken = false
  let turn: Promise<unknown> = Promise.resolve()
  const wake = (): void => {
    woken = true
    wakeUp()
  }
  /** Rounds of the loop and the making of a chain never overlap. */
  const hold = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = turn.then(run)
    turn = mine.catch(() => undefined)
    return mine
  }

  const probeEngine = async (): Promise<boolean> => {
    const found = await engine.probe()
    const ready = found.kind === 'ready'
    state.patch('engine', {
      kind: found.kind,
      name: ready ? found.name : '',
      version: ready ? found.version : '',
      endpoint: found.endpoint,
      detail: ready ? '' : found.detail.slice(0, 500),
      clockOffsetMs: ready ? found.clockOffsetMs : 0,
      memoryBytes: ready ? found.memoryBytes : 0,
      atMs: clock.now(),
    })
    return ready
  }
  const rowOf = async (nodeId: string): Promise<NodeRow> => {
    const row = (await store.nodes(required(deps.network()))).find((candidate) => candidate.id === nodeId)
    if (!row) throw noSuchNode(required(deps.network()), nodeId)
    return row
  }
  const wanted = createWanted({
    store,
    clock,
    network: deps.network,
    wishes,
    view: () => state.state.clock,
    seen: (nodeId) => reconciler.seen(nodeId),
    forgive: (nodeId) => reconciler.forgive(nodeId),
    skipDrain: () => reconciler.skipDrain(),
    wake,
  })
  const portOf = (nodeId: string, name: string): number | undefined => {
    const port = catalog.find((entry) => entry.nodeId === nodeId)?.ports.find((candidate) => candidate.name === name)
    const row = rows.find((candidate) => candidate.id === nodeId)
    return port && row ? row.ports[String(port.containerPort)] : undefined
  }
  const choosePort = async (preferred: number, taken: ReadonlySet<number>): Promise<number> => {
    for (let port = preferred; port < Math.min(65_536, preferred + PORTS_TRIED); port += 1) {
      if (!taken.has(port) && (await net.portFree(port))) return port
    }
    throw new HearthError('port-taken', { port: String(preferred) })
  }
  const refresh = async (): Promise<void> => {
    const network = deps.network()
    rows = network === null ? [] : await store.nodes(network)
  }
  const setUp: SetUpDeps = {
    engine,
    store,
    net,
    state,
    clock,
    names,
    catalog,
    network: deps.network() ?? '',
    imageOverrides: deps.imageOverrides,
    probeEngine,
    choosePort,
    wake,
  }
  const localChain: LocalChainDeps = {
    ...setUp,
    tasks,
    rehearsal: deps.rehearsal,
    heads: deps.heads,
    rules,
    onChainReady: deps.onChainReady,
    alsoRemoved: () => [...(deps.catalogue?.entries() ?? []), gate],
    onRemoving: async () => deps.catalogue?.leave(),
    async onChainRemoved() {
      await wishes.clear()
      await deps.catalogue?.forget()
      await deps.onChainRemoved()
    },
  }
  const bundle: BundleDeps = { ...setUp, alsoRemoved: () => [gate], onRemoved: () => wishes.clear() }
  const holdAndSee: Hold = (run) =>
    hold(async () => {
      const value = await run()
      await refresh()
      return value
    })
  const startChain = (): string => tasks.start('local-chain-start', START_STEPS, (task) => startLocalChain(localChain, task, holdAndSee))
  const startRelays = (): string => tasks.start('bundle-start', BUNDLE_START_STEPS, (task) => startBundle(bundle, task, holdAndSee))

  let hasLooked = false
  /** What is down when Hearth starts stays so, when the user wants it that way: until they start it. */
  const leaveDown = async (): Promise<void> => {
    const seen = await engine.list()
    const down = rows.filter((row) => row.wanted === 'running' && !isUp(seen.find((container) => container.nodeId === row.id)))
    for (const row of down) await store.putNode({ ...row, wanted: 'stopped', wantedBy: 'hearth', updatedAtMs: clock.now() })
    if (down.length > 0) await refresh()
  }

  const lookAtHost = deps.minerHost && createHostLook({ host: deps.minerHost, state, clock, forgive: () => reconciler.forgive('miner') })

  const round = async (): Promise<boolean> => {
    await refresh()
    ageClock(
      state,
      clock.now(),
      rows.some((row) => row.id === 'miner'),
    )
    if (!(await probeEngine())) {
      reconciler.engineEnded()
      markUnknown(state, state.state.engine.kind, rows)
      return false
    }
    if (!hasLooked && deps.startNodes?.() === false) await leaveDown()
    hasLooked = true
    await lookAtHost?.(rows.some((row) => row.id === 'miner'))
    if (await wanted.stopWhatIsDue()) await refresh()
    return reconciler.round(rows)
  }

  return {
    wake,
    pin: (nodeIds, imagePin) =>
      hold(async () => {
        for (const nodeId of nodeIds) {
          await store.pinNode(required(deps.network()), nodeId, imagePin, clock.now())
          reconciler.forgive(nodeId)
        }
        await round()
        wake()
      }),
    runs: (nodeId) => reconciler.runs(nodeId),
    seen: (nodeId) => reconciler.seen(nodeId),
    start: (nodeId) => wanted.start(nodeId),
    stop: (nodeId, options) => wanted.stop(nodeId, options),
    restart: (nodeId, options) => wanted.restart(nodeId, options),
    keepRunning: (nodeId) => wanted.keepRunning(nodeId),
    async changePort(nodeId, containerPort, hostPort) {
      const row = await rowOf(nodeId)
      if (row.ports[String(containerPort)] === undefined) throw new HearthError('invalid-request', { path: 'containerPort' })
      if (row.ports[String(containerPort)] !== hostPort && !(await net.portFree(hostPort)))
        throw new HearthError('port-taken', { port: String(hostPort) })
      await store.putNode({ ...row, ports: { ...row.ports, [String(containerPort)]: hostPort }, updatedAtMs: clock.now() })
      reconciler.forgive(nodeId)
      wake()
    },
    async suggestPort(nodeId, containerPort) {
      const row = await rowOf(nodeId)
      const inUse = row.ports[String(containerPort)]
      if (inUse === undefined) throw new HearthError('invalid-request', { path: 'containerPort' })
      const all = await store.nodes(required(deps.network()))
      return choosePort(inUse + 1, new Set(all.flatMap((other) => Object.values(other.ports))))
    },
    async logs(nodeId, tail) {
      await rowOf(nodeId)
      return engine.logs(names.container(nodeId), { tail })
    },
    startLocalChain: () => startChain(),
    removeLocalChain: () =>
      tasks.start('local-chain-remove', REMOVE_STEPS, (task) => removeLocalChain(localChain, task, hold), { cancellable: false }),
    startBundle: () => startRelays(),
    async removeBundle(mayGo) {
      if ((await store.nodes(required(deps.network()))).every((row) => !catalog.some((entry) => entry.nodeId === row.id)))
        throw new HearthError('bundle-absent')
      return tasks.start('bundle-remove', BUNDLE_REMOVE_STEPS, (task) => removeBundle(bundle, task, holdAndSee, mayGo), {
        cancellable: false,
      })
    },
    stopUnlisted: () => void stopUnlisted(setUp, holdAndSee, log),
    checkEngine: () => probeEngine().then(wake),
    endpoints() {
      const rpc = portOf('pocket', 'rpc')
      const rest = portOf('pocket', 'rest')
      const row = rows.find((candidate) => candidate.id === 'pocket')
      // While it is stopped there is no use in asking, and "no chain" is the truth.
      if (rpc === undefined || rest === undefined || row?.wanted !== 'running' || row.imagePin === undefined) return undefined
      return { rpcUrl: `http://127.0.0.1:${rpc}`, restUrl: `http://127.0.0.1:${rest}` }
    },
    insideUrls,
    looked: () => void (statsPace.looked(clock.now()) && wake()),
    backendUrl(serviceId, rpcType) {
      if (deps.catalogue?.nodeOf(serviceId) !== undefined) return deps.catalogue.url(serviceId, rpcType)
      const entry = catalog.find((candidate) => candidate.kind === 'backend' && candidate.serves.includes(serviceId))
      if (!entry || (rpcType !== undefined && !entry.rpcTypes.includes(rpcType))) return undefined
      return `${rpcType === 'WEBSOCKET' ? 'ws' : 'http'}://${entry.nodeId}:${entry.ports[0]?.containerPort}`
    },
    backendNode: (serviceId) => deps.catalogue?.nodeOf(serviceId) ?? catalog.find((entry) => entry.serves.includes(serviceId))?.nodeId,
    served: () => reconciler.served(),
    servedNow: () => reconciler.servedNow(),
    relayUrl() {
      const port = portOf('ingress', 'relays')
      return port === undefined ? undefined : `http://127.0.0.1:${port}`
    },
    async faucet(address, upokt, signal) {
      if (reconciler.seen('pocket')?.state !== 'running') throw new HearthError('node-not-ready', { nodeId: 'pocket' })
      await sendFromFaucet(engine, names.container('pocket'), rules.chainId, address, upokt, signal)
    },
    keeperTarget: async (keyName) => keeperTarget(reconciler.seen('keeper'), state.state.engine.endpoint, keyName),
    async run(signal) {
      await refresh()
      await wishes.load()
      // Hearth has learnt of another container since this chain was made: it is fetched and joins the others.
      const isComplete = catalog.every((entry) => rows.some((row) => row.id === entry.nodeId))
      const isWanted = (nodeId: string): boolean => rows.some((row) => row.id === nodeId && row.wanted === 'running')
      if (!isComplete && deps.minerHost && isWanted('miner')) startRelays()
      if (!isComplete && isWanted('pocket')) startChain()
      const following = engine.follow(
        (event) => {
          if (CHANGES.has(event.action)) wake()
        },
        () => wake(),
        signal,
      )
      while (!signal.aborted) {
        woken = false
        const busy = await hold(round).catch((error: unknown) => {
          if (error instanceof HearthError) log.warn('reconcile', { code: error.code, reason: error.detail['reason'] ?? '' })
          else log.error('reconcile', error)
          return false
        })
        if (signal.aborted) break
        const pause = new AbortController()
        wakeUp = () => pause.abort()
        if (!woken) await clock.sleep(busy ? SOON_MS : TICK_MS, AbortSignal.any([signal, pause.signal]))
      }
      await reconciler.release()
      await following
    },
  }
}

function required<T>(value: T | null): T {
  if (value === null) throw new HearthError('no-network')
  return value
}
