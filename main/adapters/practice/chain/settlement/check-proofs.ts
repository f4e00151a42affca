import { emit, type Frame } from '../frame.ts'

/** Proofs of this block are judged at its end; then they are gone, and the claim knows (onchain facts 4.2). */
export function checkProofs(frame: Frame): void {
  const { state } = frame
  if (state.proofs.size === 0) return
  const proofs = [...state.proofs.map].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, { valid }] of proofs) {
    state.proofs.delete(key)
    const claim = state.claims.get(key)
    if (claim === undefined) continue
    state.claims.set(key, { ...claim, proofStatus: valid ? 'validated' : 'invalid' })
    emit(frame, 'pocket.proof.EventProofValidityChecked', {
      application_address: claim.applicationAddress,
      block_height: String(frame.height),
      claim_proof_status_int: valid ? 1 : 2,
      failure_reason: valid ? '' : 'invalid closest merkle proof: invalid proof',
      service_id: claim.serviceId,
      session_end_block_height: String(claim.sessionEndHeight),
      supplier_operator_address: claim.operatorAddress,
    })
  }
}
