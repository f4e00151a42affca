import type { Scenario } from './world.ts'

/** Staked at exactly the minimum, one missed proof takes the supplier below it: it is told to leave, never goes, and its stake is stuck. */
export const stuckBelowMinimum: Scenario = {
  id: 'stuck-below-minimum',
  needsKeys: true,
  build(world) {
    world.stake({ stakeUpokt: world.minimumStake() })
    world.sessions(1, { relays: 1_500, proofs: 'missing' })
    world.sessions(5, { relays: 1_500 })
  },
  shouldSee: { check: 'supplier-below-minimum', key: 'supplier-stuck', fix: 'supplier' },
}
