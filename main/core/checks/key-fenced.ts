import { isOnChain, ownSuppliers } from '../state/own-suppliers.ts'
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
    const staked = new Set(ownSuppliers(state).flatMap((each) => (isOnChain(each) ? [each.operatorAddress] : [])))
    const serving = own.filter((key) => staked.has(key.address))
    // While nothing is staked, the newest is what will be.
    const asked = serving.length > 0 ? serving : own.slice(-1)
    const held = asked.filter((key) => key.fenced)
    const [first] = held
    if (!first) return undefined
    return {
      level: 'bad',
      key: first.fenced === 'moved' ? 'key-fenced-moved' : 'key-fenced-new-here',
      // Named in any case: with one supplier too the user looks for a key.
      facts: {
        name: first.name,
        address: first.address,
        ...(asked.length > 1 ? { supplier: first.name, supplierAddress: first.address } : {}),
        ...(held.length > 1 ? { moreSuppliers: String(held.length - 1) } : {}),
      },
      fix: 'keys',
    }
  },
}
