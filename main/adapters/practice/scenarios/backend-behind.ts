import type { Scenario } from './world.ts'

/** The backend has stopped following its chain: it answers from a block of twenty minutes ago. */
export const backendBehind: Scenario = {
  id: 'backend-behind',
  needsKeys: true,
  build(world) {
    world.stake()
    world.sessions(3, { relays: 900 })
    world.effect({ kind: 'backend-behind', ms: 20 * 60_000 })
  },
  shouldSee: { check: 'backend-behind', key: 'backend-behind', fix: 'nodes' },
}
