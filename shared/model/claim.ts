/** What names a claim on chain: one per supplier, application, service and session (onchain facts 4.2: events carry no session id). */
export interface ClaimIdentity {
  operatorAddress: string
  applicationAddress: string
  serviceId: string
  sessionEndHeight: number
}

/** One text per claim, unique within a network; also the tie-breaker of pages within one session end. */
export function claimKey(claim: ClaimIdentity): string {
  return `${claim.sessionEndHeight}/${claim.operatorAddress}/${claim.applicationAddress}/${claim.serviceId}`
}

const SUPPLIER_REWARD = new Set([
  'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION',
  'TLM_GLOBAL_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION',
])

/**
 * Whether a part of a settled claim is income of the supplier's side (reasons 4 and 7, onchain facts 4.3).
 * Others (source owner, DAO, application) may reach the same address and are counted in its balance, never as supplier income.
 */
export function isSupplierReward(opReason: string): boolean {
  return SUPPLIER_REWARD.has(opReason)
}
