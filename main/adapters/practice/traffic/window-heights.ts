import type { ChainParams } from '#main/core/ports/chain.ts'

/** Between which blocks the claims and proofs of a session are taken (onchain facts 5.2). */
export interface WindowHeights {
  claimOpen: number
  claimClose: number
  proofOpen: number
  proofClose: number
}

export function windowHeights(params: ChainParams, sessionEndHeight: number): WindowHeights {
  const claimOpen = sessionEndHeight + params.claimWindowOpenOffsetBlocks + 1
  const claimClose = claimOpen + params.claimWindowCloseOffsetBlocks
  const proofOpen = claimClose + params.proofWindowOpenOffsetBlocks
  return { claimOpen, claimClose, proofOpen, proofClose: proofOpen + params.proofWindowCloseOffsetBlocks }
}
