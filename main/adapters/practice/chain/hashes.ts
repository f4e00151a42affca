import { createHash } from 'node:crypto'
import type { ChainState } from './state.ts'

/** Upper-case hex. Every height has its hash from the genesis on, so that none needs to be kept; a recorded chain brings its own. */
export function blockHash(state: ChainState, height: number): string {
  if (height <= 0) return ''
  const given = state.givenHashes.get(height)
  if (given !== undefined) return given
  const { chainId, genesisTimeMs } = state.genesis
  return createHash('sha256').update(`${chainId}/${genesisTimeMs}/${height}`).digest('hex').toUpperCase()
}
