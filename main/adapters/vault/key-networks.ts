import type { AddressPrefix } from '#shared/networks/index.ts'

/** Which chains a key may sign for. A key is bound to one network when it is made: play keys never sign for real money, nor the other way round. */
export interface KeyNetwork {
  /** Shown in the strip of every confirm page. */
  title: string
  playMoney: boolean
  /** What every address of this network begins with. Practice has one of its own: nobody can send real money to a practice address, nor the other way round. */
  prefix: AddressPrefix
  maySign(chainId: string): boolean
}

/** Chain ids of the real networks: onchain facts, section 1. Chains made by Hearth have ids of their own because others reuse `pocket`. */
const KEY_NETWORKS: Record<string, KeyNetwork> = {
  local: { title: 'Local chain, play money', playMoney: true, prefix: 'pokt', maySign: (chainId) => chainId.startsWith('hearth-local-') },
  practice: {
    title: 'Practice, play money',
    playMoney: true,
    prefix: 'practice',
    maySign: (chainId) => chainId.startsWith('hearth-practice-'),
  },
  beta: {
    title: 'Beta test network, test money',
    playMoney: true,
    prefix: 'pokt',
    maySign: (chainId) => chainId === 'pocket-lego-testnet',
  },
  mainnet: { title: 'Mainnet, real money', playMoney: false, prefix: 'pokt', maySign: (chainId) => chainId === 'pocket' },
}

/** @returns undefined for a network that Hearth does not know: nothing is made for it and nothing signed. */
export function keyNetwork(network: string): KeyNetwork | undefined {
  return Object.hasOwn(KEY_NETWORKS, network) ? KEY_NETWORKS[network] : undefined
}

/**
 * Rehearsal identities sign for chains that Hearth made on this machine, and for no other.
 * @returns the prefix of their addresses there; undefined for every other chain
 */
export function rehearsalPrefix(chainId: string): AddressPrefix | undefined {
  if (chainId.startsWith('hearth-local-')) return 'pokt'
  return chainId.startsWith('hearth-practice-') ? 'practice' : undefined
}
