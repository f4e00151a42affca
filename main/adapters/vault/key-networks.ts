/** Which chains a key may sign for. A key is bound to one network when it is made: play keys never sign for real money, nor the other way round. */
interface KeyNetwork {
  /** Shown in the strip of every confirm page. */
  title: string
  playMoney: boolean
  maySign(chainId: string): boolean
}

/** Chain ids of the real networks: onchain facts, section 1. Local chains made by Hearth have ids of their own because others reuse `pocket`. */
const KEY_NETWORKS: Record<string, KeyNetwork> = {
  local: { title: 'Local chain, play money', playMoney: true, maySign: (chainId) => chainId.startsWith('hearth-local-') },
  practice: { title: 'Practice, play money', playMoney: true, maySign: (chainId) => chainId.startsWith('hearth-practice-') },
  beta: { title: 'Beta test network, test money', playMoney: true, maySign: (chainId) => chainId === 'pocket-lego-testnet' },
  mainnet: { title: 'Mainnet, real money', playMoney: false, maySign: (chainId) => chainId === 'pocket' },
}

/** @returns undefined for a network that Hearth does not know: nothing is made for it and nothing signed. */
export function keyNetwork(network: string): KeyNetwork | undefined {
  return Object.hasOwn(KEY_NETWORKS, network) ? KEY_NETWORKS[network] : undefined
}

/** Rehearsal identities sign for chains that Hearth made on this machine, and for no other. */
export function isRehearsalChain(chainId: string): boolean {
  return chainId.startsWith('hearth-local-')
}
