/** What other folders may take: the key process (the one allowed way from adapter to adapter), the shells and tests. */
export { createTxCodec } from './codec.ts'
export { addressesOf, serviceIdsOf, signerOf } from './messages.ts'
