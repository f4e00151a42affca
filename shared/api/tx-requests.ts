import { z } from 'zod'
import { done, none, row } from './request-row.ts'
import { txWishSchema } from './tx-wish.ts'

const id = z.string().min(1).max(80)
const upokt = z.string().regex(/^\d{1,30}$/)
const surfaceRef = z.strictObject({ surfaceUrl: z.string(), expiresAtMs: z.number() })
const wholeServices = z.array(
  z.strictObject({
    serviceId: z.string(),
    endpoints: z.array(z.strictObject({ url: z.string(), rpcType: z.string() })),
    revShare: z.array(z.strictObject({ address: z.string(), percent: z.number() })),
  }),
)

/** Rows about what is signed, and about what happened to own addresses without Hearth. */
export const txRequests = {
  'supplier.options': row(
    none,
    z.strictObject({
      minStakeUpokt: upokt,
      stakingFeeUpokt: upokt,
      suggestedStakeUpokt: upokt,
      services: z.array(
        z.strictObject({ id: z.string(), name: z.string(), computeUnitsPerRelay: z.string(), backendNodeId: z.string().nullable() }),
      ),
      endpointUrl: z.string().nullable(),
      atHeight: z.number().int(),
    }),
  ),
  /** Brings another one of the own suppliers into view, by its operator. Rejects `supplier-absent` for an address that is no operator of this network here. */
  'supplier.choose': row(z.strictObject({ operatorAddress: z.string().min(1).max(100) }), done, { writes: true }),
  /**
   * What the chain holds of a supplier now, whole: the published state may leave services out. A new stake message replaces all of `offered`, so a form opens with that and
   * nothing else. Rejects `address-invalid`, `chain-unreachable`.
   */
  'supplier.record': row(
    z.strictObject({ operatorAddress: z.string().min(1).max(100) }),
    z.strictObject({
      atHeight: z.number().int(),
      /** null = the chain knows no such supplier. */
      record: z
        .strictObject({
          ownerAddress: z.string(),
          operatorAddress: z.string(),
          stakeUpokt: upokt,
          unstakeSessionEndHeight: z.number().int(),
          /** In the session of now. */
          active: wholeServices,
          /** From the next session on. */
          offered: wholeServices,
          /** When `offered` begins, while it is not in force yet. */
          offeredFromHeight: z.number().int().nullable(),
          /** Of `offered`: a wish that carries it is refused once the chain holds another. */
          basedOn: z.string(),
        })
        .nullable(),
    }),
  ),
  /** What offering these services would change in the relay miner's configuration, line by line, and which containers would be made anew for it. */
  'supplier.previewConfig': row(
    z.strictObject({
      services: z
        .array(
          z.strictObject({
            serviceId: z.string().min(1).max(42),
            rpcTypes: z
              .array(z.enum(['GRPC', 'WEBSOCKET', 'JSON_RPC', 'REST', 'COMET_BFT']))
              .min(1)
              .max(5),
          }),
        )
        .max(100),
    }),
    z.strictObject({ diff: z.string(), restarts: z.array(z.strictObject({ nodeId: id, title: z.string(), drained: z.boolean() })) }),
  ),
  /** `surfaceUrl` is empty when the key lies outside: then `tx.export` has what it signs. */
  'tx.prepare': row(txWishSchema, z.strictObject({ intentId: id, surfaceUrl: z.string(), expiresAtMs: z.number() }), {
    writes: true,
    waits: true,
  }),
  'tx.reopen': row(z.strictObject({ intentId: id }), surfaceRef, { writes: true, waits: true }),
  'tx.discard': row(z.strictObject({ intentId: id }), done, { writes: true }),
  /** A prepared transaction for a wallet outside: as pocketd reads it, and what is signed in each mode. Rejects `tx-expired`. */
  'tx.export': row(
    z.strictObject({ intentId: id }),
    z.strictObject({
      unsignedJson: z.string(),
      directBase64: z.string(),
      aminoJson: z.string(),
      chainId: z.string(),
      accountNumber: z.string(),
      sequence: z.string(),
      signerAddress: z.string(),
      timeoutHeight: z.number().int(),
    }),
  ),
  /** What the wallet gave back. Rejects `signature-invalid` with detail.problem, `tx-expired`. */
  'tx.import': row(z.strictObject({ intentId: id, text: z.string().min(1).max(200_000) }), done, { writes: true }),
  /**
   * Stop serving, wait for the last settlement, then unstake: one plan over hours. While others are served here, relays of this one
   * alone are refused; `all` refuses everybody's until the unstake is in a block, `none` nobody's: then the plan is the unstake alone, whose sheet says what is lost. Rejects `not-now`,
   * `supplier-absent`.
   */
  'leave.begin': row(
    z.strictObject({ keyId: id, operatorAddress: z.string().min(1).max(100), door: z.enum(['all', 'one', 'none']).optional() }),
    done,
    { writes: true },
  ),
  /** Serves again; refused once the unstake is signed. */
  'leave.cancel': row(none, done, { writes: true }),
  /** Its unstake is due and the sheet is asked for. Rejects `not-now` before. */
  'leave.sign': row(none, z.strictObject({ intentId: id, surfaceUrl: z.string(), expiresAtMs: z.number() }), { writes: true, waits: true }),
  /** The user has seen these changes of own addresses. */
  'ownChanges.seen': row(z.strictObject({ ids: z.array(z.string().max(200)).min(1).max(50) }), done, { writes: true }),
} as const
