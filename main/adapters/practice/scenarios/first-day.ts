import { afterClaims } from './moments.ts'
import type { Scenario } from './world.ts'

/** A supplier that has just served its first session: the claim is on the chain, the pay is not there yet. */
export const firstDay: Scenario = {
  id: 'first-day',
  needsKeys: true,
  build(world) {
    world.stake()
    world.sessions(1, { relays: 900 })
    world.blocks(afterClaims(world.ledger.params()))
  },
  shouldSee: { check: 'first-claim', key: 'first-claim', fix: 'earnings' },
}
