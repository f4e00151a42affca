import type { NetworkId } from '#shared/api/state.ts'
import { UPOKT_PER_POKT } from '#shared/model/money.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { EndpointList } from '../chain/endpoint-list.ts'
import type { Heads } from '../chain/heads.ts'
import type { ConnectChain, SupplierRecord } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Net } from '../ports/net.ts'
import type { Reach } from '../ports/reach.ts'
import type { Store } from '../ports/store.ts'
import type { RehearsalKeys } from '../ports/vault.ts'
import type { Settings } from '../settings/settings.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { HostTimes } from './host-times.ts'
import { createMinerHost, type MinerHost } from './miner-host.ts'
import { createMinerPrice, isSending, type MinerPrice } from './miner-price.ts'
import type { MinerSetup } from './miner-setup.ts'
import { relayHandlers } from './relay-handlers.ts'
import { createSelfTestRoom, type SelfTestRoom } from './self-test-room.ts'
import { createRelaySender, tryRelay } from './send-relays.ts'
import { createJudging, type Judging } from './validation-mode.ts'

type MinerHostDeps = Parameters<typeof createMinerHost>[0]

/** Joins what sends relays of Hearth's own: test relays and self-tests. */
export function wireRelays(deps: {
  rooms: {
    network: NetworkId | null
    store: Store
    rehearsal: RehearsalKeys
    state: StatePublisher
    tasks: Tasks
    /** Of this machine. */
    clock: Clock
    log: Log
    settings: Settings
  }
  /** Of the network. */
  world: { net: Net; reach: Reach; clock: Clock }
  heads: Pick<Heads, 'current' | 'params'>
  miner: Pick<MinerSetup, 'validation'>
  relayUrl: () => string | undefined
  /** Of the supplier in view. */
  record: () => SupplierRecord | undefined
  records: () => readonly SupplierRecord[]
}): { selfTests: SelfTestRoom; handlers: ReturnType<typeof relayHandlers> & SelfTestRoom['handlers'] } {
  const { network, store, rehearsal, state, tasks, log, settings } = deps.rooms
  const { net, reach, clock } = deps.world
  const parts = { chain: () => deps.heads.current(), params: () => deps.heads.params(), net, store, rehearsal, state, tasks, clock, log }
  const relays = createRelaySender(parts)
  const selfTests = createSelfTestRoom({
    network,
    net,
    store,
    state,
    tasks,
    log,
    reach,
    clock: deps.rooms.clock,
    ownDoor: deps.relayUrl,
    records: deps.records,
    // Play money alone stakes an application of ours: elsewhere a relay that is refused as it should be is all that can be proven (offchain facts 2.2).
    relay: networkOf(network).madeHere ? (wish, task) => tryRelay(parts, wish, task) : undefined,
    validation: () => deps.miner.validation(),
    choices: () => ({ afterStart: settings.get('selfTestAfterStart'), everyMinutes: settings.get('selfTestMinutes') }),
  })
  return { selfTests, handlers: { ...selfTests.handlers, ...relayHandlers({ relays, store, record: deps.record }) } }
}

/** Which host the relay miner asks; undefined on networks that were made here, whose node is beside it. */
export function wireMinerHost(deps: {
  rooms: { network: NetworkId | null; store: Store; state: StatePublisher; log: Log; activity: MinerHostDeps['activity'] }
  world: { connectChain: ConnectChain; reach: Reach; clock: Clock; minerHostTimes?: Partial<HostTimes> }
  heads: Pick<Heads, 'isCertain' | 'requireKnown' | 'block1Hash'>
  endpoints: Pick<EndpointList, 'list'>
  wake: () => void
}): MinerHost | undefined {
  const { rooms, world, heads, endpoints, wake } = deps
  if (networkOf(rooms.network).madeHere) return undefined
  const { network, store, state, log, activity } = rooms
  const { connectChain: connect, reach, clock } = world
  const times = world.minerHostTimes
  return createMinerHost({
    network,
    store,
    state,
    log,
    clock,
    heads,
    connect,
    reach,
    activity,
    times,
    endpoints: () => endpoints.list(),
    wake,
  })
}

/** What a start of Hearth does not change about the relay miner: its gas price, and how it judges relays. */
export function wireMinerChoices(rooms: {
  network: NetworkId | null
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
  settings: Settings
}): { price: MinerPrice; judging: Judging } {
  const { state, settings } = rooms
  return {
    price: createMinerPrice({
      ...rooms,
      ceilingUpokt: () => BigInt(settings.get('feeCeilingPokt')) * UPOKT_PER_POKT,
      isSending: () => isSending(state.state.clock.lanes, state.state.chain.height),
    }),
    judging: createJudging(rooms),
  }
}
