/**
 * What a claim is worth and how its settlement is split, in exact integers. Sources: onchain facts 5.3 and 5.4. Amounts are upokt. Every floor stands where the chain
 * has one; nothing is rounded in between.
 */

/** An exact fraction; `den` > 0. */
export interface Ratio {
  num: bigint
  den: bigint
}

/** Reads a decimal such as `0.975` or `0.000001` exactly. Throws for anything else. */
export function ratio(decimal: string): Ratio {
  const match = /^(\d{1,20})(?:\.(\d{1,30}))?$/.exec(decimal)
  if (!match) throw new Error(`not a plain decimal: ${decimal}`)
  const fraction = match[2] ?? ''
  return { num: BigInt((match[1] ?? '0') + fraction), den: 10n ** BigInt(fraction.length) }
}

const floorTimes = (amount: bigint, { num, den }: Ratio): bigint => (amount * num) / den
const ceilDiv = (num: bigint, den: bigint): bigint => (num + den - 1n) / den
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** A relay whose hash is at most this is mined; this one lets all of them be. */
export const EASIEST_TARGET = (1n << 256n) - 1n

export interface ClaimPricing {
  /** All three as they stood at the start of the session. */
  computeUnitsToTokensMultiplier: bigint
  computeUnitCostGranularity: bigint
  /** Relay mining difficulty of the service, big-endian number; `EASIEST_TARGET` when it has none. */
  targetHash: bigint
}

/**
 * The value of a claim before the application's budget is looked at (onchain facts 5.3).
 * @param claimedComputeUnits sum of the claim's tree
 */
export function claimValue(claimedComputeUnits: bigint, pricing: ClaimPricing): { estimatedComputeUnits: bigint; claimedUpokt: bigint } {
  if (pricing.targetHash <= 0n || pricing.computeUnitCostGranularity <= 0n) throw new Error('pricing without target or granularity')
  // The difficulty multiplier is the exact fraction EASIEST_TARGET / targetHash.
  const scaled = claimedComputeUnits * EASIEST_TARGET
  return {
    estimatedComputeUnits: scaled / pricing.targetHash,
    claimedUpokt: (scaled * pricing.computeUnitsToTokensMultiplier) / (pricing.targetHash * pricing.computeUnitCostGranularity),
  }
}

/** How many sessions of an application can wait for settlement at once: its stake is shared out between them. */
export function pendingSessions(rules: {
  numBlocksPerSession: number
  claimWindowOpenOffsetBlocks: number
  claimWindowCloseOffsetBlocks: number
  proofWindowOpenOffsetBlocks: number
  proofWindowCloseOffsetBlocks: number
}): number {
  const windows =
    rules.claimWindowOpenOffsetBlocks +
    rules.claimWindowCloseOffsetBlocks +
    rules.proofWindowOpenOffsetBlocks +
    rules.proofWindowCloseOffsetBlocks
  return Math.ceil(windows / rules.numBlocksPerSession)
}

/** What one application can pay to each claim of one session. */
export interface ApplicationBudget {
  /** Stake at the start of the settlement. */
  stakeUpokt: bigint
  pendingSessions: number
  /** What every claim of this application and session claims, ours included, that will be settled. */
  claimsUpokt: readonly bigint[]
  /** How many more claims there are that will expire: they take their share of the stake and leave nothing of it to others. */
  expiringClaims?: number
  /** 0n or undefined: none. */
  perSessionSpendLimitUpokt?: bigint
  globalInflation: Ratio
  /** Whole number; 0 and 1 are the same. */
  overservicingBonusMultiplier: bigint
}

/** What is minted on top of a settled amount, rounded up. */
export function inflationOf(settledUpokt: bigint, globalInflation: Ratio): bigint {
  return ceilDiv(settledUpokt * globalInflation.num, globalInflation.den)
}

/**
 * What a claim needs of the application's stake, inflation included, and the most it may take (onchain facts 5.4, step 2).
 * @param claimedUpokt one of `budget.claimsUpokt`
 */
export function claimCap(claimedUpokt: bigint, budget: ApplicationBudget): { needUpokt: bigint; capUpokt: bigint } {
  const { stakeUpokt, globalInflation } = budget
  const claimers = BigInt(budget.claimsUpokt.length + (budget.expiringClaims ?? 0))
  const sessions = BigInt(budget.pendingSessions)
  if (claimers === 0n || sessions === 0n) throw new Error('a budget needs claims and sessions')
  const need = (claimed: bigint): bigint => claimed + inflationOf(claimed, globalInflation)
  let floor = stakeUpokt / sessions / claimers
  const limit = budget.perSessionSpendLimitUpokt ?? 0n
  if (limit > 0n) floor = least(floor, least(limit, stakeUpokt / sessions) / claimers)
  const needUpokt = need(claimedUpokt)
  return { needUpokt, capUpokt: capOf(needUpokt, floor, budget, need) }
}

/**
 * What is settled of a claim (onchain facts 5.4, step 2). All of it unless it needs more than its share of the application's stake.
 * @param claimedUpokt one of `budget.claimsUpokt`
 */
export function settledAmount(claimedUpokt: bigint, budget: ApplicationBudget): { settledUpokt: bigint; overservicingLossUpokt: bigint } {
  const { needUpokt, capUpokt } = claimCap(claimedUpokt, budget)
  if (needUpokt <= capUpokt) return { settledUpokt: claimedUpokt, overservicingLossUpokt: 0n }
  const { num, den } = budget.globalInflation
  // floor(cap / (1 + inflation))
  const settledUpokt = (capUpokt * den) / (den + num)
  return { settledUpokt, overservicingLossUpokt: claimedUpokt - settledUpokt }
}

/** The most a claim may take: its floor, and with a bonus a part of what the others leave, up to so many floors. */
function capOf(own: bigint, floor: bigint, budget: ApplicationBudget, need: (claimed: bigint) => bigint): bigint {
  const multiplier = budget.overservicingBonusMultiplier
  if (multiplier <= 1n || own <= floor) return floor
  let unused = 0n
  let excess = 0n
  for (const claimed of budget.claimsUpokt) {
    const needed = need(claimed)
    if (needed < floor) unused += floor - needed
    else excess += needed - floor
  }
  if (excess === 0n) return floor
  return least(floor + (unused * (own - floor)) / excess, multiplier * floor)
}

/** Shares of what is minted; the DAO gets what is left. */
export interface Shares {
  supplier: Ratio
  proposer: Ratio
  sourceOwner: Ratio
  application: Ratio
}
export interface Split {
  supplierUpokt: bigint
  proposerUpokt: bigint
  sourceOwnerUpokt: bigint
  applicationUpokt: bigint
  daoUpokt: bigint
}

/** Splits an amount: every share is cut, and what the cuts leave goes to the DAO with its own share. */
export function splitAmount(amountUpokt: bigint, shares: Shares): Split {
  const supplierUpokt = floorTimes(amountUpokt, shares.supplier)
  const proposerUpokt = floorTimes(amountUpokt, shares.proposer)
  const sourceOwnerUpokt = floorTimes(amountUpokt, shares.sourceOwner)
  const applicationUpokt = floorTimes(amountUpokt, shares.application)
  const daoUpokt = amountUpokt - supplierUpokt - proposerUpokt - sourceOwnerUpokt - applicationUpokt
  return { supplierUpokt, proposerUpokt, sourceOwnerUpokt, applicationUpokt, daoUpokt }
}

export interface SettlementRules {
  mintRatio: Ratio
  globalInflation: Ratio
  /** Of the minted amount. */
  claimShares: Shares
  /** Of the global mint on top. */
  globalMintShares: Shares
}

export interface Settlement {
  mintedUpokt: bigint
  deflationLossUpokt: bigint
  /** Global mint, also what the application's stake is charged beyond the settled amount. */
  inflationUpokt: bigint
  claim: Split
  globalMint: Split
  /** Settled, and yet too little to mint anything: the chain drops the claim. */
  discarded: boolean
}

/** What comes of a settled amount (onchain facts 5.4, steps 3 to 6). The supplier's two parts are shared out apart, by `shareOut`. */
export function settlementOf(settledUpokt: bigint, rules: SettlementRules): Settlement {
  const mintedUpokt = floorTimes(settledUpokt, rules.mintRatio)
  const discarded = settledUpokt > 0n && mintedUpokt === 0n
  const inflationUpokt = discarded ? 0n : inflationOf(settledUpokt, rules.globalInflation)
  return {
    mintedUpokt,
    deflationLossUpokt: settledUpokt - mintedUpokt,
    inflationUpokt,
    claim: splitAmount(mintedUpokt, rules.claimShares),
    globalMint: splitAmount(inflationUpokt, rules.globalMintShares),
    discarded,
  }
}

/**
 * Shares a supplier's part out between the recipients of its configuration: each share is cut, the rest goes to the first in the list (onchain facts 5.4, step 7).
 * @param percentages whole numbers that add up to 100, in the order of the configuration @returns upokt in the same order
 */
export function shareOut(amountUpokt: bigint, percentages: readonly number[]): bigint[] {
  if (percentages.length === 0 || percentages.reduce((total, percent) => total + percent, 0) !== 100)
    throw new Error('shares must add up to 100')
  const parts = percentages.map((percent) => (amountUpokt * BigInt(percent)) / 100n)
  const rest = amountUpokt - parts.reduce((total, part) => total + part, 0n)
  return parts.map((part, index) => (index === 0 ? part + rest : part))
}
