import { LOCAL_CHAIN_ID } from './local.ts'

/** What a network is called on screen and by its chain. Real ones are recognised by the hash of block 1, never by chain id alone. */
export interface Network {
  id: 'local' | 'mainnet' | 'beta' | 'practice'
  title: string
  chainId: string | undefined
  /** Money that buys nothing. */
  playMoney: boolean
  /** Whether this version lets the user choose it. */
  offered: boolean
}

export const NETWORKS: Network[] = [
  { id: 'local', title: 'Local chain', chainId: LOCAL_CHAIN_ID, playMoney: true, offered: true },
  { id: 'mainnet', title: 'Mainnet', chainId: 'pocket', playMoney: false, offered: false },
  { id: 'beta', title: 'Beta', chainId: 'pocket-lego-testnet', playMoney: true, offered: false },
  { id: 'practice', title: 'Practice', chainId: undefined, playMoney: true, offered: false },
]
