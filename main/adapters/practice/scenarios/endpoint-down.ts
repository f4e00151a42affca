import type { Scenario } from './world.ts'

/** Staked with an address that nobody answers at: the router forwards nothing. */
export const endpointDown: Scenario = {
  id: 'endpoint-down',
  needsKeys: true,
  build(world) {
    world.stake({ endpointUrl: 'https://supplier.example.net' })
    world.sessions(3, { relays: 0 })
    world.effect({ kind: 'unreachable' })
  },
  shouldSee: { check: 'endpoint-down', key: 'endpoint-down', fix: 'supplier' },
}
