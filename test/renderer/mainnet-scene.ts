import { networkOf } from '#shared/networks/index.ts'
import type { AppState, EndpointState } from '#shared/api/state.ts'
import { HEIGHT, serving } from './scene.ts'

const endpoint = (host: string, latencyMs: number): EndpointState => ({
  rpcUrl: `https://${host}`,
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
      endpoints: { 0: endpoint(first ?? '', 120), 1: endpoint(second ?? '', 210) },
    },
  }
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
