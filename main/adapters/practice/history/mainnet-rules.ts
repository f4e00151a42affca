import type { PracticeParams } from '../parts.ts'

/**
 * Rules like mainnet's (onchain facts 2.5 and 5.1) for worlds that begin with a past of their own. Practice decides them as the Local chain does its own; whoever shows or uses
 * them reads them back from the chain.
 */
export const MAINNET_LIKE: PracticeParams = {
  numBlocksPerSession: 20,
  gracePeriodEndOffsetBlocks: 10,
  claimWindowOpenOffsetBlocks: 11,
  claimWindowCloseOffsetBlocks: 10,
  proofWindowOpenOffsetBlocks: 1,
  proofWindowCloseOffsetBlocks: 10,
  sessionGridAnchorHeight: 1,
  sessionNumberAtAnchor: 1,
  supplierUnbondingPeriodSessions: 1429,
  applicationUnbondingPeriodSessions: 3,
  gatewayUnbondingPeriodSessions: 3,
  computeUnitsToTokensMultiplier: 145_990n,
  computeUnitCostGranularity: 1_000_000n,
  supplierMinStakeUpokt: 59_500_000_000n,
  supplierStakingFeeUpokt: 1n,
  applicationMinStakeUpokt: 1_000_000_000n,
  gatewayMinStakeUpokt: 5_000_000_000n,
  proofMissingPenaltyUpokt: 1n,
  proofSubmissionFeeUpokt: 1n,
  numSuppliersPerSession: 50,
  proofRequestProbability: '0.01',
  proofRequirementThresholdUpokt: 100n,
  globalInflationPerClaim: '0.000001',
  mintRatio: '0.975',
  mintEqualsBurn: { supplier: '0.79', proposer: '0.14', dao: '0.045', sourceOwner: '0.025', application: '0' },
  mintAllocation: { supplier: '0.8', proposer: '0', dao: '0.1', sourceOwner: '0.1', application: '0' },
  overservicingBonusMultiplier: '1',
  targetNumRelays: 100_000n,
  addServiceFeeUpokt: 3_500_000_000n,
}
