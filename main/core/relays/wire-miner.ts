import type { NetworkId } from '#shared/api/state.ts'
import type { Heads } from '../chain/heads.ts'
import type { ServingKeys } from '../keys/serving-keys.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { Settings } from '../settings/settings.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { MinerHost } from './miner-host.ts'
import { createMinerSetup, type MinerSetup } from './miner-setup.ts'
import { wireMinerChoices } from './wire-relays.ts'

type Deps = Parameters<typeof createMinerSetup>[0]

/** What the relay miner of a network is started with, made of what its rooms have. @returns the same with other ways to the backends too: what would be written then */
export function wireMiner(deps: {
  rooms: {
    network: NetworkId | null
    store: Store
    state: StatePublisher
    settings: Settings
    log: Log
    /** Of this machine. */
    clock: Clock
    template: Deps['template']
  }
  heads: Heads
  serving: ServingKeys
  nodeUrls: Deps['nodeUrls']
  /** Undefined where its node is beside it. */
  host: () => MinerHost | undefined
  backendUrl: Deps['backendUrl']
}): { miner: MinerSetup; minerWith: (backendUrl: Deps['backendUrl']) => MinerSetup } {
  const { state, settings, clock } = deps.rooms
  const parts: Omit<Deps, 'backendUrl'> = {
    template: (name) => deps.rooms.template(name),
    heads: deps.heads,
    inView: () => state.state.supplier.operatorAddress,
    serving: deps.serving,
    nodeUrls: deps.nodeUrls,
    isChainElsewhere: () => deps.host() !== undefined,
    askedChain: () => deps.host()?.chain(),
    choices: () => ({
      gasPriceTimes: settings.get('minerGasPriceTimes'),
      requestTimeoutSeconds: settings.get('relayTimeoutSeconds'),
      validation: settings.get('relayValidation'),
    }),
    clock,
    ...wireMinerChoices(deps.rooms),
  }
  const minerWith = (backendUrl: Deps['backendUrl']): MinerSetup => createMinerSetup({ ...parts, backendUrl })
  return { miner: minerWith(deps.backendUrl), minerWith }
}
