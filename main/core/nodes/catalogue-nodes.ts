import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { MinerRpcType } from '../relays/miner-config.ts'
import type { Readiness } from './readiness.ts'

/** What the reconcile loop and the relay miner need of the catalogue's entries. */
export interface CatalogueNodes {
  /** Every container that an entry of the catalogue can have here; those without a row do not run. */
  entries(): CatalogEntry[]
  look(entry: CatalogEntry, ports: Record<string, number>): Promise<Readiness>
  /** The node that answers a service, where it is one of the catalogue. */
  nodeOf(serviceId: string): string | undefined
  /** Where the relay miner asks it: through the gate. */
  url(serviceId: string, rpcType?: MinerRpcType): string | undefined
  /** The chain and all that belongs to it goes: ends what is under way. */
  leave(): Promise<void>
  /** The same, afterwards: nothing is wanted any more. */
  forget(): Promise<void>
}
