import { networkOf } from '#shared/networks/index.ts'
import type { AppState, EndpointState, NodeState } from '#shared/api/state.ts'
import { HEIGHT, serving, startTask } from './scene.ts'

const endpoint = (host: string, latencyMs: number, grpcUrl = ''): EndpointState => ({
  rpcUrl: `https://${host}`,
  grpcUrl,
  host,
  from: 'public',
  status: 'good',
  height: HEIGHT,
  latencyMs,
  agrees: true,
  error: '',
})
const [first, second] = networkOf('mainnet').publicEndpoints.map((each) => new URL(each.rpcUrl).host)

/** Mainnet with a staked supplier of one's own, and nothing of it on this PC. */
export function onMainnet(now: number): AppState {
  const state = serving(now)
  const keys = Object.fromEntries(Object.entries(state.keys).map(([id, key]) => [id, { ...key, network: 'mainnet' as const }]))
  return {
    ...state,
    app: { ...state.app, network: 'mainnet' },
    nodes: {},
    tasks: {},
    keys,
    relays: { ...state.relays, last: null },
    chain: {
      ...state.chain,
      chainId: 'pocket',
      known: 'confirmed',
      found: null,
      endpoints: { 0: endpoint(first ?? '', 120, 'https://sauron-grpc.infra.pocket.network:443'), 1: endpoint(second ?? '', 210) },
    },
  }
}

/** The parts of the relay bundle as they run there: no node of the chain, and no test backend. */
const PARTS = ['keeper-1', 'miner-1']

/** Mainnet served from this PC: keeper, relay miner and ingress, an endpoint of one's own behind it. */
export function servedOnMainnet(now: number): AppState {
  const all = serving(now).nodes
  const state = onMainnet(now)
  const miner = all['miner-1']!
  const ingress: NodeState = {
    ...miner,
    id: 'ingress-1',
    catalogId: 'ingress',
    title: 'Ingress',
    kind: 'ingress',
    image: 'docker.io/library/caddy:2.6.2',
    version: '2.6.2',
    ports: { '8080': 8551 },
    memoryBytes: 14_000_000,
    memoryLimitBytes: 134_217_728,
  }
  const third = endpoint('rpc.oakroom.example', 34, 'https://grpc.oakroom.example:443')
  return {
    ...state,
    nodes: { ...Object.fromEntries(PARTS.map((id) => [id, all[id]!])), 'ingress-1': ingress },
    bundle: { host: first ?? '', chosen: false },
    chain: { ...state.chain, endpoints: { ...state.chain.endpoints, 2: { ...third, from: 'user' } } },
    health: {
      ...state.health,
      selfTests: {
        revision: 3,
        last: {
          public: { atMs: now - 480_000, ok: true, serviceId: 'anvil', failedStage: null, finding: null, failures: 0, latencyMs: null },
        },
      },
    },
  }
}

/** The relay miner was ended for lack of memory until Hearth gave up, and what it served is due. */
export function minerDown(now: number): AppState {
  const state = servedOnMainnet(now)
  const miner = state.nodes['miner-1']!
  const reason = { key: 'stops-trying', facts: { cause: 'memory', limitMb: '1024' } }
  const failing = { key: 'node-failing-memory', facts: { title: miner.title, nodeId: 'miner-1', count: '1', limitMb: '1024' } }
  return {
    ...state,
    nodes: { ...state.nodes, 'miner-1': { ...miner, seen: 'failing', reason, startedAtMs: null, lastLines: ['signal: killed'] } },
    attention: { 'node-failing': { id: 'node-failing', level: 'bad', fix: 'nodes', sinceMs: now - 90_000, ...failing } },
    clock: {
      ...state.clock,
      verdict: 'safe',
      facts: {
        miner: 'stopped',
        payPerMinuteUpokt: '41200',
        dueHeight: String(HEIGHT + 4),
        dueKind: 'claim',
        backByHeight: String(HEIGHT + 9),
        afterHeight: String(HEIGHT + 14),
        afterUpokt: '870000',
        afterClaims: '2',
        afterUnknown: '0',
        slashClaims: '0',
      },
    },
  }
}

/** The user's own host fell silent, and Hearth asks a public one in its place. */
export function hostChanged(now: number): AppState {
  const state = servedOnMainnet(now)
  const own = 'rpc.oakroom.example'
  const { 2: third, ...others } = state.chain.endpoints ?? {}
  return {
    ...state,
    bundle: {
      host: first ?? '',
      chosen: false,
      badSinceMs: null,
      byItself: true,
      standsInFor: own,
      changed: { from: own, atMs: now - 4_320_000, why: 'silent' },
    },
    chain: { ...state.chain, endpoints: { ...others, 2: { ...third!, status: 'unreachable', error: 'ECONNREFUSED' } } },
    attention: {
      'miner-host-changed': {
        id: 'miner-host-changed',
        level: 'warn',
        key: 'miner-host-stands-in',
        facts: { host: first ?? '', from: own },
        fix: 'nodes',
        sinceMs: now - 4_320_000,
      },
    },
  }
}

/** Keys and money on Mainnet and nothing started: what comes next is the relay miner. */
export function stakedOnMainnet(now: number): AppState {
  const state = onMainnet(now)
  return {
    ...state,
    intents: {},
    earnings: { ...state.earnings, claimsSettled: 0 },
    clock: { lanes: [], verdict: 'nothing-to-lose', facts: {}, height: HEIGHT, atMs: now },
    supplier: { ...state.supplier, status: 'staked-no-services', services: [], pending: [] },
  }
}

/** Its images are on their way. */
export function minerStarting(now: number): AppState {
  const state = stakedOnMainnet(now)
  const task = startTask(now)
  const steps = task.steps.filter((step) => ['engine', 'room', 'images'].includes(step.key))
  const containers = { key: 'containers', status: 'waiting' as const, startedAtMs: null, endedAtMs: null, facts: {} }
  return { ...state, tasks: { 'task-1': { ...task, kind: 'bundle-start', steps: [...steps, containers] } } }
}

/** The first minute there: its endpoints named a chain, and the user is asked. */
export function mainnetAsked(now: number): AppState {
  const state = onMainnet(now)
  return {
    ...state,
    keys: {},
    balances: {},
    intents: {},
    earnings: { ...state.earnings, claimsSettled: 0 },
    supplier: { ...state.supplier, status: 'not-staked', services: [], stakeUpokt: '0', operatorAddress: '', ownerAddress: '' },
    suppliers: {},
    attention: {
      'chain-not-confirmed': {
        id: 'chain-not-confirmed',
        level: 'warn',
        key: 'chain-not-confirmed',
        facts: { hosts: `${first ?? ''}, ${second ?? ''}` },
        fix: 'nodes',
        sinceMs: now - 20_000,
      },
    },
    chain: {
      ...state.chain,
      known: 'first-use',
      found: {
        chainId: 'pocket',
        block1Hash: '6F1C0D2A9B3E4857'.repeat(4),
        genesisTime: networkOf('mainnet').genesisTime ?? '',
        hosts: [first ?? '', second ?? ''],
      },
    },
  }
}
