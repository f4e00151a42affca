import type { Check, Finding } from './check.ts'

/** An endpoint of a public network answers for another chain, or for other blocks of this one: nothing is signed while it is in the list. */
export const endpointOtherChain: Check = {
  id: 'endpoint-other-chain',
  look(state): Finding | undefined {
    const stranger = Object.values(state.chain.endpoints ?? {}).find(
      (each) => each.from !== 'here' && (each.status === 'other-chain' || each.status === 'disagrees'),
    )
    return stranger && { level: 'bad', key: 'endpoint-other-chain', facts: { host: stranger.host }, fix: 'nodes' }
  },
}
