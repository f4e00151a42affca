import type { AppState, NetworkId } from '#shared/api/state.ts'
import { UPOKT_PER_POKT } from '#shared/model/money.ts'
import { networkOf } from '#shared/networks/index.ts'
import { wireBackends } from './backends/wire-backends.ts'
import { createEndpointList } from './chain/endpoint-list.ts'
import { endpointHandlers } from './chain/handlers.ts'
import { atEachHead } from './chain/each-head.ts'
import { createFigureProofs } from './chain/figure-proofs.ts'
import { createHeads } from './chain/heads.ts'
import { runChecks } from './checks/index.ts'
import { createHealthReadings } from './checks/readings/readings.ts'
import { createEarnings } from './earnings/earnings.ts'
import { earningsHandlers } from './earnings/handlers.ts'
import type { Keys } from './keys/keys.ts'
import { wireKeys } from './keys/wire-keys.ts'
import { createMetricsRoom } from './metrics/metrics-room.ts'
import { faucetHandlers } from './nodes/faucet.ts'
import { bundleHandlers } from './nodes/bundle-handlers.ts'
import { nodeHandlers } from './nodes/handlers.ts'
import { createOpenClaims } from './nodes/open-claims.ts'
import { INGRESS_TEMPLATE, renderIngressConfig } from './nodes/ingress.ts'
import { onlyWhereMadeHere } from './made-here-only.ts'
import type { NetworkRooms, NoteActivity, World } from './network-shape.ts'
import { createNodes } from './nodes/nodes.ts'
import { createEjectRoom } from './eject/handlers.ts'
import type { Clock } from './ports/clock.ts'
import type { EjectFolder } from './ports/eject-folder.ts'
import type { Log } from './ports/log.ts'
import type { MetricsStore } from './ports/metrics.ts'
import type { Store } from './ports/store.ts'
import type { RehearsalKeys, Vault } from './ports/vault.ts'
import { createPracticeRoom } from './practice/practice.ts'
import { takeReplacedNetwork } from './practice/replaced-network.ts'
import { ensureApplication } from './relays/rehearsal-application.ts'
import { createSessionClock } from './relays/session-clock.ts'
import { wireMiner } from './relays/wire-miner.ts'
import { wireMinerHost, wireRelays } from './relays/wire-relays.ts'
import type { Settings } from './settings/settings.ts'
import { forgetChain } from './start-anew.ts'
import { initialState } from './state/initial.ts'
import type { StatePublisher } from './state/publisher.ts'
import { isHeldOff, withHeldOff } from './relays/held-off.ts'
import { chosenMargins } from './supplier/options.ts'
import { supplierReads } from './supplier/read-handlers.ts'
import { roleHandlers } from './supplier/role-reads.ts'
import { createSupplierRoom } from './supplier/supplier-room.ts'
import { createSupplierWatch } from './supplier/watch.ts'
import type { Tasks } from './tasks/tasks.ts'
import { createUpdatesRoom } from './updates/room.ts'
import { createBooks } from './wallet/rooms.ts'

/** How often checks look without being woken. */
const CHECK_MS = 2_000

/**
 * Wires the rooms of one network. Everything that was wanted before a crash is taken up again from the store.
 * @param network undefined while none is chosen: then only the engine is looked at
 */
export function createNetworkRooms(deps: {
  network: NetworkId | null
  world: World
  vault: Vault
  rehearsal: RehearsalKeys
  store: Store
  state: StatePublisher
  tasks: Tasks
  keys: Keys
  /** Of this machine. */
  clock: Clock
  log: Log
  installId: string
  surfaceUrl(token: string): string
  template(name: string): string
  /** Bytes of a file of the signed catalogue. */
  catalogFile: ((name: string) => Uint8Array) | undefined
  activity: NoteActivity
  settings: Settings
  ejectFolder: EjectFolder
  metrics: MetricsStore
}): NetworkRooms {
  const { network, world, vault, rehearsal, store, state, tasks, keys, log, activity, settings } = deps
  const { engine, net, clock, codec, rules } = world
  const abort = new AbortController()
  const chosen = (): AppState['app']['network'] => network

  const endpoints = createEndpointList({
    network,
    store,
    connect: world.connectChain,
    own: () => nodes.endpoints(),
    block1Hash: () => heads.block1Hash(),
  })
  const heads = createHeads({
    connect: world.connectChain,
    endpoints: () => endpoints.list(),
    network: chosen,
    store,
    state,
    clock,
    log,
    lookMs: () => settings.get('chainLookSeconds') * 1_000,
    noteChange: (facts) => activity('params-changed', facts, 'network'),
  })
  const watch = createSupplierWatch({
    state,
    clock,
    served: () => miner.served(),
    network: chosen,
    proofs: createFigureProofs({ proven: () => heads.proven(), clock, log }),
    store,
  })
  const { servingKeys, giveKeys } = wireKeys({ rooms: deps, clock, heads, last: () => watch.last(), nodes: () => nodes })
  const { miner, minerWith } = wireMiner({
    rooms: deps,
    heads,
    serving: servingKeys,
    nodeUrls: () => nodes.insideUrls(),
    host: () => minerHost,
    backendUrl: (serviceId, rpcType) =>
      backends.by(serviceId) === 'attached' ? backends.url(serviceId, rpcType) : nodes.backendUrl(serviceId, rpcType),
  })
  const minerHost = wireMinerHost({ rooms: deps, world, heads, endpoints, wake: () => nodes.wake() })
  const nodes = createNodes({
    engine,
    store,
    net,
    state,
    tasks,
    clock,
    log,
    rehearsal,
    installId: deps.installId,
    catalog: world.catalog,
    catalogue: {
      entries: () => backends.nodes.entries(),
      look: (entry, ports) => backends.nodes.look(entry, ports),
      nodeOf: (serviceId) => backends.nodes.nodeOf(serviceId),
      url: (serviceId, rpcType) => backends.nodes.url(serviceId, rpcType),
      leave: () => backends.nodes.leave(),
      forget: () => backends.nodes.forget(),
    },
    rules,
    imageOverrides: world.imageOverrides,
    heads,
    network: chosen,
    minerConfig: (keyNames) => miner.config(keyNames),
    onMinerDeaf: (blocks) => activity('miner-deaf', { blocks: String(blocks) }, 'hearth', 'warn'),
    ...(minerHost && { minerHost }),
    ingressConfig: () => withHeldOff(renderIngressConfig(deps.template(INGRESS_TEMPLATE)), supplier.heldOff()),
    onChainReady: (signal) => onChainReady(signal),
    servingKeys,
    giveKeys: (...what) => ejectRoom.guardedKeys(giveKeys)(...what),
    startNodes: () => settings.get('startNodes'),
    releaseOfPin: (pin) => updates.ofPin(pin),
    onChainRemoved: () => onChainRemoved(),
  })
  const updates = createUpdatesRoom({ rooms: deps, heads, nodes })
  const backends = wireBackends({
    ...deps,
    ...world,
    catalogFile: deps.catalogFile,
    outside: world.outside,
    heads,
    containerUrl: (serviceId, rpcType) => nodes.backendUrl(serviceId, rpcType),
    backendNode: (serviceId) => nodes.backendNode(serviceId),
    startNode: (nodeId) => nodes.start(nodeId),
    stopNode: (nodeId) => nodes.stop(nodeId),
    miner: () => miner,
    minerWith,
    wake: () => nodes.wake(),
    isHandedOver: () => ejectRoom.handOvers.isOut(),
  })
  const ejectRoom = createEjectRoom({ rooms: deps, world, miner, servingKeys, nodes, behind: () => backends.behind(), heads })
  const onChainReady = async (signal: AbortSignal): Promise<void> => {
    heads.wake()
    for (const service of rules.services) await ensureApplication({ chain: heads.require(), codec, rehearsal, clock }, service.id, signal)
  }
  const onChainRemoved = async (): Promise<void> => {
    watch.clear()
    await updates.clear()
    await selfTests.clear()
    const blank = initialState(state.state.app)
    state.set('supplier', blank.supplier)
    for (const address of Object.keys(state.state.suppliers)) state.remove('suppliers', address)
    state.set('clock', blank.clock)
    await supplier.clear()
    await earnings.resume()
  }
  const supplier = createSupplierRoom({
    heads,
    network: chosen,
    store,
    vault,
    codec,
    state,
    clock,
    log,
    surfaceUrl: (token) => deps.surfaceUrl(token),
    networkTitle: () => networkOf(network),
    sheetMs: () => settings.get('confirmMinutes') * 60_000,
    feeMargins: () => chosenMargins(settings),
    watch,
    nodes,
    isHeldOff: (operatorAddress) => isHeldOff(net, nodes.relayUrl(), operatorAddress),
    activity,
    mustBeStill: () => updates.mustBeStill(),
    stakeMarginUpokt: () => BigInt(settings.get('stakeMarginPokt')) * UPOKT_PER_POKT,
  })
  const { transactions } = supplier
  const earnings = createEarnings({
    heads,
    store,
    state,
    clock,
    log,
    network: chosen,
    keys: () => keys.list(),
    records: () => watch.records(),
    claimSource: (key) => books.claimSource(key),
    checkEveryMs: () => settings.get('ledgerCheckSeconds') * 1_000,
  })
  const books = createBooks({ network: chosen, heads, store, state, clock, log, codec, keys: () => keys.list() })
  const sessionClock = createSessionClock({
    state,
    store,
    clock,
    network: chosen,
    params: () => heads.params(),
    served: () => nodes.served(),
    container: () => nodes.seen('miner'),
  })
  const relays = wireRelays({
    rooms: deps,
    world,
    heads,
    miner,
    relayUrl: () => nodes.relayUrl(),
    record: () => watch.record(),
    records: () => watch.records(),
  })
  const { selfTests } = relays

  const health = createHealthReadings({
    ...world,
    store,
    log,
    state,
    network: chosen,
    served: () => nodes.served(),
    records: () => watch.records(),
  })
  const practice = createPracticeRoom({
    controls: world.practice,
    keys: () => keys.list(),
    served: () => ({ relayUrl: nodes.relayUrl() ?? '', servedHere: world.catalog.flatMap((entry) => entry.serves) }),
    onReplaced: () =>
      takeReplacedNetwork({
        chain: world.connectChain({ rpcUrl: '', restUrl: '' }),
        store,
        state,
        heads,
        clock,
        log,
        onChainRemoved,
        onChainReady,
        startMiner: async () => {
          await nodes.start('miner')
        },
      }),
    state,
    realClock: deps.clock,
  })

  const looking = atEachHead(heads, log, async (height, chain) => {
    practice.publish()
    const params = heads.params()
    // What is not certainly this network's is told no transaction, and never written into its ledger.
    const certainly = (run: () => Promise<unknown>) => (): Promise<unknown> => (heads.isCertain() ? run() : Promise.resolve())
    const steps: (() => Promise<unknown>)[] = [certainly(() => transactions.follow(chain, height))]
    if (params)
      steps.push(
        async () => watch.read(chain, height, params, await keys.list()),
        certainly(() => earnings.catchUp(chain, height)),
        certainly(async () => supplier.afterBlocks(chain, height, state.state.earnings.readHeight, params, await keys.list())),
        () => sessionClock.update(height),
        () => health.read(chain, height, params, heads.isCertain()),
        () => books.look(chain),
      )
    // The rooms end: what is read now is nobody's.
    for (const step of steps) if (!abort.signal.aborted) await step()
    if (abort.signal.aborted) return
    if (params && state.state.nodes['miner']?.wanted === 'running') nodes.wake()
    runChecks(state, clock.now())
  })
  transactions.onDone((intent) => {
    if (intent.status === 'discarded') return
    const level = intent.status === 'included' ? 'info' : 'warn'
    activity(
      intent.facts['outcome'] === 'unsure' ? 'tx-unsure' : `tx-${intent.status}`,
      { kind: intent.kind, ...intent.facts, height: String(intent.includedHeight ?? ''), hash: intent.txHash ?? '' },
      'network',
      level,
    )
    heads.wake()
  })
  const checks = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      runChecks(state, clock.now())
      void health.disks()
      await clock.sleep(CHECK_MS, abort.signal)
    }
  }
  const measures = createMetricsRoom(deps)
  const openClaims = createOpenClaims(store, network, state)

  const handlers: NetworkRooms['handlers'] = onlyWhereMadeHere(network, {
    ...measures.handlers,
    ...backends.handlers,
    ...ejectRoom.handlers,
    ...nodeHandlers({ nodes, miner, state, open: openClaims, heads, forgetSupplier: () => watch.clear(), activity }),
    ...bundleHandlers({ nodes, counted: () => sessionClock.counted(), host: minerHost, heads, state, open: openClaims, clock, activity }),
    'practice.control': async (wish) => {
      await practice.control(wish)
      return {}
    },
    ...updates.handlers,
    ...endpointHandlers({ endpoints, heads, network, noted: (text, facts) => activity(text, facts) }),
    ...faucetHandlers({ tasks, heads, clock, codec, send: (address, upokt, signal) => nodes.faucet(address, upokt, signal), activity }),
    ...supplierReads({ network, heads, codec, nodes, settings }),
    ...supplier.handlers,
    ...roleHandlers({ heads, keys: () => keys.list(), network: chosen }),
    ...relays.handlers,
    ...earningsHandlers(earnings),
    ...books.handlers,
  })

  let running: Promise<unknown>[] = []
  return {
    handlers: ejectRoom.guarded(handlers),
    async begin() {
      await endpoints.load()
      await watch.load()
      await minerHost?.load()
      await backends.load()
      await ejectRoom.handOvers.load()
      await supplier.resume()
      await earnings.resume()
      running = [
        heads.run(abort.signal),
        nodes.run(abort.signal),
        checks(),
        measures.run(abort.signal),
        backends.run(abort.signal),
        updates.run(abort.signal),
        selfTests.run(abort.signal),
        ejectRoom.handOvers.run(abort.signal),
      ]
    },
    signed: (intentId, txBytes) => transactions.signed(intentId, txBytes),
    discard: (intentId) => transactions.discard(intentId),
    closeSheets: () => transactions.closeSheets(),
    forgetChain: () => forgetChain({ network, store, state, heads, onChainRemoved }),
    pendingClaims: async (operatorAddress) => (await heads.require().pendingClaims(operatorAddress)).length,
    wake() {
      heads.wake()
      nodes.wake()
    },
    async stop() {
      abort.abort()
      await Promise.all(running)
      await looking()
      await health.stop()
      await earnings.stop()
      await world.stop?.()
    },
  }
}
