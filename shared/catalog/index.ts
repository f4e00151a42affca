import { anvil } from './entries/anvil.ts'
import { ingress } from './entries/ingress.ts'
import { keeper } from './entries/keeper.ts'
import { pocketLocal } from './entries/pocket-local.ts'
import { relayMiner } from './entries/relay-miner.ts'
import type { CatalogEntry } from './schema.ts'

/** Every kind of container, in the order in which they are shown. */
export const CATALOG: CatalogEntry[] = [pocketLocal, anvil, keeper, relayMiner, ingress]
