import type { Scenario } from './world.ts'

/** The clock of the container engine is 40 seconds ahead: transactions that carry the time are refused when it gets worse. */
export const clock40sOff: Scenario = {
  id: 'clock-40s-off',
  needsKeys: true,
  build(world) {
    world.stake()
    world.sessions(2, { relays: 800 })
    world.effect({ kind: 'engine-clock', offsetMs: 40_000 })
  },
  shouldSee: { check: 'engine-clock', key: 'engine-clock', fix: 'engine' },
}
