import type { Scenario } from './world.ts'

/** The user has looked around by then. */
const SOON_BLOCKS = 15
const PENALTY_UPOKT = 320_000_000n

/** The network makes a missed proof expensive: a margin above the minimum stake begins to matter. */
export const parameterChange: Scenario = {
  id: 'parameter-change',
  needsKeys: true,
  build(world) {
    world.stake()
    world.sessions(2, { relays: 800 })
    world.later(SOON_BLOCKS, world.payer(), {
      kind: 'update-params',
      authority: world.government(),
      params: { proofMissingPenaltyUpokt: PENALTY_UPOKT },
    })
  },
  shouldSee: { check: 'parameter-change', key: 'penalty-changed', fix: 'supplier' },
}
