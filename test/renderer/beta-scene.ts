import type { AppState } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import { onMainnet } from './mainnet-scene.ts'

/** Beta, whose one public host names another first block than the user confirmed. */
export function betaReplaced(now: number): AppState {
  const state = onMainnet(now)
  const [first] = Object.values(state.chain.endpoints ?? {})
  if (first === undefined) throw new Error('no endpoint')
  const [known] = networkOf('beta').publicEndpoints
  const host = new URL(known?.rpcUrl ?? '').host
  const block1Hash = '6F1C0D2A9B3E4857'.repeat(4)
  return {
    ...state,
    app: { ...state.app, network: 'beta' },
    keys: Object.fromEntries(Object.entries(state.keys).map(([id, key]) => [id, { ...key, network: 'beta' as const }])),
    chain: {
      ...state.chain,
      chainId: 'pocket-lego-testnet',
      status: 'unreachable',
      endpoints: {
        0: {
          ...first,
          rpcUrl: known?.rpcUrl ?? '',
          host,
          status: 'other-chain',
          agrees: null,
          error: `block 1 is ${block1Hash.slice(0, 12)}…`,
        },
      },
      replaced: { block1Hash, hosts: [host] },
    },
  }
}

/** Mainnet, with a stake that the owner of one host alone calls refused. */
export function waitsForSecond(now: number): AppState {
  const state = onMainnet(now)
  const [last] = Object.values(state.intents)
  if (last === undefined) throw new Error('no intent')
  const txHash = '9C41'.repeat(16)
  return {
    ...state,
    supplier: { ...state.supplier, status: 'not-staked', services: [], stakeUpokt: '0' },
    intents: {
      [last.id]: { ...last, status: 'signed', txHash, includedHeight: null, error: null, facts: { ...last.facts, waits: 'second-host' } },
    },
  }
}
