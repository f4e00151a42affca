import type { PracticeMessage } from '../../parts.ts'
import { addressFault } from '../addresses.ts'
import { balanceOf, sendToModule } from '../bank.ts'
import { coinText, emit, type Frame } from '../frame.ts'
import { PROOF_REQUIREMENT, proofRequirement } from '../proof-requirement.ts'
import { relayCostAt, worthOf } from '../pricing.ts'
import { pocketRefusal, quoted, type GrpcCode } from '../refusal.ts'
import { NoSession, type SessionBook } from '../sessions.ts'
import { claimKey, paramsAt, putClaim, type ClaimState } from '../state.ts'
import { sessionAt, type SessionHeights } from '#shared/model/session.ts'

/** Relay miners claim a session, and prove it (onchain facts 5.2 and 5.4). */

type Of<K extends PracticeMessage['kind']> = Extract<PracticeMessage, { kind: K }>

function checkSession(frame: Frame, book: SessionBook, message: Of<'create-claim'> | Of<'submit-proof'>, code: GrpcCode): void {
  const { operatorAddress, session } = message
  const fault = addressFault(operatorAddress, frame.state.genesis.addressPrefix)
  if (fault !== undefined) throw pocketRefusal('InvalidArgument', operatorAddress, 'invalid address')
  try {
    const real = book.session(frame.state, session.applicationAddress, session.serviceId, session.startHeight)
    if (real.sessionId !== session.sessionId) {
      const ids = `expected ${quoted(real.sessionId)}, got ${quoted(session.sessionId)}`
      throw pocketRefusal(code, `session ID does not match onchain session ID; ${ids}`, 'invalid session ID')
    }
    if (!real.suppliers.includes(operatorAddress)) {
      const text = `supplier operator address ${quoted(operatorAddress)} not found in session ID ${quoted(session.sessionId)}`
      throw pocketRefusal(code, text, 'supplier not found')
    }
  } catch (error) {
    if (error instanceof NoSession) throw pocketRefusal(code, error.message)
    throw error
  }
}

const heightsOf = (frame: Frame, sessionEnd: number): SessionHeights => sessionAt(sessionEnd, paramsAt(frame.state, sessionEnd))

function outside(height: number, words: { earliest: string; close: string; description: string }, open: number, close: number): void {
  const refused = (text: string): Error =>
    pocketRefusal('FailedPrecondition', `current block height (${height}) is ${text}`, words.description)
  if (height < open) throw refused(`less than ${words.earliest} (${open})`)
  if (height > close) throw refused(`greater than ${words.close} (${close})`)
}

/** Attributes of a claim that its events share, in their order; `estimated` differs between claims and proofs (onchain facts 4.2). */
function claimAttributes(frame: Frame, claim: ClaimState, estimatedComputeUnits: bigint | undefined): Record<string, unknown> {
  const worth = worthOf(frame.state, claim)
  return {
    application_address: claim.applicationAddress,
    claim_proof_status_int: 0,
    claimed_upokt: coinText(worth.claimedUpokt),
    num_claimed_compute_units: claim.computeUnits.toString(),
    num_estimated_compute_units: (estimatedComputeUnits ?? worth.estimatedComputeUnits).toString(),
    num_estimated_relays: worth.estimatedRelays.toString(),
    num_relays: claim.relays.toString(),
    service_id: claim.serviceId,
    session_end_block_height: String(claim.sessionEndHeight),
    supplier_operator_address: claim.operatorAddress,
  }
}

/** @throws Refusal in the chain's words */
export function createClaim(frame: Frame, book: SessionBook, message: Of<'create-claim'>): void {
  const { state, height } = frame
  const { operatorAddress, session, relays, computeUnits, rootHex } = message
  if (relays === 0n) throw pocketRefusal('InvalidArgument', `has zero count in Merkle root (hex) ${rootHex}`, 'invalid root hash')
  if (computeUnits === 0n) throw pocketRefusal('InvalidArgument', `has zero sum in Merkle root (hex) ${rootHex}`, 'invalid root hash')
  checkSession(frame, book, message, 'InvalidArgument')
  const { claimOpen, claimClose } = heightsOf(frame, session.endHeight)
  const words = {
    earliest: "the session's earliest claim commit height",
    close: 'session claim window close height',
    description: "claim attempted outside of the session's claim window",
  }
  outside(height, words, claimOpen, claimClose)
  const perRelay = relayCostAt(state, session.serviceId, session.startHeight)
  if (perRelay === undefined) throw pocketRefusal('NotFound', `service ${session.serviceId} not found`, 'service not found')
  if (computeUnits !== relays * perRelay) {
    const counts = `number of relays ${relays} * compute units per relay ${perRelay} for service ${session.serviceId}`
    throw pocketRefusal(
      'InvalidArgument',
      `claim compute units: ${computeUnits} is not equal to ${counts}`,
      'mismatch: claim compute units != number of relays * service compute units per relay',
    )
  }
  const { sessionId, applicationAddress, serviceId } = session
  const existing = state.claims.has(claimKey(sessionId, operatorAddress))
  const claim: ClaimState = {
    operatorAddress,
    applicationAddress,
    serviceId,
    sessionId,
    sessionStartHeight: session.startHeight,
    sessionEndHeight: session.endHeight,
    relays,
    computeUnits,
    rootHex,
    proofStatus: 'pending',
  }
  putClaim(state, claim)
  // The chain reports what was claimed as what it estimates, here and only here.
  emit(frame, `pocket.proof.EventClaim${existing ? 'Updated' : 'Created'}`, claimAttributes(frame, claim, computeUnits))
}

/** @throws Refusal in the chain's words */
export function submitProof(frame: Frame, book: SessionBook, message: Of<'submit-proof'>): void {
  const { state, height } = frame
  const { operatorAddress, session } = message
  checkSession(frame, book, message, 'FailedPrecondition')
  const { proofOpen, proofClose } = heightsOf(frame, session.endHeight)
  const words = {
    earliest: "session's earliest proof commit height",
    close: 'session proof window close height',
    description: "proof attempted outside of the session's proof window",
  }
  outside(height, words, proofOpen, proofClose)
  const key = claimKey(session.sessionId, operatorAddress)
  const claim = state.claims.get(key)
  if (claim === undefined) {
    const text = `no claim found for session ID ${quoted(session.sessionId)} and supplier ${quoted(operatorAddress)}`
    throw pocketRefusal('FailedPrecondition', text, 'claim not found')
  }
  payProofFee(frame, operatorAddress)
  if (proofRequirement(state, claim) === PROOF_REQUIREMENT.notRequired) throw pocketRefusal('FailedPrecondition', 'proof not required')
  const existing = state.proofs.has(key)
  state.proofs.set(key, { claimKey: key, valid: message.valid })
  emit(frame, `pocket.proof.EventProof${existing ? 'Updated' : 'Submitted'}`, claimAttributes(frame, claim, undefined))
}

function payProofFee(frame: Frame, operatorAddress: string): void {
  const { state } = frame
  const feeUpokt = state.live.proofSubmissionFeeUpokt
  const heldUpokt = balanceOf(state, operatorAddress)
  const funds = 'not enough funds to submit proof'
  if (heldUpokt === 0n) throw pocketRefusal('FailedPrecondition', 'account has no spendable coins', funds)
  if (heldUpokt <= feeUpokt) {
    throw pocketRefusal('FailedPrecondition', `account has ${heldUpokt}, but the proof submission fee is ${coinText(feeUpokt)}`, funds)
  }
  sendToModule(frame, operatorAddress, 'proof', feeUpokt)
}
