import type { NetworkId } from '#shared/api/state.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { EjectFolder } from '../ports/eject-folder.ts'
import type { Store } from '../ports/store.ts'
import type { MinerSetup } from '../relays/miner-setup.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { eject } from './eject.ts'

/** The row of the request table for leaving Hearth, made of the rooms of the chosen network. */
export function ejectHandlers(deps: {
  rooms: {
    network: NetworkId | null
    store: Store
    state: StatePublisher
    clock: Clock
    installId: string
    ejectFolder: EjectFolder
    template(name: string): string
    activity(text: string, facts: Record<string, string>): void
  }
  world: { catalog: CatalogEntry[]; imageOverrides: Record<string, string> }
  miner: Pick<MinerSetup, 'config'>
  heads: Pick<Heads, 'current'>
}): Pick<Handlers, 'eject.write'> {
  const { rooms, world, miner, heads } = deps
  return {
    'eject.write': async ({ name }) => {
      const written = await eject(
        {
          store: rooms.store,
          folder: rooms.ejectFolder,
          template: (file) => rooms.template(file),
          installId: rooms.installId,
          network: () => rooms.network,
          catalog: world.catalog,
          imageOverrides: world.imageOverrides,
          minerConfig: () => miner.config(),
          minimumGasPrice: async () => heads.current()?.minimumGasPrice(),
          state: () => rooms.state.state,
          clock: rooms.clock,
        },
        name,
      )
      rooms.activity('ejected', { path: written.path })
      return written
    },
  }
}
