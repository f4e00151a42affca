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

/** What starts, changes or writes down containers: Hearth runs them beside a chain of its own, and beside no other yet. */
export const CONTAINERS_HERE_ONLY = [
  'nodes.start',
  'nodes.stop',
  'nodes.restart',
  'nodes.keepRunning',
  'nodes.changePort',
  'nodes.suggestPort',
  'backends.attach',
  'backends.startEntry',
  'eject.write',
] as const satisfies (keyof NetworkRooms['handlers'])[]

/**
 * The same handlers, but that these refuse before they begin wherever the chain was not made here: `no-network` while none is chosen, `not-on-this-network` (detail.network) on Mainnet
 * and Beta; what is about containers refuses there with `no-containers-here` (detail.network).
 */
export function onlyWhereMadeHere(network: NetworkId | null, handlers: NetworkRooms['handlers']): NetworkRooms['handlers'] {
  const { madeHere, title } = networkOf(network)
  if (network !== null && madeHere) return handlers
  const refusing = (names: readonly string[], error: () => HearthError): Record<string, () => Promise<never>> =>
    Object.fromEntries(names.map((name) => [name, () => Promise.reject(error())]))
  if (network === null) return { ...handlers, ...refusing(MADE_HERE_ONLY, () => new HearthError('no-network')) }
  return {
    ...handlers,
    ...refusing(MADE_HERE_ONLY, () => new HearthError('not-on-this-network', { network: title })),
    ...refusing(CONTAINERS_HERE_ONLY, () => new HearthError('no-containers-here', { network: title })),
  }
}
