import { untilSettled } from './moments.ts'
import type { Scenario } from './world.ts'

/** Unstaked in the middle of a session: when its claims are due, the services are off, and the chain drops them. */
export const unstakedTooEarly: Scenario = {
  id: 'unstaked-too-early',
  needsKeys: true,
  build(world) {
    const { operator } = world.keys()
    world.stake()
    world.sessions(2, { relays: 1_200 })
    world.blocks(Math.floor(world.ledger.params().numBlocksPerSession / 2))
    world.act(operator, { kind: 'unstake-supplier', signer: operator, operatorAddress: operator })
    world.sessions(1, { relays: 1_200 })
    world.blocks(untilSettled(world.ledger.params()))
  },
  shouldSee: { check: 'claims-discarded', key: 'claims-discarded', fix: 'earnings' },
}
