import type { Scenario } from './world.ts'

/** The user has looked around by then. */
const SOON_BLOCKS = 15

/** The owner of a service cuts what a relay pays to a tenth. */
export const priceCut90: Scenario = {
  id: 'price-cut-90',
  needsKeys: true,
  build(world) {
    world.stake()
    world.sessions(3, { relays: 900 })
    const service = world.services().find(({ id }) => world.servedHere().includes(id))
    if (!service) throw new Error('nothing is served here')
    const { ownerAddress, id, name } = service
    const tenth = service.computeUnitsPerRelay / 10n
    world.later(SOON_BLOCKS, ownerAddress, { kind: 'add-service', ownerAddress, id, name, computeUnitsPerRelay: tenth > 0n ? tenth : 1n })
  },
  shouldSee: { check: 'service-price', key: 'service-price-falls', fix: 'supplier' },
}
