import { HearthError } from '#shared/api/errors.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { NetworkRooms } from './network-shape.ts'

/** What only a chain that Hearth made on this machine has: it is made and removed by the user, its faucet and its rehearsal application belong to them. */
export const MADE_HERE_ONLY = [
  'localChain.start',
  'localChain.remove',
  'faucet.request',
  'relays.sendTest',
] as const satisfies (keyof NetworkRooms['handlers'])[]

/** The relay bundle of a network of others: a chain that was made here has its containers with it. */
export const BUNDLE_ONLY = [
  'bundle.start',
  'bundle.remove',
  'bundle.chooseHost',
  'bundle.hostByItself',
] as const satisfies (keyof NetworkRooms['handlers'])[]

/**
 * The same handlers, but that some refuse before they begin: `no-network` while none is chosen. Wherever the chain was not made here what belongs to such a chain refuses with
 * `not-on-this-network` (detail.network); where it was made here, the relay bundle with `not-allowed`.
 */
export function onlyWhereMadeHere(network: NetworkId | null, handlers: NetworkRooms['handlers']): NetworkRooms['handlers'] {
  const { madeHere, title } = networkOf(network)
  const refusing = (names: readonly string[], error: () => HearthError): Record<string, () => Promise<never>> =>
    Object.fromEntries(names.map((name) => [name, () => Promise.reject(error())]))
  if (network === null) return { ...handlers, ...refusing([...MADE_HERE_ONLY, ...BUNDLE_ONLY], () => new HearthError('no-network')) }
  if (madeHere) return { ...handlers, ...refusing(BUNDLE_ONLY, () => new HearthError('not-allowed', { network: title })) }
  return {
    ...handlers,
    ...refusing(MADE_HERE_ONLY, () => new HearthError('not-on-this-network', { network: title })),
  }
}
