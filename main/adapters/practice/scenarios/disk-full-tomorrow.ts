import type { Scenario } from './world.ts'

const GIGABYTE = 1024 ** 3

/** The disk has room for a day, and goes on filling. */
export const diskFullTomorrow: Scenario = {
  id: 'disk-full-tomorrow',
  needsKeys: true,
  build(world) {
    world.stake()
    world.sessions(2, { relays: 800 })
    world.effect({ kind: 'disk', freeBytes: 40 * GIGABYTE, bytesPerDay: 38 * GIGABYTE })
  },
  shouldSee: { check: 'disk-full', key: 'disk-filling', fix: 'nodes' },
}
