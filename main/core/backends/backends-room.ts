import type { RequestOutput } from '#shared/api/requests.ts'
import type { BackendRow, EndpointWish } from '#shared/api/backend-requests.ts'
import type { ServiceRecord } from '#shared/catalog/backends/schema.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { Handlers } from '../dispatch.ts'
import type { BackendLine, BackendSecrets, EndpointSecret } from '../ports/backend-line.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { diffText } from '../relays/miner-diff.ts'
import type { MinerRpcType } from '../relays/miner-config.ts'
import type { MinerSetup } from '../relays/miner-setup.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import { endpointAddress, placeOf } from './address.ts'
import { allowedCalls } from './allowed-calls.ts'
import type { AskedEndpoint } from './ask.ts'
import type { Attached, Attachments } from './attachments.ts'
import type { Gate, Reach } from './gate.ts'
import { failingOf, troubleOf } from './failing.ts'
import { gatePath, headersOf, renderGateConfig, type GatedEndpoint } from './gate-config.ts'
import { hideGateParts, type GateParts } from './gate-part.ts'
import { judgeEndpoint, type EndpointReport } from './judge.ts'
import { mustBeSameHosts } from './kept-credential.ts'
import type { BackendCatalog } from './read-catalog.ts'
import { WAYS, wayOf } from './way-of.ts'

const TICK_MS = 4_000
/** Gateways ask every ten to sixty seconds; often enough to see trouble within a session, rarely enough for a rented endpoint's bill. */
const LOOK_EVERY_MS = 10 * 60_000
/** Nobody bills what is asked of a node of one's own. */
const LOOK_OWN_EVERY_MS = 2 * 60_000
/** What went wrong is asked again soon: to be told when it lasts, and taken back when it is over. */
const LOOK_AGAIN_MS = 60_000

type Rows = Pick<
  Handlers,
  'backends.list' | 'backends.test' | 'backends.attach' | 'backends.remove' | 'backends.check' | 'backends.preview'
>

/** What stands behind each service: containers of the catalogue, and endpoints that the user attached. */
export interface BackendsRoom {
  handlers: Rows
  /** Reads what was attached before. Call once. */
  load(): Promise<void>
  /** The attached endpoint as the relay miner's container reaches it; undefined where nothing is attached, or not for this kind of relay. */
  url(serviceId: string, rpcType?: MinerRpcType): string | undefined
  by(serviceId: string): BackendRow['by']
  run(signal: AbortSignal): Promise<void>
}

/** @param backendPort host port of a service's container, while it runs @param line undefined in Practice, where there is nothing outside */
export function createBackendsRoom(deps: {
  network: string
  catalog: () => BackendCatalog
  attachments: Attachments
  secrets: BackendSecrets | undefined
  line: BackendLine
  mayAttach: boolean
  gate: Gate
  /** Loaded before the rest is used. */
  parts: Pick<GateParts, 'of'>
  clock: Clock
  log: Log
  state: StatePublisher
  /** Ids of the chosen network's services; empty while the chain does not answer. */
  serviceIds: () => Promise<string[]>
  backendNode: (serviceId: string) => string | undefined
  /** A service that a node of the catalogue answers, as this PC asks it. */
  catalogueAsked: (serviceId: string) => { endpoint: AskedEndpoint; chainId: string | undefined } | undefined
  miner: Pick<MinerSetup, 'config'>
  /** The miner's setup with another place of a backend. */
  minerWith: (url: (serviceId: string, rpcType?: MinerRpcType) => string | undefined) => Pick<MinerSetup, 'config'>
  containerUrl: (serviceId: string, rpcType?: MinerRpcType) => string | undefined
  activity: (text: string, facts?: Record<string, string>) => void
  /** The relay miner's configuration may be another now. */
  wake: () => void
}): BackendsRoom {
  const { attachments, secrets, line, gate, clock, log, state } = deps
  const reports = new Map<string, EndpointReport>()
  const failures = new Map<string, { code: HearthError['code']; detail: Record<string, string>; atMs: number }>()
  const reaches = new Map<string, Reach>()
  const lookedAtMs = new Map<string, number>()
  /** Looks in a row that found trouble, by service; rounds in a row in which the gate failed. */
  const troubles = new Map<string, number>()
  let gateTroubles = 0
  const secretKey = (serviceId: string): string => `${deps.network}:${serviceId}`

  const serviceOf = (serviceId: string): ServiceRecord => {
    const service = deps.catalog().services.find((each) => each.id === serviceId)
    if (!service) throw new HearthError('backend-unknown', { serviceId })
    return service
  }
  const url: BackendsRoom['url'] = (serviceId, rpcType) => {
    const attached = attachments.of(serviceId)
    return attached && wayOf(attached.origins, serviceId, deps.parts.of(serviceId), rpcType)
  }
  const by = (serviceId: string): BackendRow['by'] =>
    attachments.of(serviceId) ? 'attached' : deps.backendNode(serviceId) === undefined ? 'nothing' : 'container'

  /** What the user typed, with what is stored for what they left empty. */
  const wished = async (wish: EndpointWish): Promise<{ service: ServiceRecord; attached: Attached; secret: EndpointSecret }> => {
    if (!deps.mayAttach || !secrets) throw new HearthError('not-allowed', { network: deps.network })
    const service = serviceOf(wish.serviceId)
    const before = wish.keep ? attachments.of(service.id) : undefined
    const stored = before ? await secrets.get(secretKey(service.id)) : undefined
    const ways = waysOf(service)
    const read = (way: 'http' | 'rest' | 'websocket', text: string): { origin: string; path: string } => {
      if (text.trim() === '') return { origin: before?.origins[way] ?? '', path: stored?.paths[way] ?? '' }
      if (!ways[way]) throw new HearthError('backend-address-refused', { reason: `${service.name} has no relays of this kind` })
      const address = endpointAddress(text, way === 'websocket' ? ['ws:', 'wss:'] : ['http:', 'https:'])
      return { origin: address.origin, path: address.path }
    }
    const http = read('http', wish.httpUrl)
    const rest = read('rest', wish.restUrl)
    const websocket = read('websocket', wish.webSocketUrl)
    if (http.origin === '' && rest.origin === '') throw new HearthError('backend-address-refused', { reason: 'there is none' })
    const isKept = wish.keep && wish.credential.kind === 'none' && stored !== undefined && stored.credential.kind !== 'none'
    if (isKept) {
      const given = { http: wish.httpUrl, rest: wish.restUrl, websocket: wish.webSocketUrl }
      const typed = WAYS.filter((way) => given[way].trim() !== '').map((way) => ({ http, rest, websocket })[way].origin)
      mustBeSameHosts(Object.values(before?.origins ?? {}), typed)
    }
    const credential = isKept ? stored.credential : wish.credential
    headersOf(credential)
    return {
      service,
      secret: { paths: { http: http.path, rest: rest.path, websocket: websocket.path }, credential },
      attached: {
        serviceId: service.id,
        origins: { http: http.origin, rest: rest.origin, websocket: websocket.origin },
        credential: credential.kind,
        hasPath: [http, rest, websocket].some((each) => each.path !== ''),
        addedAtMs: before?.addedAtMs ?? clock.now(),
        updatedAtMs: clock.now(),
      },
    }
  }

  /** Where a service's backend is asked from this PC; undefined while nothing answers there. */
  const askedOf = async (serviceId: string): Promise<AskedEndpoint | undefined> => {
    const attached = attachments.of(serviceId)
    if (attached) {
      const secret = await secrets?.get(secretKey(serviceId))
      if (!secret)
        throw new HearthError('backend-credential-refused', { reason: 'they are not on this PC any more: give the endpoint again' })
      return { origins: attached.origins, secret }
    }
    const node = state.state.nodes[deps.backendNode(serviceId) ?? '']
    const own = deps.catalogueAsked(serviceId)
    if (own) return node?.seen === 'running' ? own.endpoint : undefined
    const port = node?.seen === 'running' ? Object.values(node.ports)[0] : undefined
    if (port === undefined) return undefined
    const origins = { http: `http://127.0.0.1:${port}`, rest: '', websocket: deps.mayAttach ? `ws://127.0.0.1:${port}` : '' }
    return { origins: { ...origins, websocket: waysOf(serviceOf(serviceId)).websocket ? origins.websocket : '' }, secret: NOTHING }
  }

  const look = async (serviceId: string): Promise<void> => {
    lookedAtMs.set(serviceId, clock.now())
    const known = serviceOf(serviceId)
    const attached = attachments.of(serviceId)
    // An answer of what stood there before says nothing of what the user attached meanwhile.
    const isOther = (): boolean => attachments.of(serviceId) !== attached
    // The network's own node is the right one for whatever its chain is called here.
    const chainId = attached ? undefined : deps.catalogueAsked(serviceId)?.chainId
    const service = chainId === undefined ? known : { ...known, chainId }
    try {
      const asked = await askedOf(serviceId)
      if (!asked) {
        // Nothing was asked: as soon as it runs, it is.
        lookedAtMs.delete(serviceId)
        return
      }
      const report = await judgeEndpoint(line, asked, service, () => clock.now())
      if (isOther()) return
      reports.set(serviceId, report)
      failures.delete(serviceId)
    } catch (error) {
      if (!(error instanceof HearthError)) throw error
      if (isOther()) return
      failures.set(serviceId, { code: error.code, detail: error.detail, atMs: clock.now() })
      reports.delete(serviceId)
    }
    if (attached) {
      const reach = await gate.reach(...reachQuestion(service, attached, deps.parts.of(serviceId)))
      if (isOther()) return
      reaches.set(serviceId, reach)
    }
    note(service)
  }
  const note = (service: ServiceRecord): void => {
    if (troubleOf(rowOf(service))) troubles.set(service.id, (troubles.get(service.id) ?? 0) + 1)
    else troubles.delete(service.id)
  }
  const publish = (): void => {
    const attached = rowsOf(attachments.list().map((each) => each.serviceId))
    state.patch('health', { backendsFailing: failingOf(attached, (id) => troubles.get(id) ?? 0, gate.view(), gateTroubles) })
  }

  const handlers: Rows = {
    'backends.list': async () => ({ mayAttach: deps.mayAttach, rows: await rows(), gate: gate.view() }),
    'backends.test': async (wish) => {
      const { service, attached, secret } = await wished(wish)
      return judgeEndpoint(line, { origins: attached.origins, secret }, service, () => clock.now())
    },
    'backends.attach': async (wish, signal) => {
      const { service, attached, secret } = await wished(wish)
      const report = await unlessCancelled(signal, () =>
        judgeEndpoint(line, { origins: attached.origins, secret }, service, () => clock.now()),
      )
      // The secret first: an endpoint without it would be asked without its credentials.
      await secrets?.put(secretKey(service.id), secret)
      await attachments.put(attached)
      reports.set(service.id, report)
      failures.delete(service.id)
      reaches.delete(service.id)
      troubles.delete(service.id)
      lookedAtMs.set(service.id, clock.now())
      deps.activity('backend-attached', { serviceId: service.id, host: hostOf(attached) })
      await gate.round()
      publish()
      deps.wake()
      return report
    },
    'backends.remove': async ({ serviceId }) => {
      const attached = attachments.of(serviceId)
      if (!attached) throw new HearthError('backend-unknown', { serviceId })
      await attachments.remove(serviceId)
      await secrets?.remove(secretKey(serviceId))
      for (const kept of [reports, failures, reaches, lookedAtMs, troubles]) kept.delete(serviceId)
      deps.activity('backend-removed', { serviceId, host: hostOf(attached) })
      publish()
      deps.wake()
      return {}
    },
    'backends.check': async ({ serviceId }) => {
      await look(serviceId)
      publish()
      return {}
    },
    'backends.preview': async ({ serviceId, remove, restUrl, webSocketUrl }) => {
      const { http } = waysOf(serviceOf(serviceId))
      const origins = { http: http ? 'set' : '', rest: restUrl || !http ? 'set' : '', websocket: webSocketUrl ? 'set' : '' }
      const after = deps.minerWith((id, rpcType) => {
        if (id !== serviceId) return url(id, rpcType) ?? deps.containerUrl(id, rpcType)
        return remove ? deps.containerUrl(id, rpcType) : wayOf(origins, id, deps.parts.of(id), rpcType)
      })
      const [now, then] = await Promise.all([deps.miner.config(), after.config()])
      const diff = hideGateParts(diffText(now?.yaml ?? '', then?.yaml ?? ''))
      const node = state.state.nodes['miner']
      return { diff, restarts: diff !== '' && node?.wanted === 'running' ? [{ nodeId: node.id, title: node.title, drained: true }] : [] }
    },
  }

  const rows = async (): Promise<RequestOutput<'backends.list'>['rows']> => {
    const known = await deps.serviceIds()
    return rowsOf([...new Set([...known, ...attachments.list().map((attached) => attached.serviceId)])])
  }
  const rowsOf = (serviceIds: readonly string[]): BackendRow[] => {
    const { services } = deps.catalog()
    return serviceIds.flatMap((serviceId) => {
      const service = services.find((each) => each.id === serviceId)
      return service ? [rowOf(service)] : []
    })
  }
  const rowOf = (service: ServiceRecord): BackendRow => {
    const attached = attachments.of(service.id)
    const reach = reaches.get(service.id) ?? { kind: 'unknown' as const }
    return {
      serviceId: service.id,
      name: service.name,
      ways: waysOf(service),
      by: by(service.id),
      nodeId: deps.backendNode(service.id) ?? null,
      attached: attached
        ? {
            origins: attached.origins,
            place: placeOf(new URL(attached.origins.http || attached.origins.rest).hostname),
            credential: attached.credential,
            hasPath: attached.hasPath,
            updatedAtMs: attached.updatedAtMs,
            reach: reach.kind,
            reachReason: reach.kind === 'refused' ? reach.reason : '',
          }
        : null,
      report: (reports.get(service.id) as BackendRow['report'] | undefined) ?? null,
      failure: failures.get(service.id) ?? null,
    }
  }

  /** What stands behind a service is asked again after a while, and soon where the gate has not been tried. */
  const lookAround = async (): Promise<void> => {
    for (const { serviceId, by: standing, attached } of await rows()) {
      const last = lookedAtMs.get(serviceId)
      const isOwn = attached?.place === 'here' || attached?.place === 'lan'
      const everyMs = troubles.has(serviceId) ? LOOK_AGAIN_MS : isOwn ? LOOK_OWN_EVERY_MS : LOOK_EVERY_MS
      // A look in the future was before the clock was set back.
      const isDue = last === undefined || clock.now() - last >= everyMs || clock.now() < last
      if (standing !== 'nothing' && isDue) await look(serviceId)
      else if (attached?.reach === 'unknown' && gate.view().kind === 'ready') {
        const service = serviceOf(serviceId)
        const found = attachments.of(serviceId)
        if (!found) continue
        const reach = await gate.reach(...reachQuestion(service, found, deps.parts.of(serviceId)))
        reaches.set(serviceId, reach)
        if (reach.kind !== 'unknown') note(service)
      }
    }
  }

  return {
    handlers,
    load: () => attachments.load(),
    url,
    by,
    async run(signal) {
      const rounds = async (work: () => Promise<void>): Promise<void> => {
        let said = ''
        while (!signal.aborted) {
          try {
            await work()
            publish()
            said = ''
          } catch (error) {
            // A catalogue that cannot be trusted is told where it is asked for.
            const reason = error instanceof Error ? error.message : 'unknown'
            if (reason !== said) log.warn('backends were not looked at', { reason: reason.slice(0, 200) })
            said = reason
          }
          await clock.sleep(TICK_MS, signal)
        }
      }
      // Beside each other: an endpoint that takes its time for every question must not keep the gate of all others waiting.
      await Promise.all([
        rounds(async () => {
          if (deps.mayAttach) await gate.round()
          gateTroubles = gate.view().kind === 'failing' ? gateTroubles + 1 : 0
        }),
        rounds(lookAround),
      ])
    },
  }
}

const NOTHING: EndpointSecret = { paths: { http: '', rest: '', websocket: '' }, credential: { kind: 'none' } }

/** Which kinds of address a service has. */
export function waysOf(service: Pick<ServiceRecord, 'id' | 'ecosystem' | 'rpcTypes'>): BackendRow['ways'] {
  const { methods, restPaths } = allowedCalls(service)
  return {
    http: methods.length > 0 && (service.rpcTypes.includes('JSON_RPC') || service.rpcTypes.includes('COMET_BFT')),
    rest: restPaths.length > 0,
    websocket: service.rpcTypes.includes('WEBSOCKET'),
  }
}

/** What the gate is asked from inside: the first question of the gateways that goes this way. */
function reachQuestion(service: ServiceRecord, attached: Attached, part: string): [path: string, body: string] {
  const way = attached.origins.http === '' ? 'REST' : 'JSON_RPC'
  const check = service.checks.find((each) => each.rpcType === way)
  if (way === 'REST') return [gatePath(service.id, 'rest', part) + (check?.path ?? '/'), '']
  return [gatePath(service.id, 'http', part), check?.body ?? '{"jsonrpc":"2.0","id":1,"method":"status","params":[]}']
}

const hostOf = (attached: Attached): string => new URL(attached.origins.http || attached.origins.rest).host

/** Everything that stands behind the gate: what is attached, with its credentials, and nodes of the catalogue. */
export async function gatedEndpoints(
  attachments: Attachments,
  secretOf: (serviceId: string) => Promise<EndpointSecret | undefined>,
  catalog: () => BackendCatalog,
  parts: Pick<GateParts, 'of'>,
  nodes: readonly GatedEndpoint[] = [],
): Promise<GatedEndpoint[]> {
  const endpoints: GatedEndpoint[] = [...nodes]
  for (const attached of attachments.list()) {
    const service = catalog().services.find((each) => each.id === attached.serviceId)
    const secret = await secretOf(attached.serviceId)
    if (service && secret) endpoints.push({ service, part: parts.of(service.id), origins: attached.origins, secret })
  }
  return endpoints
}

/** The gate's configuration for all of it; undefined while nothing is attached and no node of the catalogue is there. */
export async function gateConfig(
  attachments: Attachments,
  secretOf: (serviceId: string) => Promise<EndpointSecret | undefined>,
  catalog: () => BackendCatalog,
  lookToken: string,
  parts: Pick<GateParts, 'of'>,
  nodes: readonly GatedEndpoint[] = [],
): Promise<string | undefined> {
  if (attachments.list().length === 0 && nodes.length === 0) return undefined
  return renderGateConfig(await gatedEndpoints(attachments, secretOf, catalog, parts, nodes), lookToken)
}
