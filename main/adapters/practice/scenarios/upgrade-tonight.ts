import type { Scenario } from './world.ts'

const HOURS_MS = 8 * 3_600_000

/** The network upgrades in eight hours: at that block today's software stops. */
export const upgradeTonight: Scenario = {
  id: 'upgrade-tonight',
  needsKeys: true,
  build(world) {
    world.stake()
    world.sessions(2, { relays: 800 })
    world.upgrade('v0.1.36', Math.round(HOURS_MS / world.ledger.genesis.blockMs))
  },
  shouldSee: { check: 'upgrade-planned', key: 'upgrade-planned', fix: 'updates' },
}
