import { untilSettled } from './moments.ts'
import type { Scenario } from './world.ts'

const LEAST_STAKE_UPOKT = 1_000_000n
const STAKE_UPOKT = 40_000_000n
/** Worth twice what the application can pay to one of two. */
const RELAYS = 3_000_000

/** An application asks for far more relays than its stake can pay. */
export const overserviced: Scenario = {
  id: 'overserviced',
  needsKeys: true,
  build(world) {
    world.changeGenesis((genesis) => ({ ...genesis, params: { ...genesis.params, applicationMinStakeUpokt: LEAST_STAKE_UPOKT } }))
    const [service] = world.servedHere()
    if (service === undefined) throw new Error('nothing is served here')
    const application = world.addApplication(service, STAKE_UPOKT)
    world.stake()
    world.sessions(1, { relays: RELAYS, rivals: 1, application })
    world.blocks(untilSettled(world.ledger.params()))
  },
  shouldSee: { check: 'overserviced', key: 'overserviced', fix: 'earnings' },
}
