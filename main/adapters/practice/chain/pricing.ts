import { claimValue, EASIEST_TARGET } from '#shared/model/claim-value.ts'
import { paramsAt, type ChainState, type ClaimState } from './state.ts'

/** The difficulty that sessions which start at a height are mined with; the easiest for a service that never settled anything. */
export function targetHashAt(state: ChainState, serviceId: string, height: number): bigint {
  const history = state.difficulties.get(serviceId) ?? []
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const entry = history[index]
    if (entry !== undefined && entry.height <= height) return entry.targetHash
  }
  return EASIEST_TARGET
}

/** Compute units of one relay in sessions that start at a height; nothing for a service that is not known. */
export function relayCostAt(state: ChainState, serviceId: string, height: number): bigint | undefined {
  const history = state.relayCosts.get(serviceId) ?? []
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const entry = history[index]
    if (entry !== undefined && entry.height <= height) return entry.computeUnits
  }
  return state.services.get(serviceId)?.computeUnitsPerRelay
}

export interface ClaimWorth {
  estimatedComputeUnits: bigint
  estimatedRelays: bigint
  claimedUpokt: bigint
}

/** What a claim is worth by the prices at the start of its session (onchain facts 5.3). */
export function worthOf(state: ChainState, claim: ClaimState): ClaimWorth {
  const params = paramsAt(state, claim.sessionStartHeight)
  const { estimatedComputeUnits, claimedUpokt } = claimValue(claim.computeUnits, {
    computeUnitsToTokensMultiplier: params.computeUnitsToTokensMultiplier,
    computeUnitCostGranularity: params.computeUnitCostGranularity,
    targetHash: targetHashAt(state, claim.serviceId, claim.sessionStartHeight),
  })
  const perRelay = claim.relays === 0n ? 0n : claim.computeUnits / claim.relays
  return { estimatedComputeUnits, claimedUpokt, estimatedRelays: perRelay === 0n ? 0n : estimatedComputeUnits / perRelay }
}
