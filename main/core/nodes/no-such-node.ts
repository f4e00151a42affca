import { HearthError } from '#shared/api/errors.ts'
import { BUNDLE_CATALOG } from '#shared/catalog/index.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'

/** @returns why there is no row of this node: where nothing was set up yet, that is what helps */
export function noSuchNode(network: string, nodeId: string): HearthError {
  const isOfBundle = !networkOf(network as NetworkId).madeHere && BUNDLE_CATALOG.some((entry) => entry.nodeId === nodeId)
  return new HearthError(isOfBundle ? 'bundle-absent' : 'node-unknown', { nodeId })
}
