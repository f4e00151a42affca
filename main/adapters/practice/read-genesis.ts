import { z } from 'zod'
import { bech32Decode, bech32Encode } from '#main/adapters/cosmos/tx/bech32.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import type { PracticeGenesis, PracticeParams } from './parts.ts'

const whole = z.string().regex(/^\d{1,30}$/)
const height = whole.transform(Number)
const amount = whole.transform((text) => BigInt(text))
const coin = z.object({ denom: z.literal('upokt'), amount }).transform((value) => value.amount)
/** A share as pocketd writes it: a JSON number, whose shortest text is exact enough to be read back. */
const share = z.union([z.number(), z.string()]).transform(String)
const shares = z
  .object({ supplier: share, proposer: share, dao: share, source_owner: share, application: share })
  .transform(({ source_owner: sourceOwner, ...rest }) => ({ ...rest, sourceOwner }))

/** What Practice reads of a genesis file. Modules that it does not play are left alone. */
const genesisSchema = z.object({
  genesis_time: z.iso.datetime(),
  chain_id: z.string().min(1).max(50),
  app_state: z.object({
    bank: z.object({ balances: z.array(z.object({ address: z.string(), coins: z.array(coin) })) }),
    genutil: z.object({
      gen_txs: z
        .array(
          z.object({
            body: z.object({
              messages: z
                .array(z.object({ validator_address: z.string(), value: coin, commission: z.object({ rate: z.string() }) }))
                .length(1),
            }),
          }),
        )
        .min(1),
    }),
    service: z.object({
      params: z.object({ add_service_fee: coin, target_num_relays: amount }),
      service_list: z.array(z.object({ id: z.string(), name: z.string(), compute_units_per_relay: amount, owner_address: z.string() })),
    }),
    shared: z.object({
      params: z.object({
        num_blocks_per_session: height,
        grace_period_end_offset_blocks: height,
        claim_window_open_offset_blocks: height,
        claim_window_close_offset_blocks: height,
        proof_window_open_offset_blocks: height,
        proof_window_close_offset_blocks: height,
        supplier_unbonding_period_sessions: height,
        application_unbonding_period_sessions: height,
        gateway_unbonding_period_sessions: height,
        compute_units_to_tokens_multiplier: amount,
        compute_unit_cost_granularity: amount,
        session_grid_anchor_height: height,
        session_number_at_anchor: height,
      }),
    }),
    tokenomics: z.object({
      params: z.object({
        dao_reward_address: z.string(),
        mint_allocation_percentages: shares,
        mint_equals_burn_claim_distribution: shares,
        global_inflation_per_claim: share,
        mint_ratio: share,
        overservicing_bonus_multiplier: share,
      }),
    }),
    proof: z.object({
      params: z.object({
        proof_request_probability: share,
        proof_requirement_threshold: coin,
        proof_missing_penalty: coin,
        proof_submission_fee: coin,
      }),
    }),
    session: z.object({ params: z.object({ num_suppliers_per_session: height }) }),
    supplier: z.object({ params: z.object({ min_stake: coin, staking_fee: coin }) }),
    application: z.object({ params: z.object({ min_stake: coin }) }),
    gateway: z.object({ params: z.object({ min_stake: coin }) }),
  }),
})

/**
 * The first block of a practised chain out of the genesis file and app.toml that its node would start from.
 * @param blockMs pace, which a real node has in its config.toml
 * @throws a plain error with the path of what cannot be read
 */
export function readGenesis(
  text: string,
  options: { addressPrefix: AddressPrefix; blockMs: number; minimumGasPrice: string },
): PracticeGenesis {
  const read = genesisSchema.safeParse(JSON.parse(text))
  if (!read.success) {
    const [issue] = read.error.issues
    throw new Error(`genesis: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
  }
  const { app_state: state, chain_id: chainId, genesis_time: time } = read.data
  const here = (address: string): string => bech32Encode(options.addressPrefix, bech32Decode(address)?.bytes ?? new Uint8Array(20))
  return {
    chainId,
    addressPrefix: options.addressPrefix,
    genesisTimeMs: Date.parse(time),
    blockMs: options.blockMs,
    accounts: state.bank.balances.map(({ address, coins }) => ({ address, upokt: coins[0] ?? 0n })),
    validators: state.genutil.gen_txs.map(({ body }) => {
      const [message] = body.messages
      if (!message) throw new Error('genesis: a validator without its message')
      return { address: here(message.validator_address), stakeUpokt: message.value, commission: message.commission.rate }
    }),
    daoAddress: here(state.tokenomics.params.dao_reward_address),
    services: state.service.service_list.map((service) => ({
      id: service.id,
      name: service.name,
      computeUnitsPerRelay: service.compute_units_per_relay,
      ownerAddress: service.owner_address,
    })),
    params: paramsOf(state),
    minimumGasPrice: options.minimumGasPrice,
  }
}

function paramsOf(state: z.infer<typeof genesisSchema>['app_state']): PracticeParams {
  const { params: shared } = state.shared
  const { params: tokenomics } = state.tokenomics
  const { params: proof } = state.proof
  return {
    numBlocksPerSession: shared.num_blocks_per_session,
    gracePeriodEndOffsetBlocks: shared.grace_period_end_offset_blocks,
    claimWindowOpenOffsetBlocks: shared.claim_window_open_offset_blocks,
    claimWindowCloseOffsetBlocks: shared.claim_window_close_offset_blocks,
    proofWindowOpenOffsetBlocks: shared.proof_window_open_offset_blocks,
    proofWindowCloseOffsetBlocks: shared.proof_window_close_offset_blocks,
    sessionGridAnchorHeight: shared.session_grid_anchor_height,
    sessionNumberAtAnchor: shared.session_number_at_anchor,
    supplierUnbondingPeriodSessions: shared.supplier_unbonding_period_sessions,
    applicationUnbondingPeriodSessions: shared.application_unbonding_period_sessions,
    gatewayUnbondingPeriodSessions: shared.gateway_unbonding_period_sessions,
    computeUnitsToTokensMultiplier: shared.compute_units_to_tokens_multiplier,
    computeUnitCostGranularity: shared.compute_unit_cost_granularity,
    supplierMinStakeUpokt: state.supplier.params.min_stake,
    supplierStakingFeeUpokt: state.supplier.params.staking_fee,
    applicationMinStakeUpokt: state.application.params.min_stake,
    gatewayMinStakeUpokt: state.gateway.params.min_stake,
    proofMissingPenaltyUpokt: proof.proof_missing_penalty,
    proofSubmissionFeeUpokt: proof.proof_submission_fee,
    numSuppliersPerSession: state.session.params.num_suppliers_per_session,
    proofRequestProbability: proof.proof_request_probability,
    proofRequirementThresholdUpokt: proof.proof_requirement_threshold,
    globalInflationPerClaim: decimal(tokenomics.global_inflation_per_claim),
    mintRatio: tokenomics.mint_ratio,
    mintEqualsBurn: tokenomics.mint_equals_burn_claim_distribution,
    mintAllocation: tokenomics.mint_allocation_percentages,
    overservicingBonusMultiplier: tokenomics.overservicing_bonus_multiplier,
    targetNumRelays: state.service.params.target_num_relays,
    addServiceFeeUpokt: state.service.params.add_service_fee,
  }
}

/** `1e-6` is how JSON may write a millionth; the chain counts with exact decimals. */
function decimal(text: string): string {
  const [, mantissa, exponent] = /^(\d+(?:\.\d+)?)e-(\d+)$/.exec(text) ?? []
  if (mantissa === undefined || exponent === undefined) return text
  const [integer = '0', fraction = ''] = mantissa.split('.')
  return `0.${'0'.repeat(Math.max(0, Number(exponent) - integer.length))}${integer}${fraction}`
}
