import type { AppState } from '#shared/api/state.ts'
import { lanesAtRisk, MINER } from '../nodes/volume-risk.ts'
import type { Check, Finding } from './check.ts'

type Lost = NonNullable<AppState['engine']['lost']>[number]

/** A volume of a node is gone, and nobody but somebody else's hand took it: what it held is not there, whatever runs on the new one. What costs money comes first. */
export const volumeLost: Check = {
  id: 'volume-lost',
  look(state): Finding | undefined {
    const lost = (state.engine.lost ?? []).filter(({ nodeId }) => state.nodes[nodeId] !== undefined)
    const ofKind = (kind: string): Lost | undefined => lost.find(({ nodeId }) => state.nodes[nodeId]?.kind === kind)
    const chain = ofKind('chain-node')
    // With the chain itself its claims are gone.
    if (chain) return { level: 'warn', key: 'volume-lost-chain', facts: { title: titleOf(state, chain) }, fix: 'nodes' }
    const miner = lost.find(({ nodeId }) => nodeId === MINER)
    const ofMiner = miner && minerFinding(state, miner)
    if (ofMiner?.level === 'bad') return ofMiner
    const others = lost.filter((each) => each !== miner)
    if (others.length === 0) return ofMiner
    return {
      level: 'warn',
      key: 'volume-lost-node',
      facts: { titles: others.map((each) => titleOf(state, each)).join(', ') },
      fix: 'nodes',
    }
  },
}

const titleOf = (state: AppState, { nodeId }: Lost): string => state.nodes[nodeId]?.title ?? nodeId

/** The relay miner keeps relays that are not claimed there, and what proves a claim: a claim without its proof is slashed (onchain facts 5.4, 1). */
function minerFinding(state: AppState, lost: Lost): Finding | undefined {
  if (lost.risk === null || (lost.risk.length > 0 && state.clock.height === 0))
    return { level: 'bad', key: 'volume-lost-unknown', facts: {}, fix: 'nodes' }
  const lanes = lanesAtRisk(state, lost)
  const claimed = lanes.filter((lane) => lane.claimedUpokt !== null)
  if (claimed.length > 0) {
    return {
      level: 'bad',
      key: 'volume-lost-claims',
      facts: {
        count: String(claimed.length),
        claimedUpokt: claimed.reduce((sum, lane) => sum + BigInt(lane.claimedUpokt ?? '0'), 0n).toString(),
        penaltyUpokt: state.chain.params?.proofMissingPenaltyUpokt ?? '0',
        height: String(Math.max(...claimed.map((lane) => lane.proofClose))),
      },
      fix: 'nodes',
    }
  }
  if (lanes.length > 0) {
    const facts = { count: String(lanes.length), height: String(Math.max(...lanes.map((lane) => lane.claimClose))) }
    return { level: 'bad', key: 'volume-lost-relays', facts, fix: 'nodes' }
  }
  return lost.risk.length === 0 ? { level: 'info', key: 'volume-lost', facts: {}, fix: 'nodes' } : undefined
}
