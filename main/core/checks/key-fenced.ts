import type { Check } from './check.ts'

/** One supplier key, one machine: a key that was moved, restored or brought in waits for a word of the user before a miner serves with it. */
export const keyFenced: Check = {
  id: 'key-fenced',
  look(state) {
    const miner = Object.values(state.nodes).find((node) => node.kind === 'relay-miner')
    if (miner?.wanted !== 'running') return undefined
    const own = Object.values(state.keys).filter(
      (key) => key.kind === 'key' && key.role === 'operator' && key.network === state.app.network,
    )
    const serving = own.find((key) => key.address === state.supplier.operatorAddress) ?? own.at(-1)
    if (!serving?.fenced) return undefined
    return {
      level: 'bad',
      key: serving.fenced === 'moved' ? 'key-fenced-moved' : 'key-fenced-new-here',
      facts: { name: serving.name, address: serving.address },
      fix: 'keys',
    }
  },
}
