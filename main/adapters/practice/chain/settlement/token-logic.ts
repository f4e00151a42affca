import { claimCap, settledAmount, settlementOf, shareOut, type ApplicationBudget, type Split } from '#shared/model/claim-value.ts'
import { supplierText } from '../event-shapes.ts'
import { coinText, emit, liveSession, type Frame } from '../frame.ts'
import { quoted } from '../refusal.ts'
import type { ClaimState } from '../state.ts'
import { applicationShape } from '../event-shapes.ts'
import { budgetKey, Dropped, takePart, type RipeClaim, type SettlementBook, type WorkingSupplier } from './book.ts'
import type { Operation } from './operations.ts'
import type { Reason } from './reasons.ts'

/** What one claim pays, to whom, and out of what (onchain facts 5.4). */

export interface ClaimResult {
  settledUpokt: bigint
  operations: Operation[]
}

const TLM = 'internal token logic module error'
const BURN_EQUALS_MINT = 'TLMRelayBurnEqualsMint'
const failedIn = (name: string, text: string): Dropped => new Dropped(`TLM ${quoted(name)}: ${text}: failed to process token logic module`)

/** @throws Dropped in the chain's words; the application's stake may be lower all the same, as on the chain */
export function settleClaim(frame: Frame, book: SettlementBook, ripe: RipeClaim): ClaimResult {
  const { claim, worth } = ripe
  const { service, working } = takePart(book, claim)
  const budget = book.budgets.get(budgetKey(claim))
  if (budget === undefined) throw new Dropped('internal claim settlement error')
  const settledUpokt = withinBudget(frame, claim, worth.claimedUpokt, budget)
  const operations: Operation[] = []
  if (settledUpokt === 0n) return { settledUpokt, operations }

  const settlement = settlementOf(settledUpokt, book.rules)
  operations.push({ type: 'burn', module: 'application', reason: 'TLM_RELAY_BURN_EQUALS_MINT_APPLICATION_STAKE_BURN', upokt: settledUpokt })
  charge(book, claim, settledUpokt)
  if (settlement.discarded) {
    const text = `mint amount truncated to zero for settlement ${settledUpokt} with mint_ratio ${book.state.live.mintRatio}`
    throw failedIn(BURN_EQUALS_MINT, `${text}: ${TLM}`)
  }
  operations.push({
    type: 'mint',
    module: 'tokenomics',
    reason: 'TLM_RELAY_BURN_EQUALS_MINT_TOKENOMICS_CLAIM_DISTRIBUTION_MINT',
    upokt: settlement.mintedUpokt,
  })
  const dao = book.state.genesis.daoAddress
  const pay = (reason: Reason, recipient: string, upokt: bigint): void => {
    if (upokt > 0n) operations.push({ type: 'mod_to_acct', module: 'tokenomics', recipient, reason, upokt })
  }
  payShareholders(operations, working, claim, settlement.claim, CLAIM_REASONS)
  keepForProposers(book, 'TLM_RELAY_BURN_EQUALS_MINT_VALIDATOR_REWARD_DISTRIBUTION', settlement.claim.proposerUpokt)
  pay('TLM_RELAY_BURN_EQUALS_MINT_SOURCE_OWNER_REWARD_DISTRIBUTION', service.ownerAddress, settlement.claim.sourceOwnerUpokt)
  pay('TLM_RELAY_BURN_EQUALS_MINT_DAO_REWARD_DISTRIBUTION', dao, settlement.claim.daoUpokt)
  pay('TLM_RELAY_BURN_EQUALS_MINT_APPLICATION_REWARD_DISTRIBUTION', claim.applicationAddress, settlement.claim.applicationUpokt)

  const { inflationUpokt } = settlement
  if (inflationUpokt > 0n) {
    operations.push({ type: 'mint', module: 'tokenomics', reason: 'TLM_GLOBAL_MINT_INFLATION', upokt: inflationUpokt })
    payShareholders(operations, working, claim, settlement.globalMint, GLOBAL_REASONS)
    pay('TLM_GLOBAL_MINT_APPLICATION_REWARD_DISTRIBUTION', claim.applicationAddress, settlement.globalMint.applicationUpokt)
    pay('TLM_GLOBAL_MINT_SOURCE_OWNER_REWARD_DISTRIBUTION', service.ownerAddress, settlement.globalMint.sourceOwnerUpokt)
    keepForProposers(book, 'TLM_GLOBAL_MINT_VALIDATOR_REWARD_DISTRIBUTION', settlement.globalMint.proposerUpokt)
    pay('TLM_GLOBAL_MINT_DAO_REWARD_DISTRIBUTION', dao, settlement.globalMint.daoUpokt)
    charge(book, claim, inflationUpokt)
    const reason = 'TLM_GLOBAL_MINT_REIMBURSEMENT_REQUEST_ESCROW_MODULE_TRANSFER'
    operations.push({ type: 'mod_to_mod', module: 'application', recipient: 'tokenomics', reason, upokt: inflationUpokt })
    pay('TLM_GLOBAL_MINT_REIMBURSEMENT_REQUEST_ESCROW_DAO_TRANSFER', dao, inflationUpokt)
    emit(frame, 'pocket.tokenomics.EventApplicationReimbursementRequest', {
      amount: coinText(inflationUpokt),
      application_addr: claim.applicationAddress,
      service_id: claim.serviceId,
      session_id: claim.sessionId,
      supplier_operator_addr: claim.operatorAddress,
      supplier_owner_addr: working.supplier.ownerAddress,
    })
  }
  endPoorApplication(frame, book, claim)
  return { settledUpokt, operations }
}

function withinBudget(frame: Frame, claim: ClaimState, claimedUpokt: bigint, budget: ApplicationBudget): bigint {
  const { needUpokt, capUpokt } = claimCap(claimedUpokt, budget)
  if (needUpokt <= capUpokt) return claimedUpokt
  emit(frame, 'pocket.tokenomics.EventApplicationOverserviced', {
    application_addr: claim.applicationAddress,
    effective_burn: coinText(capUpokt),
    expected_burn: coinText(needUpokt),
    service_id: claim.serviceId,
    session_end_block_height: String(claim.sessionEndHeight),
    spend_limit_exceeded: false,
    supplier_operator_addr: claim.operatorAddress,
  })
  return settledAmount(claimedUpokt, budget).settledUpokt
}

function charge(book: SettlementBook, claim: ClaimState, upokt: bigint): void {
  const application = book.applications.get(claim.applicationAddress)
  if (application === undefined) throw new Dropped('application not found')
  const left = application.stakeUpokt - upokt
  if (left < 0n) {
    const text = `application ${quoted(application.address)} stake cannot be reduced to a negative amount ${coinText(left)}`
    throw failedIn(BURN_EQUALS_MINT, `${text}: application stake cannot be reduced to a -ve amount`)
  }
  book.applications.set(application.address, { ...application, stakeUpokt: left })
}

interface ShareReasons {
  tlm: string
  toModule: Reason
  toHolder: Reason
}
const CLAIM_REASONS: ShareReasons = {
  tlm: BURN_EQUALS_MINT,
  toModule: 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION',
  toHolder: 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION',
}
const GLOBAL_REASONS: ShareReasons = {
  tlm: 'TLMGlobalMint',
  toModule: 'TLM_GLOBAL_MINT_REIMBURSEMENT_REQUEST_ESCROW_MODULE_TRANSFER',
  toHolder: 'TLM_GLOBAL_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION',
}

function payShareholders(operations: Operation[], working: WorkingSupplier, claim: ClaimState, split: Split, reasons: ShareReasons): void {
  const { supplierUpokt } = split
  if (supplierUpokt === 0n) return
  operations.push({ type: 'mod_to_mod', module: 'tokenomics', recipient: 'supplier', reason: reasons.toModule, upokt: supplierUpokt })
  const config = working.services.find(({ serviceId }) => serviceId === claim.serviceId)
  if (config === undefined) {
    const never = `SHOULD NEVER HAPPEN: service ${quoted(claim.serviceId)} not found for supplier ${supplierText(working.supplier)}`
    const text = `queueing operation: distributing rewards to supplier with operator address ${claim.operatorAddress} shareholders`
    throw failedIn(reasons.tlm, `${text}: ${never}: constraint violation ${WHERE}: ${TLM}`)
  }
  const amounts = shareOut(
    supplierUpokt,
    config.revShare.map(({ percent }) => percent),
  )
  const holders = config.revShare.map(({ address }, index) => ({ address, upokt: amounts[index] ?? 0n }))
  for (const { address, upokt } of holders.sort((a, b) => (a.address < b.address ? -1 : 1))) {
    if (upokt > 0n) operations.push({ type: 'mod_to_acct', module: 'supplier', recipient: address, reason: reasons.toHolder, upokt })
  }
}

/** The chain prints where its own error library made the error. */
const WHERE = '[cosmossdk.io/errors@v1.0.2/errors.go:155]'

function keepForProposers(book: SettlementBook, reason: Reason, upokt: bigint): void {
  if (upokt > 0n) book.proposers.set(reason, (book.proposers.get(reason) ?? 0n) + upokt)
}

/** An application with too little left begins to unbond, and says so at every claim that finds it so. */
function endPoorApplication(frame: Frame, book: SettlementBook, claim: ClaimState): void {
  const { live } = book.state
  const application = book.applications.get(claim.applicationAddress)
  if (application === undefined || application.stakeUpokt >= live.applicationMinStakeUpokt) return
  const { end } = liveSession(frame)
  const ending = { ...application, unstakeSessionEndHeight: end }
  book.applications.set(application.address, ending)
  emit(frame, 'pocket.application.EventApplicationUnbondingBegin', {
    application: applicationShape(ending),
    reason: 'APPLICATION_UNBONDING_REASON_BELOW_MIN_STAKE',
    session_end_height: String(end),
    unbonding_end_height: String(end + live.applicationUnbondingPeriodSessions * live.numBlocksPerSession),
  })
}
