import { networkOf } from '#shared/networks/index.ts'
import type { ChainPool } from './pool.ts'
import type { Recognition } from './trust.ts'

/** What every host names in place of the chain that the user confirmed. */
export interface ReplacedChain {
  block1Hash: string
  hosts: string[]
}

/**
 * SECURITY: S22 offered for test money alone, and only while all hosts that answer name one and the same other chain with the network's id: on Mainnet another first block is an attack,
 * never news.
 */
export function replacedChain(network: Parameters<typeof networkOf>[0], known: Recognition, pool: ChainPool): ReplacedChain | undefined {
  const { playMoney, madeHere, chainId, genesisTime } = networkOf(network)
  if (!playMoney || madeHere || known !== 'confirmed') return undefined
  const answering = pool.health().filter((each) => each.status !== 'unreachable' && each.status !== 'untried')
  if (answering.length === 0 || answering.some((each) => each.status !== 'other-chain')) return undefined
  const named = pool.fingerprints().filter((each) => answering.some(({ host }) => host === each.host))
  const [first] = named
  const isOne = named.every((each) => each.block1Hash === first?.block1Hash && each.genesisTime === first.genesisTime)
  const isNetwork = first !== undefined && first.chainId === chainId && (genesisTime === undefined || first.genesisTime === genesisTime)
  return isOne && isNetwork ? { block1Hash: first.block1Hash, hosts: answering.map((each) => each.host).slice(0, 4) } : undefined
}
