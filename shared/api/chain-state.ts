import { z } from 'zod'
import { hostChangeWhySchema } from '#shared/networks/stored-endpoints.ts'

/** Which chain it is, how far it is, and where it is asked. */

const upokt = z.string().regex(/^-?\d{1,30}$/)
const ms = z.number().int().nonnegative()
const height = z.number().int().nonnegative()

const endpointEntry = z.strictObject({
  rpcUrl: z.string(),
  /** Where a relay miner asks it; empty: it cannot. */
  grpcUrl: z.string(),
  host: z.string(),
  /** A node on this machine, added by the user, or open to anybody. */
  from: z.enum(['here', 'user', 'public']),
  status: z.enum(['untried', 'good', 'behind', 'unreachable', 'other-chain', 'disagrees', 'lied']),
  height,
  latencyMs: z.number().nullable(),
  agrees: z.boolean().nullable(),
  error: z.string(),
})
export type EndpointState = z.infer<typeof endpointEntry>

/** The slice `chain` of the state. */
export const chainSlice = z.strictObject({
  status: z.enum(['none', 'starting', 'ready', 'stalled', 'unreachable']),
  chainId: z.string(),
  height,
  hash: z.string(),
  blockTimeMs: ms,
  /** Median of the last 100 block times; null until two blocks were seen. */
  medianBlockMs: z.number().nullable(),
  readAtMs: ms,
  params: z
    .strictObject({
      atHeight: height,
      numBlocksPerSession: z.number().int(),
      gracePeriodEndOffsetBlocks: z.number().int(),
      claimWindowOpenOffsetBlocks: z.number().int(),
      claimWindowCloseOffsetBlocks: z.number().int(),
      proofWindowOpenOffsetBlocks: z.number().int(),
      proofWindowCloseOffsetBlocks: z.number().int(),
      sessionGridAnchorHeight: z.number().int(),
      sessionNumberAtAnchor: z.number().int(),
      supplierUnbondingPeriodSessions: z.number().int(),
      computeUnitsToTokensMultiplier: upokt,
      computeUnitCostGranularity: upokt,
      supplierMinStakeUpokt: upokt,
      supplierStakingFeeUpokt: upokt,
      proofMissingPenaltyUpokt: upokt,
    })
    .nullable(),
  /** Where the chain is asked, by number in the order of asking. */
  endpoints: z.record(z.string(), endpointEntry).optional(),
  /** Hosts that hold different blocks while nobody can tell who is right. */
  disagreement: z
    .strictObject({ height, said: z.array(z.strictObject({ host: z.string(), hash: z.string() })).max(4) })
    .nullable()
    .optional(),
  /** By what the chain is known: written down by whoever made it, confirmed by the user, named by its endpoints and waiting for the user's word, or not at all. With the last two nothing is signed. */
  known: z.enum(['recorded', 'confirmed', 'first-use', 'unknown']).optional(),
  /** What waits for that word. */
  found: z
    .strictObject({ chainId: z.string(), block1Hash: z.string(), genesisTime: z.string(), hosts: z.array(z.string()).max(4) })
    .nullable()
    .optional(),
  /** Of a test network: what all its hosts name in place of the chain that the user confirmed. */
  replaced: z
    .strictObject({ block1Hash: z.string(), hosts: z.array(z.string()).max(4) })
    .nullable()
    .optional(),
  /** Newest block whose signatures were checked here; absent where nothing can be proven. */
  provenHeight: height.optional(),
})

/**
 * The relay bundle beside a network of others: which endpoint its miner asks (as `chain.endpoints[…].host`), and whether the user chose it; `host` is empty while none can be asked.
 * Null on networks that were made here, and while there is no bundle.
 */
export const bundleSlice = z
  .strictObject({
    host: z.string().max(270),
    chosen: z.boolean(),
    /** Since when it does not answer as it should, or there is none; null while all is well. */
    badSinceMs: ms.nullable().optional(),
    /** What is wrong is that it fails again and again, each time for a moment. */
    flickers: z.boolean().optional(),
    /** Whether Hearth changes it when it fails. */
    byItself: z.boolean().optional(),
    /** Hearth changed to it: from which host, when, and why; null where the user chose, or nothing was changed. */
    changed: z
      .strictObject({ from: z.string().max(270), atMs: ms, why: hostChangeWhySchema })
      .nullable()
      .optional(),
    /** It stands in for this one, which the user prefers and Hearth goes back to; empty: for none. */
    standsInFor: z.string().max(270).optional(),
  })
  .nullable()
