import { z } from 'zod'

/**
 * What a node may answer. Objects are loose: a newer node may say more, and what it says beyond these fields is not read. Shapes: onchain facts 3.
 * Integers arrive as text (64 bit) or as numbers (32 bit).
 */

const wholeText = z.string().regex(/^\d{1,30}$/)

/** Heights, session numbers and other integers that stay far under 2^53. */
export const smallInteger = z.union([wholeText, z.number().int().nonnegative()]).transform(Number).refine(Number.isSafeInteger, 'too large')

/** Amounts in upokt, compute units, gas. */
export const bigInteger = z.union([z.string().regex(/^\d{1,80}$/), z.number().int().nonnegative()]).transform(BigInt)

/** RFC 3339 with up to nine decimals; UTC ms, cut. */
export const timeMs = z
  .string()
  .transform((text) => Date.parse(text))
  .refine(Number.isFinite, 'not a time')

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/)

export const upperHex32 = z.string().regex(/^[0-9A-F]{64}$/)

export const upoktCoin = z.looseObject({ denom: z.literal('upokt'), amount: bigInteger }).transform((coin) => coin.amount)

/** Lists that Go leaves out or writes as null when they are empty. */
export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
}

export const page = z.looseObject({ next_key: z.string().nullish() }).nullish()

export const restError = z.looseObject({ code: z.number().int(), message: z.string() })

// CometBFT

export const rpcError = z.looseObject({ code: z.number().int(), message: z.string(), data: z.unknown().optional() })

export const rpcAnswer = z.looseObject({ result: z.unknown().optional(), error: rpcError.optional() })

export const statusResult = z.looseObject({
  node_info: z.looseObject({ network: z.string().min(1) }),
  sync_info: z.looseObject({
    latest_block_hash: z.string(),
    latest_block_height: smallInteger,
    latest_block_time: timeMs,
    catching_up: z.boolean(),
  }),
})

/** The time of block 1 as it stands: it is the genesis time, to the nanosecond. */
export const firstBlockResult = z.looseObject({
  block_id: z.looseObject({ hash: upperHex32 }),
  block: z.looseObject({ header: z.looseObject({ chain_id: z.string(), height: smallInteger, time: z.string().min(1) }) }),
})

export const wireEvent = z.looseObject({
  type: z.string(),
  attributes: list(z.looseObject({ key: z.string(), value: z.string().nullish() })),
})
export type WireEvent = z.infer<typeof wireEvent>

export const blockResultsResult = z.looseObject({
  height: smallInteger,
  txs_results: list(
    z.looseObject({
      code: z
        .number()
        .int()
        .nullish()
        .transform((code) => code ?? 0),
      codespace: z
        .string()
        .nullish()
        .transform((text) => text ?? ''),
      log: z
        .string()
        .nullish()
        .transform((text) => text ?? ''),
      gas_used: bigInteger,
      gas_wanted: bigInteger,
      events: list(wireEvent),
    }),
  ),
  finalize_block_events: list(wireEvent),
})

/** A message of the `NewBlockHeader` subscription. */
export const newBlockHeader = z.looseObject({
  result: z.looseObject({ data: z.looseObject({ value: z.looseObject({ header: z.looseObject({ height: smallInteger }) }) }) }),
})

// REST, Cosmos

const pubKey = z.looseObject({ '@type': z.string(), key: z.string().optional() }).nullish()

const baseAccount = z.looseObject({ address: z.string(), pub_key: pubKey, account_number: bigInteger, sequence: bigInteger })

/** Module accounts nest a base account, vesting accounts nest it twice. */
export const accountAnswer = z.looseObject({
  account: z.union([
    baseAccount,
    z.looseObject({ base_account: baseAccount }).transform((account) => account.base_account),
    z
      .looseObject({ base_vesting_account: z.looseObject({ base_account: baseAccount }) })
      .transform((account) => account.base_vesting_account.base_account),
  ]),
})

export const balanceAnswer = z.looseObject({ balance: upoktCoin })

export const nodeConfigAnswer = z.looseObject({ minimum_gas_price: z.string() })

export const simulateAnswer = z.looseObject({ gas_info: z.looseObject({ gas_used: bigInteger }) })

export const broadcastAnswer = z.looseObject({
  tx_response: z.looseObject({ txhash: z.string(), code: z.number().int(), codespace: z.string(), raw_log: z.string() }),
})

export const txAnswer = z.looseObject({
  tx_response: z.looseObject({
    txhash: z.string(),
    height: smallInteger,
    code: z.number().int(),
    codespace: z.string(),
    raw_log: z.string(),
    gas_used: bigInteger,
  }),
})

// REST, Pocket

export const sharedParamsAnswer = z.looseObject({
  params: z.looseObject({
    num_blocks_per_session: smallInteger.refine((blocks) => blocks > 0, 'no session without blocks'),
    grace_period_end_offset_blocks: smallInteger,
    claim_window_open_offset_blocks: smallInteger,
    claim_window_close_offset_blocks: smallInteger,
    proof_window_open_offset_blocks: smallInteger,
    proof_window_close_offset_blocks: smallInteger,
    supplier_unbonding_period_sessions: smallInteger,
    compute_units_to_tokens_multiplier: bigInteger,
    compute_unit_cost_granularity: bigInteger,
    // Nodes before the session grid do not know these; 0 is the protocol's word for "unset" (onchain facts 5.2).
    session_grid_anchor_height: smallInteger.optional().transform((height) => height ?? 0),
    session_number_at_anchor: smallInteger.optional().transform((number) => number ?? 0),
  }),
})

export const supplierParamsAnswer = z.looseObject({ params: z.looseObject({ min_stake: upoktCoin, staking_fee: upoktCoin }) })

export const applicationParamsAnswer = z.looseObject({
  params: z.looseObject({ min_stake: upoktCoin, max_delegated_gateways: smallInteger }),
})

export const proofParamsAnswer = z.looseObject({
  params: z.looseObject({ proof_missing_penalty: upoktCoin, proof_submission_fee: upoktCoin }),
})

const supplierService = z
  .looseObject({
    service_id: z.string(),
    endpoints: list(z.looseObject({ url: z.string(), rpc_type: z.string() })),
    rev_share: list(z.looseObject({ address: z.string(), rev_share_percentage: smallInteger })),
  })
  .transform((service) => ({
    serviceId: service.service_id,
    endpoints: service.endpoints.map((each) => ({ url: each.url, rpcType: each.rpc_type })),
    revShare: service.rev_share.map((each) => ({ address: each.address, percent: each.rev_share_percentage })),
  }))

export const supplierAnswer = z.looseObject({
  supplier: z.looseObject({
    owner_address: z.string(),
    operator_address: z.string(),
    stake: upoktCoin,
    services: list(supplierService),
    unstake_session_end_height: smallInteger,
    service_config_history: list(
      z.looseObject({ service: supplierService, activation_height: smallInteger, deactivation_height: smallInteger }),
    ),
  }),
})

export const servicesAnswer = z.looseObject({
  service: list(z.looseObject({ id: z.string(), name: z.string(), compute_units_per_relay: bigInteger, owner_address: z.string() })),
  pagination: page,
})

const application = z.looseObject({
  address: z.string(),
  stake: upoktCoin,
  service_configs: list(z.looseObject({ service_id: z.string() })),
  delegatee_gateway_addresses: list(z.string()),
  unstake_session_end_height: smallInteger,
  // Nodes before the limit do not know it.
  per_session_spend_limit: upoktCoin.nullish(),
})

export const applicationAnswer = z.looseObject({ application })

const sessionHeader = z.looseObject({
  application_address: z.string(),
  service_id: z.string(),
  session_id: z.string(),
  session_start_block_height: smallInteger,
  session_end_block_height: smallInteger,
})

export const sessionAnswer = z.looseObject({
  session: z.looseObject({
    header: sessionHeader,
    session_number: smallInteger,
    application: z.looseObject({ delegatee_gateway_addresses: list(z.string()) }),
    suppliers: list(z.looseObject({ operator_address: z.string() })),
  }),
})

export const claimsAnswer = z.looseObject({
  claims: list(
    z.looseObject({
      supplier_operator_address: z.string(),
      session_header: sessionHeader,
      root_hash: base64,
      proof_validation_status: z.enum(['PENDING_VALIDATION', 'VALIDATED', 'INVALID']),
    }),
  ),
  pagination: page,
})

// Looking back

/** `result` of `block_search`; the blocks themselves are not read. */
export const blockSearchResult = z.looseObject({
  blocks: list(z.looseObject({ block: z.looseObject({ header: z.looseObject({ height: smallInteger }) }) })),
  total_count: smallInteger,
})

/** `result` of `tx_search`. */
export const txSearchResult = z.looseObject({ txs: list(z.looseObject({ height: smallInteger })), total_count: smallInteger })

/** `0` for one that was not carried out. */
export const appliedUpgradeAnswer = z.looseObject({ height: smallInteger })
export const upgradeAnswer = z.looseObject({
  plan: z.looseObject({ name: z.string().max(200), height: smallInteger }).nullish(),
})
