import { LOCAL_CHAIN_ID, PRACTICE_CHAIN_ID } from './local.ts'
import { BETA, MAINNET } from './real.ts'

/** Word before the 1 of every address. Practice has one of its own: no play address is ever taken for a real one, nor the other way round. */
export type AddressPrefix = 'pokt' | 'practice'

/** A host that anybody may ask. `grpcUrl` only where it is known: without it a relay miner cannot use the host. */
export interface PublicEndpoint {
  rpcUrl: string
  restUrl: string
  grpcUrl?: string
}

/** What a network is called on screen and by its chain. Real ones are recognised by the hash of block 1, never by chain id alone. */
export interface Network {
  id: 'local' | 'mainnet' | 'beta' | 'practice'
  title: string
  chainId: string | undefined
  addressPrefix: AddressPrefix
  /** Money that buys nothing. */
  playMoney: boolean
  /** Made by Hearth on this machine: its faucet, its rehearsals and its removal are the user's. Of any other network nothing of the kind is offered. */
  madeHere: boolean
  /** Hosts that anybody may ask, in order. None: the network is on this machine alone. */
  publicEndpoints: PublicEndpoint[]
  /** Time of the first block as the genesis file has it; undefined where it is not known for certain. */
  genesisTime: string | undefined
  /** Hash of the first block; undefined where it is not known for certain: then it is written down at the first use that can be trusted. */
  block1Hash: string | undefined
}

const HERE_ALONE = { publicEndpoints: [], genesisTime: undefined, block1Hash: undefined }

export const NETWORKS: Network[] = [
  { id: 'local', title: 'Local chain', chainId: LOCAL_CHAIN_ID, addressPrefix: 'pokt', playMoney: true, madeHere: true, ...HERE_ALONE },
  { id: 'mainnet', title: 'Mainnet', chainId: 'pocket', addressPrefix: 'pokt', playMoney: false, madeHere: false, ...MAINNET },
  { id: 'beta', title: 'Beta', chainId: 'pocket-lego-testnet', addressPrefix: 'pokt', playMoney: true, madeHere: false, ...BETA },
  {
    id: 'practice',
    title: 'Practice',
    chainId: PRACTICE_CHAIN_ID,
    addressPrefix: 'practice',
    playMoney: true,
    madeHere: true,
    ...HERE_ALONE,
  },
]

/** @param id null while none is chosen, which reads like the Local chain: nothing is signed then */
export function networkOf(id: Network['id'] | null): Network {
  const found = NETWORKS.find((network) => network.id === (id ?? 'local'))
  if (!found) throw new Error(`no network ${String(id)}`)
  return found
}

/**
 * What marks the containers of an installation on one network, in their names and labels: those of Mainnet are never taken for those of the Local chain, whichever is chosen now.
 * @param installId of this installation
 */
export function containersMark(installId: string, id: Network['id'] | null): string {
  return networkOf(id).madeHere ? installId : `${installId}-${networkOf(id).id}`
}
