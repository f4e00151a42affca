import type { Check } from './check.ts'

/** The relay miner runs and does not hear the chain any more: it sends no claims and proofs until it is started anew. */
export const minerDeaf: Check = {
  id: 'miner-deaf',
  look(state) {
    const miner = Object.values(state.nodes).find((node) => node.kind === 'relay-miner')
    if (miner?.reason?.key !== 'deaf') return undefined
    return { level: 'bad', key: 'miner-deaf', facts: { ...miner.reason.facts, title: miner.title }, fix: 'nodes' }
  },
}
