import {
  claimValue,
  claimCap,
  settledAmount,
  settlementOf,
  shareOut,
  type ApplicationBudget,
  type ClaimPricing,
  type SettlementRules,
  type Split,
} from '#shared/model/claim-value.ts'
import { shareByStake, type ValidatorStake } from '#shared/model/validator-share.ts'

/** What a settlement will do, from nothing but the session maths of `shared/model` and what the chain held before it. Amounts are upokt. */

/** A claim as it lies on the chain before its settlement. */
export interface OpenClaim {
  operator: string
  application: string
  computeUnits: bigint
  relays: bigint
}

export interface RevenueShare {
  address: string
  percent: number
}

export interface BeforeSettlement {
  claims: readonly OpenClaim[]
  /** By operator, in the order of the supplier's record. */
  revenueShares: ReadonlyMap<string, readonly RevenueShare[]>
  applicationStakes: ReadonlyMap<string, bigint>
  pricing: ClaimPricing
  rules: SettlementRules
  pendingSessions: number
  overservicingBonusMultiplier: bigint
  proofThresholdUpokt: bigint
  sourceOwner: string
  dao: string
  validators: readonly ValidatorStake[]
  modules: { application: string }
}

export interface PredictedClaim {
  claim: OpenClaim
  claimedUpokt: bigint
  estimatedComputeUnits: bigint
  estimatedRelays: bigint
  /** 0 none, 2 for its worth; nothing is drawn by lot where this is used. */
  proofRequirement: 0 | 2
  settledUpokt: bigint
  mintedUpokt: bigint
  overservicingLossUpokt: bigint
  deflationLossUpokt: bigint
  /** What the chain will say of an application that cannot pay all; undefined when it can. */
  overserviced: { expectedBurnUpokt: bigint; effectiveBurnUpokt: bigint } | undefined
  /** `reason recipient amount`, without the proposers, who are paid per block. */
  payouts: string[]
}

export interface PredictedSettlement {
  claims: PredictedClaim[]
  /** What every balance changes by, modules too. */
  changes: Map<string, bigint>
  applicationStakes: Map<string, bigint>
  supplyChange: bigint
  relays: bigint
}

const BURN_MINT = 'TLM_RELAY_BURN_EQUALS_MINT'
const GLOBAL_MINT = 'TLM_GLOBAL_MINT'

/** Predicts one settlement block (onchain facts 5.3, 5.4). All claims count as proven or as not in need of it. */
export function predictSettlement(before: BeforeSettlement): PredictedSettlement {
  const stakes = new Map(before.applicationStakes)
  const changes = new Map<string, bigint>()
  const give = (address: string, upokt: bigint): void => {
    changes.set(address, (changes.get(address) ?? 0n) + upokt)
  }
  const worths = before.claims.map((claim) => claimValue(claim.computeUnits, before.pricing))
  const budgets = new Map<string, ApplicationBudget>()
  for (const { application } of before.claims) {
    budgets.set(application, {
      stakeUpokt: before.applicationStakes.get(application) ?? 0n,
      pendingSessions: before.pendingSessions,
      claimsUpokt: before.claims.flatMap((other, index) => (other.application === application ? [worths[index]?.claimedUpokt ?? 0n] : [])),
      globalInflation: before.rules.globalInflation,
      overservicingBonusMultiplier: before.overservicingBonusMultiplier,
    })
  }
  const proposers = { claim: 0n, globalMint: 0n }
  let supplyChange = 0n
  const claims = before.claims.map((claim, index): PredictedClaim => {
    const worth = worths[index]
    const budget = budgets.get(claim.application)
    if (worth === undefined || budget === undefined) throw new Error('a claim without a budget')
    const { claimedUpokt, estimatedComputeUnits } = worth
    const { needUpokt, capUpokt } = claimCap(claimedUpokt, budget)
    const { settledUpokt, overservicingLossUpokt } = settledAmount(claimedUpokt, budget)
    const settlement = settlementOf(settledUpokt, before.rules)
    if (settlement.discarded) throw new Error('a claim too small to be paid: not part of this run')
    const payouts: string[] = []
    const pay = (reason: string, address: string, upokt: bigint): void => {
      if (upokt === 0n) return
      payouts.push(`${reason} ${address} ${upokt}`)
      give(address, upokt)
    }
    const paySplit = (prefix: string, split: Split): void => {
      const shares = before.revenueShares.get(claim.operator) ?? []
      const parts = shareOut(
        split.supplierUpokt,
        shares.map(({ percent }) => percent),
      )
      shares.forEach(({ address }, place) => pay(`${prefix}_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION`, address, parts[place] ?? 0n))
      pay(`${prefix}_SOURCE_OWNER_REWARD_DISTRIBUTION`, before.sourceOwner, split.sourceOwnerUpokt)
      pay(`${prefix}_DAO_REWARD_DISTRIBUTION`, before.dao, split.daoUpokt)
      pay(`${prefix}_APPLICATION_REWARD_DISTRIBUTION`, claim.application, split.applicationUpokt)
    }
    if (settledUpokt > 0n) {
      paySplit(BURN_MINT, settlement.claim)
      paySplit(GLOBAL_MINT, settlement.globalMint)
      pay(`${GLOBAL_MINT}_REIMBURSEMENT_REQUEST_ESCROW_DAO_TRANSFER`, before.dao, settlement.inflationUpokt)
      proposers.claim += settlement.claim.proposerUpokt
      proposers.globalMint += settlement.globalMint.proposerUpokt
      give(before.modules.application, -settledUpokt - settlement.inflationUpokt)
      stakes.set(claim.application, (stakes.get(claim.application) ?? 0n) - settledUpokt - settlement.inflationUpokt)
      supplyChange += settlement.mintedUpokt + settlement.inflationUpokt - settledUpokt
    }
    return {
      claim,
      claimedUpokt,
      estimatedComputeUnits,
      estimatedRelays: estimatedComputeUnits / (claim.computeUnits / claim.relays),
      proofRequirement: claimedUpokt >= before.proofThresholdUpokt ? 2 : 0,
      settledUpokt,
      mintedUpokt: settlement.mintedUpokt,
      overservicingLossUpokt,
      deflationLossUpokt: settlement.deflationLossUpokt,
      overserviced: needUpokt > capUpokt ? { expectedBurnUpokt: needUpokt, effectiveBurnUpokt: capUpokt } : undefined,
      payouts: payouts.sort(),
    }
  })
  for (const upokt of [proposers.claim, proposers.globalMint])
    for (const { address, poolShareUpokt } of shareByStake(upokt, before.validators)) give(address, poolShareUpokt)
  return { claims, changes, applicationStakes: stakes, supplyChange, relays: before.claims.reduce((sum, { relays }) => sum + relays, 0n) }
}
