import type { ServiceInfo, SupplierService } from '#main/core/ports/chain.ts'
import { ratio, type ApplicationBudget, type Ratio, type SettlementRules } from '#shared/model/claim-value.ts'
import { worthOf, type ClaimWorth } from '../pricing.ts'
import { proofRequirement, PROOF_REQUIREMENT, type ProofRequirement } from '../proof-requirement.ts'
import { isActive, type ApplicationState, type ChainState, type ClaimState, type SupplierState } from '../state.ts'
import type { Reason } from './reasons.ts'

/** What a settlement works on: copies of those who take part, written back when all claims are through. */

export interface WorkingSupplier {
  supplier: SupplierState
  /** Of the services that claims are about: what is active now, not in the session (onchain facts 2.4). */
  services: SupplierService[]
}

export interface RipeClaim {
  claim: ClaimState
  worth: ClaimWorth
  requirement: ProofRequirement
  settles: boolean
}

export interface SettlementBook {
  state: ChainState
  height: number
  rules: SettlementRules
  globalInflation: Ratio
  applications: Map<string, ApplicationState>
  suppliers: Map<string, WorkingSupplier>
  budgets: Map<string, ApplicationBudget>
  /** Proposers' parts, added up over all claims. */
  proposers: Map<Reason, bigint>
}

/** Why a claim is dropped, in the chain's words. */
export class Dropped extends Error {}

export function openBook(state: ChainState, height: number): SettlementBook {
  const { live } = state
  const shares = (of: typeof live.mintAllocation): SettlementRules['claimShares'] => ({
    supplier: ratio(of.supplier),
    proposer: ratio(of.proposer),
    sourceOwner: ratio(of.sourceOwner),
    application: ratio(of.application),
  })
  const globalInflation = ratio(live.globalInflationPerClaim)
  const rules: SettlementRules = {
    mintRatio: ratio(live.mintRatio),
    globalInflation,
    claimShares: shares(live.mintEqualsBurn),
    globalMintShares: shares(live.mintAllocation),
  }
  return { state, height, rules, globalInflation, applications: new Map(), suppliers: new Map(), budgets: new Map(), proposers: new Map() }
}

/** A claim with what is decided about it before any is settled. */
export function ripeClaim(state: ChainState, claim: ClaimState): RipeClaim {
  const requirement = proofRequirement(state, claim)
  const settles = claim.proofStatus === 'validated' || requirement === PROOF_REQUIREMENT.notRequired
  return { claim, worth: worthOf(state, claim), requirement, settles }
}

/** Opens those a claim is about. @throws Dropped when one of them is gone */
export function takePart(book: SettlementBook, claim: ClaimState): { service: ServiceInfo; working: WorkingSupplier } {
  const { state } = book
  const service = state.services.get(claim.serviceId)
  if (service === undefined) throw new Dropped(`service with ID "${claim.serviceId}" not found: service not found`)
  if (!book.applications.has(claim.applicationAddress)) {
    const application = state.applications.get(claim.applicationAddress)
    if (application === undefined) throw new Dropped('application not found')
    book.applications.set(application.address, application)
  }
  let working = book.suppliers.get(claim.operatorAddress)
  if (working === undefined) {
    const supplier = state.suppliers.get(claim.operatorAddress)
    if (supplier === undefined) throw new Dropped('supplier not found')
    working = { supplier, services: [] }
    book.suppliers.set(claim.operatorAddress, working)
  }
  if (!working.services.some(({ serviceId }) => serviceId === claim.serviceId)) {
    const active = working.supplier.configs.filter(
      (config) => config.service.serviceId === claim.serviceId && isActive(config, book.height),
    )
    working.services.push(...active.map((config) => config.service))
  }
  return { service, working }
}

export const budgetKey = (claim: ClaimState): string => `${claim.applicationAddress}/${claim.sessionId}`
