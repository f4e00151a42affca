import type { PracticeGenesis, PracticeParams } from '#main/adapters/practice/parts.ts'

/** What a real chain says about itself in its REST answers, as the genesis of a practised one. */

/** The parts of the answers that are read here. */
export interface RestAnswers {
  params: Record<string, unknown>
  service: { id: string; name: string; compute_units_per_relay: string; owner_address: string }[]
  minimum_gas_price: string
}

export interface LocalGenesis {
  chainId: string
  genesisTimeMs: number
  blockMs: number
  validatorAddress: string
  faucetAddress: string
  /** Who owns the services of the genesis. */
  serviceOwner: string
}

/** What the genesis of local chains gives to each of its two accounts, and what the validator stakes of it (test/localnet/genesis.ts). */
const GENESIS_UPOKT = 1_000_000_000_000_000n
const BONDED_UPOKT = 900_000_000n

const upokt = (coin: unknown): bigint => BigInt((coin as { amount: string }).amount)
const decimal = (value: unknown): string => {
  const text = String(value)
  const exponent = /^(\d)e-(\d+)$/.exec(text)
  return exponent ? `0.${'0'.repeat(Number(exponent[2]) - 1)}${exponent[1]}` : text
}
const shares = (value: unknown): PracticeParams['mintAllocation'] => {
  const parts = value as Record<string, unknown>
  return {
    supplier: decimal(parts.supplier),
    proposer: decimal(parts.proposer),
    dao: decimal(parts.dao),
    sourceOwner: decimal(parts.source_owner),
    application: decimal(parts.application),
  }
}

export function genesisOf(rest: (name: string) => RestAnswers, local: LocalGenesis): PracticeGenesis {
  const params = (module: string): Record<string, unknown> => rest(`params-${module}`).params
  const shared = params('shared')
  const proof = params('proof')
  const tokenomics = params('tokenomics')
  const service = params('service')
  const number = (name: string): number => Number(shared[name])
  return {
    chainId: local.chainId,
    addressPrefix: 'pokt',
    genesisTimeMs: local.genesisTimeMs,
    blockMs: local.blockMs,
    accounts: [
      { address: local.validatorAddress, upokt: GENESIS_UPOKT - BONDED_UPOKT },
      { address: local.faucetAddress, upokt: GENESIS_UPOKT },
    ],
    validators: [{ address: local.validatorAddress, stakeUpokt: BONDED_UPOKT, commission: '0.1' }],
    daoAddress: String(tokenomics.dao_reward_address),
    services: rest('services')
      .service.filter((entry) => entry.owner_address === local.serviceOwner)
      .map((entry) => ({
        id: entry.id,
        name: entry.name,
        computeUnitsPerRelay: BigInt(entry.compute_units_per_relay),
        ownerAddress: entry.owner_address,
      })),
    minimumGasPrice: rest('node-config').minimum_gas_price.replace(/upokt$/, ''),
    params: {
      numBlocksPerSession: number('num_blocks_per_session'),
      gracePeriodEndOffsetBlocks: number('grace_period_end_offset_blocks'),
      claimWindowOpenOffsetBlocks: number('claim_window_open_offset_blocks'),
      claimWindowCloseOffsetBlocks: number('claim_window_close_offset_blocks'),
      proofWindowOpenOffsetBlocks: number('proof_window_open_offset_blocks'),
      proofWindowCloseOffsetBlocks: number('proof_window_close_offset_blocks'),
      sessionGridAnchorHeight: number('session_grid_anchor_height'),
      sessionNumberAtAnchor: number('session_number_at_anchor'),
      supplierUnbondingPeriodSessions: number('supplier_unbonding_period_sessions'),
      applicationUnbondingPeriodSessions: number('application_unbonding_period_sessions'),
      gatewayUnbondingPeriodSessions: number('gateway_unbonding_period_sessions'),
      computeUnitsToTokensMultiplier: BigInt(String(shared.compute_units_to_tokens_multiplier)),
      computeUnitCostGranularity: BigInt(String(shared.compute_unit_cost_granularity)),
      supplierMinStakeUpokt: upokt(params('supplier').min_stake),
      supplierStakingFeeUpokt: upokt(params('supplier').staking_fee),
      applicationMinStakeUpokt: upokt(params('application').min_stake),
      gatewayMinStakeUpokt: upokt(params('gateway').min_stake),
      numSuppliersPerSession: Number(params('session').num_suppliers_per_session),
      proofRequestProbability: decimal(proof.proof_request_probability),
      proofRequirementThresholdUpokt: upokt(proof.proof_requirement_threshold),
      proofMissingPenaltyUpokt: upokt(proof.proof_missing_penalty),
      proofSubmissionFeeUpokt: upokt(proof.proof_submission_fee),
      globalInflationPerClaim: decimal(tokenomics.global_inflation_per_claim),
      mintRatio: decimal(tokenomics.mint_ratio),
      mintEqualsBurn: shares(tokenomics.mint_equals_burn_claim_distribution),
      mintAllocation: shares(tokenomics.mint_allocation_percentages),
      overservicingBonusMultiplier: String(tokenomics.overservicing_bonus_multiplier),
      targetNumRelays: BigInt(String(service.target_num_relays)),
      addServiceFeeUpokt: upokt(service.add_service_fee),
    },
  }
}
