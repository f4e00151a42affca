import { createHash } from 'node:crypto'
import { ratio } from '#shared/model/claim-value.ts'
import { sessionAt } from '#shared/model/session.ts'
import { blockHash } from './hashes.ts'
import { worthOf } from './pricing.ts'
import { paramsAt, type ChainState, type ClaimState } from './state.ts'

/** Why a claim needs a proof; the numbers are those of the events (onchain facts 4.3). */
export const PROOF_REQUIREMENT = { notRequired: 0, probabilistic: 1, threshold: 2 } as const
export type ProofRequirement = (typeof PROOF_REQUIREMENT)[keyof typeof PROOF_REQUIREMENT]

const SAMPLE_BYTES = 6

/**
 * Whether a claim is paid only with a proof (onchain facts 5.4, step 1). The sample is drawn from the claim and from the block before the proof window, so nobody knows
 * it before; the chain draws it with Go's own generator, this one takes the bits of the hash.
 */
export function proofRequirement(state: ChainState, claim: ClaimState): ProofRequirement {
  const { proofRequirementThresholdUpokt, proofRequestProbability } = state.live
  if (worthOf(state, claim).claimedUpokt >= proofRequirementThresholdUpokt) return PROOF_REQUIREMENT.threshold
  const { num, den } = ratio(proofRequestProbability)
  if (num >= den) return PROOF_REQUIREMENT.probabilistic
  const { proofOpen } = sessionAt(claim.sessionEndHeight, paramsAt(state, claim.sessionEndHeight))
  const seed = [claim.sessionId, claim.operatorAddress, claim.rootHex, claim.relays, blockHash(state, proofOpen - 1)].join('/')
  const sample = BigInt(createHash('sha256').update(seed).digest().readUIntBE(0, SAMPLE_BYTES))
  return sample * den <= num << BigInt(SAMPLE_BYTES * 8) ? PROOF_REQUIREMENT.probabilistic : PROOF_REQUIREMENT.notRequired
}
