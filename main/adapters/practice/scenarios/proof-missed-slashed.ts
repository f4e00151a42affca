import type { Scenario } from './world.ts'

/** The relay miner was off when a proof was due: the claim is not paid, and stake is slashed. */
export const proofMissedSlashed: Scenario = {
  id: 'proof-missed-slashed',
  needsKeys: true,
  build(world) {
    world.stake()
    world.sessions(3, { relays: 2_000 })
    world.sessions(1, { relays: 2_000, proofs: 'missing' })
    world.sessions(2, { relays: 2_000 })
  },
  shouldSee: { check: 'proof-missed', key: 'proof-missed', fix: 'earnings' },
}
