import type { Heads } from '../chain/heads.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { Vault } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { createKeyGiver, type GiveKeys, type KeeperTarget } from './give-key.ts'
import type { Keys } from './keys.ts'
import { createServingKeys, type ServingKeys } from './serving-keys.ts'

/** Which keys the relay miner of a network signs with, and how the keeper gets them, made of what its rooms have. */
export function wireKeys(deps: {
  rooms: { network: string | null; vault: Vault; keys: Keys; store: Store; state: StatePublisher; log: Log }
  /** Of the network. */
  clock: Clock
  heads: Heads
  last: Parameters<typeof createServingKeys>[0]['last']
  nodes: () => { keeperTarget(name: string): Promise<KeeperTarget | undefined> }
}): { servingKeys: ServingKeys; giveKeys: GiveKeys } {
  const { network, vault, keys, store, state, log } = deps.rooms
  return {
    servingKeys: createServingKeys({
      keys: () => keys.list(),
      network: () => network,
      last: deps.last,
      claimableBlocks: () => claimableBlocks(deps.heads.params()),
      store,
      fence: keys.fence,
    }),
    giveKeys: createKeyGiver({
      vault,
      keeperTarget: (name) => deps.nodes().keeperTarget(name),
      openUnattended: () => keys.openUnattended(),
      heads: deps.heads,
      state,
      clock: deps.clock,
      log,
    }),
  }
}

/** From the first block of a session to the end of its claim window; 0 while the rules are not known. */
const claimableBlocks = (params: ReturnType<Heads['params']>): number =>
  params ? params.numBlocksPerSession + params.claimWindowOpenOffsetBlocks + params.claimWindowCloseOffsetBlocks : 0
