import type { Check } from './check.ts'

/** A chain that makes no blocks settles nothing; the relay miner cannot help it. */
export const chainStalled: Check = {
  id: 'chain-stalled',
  look(state) {
    if (state.chain.status !== 'stalled' && state.chain.status !== 'unreachable') return undefined
    return {
      level: 'bad',
      key: state.chain.status === 'stalled' ? 'chain-stalled' : 'chain-unreachable',
      facts: { height: String(state.chain.height), sinceMs: String(state.chain.blockTimeMs) },
      fix: 'nodes',
    }
  },
}
