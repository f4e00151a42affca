import type { Check, Finding } from './check.ts'

/** Below the minimum a supplier is told to leave and its stake is stuck until the owner tops it up (onchain facts 5.4). */
export const supplierBelowMinimum: Check = {
  id: 'supplier-below-minimum',
  look(state): Finding | undefined {
    const { status, unstakeSessionEndHeight } = state.supplier
    if (status !== 'below-minimum') return undefined
    // Told to leave, and the chain never gives the stake back by itself: the record stays, and relays go on coming (seen, onchain facts 5.4).
    const isStuck = unstakeSessionEndHeight > 0 && state.chain.height > unstakeSessionEndHeight
    return {
      level: 'bad',
      key: isStuck ? 'supplier-stuck' : 'supplier-below-minimum',
      facts: {
        stakeUpokt: state.supplier.stakeUpokt,
        minUpokt: state.chain.params?.supplierMinStakeUpokt ?? '0',
        missingUpokt: missing(state.supplier.stakeUpokt, state.chain.params?.supplierMinStakeUpokt ?? '0'),
        height: String(state.supplier.asOf?.height ?? ''),
      },
      fix: 'supplier',
    }
  },
}

/** What the owner has to add. */
function missing(stakeUpokt: string, minUpokt: string): string {
  const gap = BigInt(minUpokt) - BigInt(stakeUpokt)
  return gap > 0n ? gap.toString() : '0'
}
