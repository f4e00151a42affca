import type { ChainParams } from '#main/core/ports/chain.ts'

/** Blocks from the end of a session until its claims are in one. */
export const afterClaims = (params: ChainParams): number => params.claimWindowOpenOffsetBlocks + 3

/** Blocks from the end of a session until after its settlement. */
export const untilSettled = (params: ChainParams): number =>
  params.claimWindowOpenOffsetBlocks +
  params.claimWindowCloseOffsetBlocks +
  params.proofWindowOpenOffsetBlocks +
  params.proofWindowCloseOffsetBlocks +
  2
