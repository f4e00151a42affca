import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'

/**
 * Takes out of blocks what concerns simulated suppliers, applications, gateways and modules alone: it is most of a block, nobody asks for it again, and a year of it would
 * fill the memory. What names anybody else stays whole, and so does what Pocket says of the network itself.
 * @param strangers addresses of the simulated population, of modules and of validators
 */
export function createOwnEvents(strangers: ReadonlySet<string>): (block: ChainBlock) => ChainBlock {
  const namesOurs = (event: ChainEvent): boolean => addressesIn(event.attributes).some((address) => !strangers.has(address))
  const isOfNetwork = (event: ChainEvent): boolean => event.type.startsWith('pocket.') && addressesIn(event.attributes).length === 0
  return (block) => ({
    ...block,
    txs: block.txs.filter((tx) => tx.events.some(namesOurs)),
    blockEvents: block.blockEvents.filter((event) => namesOurs(event) || isOfNetwork(event)),
  })
}

const ADDRESS = /\b[a-z]{4,10}1[02-9ac-hj-np-z]{38,58}\b/g

function addressesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.match(ADDRESS) ?? []
  if (Array.isArray(value)) return value.flatMap(addressesIn)
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(addressesIn) : []
}
