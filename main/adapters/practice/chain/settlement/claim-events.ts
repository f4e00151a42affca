import { coinText, emit, type Frame } from '../frame.ts'
import type { ClaimState } from '../state.ts'
import type { RipeClaim, SettlementBook, WorkingSupplier } from './book.ts'
import type { Operation } from './operations.ts'

/** What the chain says about a claim whose time has come (onchain facts 4.2 and 4.3). */

const STATUS: Record<ClaimState['proofStatus'], number> = { pending: 0, validated: 1, invalid: 2 }

/** `0.975`, `1`: as Go prints the number. */
const ratioText = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal)

export function emitExpired(frame: Frame, { claim, worth }: RipeClaim): void {
  emit(frame, 'pocket.tokenomics.EventClaimExpired', {
    application_address: claim.applicationAddress,
    claim_proof_status_int: STATUS[claim.proofStatus],
    claimed_upokt: coinText(worth.claimedUpokt),
    expiration_reason: claim.proofStatus === 'invalid' ? 'PROOF_INVALID' : 'PROOF_MISSING',
    num_claimed_compute_units: claim.computeUnits.toString(),
    num_estimated_compute_units: worth.estimatedComputeUnits.toString(),
    num_estimated_relays: worth.estimatedRelays.toString(),
    num_relays: claim.relays.toString(),
    service_id: claim.serviceId,
    session_end_block_height: String(claim.sessionEndHeight),
    supplier_operator_address: claim.operatorAddress,
  })
}

export function emitDropped(frame: Frame, claim: ClaimState, why: string): void {
  const where = `during session ${JSON.stringify(claim.sessionId)} for operator ${claim.operatorAddress} and service ${claim.serviceId}`
  const text = `[UNEXPECTED ERROR] Critical error during claim settlement ${where}. Claim will be discarded to prevent chain halt: ${why}`
  emit(frame, 'pocket.tokenomics.EventClaimDiscarded', {
    application_address: claim.applicationAddress,
    claim_proof_status_int: STATUS[claim.proofStatus],
    error: `${text}: internal claim settlement error`,
    service_id: claim.serviceId,
    session_end_block_height: String(claim.sessionEndHeight),
    supplier_operator_address: claim.operatorAddress,
  })
}

export function emitSlashed(frame: Frame, claim: ClaimState, penaltyUpokt: bigint, stakeUpokt: bigint): void {
  emit(frame, 'pocket.tokenomics.EventSupplierSlashed', {
    application_address: claim.applicationAddress,
    claim_proof_status_int: STATUS[claim.proofStatus],
    proof_missing_penalty: coinText(penaltyUpokt),
    service_id: claim.serviceId,
    session_end_block_height: String(claim.sessionEndHeight),
    supplier_operator_address: claim.operatorAddress,
    supplier_stake_after_slash: coinText(stakeUpokt),
  })
}

export function emitSettled(
  frame: Frame,
  book: SettlementBook,
  ripe: RipeClaim,
  working: WorkingSupplier,
  result: { settledUpokt: bigint; operations: readonly Operation[] },
): void {
  const { claim, worth, requirement } = ripe
  const { settledUpokt, operations } = result
  const { num, den } = book.rules.mintRatio
  const mintedUpokt = (settledUpokt * num) / den
  const rewards = operations.flatMap((operation) => (operation.type === 'mod_to_acct' ? [operation] : []))
  const totals = new Map<string, bigint>()
  for (const { recipient, upokt } of rewards) totals.set(recipient, (totals.get(recipient) ?? 0n) + upokt)
  emit(frame, 'pocket.tokenomics.EventClaimSettled', {
    application_address: claim.applicationAddress,
    claim_proof_status_int: STATUS[claim.proofStatus],
    claimed_upokt: coinText(worth.claimedUpokt),
    deflation_loss_upokt: coinText(settledUpokt - mintedUpokt),
    mint_ratio: ratioText(book.state.live.mintRatio),
    minted_upokt: coinText(mintedUpokt),
    num_claimed_compute_units: claim.computeUnits.toString(),
    num_estimated_compute_units: worth.estimatedComputeUnits.toString(),
    num_estimated_relays: worth.estimatedRelays.toString(),
    num_relays: claim.relays.toString(),
    overservicing_loss_upokt: coinText(worth.claimedUpokt - settledUpokt),
    proof_requirement_int: requirement,
    reward_distribution: Object.fromEntries(
      [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([address, upokt]) => [address, coinText(upokt)]),
    ),
    reward_distribution_detailed: rewards.map(({ recipient, reason, upokt }) => ({
      recipient_address: recipient,
      op_reason: reason,
      amount: coinText(upokt),
    })),
    service_id: claim.serviceId,
    session_end_block_height: String(claim.sessionEndHeight),
    session_id: claim.sessionId,
    settled_upokt: coinText(settledUpokt),
    supplier_operator_address: claim.operatorAddress,
    supplier_owner_address: working.supplier.ownerAddress,
  })
}
