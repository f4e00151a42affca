import { createHash } from 'node:crypto'
import { bech32Encode } from '#main/adapters/cosmos/tx/bech32.ts'

const ADDRESS_BYTES = 20

/**
 * The address of somebody in the practised world who needs no key: other suppliers, applications that scenarios bring, the DAO. Nobody can sign for it.
 * @param role names one of them, for example `application/anvil` @param prefix of this chain's addresses
 */
export function practiceAddress(role: string, prefix: string): string {
  return bech32Encode(prefix, createHash('sha256').update(`practice/${role}`).digest().subarray(0, ADDRESS_BYTES))
}
