import { z } from 'zod'

/** What the user wants signed, before any bytes exist. Amounts are typed text in POKT so that core, not the page, judges them. */

const id = z.string().min(1).max(80)
const address = z.string().min(1).max(100)
const amountPokt = z.string().max(60)
const serviceId = z.string().min(1).max(42)
const rpcType = z.enum(['GRPC', 'WEBSOCKET', 'JSON_RPC', 'REST', 'COMET_BFT'])

const service = z.strictObject({
  serviceId,
  url: z.string().max(2048),
  rpcType,
  /** Other ways to the same service. */
  moreEndpoints: z
    .array(z.strictObject({ url: z.string().max(2048), rpcType }))
    .max(8)
    .optional(),
  revShare: z
    .array(z.strictObject({ address, percent: z.number().int().min(1).max(100) }))
    .min(1)
    .max(20),
})
const services = z.array(service).min(1).max(100)
export type ServiceWish = z.infer<typeof service>

const common = {
  /** `unordered`: beside the row of sequences, so that one that waits does not hold it up. */
  order: z.enum(['sequence', 'unordered']).optional(),
  /** Of a watched address whose key the chain has not seen: 66 hex digits or base64 of 33 bytes. */
  pubKey: z.string().max(100).optional(),
}
const wish = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.strictObject({ kind: z.literal(kind), ...shape, ...common })

export const txWishSchema = z.discriminatedUnion('kind', [
  /** Creates a supplier, or sets its stake, signed by the owner. */
  wish('stake-owner', { ownerKeyId: id, operatorAddress: address, amountPokt }),
  /**
   * Replaces what is offered. With `amountPokt` the operator pays for a new supplier as well. `basedOn`: what was offered when the user began, as `supplier.record` names it;
   * refused with `not-now` (problem record-changed) when it is another by now.
   */
  wish('stake-services', {
    operatorKeyId: id,
    ownerAddress: address,
    services,
    amountPokt: amountPokt.optional(),
    basedOn: z.string().max(64).optional(),
  }),
  /** The new total, signed by owner or operator. */
  wish('change-stake', { keyId: id, operatorAddress: address, amountPokt }),
  /** Lifts a stake that fell below the minimum; without an amount to the minimum and the usual margin. */
  wish('rescue', { keyId: id, operatorAddress: address, amountPokt: amountPokt.optional() }),
  wish('cancel-unstake', { keyId: id, operatorAddress: address }),
  wish('change-owner', { keyId: id, operatorAddress: address, newOwnerAddress: address }),
  wish('unstake', { keyId: id, operatorAddress: address }),
  wish('send', { keyId: id, toAddress: address, amountPokt }),
  wish('add-service', { keyId: id, serviceId, name: z.string().max(169), computeUnits: z.string().max(20) }),
  wish('transfer-service', { keyId: id, serviceId, newOwnerAddress: address }),
  wish('stake-application', { keyId: id, serviceId, amountPokt, spendLimitPokt: amountPokt.optional() }),
  wish('unstake-application', { keyId: id }),
  wish('delegate', { keyId: id, gatewayAddress: address }),
  wish('undelegate', { keyId: id, gatewayAddress: address }),
  wish('stake-gateway', { keyId: id, amountPokt }),
  wish('unstake-gateway', { keyId: id }),
  /** `keyId` signs and pays; the Morse key proves whose it was. */
  wish('claim-morse-account', { keyId: id, morseKeyId: id, toAddress: address }),
  /** The old stake becomes an application of `toAddress`, for one service. */
  wish('claim-morse-application', { keyId: id, morseKeyId: id, toAddress: address, serviceId }),
  wish('claim-morse-supplier', {
    keyId: id,
    morseKeyId: id,
    ownerAddress: address,
    operatorAddress: address,
    /** Of the node, when the Morse key is the one that its output belongs to. */
    morseNodeAddress: z.string().max(60).optional(),
    services,
  }),
])
export type TxWish = z.infer<typeof txWishSchema>
