import { bytesToHex, randomBytes } from '@noble/hashes/utils.js'
import { gate as gateEntry } from '#shared/catalog/entries/gate.ts'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { HearthError } from '#shared/api/errors.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { LocalChainRules } from '#shared/networks/local.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import type { CatalogueNodes } from '../nodes/catalogue-nodes.ts'
import { namesOf } from '../nodes/specs.ts'
import type { BackendLine, BackendSecrets } from '../ports/backend-line.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Net } from '../ports/net.ts'
import type { Snapshots } from '../ports/snapshots.ts'
import type { Store } from '../ports/store.ts'
import type { MinerSetup } from '../relays/miner-setup.ts'
import type { MinerRpcType } from '../relays/miner-config.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { createAttachments } from './attachments.ts'
import { createBackendsRoom, gateConfig, gatedEndpoints, type BackendsRoom } from './backends-room.ts'
import { createCatalogueRoom, type CatalogueRoom } from './catalogue-room.ts'
import { createPcFacts } from './fits.ts'
import { createGate } from './gate.ts'
import type { GatedEndpoint } from './gate-config.ts'
import { createGateParts } from './gate-part.ts'
import { lineOfNet } from './line-of-net.ts'
import { readCatalog, type BackendCatalog } from './read-catalog.ts'
import { createStartedEntries } from './started-entries.ts'
import { whatToServe, type ServicePrices } from './what-to-serve.ts'

/** What a network needs where endpoints of the user's own can be attached; Practice has none. */
export interface OutsideBackends {
  line: BackendLine
  secrets: BackendSecrets
  snapshots?: Snapshots
  /** The key of another catalogue than the shipped one (ed25519, hex). */
  catalogKey?: string | undefined
}

export interface Backends extends Omit<BackendsRoom, 'handlers'> {
  handlers: BackendsRoom['handlers'] & CatalogueRoom['handlers'] & Pick<Handlers, 'serve.options' | 'serve.choose'>
  /** For the reconcile loop. */
  nodes: CatalogueNodes
  /** All that stands behind the relay miner, for files to go on with. SECURITY: S18 endpoints come with their credentials. */
  behind(): Promise<BehindMiner>
}

export interface BehindMiner {
  /** What the gate leads to. */
  endpoints: GatedEndpoint[]
  /** Containers of the catalogue's entries that were started. */
  entries: CatalogEntry[]
  /** Whether the gate has to reach the network's own Pocket node. */
  usesOwnNode: boolean
}

type BackendUrl = (serviceId: string, rpcType?: MinerRpcType) => string | undefined

/** Joins catalogue, attached endpoints, gate and the page of what to serve for one network. */
export function wireBackends(deps: {
  network: NetworkId | null
  /** Bytes of a file of the catalogue; undefined where there is none. */
  catalogFile: ((name: string) => Uint8Array) | undefined
  outside: OutsideBackends | undefined
  engine: Engine
  net: Net
  store: Store
  state: StatePublisher
  tasks: Tasks
  imageOverrides: Record<string, string>
  startNode: (nodeId: string) => Promise<void>
  stopNode: (nodeId: string) => Promise<void>
  clock: Clock
  log: Log
  installId: string
  heads: Heads
  rules: LocalChainRules
  containerUrl: BackendUrl
  backendNode: (serviceId: string) => string | undefined
  miner: () => Pick<MinerSetup, 'config'>
  minerWith: (url: BackendUrl) => Pick<MinerSetup, 'config'>
  activity: (text: string, facts?: Record<string, string>) => void
  wake: () => void
  /** Whether the containers were handed over: then the gate is gone as well. */
  isHandedOver?: () => boolean
}): Backends {
  const { engine, net, store, state, clock, heads, outside } = deps
  const network = deps.network ?? ''
  const attachments = createAttachments(store, network)
  const parts = createGateParts(store, network)
  let read: BackendCatalog | HearthError | undefined
  let leastSerial = 0
  // Each key counts for itself: a catalogue of somebody's own must not make the shipped one look old.
  const serialKey = outside?.catalogKey === undefined ? SERIAL_KEY : `${SERIAL_KEY}:${outside.catalogKey.slice(0, 16)}`

  const catalog = (): BackendCatalog => {
    read ??= verified()
    if (read instanceof HearthError) throw read
    return read
  }
  const verified = (): BackendCatalog | HearthError => {
    try {
      const { catalogFile } = deps
      if (!catalogFile) throw new HearthError('catalog-invalid', { file: 'index.json', reason: 'it is not there' })
      return readCatalog(catalogFile, outside?.catalogKey ?? CATALOG_PUBLIC_KEY, leastSerial)
    } catch (error) {
      if (error instanceof HearthError) return error
      throw error
    }
  }
  const secretOf = async (serviceId: string): ReturnType<BackendSecrets['get']> => outside?.secrets.get(`${network}:${serviceId}`)
  const isLeaving = (): boolean =>
    deps.isHandedOver?.() === true ||
    Object.values(state.state.tasks).some(
      (task) => (task.kind === 'local-chain-remove' || task.kind === 'bundle-remove') && task.status === 'running',
    )
  // New at each start of Hearth: whoever read it yesterday cannot use it today.
  const lookToken = bytesToHex(randomBytes(16))
  const started = createStartedEntries(store, network)
  const gated = (): GatedEndpoint[] => catalogue.gated((serviceId) => attachments.of(serviceId) !== undefined)
  const gate = createGate({
    engine,
    names: namesOf(deps.installId),
    entry: gateEntry,
    clock,
    log: deps.log,
    imagePin: async () => (isLeaving() ? undefined : (await store.nodes(network)).find((row) => row.id === 'ingress')?.imagePin),
    config: async () =>
      deps.isHandedOver?.() === true ? undefined : gateConfig(attachments, secretOf, catalog, lookToken, parts, gated()),
    alsoOn: () => (catalogue.usesOwnNode() ? ['chain'] : []),
    net,
    port: {
      get: async () => {
        const kept = Number((await store.setting(`gate-port:${network}`)) ?? 0)
        return kept > 0 ? kept : undefined
      },
      set: (port) => store.setSetting(`gate-port:${network}`, String(port)),
    },
    lookToken,
  })
  const serviceIds = async (): Promise<string[]> => {
    try {
      const chain = heads.current()
      if (chain) return (await chain.services()).map((service) => service.id)
    } catch (error) {
      if (!(error instanceof HearthError)) throw error
    }
    // Of play money alone they are known without the chain.
    return network === 'local' || network === 'practice' ? deps.rules.services.map((service) => service.id) : []
  }
  const room = createBackendsRoom({
    network,
    catalog,
    attachments,
    secrets: outside?.secrets,
    line: outside?.line ?? lineOfNet(net, clock),
    mayAttach: outside !== undefined,
    gate,
    parts,
    clock,
    log: deps.log,
    state,
    serviceIds,
    backendNode: deps.backendNode,
    catalogueAsked: (serviceId) => catalogue.asked(serviceId),
    miner: { config: () => deps.miner().config() },
    minerWith: deps.minerWith,
    containerUrl: deps.containerUrl,
    activity: deps.activity,
    wake: deps.wake,
  })
  const pc = createPcFacts({ engine, net, clock })
  const prices = async (): Promise<ServicePrices | undefined> => {
    const params = heads.params()
    const chain = heads.current()
    if (!params || !chain) return undefined
    try {
      return {
        ...params,
        atHeight: params.height,
        computeUnits: new Map((await chain.services()).map((each) => [each.id, each.computeUnitsPerRelay])),
      }
    } catch (error) {
      if (error instanceof HearthError) return undefined
      throw error
    }
  }
  const chosenKey = `serve-chosen:${network}`
  const chosen = async (): Promise<Set<string>> => new Set((await store.setting(chosenKey))?.split(' ').filter((id) => id !== '') ?? [])

  const catalogue: CatalogueRoom = createCatalogueRoom({
    ...deps,
    network,
    names: namesOf(deps.installId),
    mayStart: outside !== undefined,
    catalog,
    started,
    snapshots: outside?.snapshots,
    line: outside?.line ?? lineOfNet(net, clock),
    parts,
    pc,
    serviceIds,
    isLeaving,
  })
  return {
    ...room,
    nodes: catalogue,
    async behind() {
      const made = new Set(started.list().flatMap((wish) => (wish.stage === 'made' ? [wish.entryId] : [])))
      return {
        endpoints: await gatedEndpoints(attachments, secretOf, catalog, parts, gated()),
        entries: catalogue.entries().filter((entry) => made.has(entry.id)),
        usesOwnNode: catalogue.usesOwnNode(),
      }
    },
    async run(signal) {
      const rounds = async (): Promise<void> => {
        while (!signal.aborted) {
          catalogue.round()
          await clock.sleep(ROUND_MS, signal)
        }
      }
      await Promise.all([room.run(signal), rounds()])
    },
    async load() {
      leastSerial = Number((await store.setting(serialKey)) ?? 0)
      await parts.load()
      await room.load()
      await catalogue.load()
      try {
        const { serial } = catalog()
        if (serial > leastSerial) await store.setSetting(serialKey, String(serial))
      } catch (error) {
        if (!(error instanceof HearthError)) throw error
        deps.log.warn('the catalogue of backends is not used', error.detail)
      }
    },
    handlers: {
      ...room.handlers,
      ...catalogue.handlers,
      'serve.options': async () =>
        whatToServe({
          catalog: catalog(),
          pc: await pc(),
          prices: await prices(),
          by: (serviceId) => room.by(serviceId),
          chosen: await chosen(),
          where: network === 'beta' ? 'beta' : 'main',
          hasOwnNode: networkOf(deps.network).madeHere,
        }),
      'serve.choose': async ({ serviceIds: ids }) => {
        const known = new Set(catalog().services.map((service) => service.id))
        const wanted = [...new Set(ids)].filter((id) => known.has(id))
        await store.setSetting(chosenKey, wanted.join(' '))
        deps.activity('serve-chosen', { services: wanted.join(', ').slice(0, 300) })
        return {}
      },
    },
  }
}

const ROUND_MS = 2_000
const SERIAL_KEY = 'catalog-serial'
