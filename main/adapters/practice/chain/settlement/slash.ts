import { burn, sendBetweenModules } from '../bank.ts'
import { supplierShape } from '../event-shapes.ts'
import { emit, liveSession, type Frame } from '../frame.ts'
import { putSupplier, type ClaimState, type SupplierState } from '../state.ts'
import type { SettlementBook } from './book.ts'
import { emitSlashed } from './claim-events.ts'

/**
 * Takes the penalty of a missing or wrong proof. A supplier that falls below the minimum is said to unbond; yet nothing sweeps it up, and its services stay as they are:
 * so it stays, until its owner stakes again (onchain facts 5.4, seen).
 */
export function slash(frame: Frame, book: SettlementBook, claim: ClaimState): void {
  const { state } = frame
  const working = book.suppliers.get(claim.operatorAddress)
  if (working === undefined) return
  const { supplier } = working
  const { proofMissingPenaltyUpokt, supplierMinStakeUpokt } = state.live
  const penaltyUpokt = supplier.stakeUpokt < proofMissingPenaltyUpokt ? supplier.stakeUpokt : proofMissingPenaltyUpokt
  const stakeUpokt = supplier.stakeUpokt - penaltyUpokt
  sendBetweenModules(frame, 'supplier', 'tokenomics', penaltyUpokt)
  burn(frame, 'tokenomics', penaltyUpokt)
  const { end } = liveSession(frame)
  const falls = stakeUpokt < supplierMinStakeUpokt && supplier.unstakeSessionEndHeight === 0
  const slashed: SupplierState = { ...supplier, stakeUpokt, unstakeSessionEndHeight: falls ? end : supplier.unstakeSessionEndHeight }
  working.supplier = slashed
  putSupplier(state, slashed)
  if (falls) {
    emit(frame, 'pocket.supplier.EventSupplierUnbondingBegin', {
      reason: 'SUPPLIER_UNBONDING_REASON_BELOW_MIN_STAKE',
      session_end_height: String(end),
      supplier: supplierShape(slashed, working.services, []),
      unbonding_end_height: String(end),
    })
  }
  emitSlashed(frame, claim, penaltyUpokt, stakeUpokt)
}
