import { HearthError } from '#shared/api/errors.ts'
import type { Handlers } from './dispatch.ts'
import type { NetworkRooms, NoteActivity } from './network-shape.ts'
import type { Records } from './ports/records.ts'
import type { Store } from './ports/store.ts'
import type { StatePublisher } from './state/publisher.ts'

/** A test network that its keepers begin anew is another chain behind the same hosts. What Hearth knew of the old one is set aside, and the new one is met like one never seen. */

/** The request of the page. @param deps.rooms of the network in use */
export function startAnewHandlers(deps: {
  state: StatePublisher
  records: Pick<Records, 'setAside'>
  rooms: () => Pick<NetworkRooms, 'forgetChain'>
  activity: NoteActivity
}): Pick<Handlers, 'chain.startAnew'> {
  const { state, records } = deps
  return {
    'chain.startAnew': async ({ block1Hash }, signal) => {
      const { network } = state.state.app
      const { replaced } = state.state.chain
      if (replaced === undefined || replaced === null || replaced.block1Hash !== block1Hash)
        throw new HearthError('chain-unknown-fingerprint', { found: replaced?.block1Hash ?? '' })
      // First the copy: until it is whole, nothing is forgotten.
      const { path } = await records.setAside(signal === undefined ? {} : { signal })
      await deps.rooms().forgetChain()
      deps.activity('chain-started-anew', { network: network ?? '', hash: block1Hash, path }, 'you', 'warn')
      return { path }
    },
  }
}

/** Everything that was read of the chain of a network goes; its keys, endpoints, wishes and the address book stay. */
export async function forgetChain(deps: {
  network: string | null
  store: Pick<Store, 'removeChain'>
  state: StatePublisher
  heads: { forget(): void }
  onChainRemoved: () => Promise<void>
}): Promise<void> {
  const { network, store, state, heads } = deps
  if (network === null) throw new HearthError('no-network')
  await store.removeChain(network)
  for (const slice of ['intents', 'balances', 'attention'] as const)
    for (const id of Object.keys(state.state[slice])) state.remove(slice, id)
  await deps.onChainRemoved()
  state.patch('chain', { known: 'unknown', found: null, replaced: null })
  heads.forget()
}
