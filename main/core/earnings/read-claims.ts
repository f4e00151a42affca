import { claimKey, type ClaimIdentity } from '#shared/model/claim.ts'
import type { ChainBlock, ChainEvent } from '../ports/chain.ts'
import type { ClaimChange, ClaimStage } from '../ports/store.ts'
import { coinOf, countOf, numberOf, textOf } from './event-values.ts'

/** Longest reason kept; a discarded claim's error is a page of chain internals. */
const REASON_CHARACTERS = 600

const PROOF_REQUIREMENTS = ['not-required', 'probabilistic', 'threshold']

/** One event with its transaction, if it has one. */
export interface PlacedEvent {
  event: ChainEvent
  txHash: string | undefined
}

type Change = Partial<ClaimChange> & { stage?: ClaimStage }

/** What each event says of its claim (onchain facts 4.2, 4.3). */
const READERS: Record<string, (event: ChainEvent, block: ChainBlock, txHash: string | undefined) => Change> = {
  'pocket.proof.EventClaimCreated': claimed,
  'pocket.proof.EventClaimUpdated': claimed,
  'pocket.proof.EventProofSubmitted': proven,
  'pocket.proof.EventProofUpdated': proven,
  'pocket.proof.EventProofValidityChecked': checked,
  'pocket.tokenomics.EventClaimSettled': settled,
  'pocket.tokenomics.EventClaimExpired': (event, block) => ({
    ...counts(event),
    ...closed('expired', block, textOf(event, 'expiration_reason')),
  }),
  'pocket.tokenomics.EventClaimDiscarded': (event, block) => closed('discarded', block, textOf(event, 'error')),
  'pocket.tokenomics.EventSupplierSlashed': (event) => ({ slashedUpokt: coinOf(event, 'proof_missing_penalty') }),
  'pocket.tokenomics.EventApplicationOverserviced': () => ({ reason: 'APPLICATION_OVERSERVICED' }),
}

/**
 * What a block says of the claims that concern us, one entry per claim.
 * @param concerns whether an event of a claim is to be kept
 */
export function readClaims(
  network: string,
  block: ChainBlock,
  events: PlacedEvent[],
  concerns: (identity: ClaimIdentity, event: ChainEvent) => boolean,
): ClaimChange[] {
  const found = new Map<string, ClaimIdentity & Change>()
  for (const { event, txHash } of events) {
    const read = READERS[event.type]
    const identity = read && claimOf(event)
    if (!read || !identity || !concerns(identity, event)) continue
    const key = claimKey(identity)
    const before = found.get(key) ?? identity
    found.set(key, { ...before, ...withoutUndefined(read(event, block, txHash)) })
  }
  const changes: ClaimChange[] = []
  for (const change of found.values()) {
    // A penalty or a budget note alone is no claim; both always come with the settlement event of the same block.
    if (change.stage !== undefined) changes.push({ ...change, network, stage: change.stage })
  }
  return changes
}

/** Which claim an event is about, whichever of its two spellings it uses. */
export function claimOf(event: ChainEvent): ClaimIdentity | undefined {
  const operatorAddress = textOf(event, 'supplier_operator_address') ?? textOf(event, 'supplier_operator_addr')
  const applicationAddress = textOf(event, 'application_address') ?? textOf(event, 'application_addr')
  const serviceId = textOf(event, 'service_id')
  const sessionEndHeight = numberOf(event, 'session_end_block_height')
  if (operatorAddress === undefined || applicationAddress === undefined || serviceId === undefined || sessionEndHeight === undefined)
    return undefined
  return { operatorAddress, applicationAddress, serviceId, sessionEndHeight }
}

const counts = (event: ChainEvent): Change => ({
  relays: countOf(event, 'num_relays'),
  claimedComputeUnits: countOf(event, 'num_claimed_compute_units'),
  estimatedComputeUnits: countOf(event, 'num_estimated_compute_units'),
  claimedUpokt: coinOf(event, 'claimed_upokt'),
})

const closed = (stage: ClaimStage, block: ChainBlock, reason: string | undefined): Change => ({
  stage,
  settledHeight: block.height,
  settledAtMs: block.timeMs,
  reason: reason?.slice(0, REASON_CHARACTERS),
})

function claimed(event: ChainEvent, block: ChainBlock, txHash: string | undefined): Change {
  return { ...counts(event), stage: 'claimed', claimHeight: block.height, claimTxHash: txHash }
}

function proven(event: ChainEvent, block: ChainBlock, txHash: string | undefined): Change {
  return { ...counts(event), stage: 'proven', proofHeight: block.height, proofTxHash: txHash }
}

/** Comes at the end of the block that holds the proof: a proof that failed is none, and the claim will expire. */
function checked(event: ChainEvent): Change {
  const failure = textOf(event, 'failure_reason') ?? ''
  if (failure === '' && numberOf(event, 'claim_proof_status_int') !== 2) return { stage: 'proven' }
  return { stage: 'claimed', reason: `PROOF_INVALID ${failure}`.trim().slice(0, REASON_CHARACTERS) }
}

function settled(event: ChainEvent, block: ChainBlock): Change {
  return {
    ...counts(event),
    ...closed('settled', block, undefined),
    sessionId: textOf(event, 'session_id'),
    settledUpokt: coinOf(event, 'settled_upokt'),
    mintedUpokt: coinOf(event, 'minted_upokt'),
    overservicingLossUpokt: coinOf(event, 'overservicing_loss_upokt'),
    deflationLossUpokt: coinOf(event, 'deflation_loss_upokt'),
    proofRequirement: PROOF_REQUIREMENTS[numberOf(event, 'proof_requirement_int') ?? -1],
  }
}

/** A later event may lack what an earlier one said. */
function withoutUndefined(change: Change): Change {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}
