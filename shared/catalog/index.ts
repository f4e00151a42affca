import { anvil } from './entries/anvil.ts'
import { ingress } from './entries/ingress.ts'
import { keeper } from './entries/keeper.ts'
import { pocketLocal } from './entries/pocket-local.ts'
import { relayMiner } from './entries/relay-miner.ts'
import type { CatalogEntry } from './schema.ts'

/** Every kind of container, in the order in which they are shown. */
export const CATALOG: CatalogEntry[] = [pocketLocal, anvil, keeper, relayMiner, ingress]

const BUNDLE = [keeper, relayMiner, ingress]

/** What runs beside a chain of others: no node of it, and no backend but those that the user chooses. What an entry waits for is cut to what is there. */
export const BUNDLE_CATALOG: CatalogEntry[] = BUNDLE.map((entry) => ({
  ...entry,
  dependsOn: entry.dependsOn.filter((nodeId) => BUNDLE.some((other) => other.nodeId === nodeId)),
}))
