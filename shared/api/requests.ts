import { z } from 'zod'
import { networkIdSchema } from './state.ts'
import { snapshotSchema } from './patches.ts'

/**
 * The one table of requests. Both ends are derived from it: core must have a handler per row, the bridge gets a function per row.
 * `writes` rows run one at a time. `secret` rows are never logged, only their name and outcome.
 */
interface Row<I extends z.ZodType, O extends z.ZodType> {
  input: I
  output: O
  writes: boolean
  secret: boolean
}
function row<I extends z.ZodType, O extends z.ZodType>(input: I, output: O, flags: { writes?: boolean; secret?: boolean } = {}): Row<I, O> {
  return { input, output, writes: flags.writes ?? false, secret: flags.secret ?? false }
}

const none = z.strictObject({})
const done = z.strictObject({})
const id = z.string().min(1).max(80)
const address = z.string().min(1).max(100)
const upokt = z.string().regex(/^\d{1,30}$/)
const taskRef = z.strictObject({ taskId: id })
/** Where the confirm surface waits: the web shell makes an absolute URL of it, Electron a window. */
const surfaceRef = z.strictObject({ surfaceUrl: z.string(), expiresAtMs: z.number() })

const service = z.strictObject({
  serviceId: z.string().min(1).max(42),
  url: z.string().max(2048),
  rpcType: z.enum(['GRPC', 'WEBSOCKET', 'JSON_RPC', 'REST', 'COMET_BFT']),
  revShare: z
    .array(z.strictObject({ address, percent: z.number().int().min(1).max(100) }))
    .min(1)
    .max(20),
})

/** What the user wants signed, before any bytes exist. Amounts are typed text in POKT so that core, not the page, judges them. */
export const txWishSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stake-owner'), ownerKeyId: id, operatorAddress: address, amountPokt: z.string().max(60) }),
  z.strictObject({
    kind: z.literal('stake-services'),
    operatorKeyId: id,
    ownerAddress: address,
    services: z.array(service).min(1).max(30),
  }),
  z.strictObject({ kind: z.literal('unstake'), keyId: id, operatorAddress: address }),
  z.strictObject({ kind: z.literal('send'), keyId: id, toAddress: address, amountPokt: z.string().max(60) }),
])
export type TxWish = z.infer<typeof txWishSchema>

export const claimViewSchema = z.strictObject({
  key: z.string(),
  operatorAddress: z.string(),
  applicationAddress: z.string(),
  serviceId: z.string(),
  sessionEndHeight: z.number().int(),
  sessionNumber: z.number().int().nullable(),
  stage: z.enum(['claimed', 'proven', 'settled', 'expired', 'discarded']),
  relays: z.string(),
  claimedUpokt: z.string(),
  settledUpokt: z.string().nullable(),
  mintedUpokt: z.string().nullable(),
  overservicingLossUpokt: z.string().nullable(),
  deflationLossUpokt: z.string().nullable(),
  slashedUpokt: z.string().nullable(),
  yourUpokt: z.string().nullable(),
  claimHeight: z.number().int().nullable(),
  claimTxHash: z.string().nullable(),
  proofHeight: z.number().int().nullable(),
  proofTxHash: z.string().nullable(),
  settledHeight: z.number().int().nullable(),
  settledAtMs: z.number().nullable(),
  proofRequirement: z.string().nullable(),
  reason: z.string().nullable(),
  recipients: z.array(z.strictObject({ address: z.string(), label: z.string(), upokt: z.string(), opReason: z.string() })),
})
export type ClaimView = z.infer<typeof claimViewSchema>

export const requests = {
  'state.get': row(none, snapshotSchema),
  'app.chooseNetwork': row(z.strictObject({ network: networkIdSchema }), done, { writes: true }),

  'vault.create': row(z.strictObject({ password: z.string().min(1).max(1024) }), done, { writes: true, secret: true }),
  'vault.unlock': row(z.strictObject({ password: z.string().min(1).max(1024) }), done, { writes: true, secret: true }),
  'vault.lock': row(none, done, { writes: true }),
  'keys.open': row(
    z.strictObject({ name: z.string().trim().min(1).max(40), role: z.enum(['owner', 'operator']), mode: z.enum(['make', 'import']) }),
    surfaceRef,
    { writes: true },
  ),

  'engine.check': row(none, done),
  'localChain.start': row(none, taskRef, { writes: true }),
  'localChain.remove': row(none, taskRef, { writes: true }),
  'nodes.start': row(z.strictObject({ nodeId: id }), done, { writes: true }),
  'nodes.stop': row(z.strictObject({ nodeId: id }), done, { writes: true }),
  'nodes.restart': row(z.strictObject({ nodeId: id }), done, { writes: true }),
  'nodes.changePort': row(
    z.strictObject({ nodeId: id, containerPort: z.number().int(), hostPort: z.number().int().min(1024).max(65535) }),
    done,
    { writes: true },
  ),
  'nodes.suggestPort': row(z.strictObject({ nodeId: id, containerPort: z.number().int() }), z.strictObject({ hostPort: z.number().int() })),
  'nodes.logs': row(
    z.strictObject({ nodeId: id, tail: z.number().int().min(1).max(2000) }),
    z.strictObject({ lines: z.array(z.strictObject({ timeMs: z.number(), stream: z.enum(['out', 'err']), text: z.string() })) }),
  ),
  'tasks.cancel': row(z.strictObject({ taskId: id }), done),
  'tasks.dismiss': row(z.strictObject({ taskId: id }), done, { writes: true }),

  'faucet.request': row(z.strictObject({ address, amountPokt: z.string().max(60) }), taskRef, { writes: true }),

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
  'tx.prepare': row(txWishSchema, z.strictObject({ intentId: id, surfaceUrl: z.string(), expiresAtMs: z.number() }), { writes: true }),
  'tx.reopen': row(z.strictObject({ intentId: id }), surfaceRef, { writes: true }),
  'tx.discard': row(z.strictObject({ intentId: id }), done, { writes: true }),

  'relays.sendTest': row(z.strictObject({ serviceId: z.string().max(42), count: z.number().int().min(1).max(500) }), taskRef, {
    writes: true,
  }),
  'relays.results': row(
    z.strictObject({ beforeId: z.number().int().optional(), limit: z.number().int().min(1).max(500) }),
    z.strictObject({
      rows: z.array(
        z.strictObject({
          id: z.number().int(),
          batchId: z.string(),
          atMs: z.number(),
          serviceId: z.string(),
          sessionId: z.string(),
          operatorAddress: z.string(),
          ok: z.boolean(),
          signatureOk: z.boolean(),
          latencyMs: z.number(),
          httpStatus: z.number().int(),
          answer: z.string(),
          error: z.string().nullable(),
        }),
      ),
    }),
  ),

  'earnings.claims': row(
    z.strictObject({
      cursor: z.strictObject({ sessionEndHeight: z.number().int(), key: z.string() }).optional(),
      limit: z.number().int().min(1).max(200),
    }),
    z.strictObject({ rows: z.array(claimViewSchema), more: z.boolean() }),
  ),
  'earnings.days': row(
    z.strictObject({ days: z.number().int().min(1).max(1100) }),
    z.strictObject({ rows: z.array(z.strictObject({ dayStartMs: z.number(), upokt: z.string(), claims: z.number().int() })) }),
  ),
  'earnings.check': row(none, done, { writes: true }),
  'activity.list': row(
    z.strictObject({ beforeId: z.number().int().optional(), limit: z.number().int().min(1).max(200) }),
    z.strictObject({
      rows: z.array(
        z.strictObject({
          id: z.number().int(),
          atMs: z.number(),
          actor: z.enum(['you', 'hearth', 'network', 'system']),
          level: z.enum(['info', 'warn', 'bad']),
          text: z.string(),
          facts: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
} as const

export type RequestName = keyof typeof requests
export type RequestInput<N extends RequestName> = z.input<(typeof requests)[N]['input']>
export type RequestParsed<N extends RequestName> = z.output<(typeof requests)[N]['input']>
export type RequestOutput<N extends RequestName> = z.output<(typeof requests)[N]['output']>

/** Largest message a shell accepts, in bytes, before it even parses. */
export const MAX_REQUEST_BYTES = 256 * 1024
