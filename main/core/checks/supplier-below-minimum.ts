import { ownSuppliers, whichSupplier } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'

/** Below the minimum a supplier is told to leave and its stake is stuck until the owner tops it up (onchain facts 5.4). Of several: what is stuck first, then what misses most. */
export const supplierBelowMinimum: Check = {
  id: 'supplier-below-minimum',
  look(state): Finding | undefined {
    const minUpokt = state.chain.params?.supplierMinStakeUpokt ?? '0'
    const below = ownSuppliers(state)
      .filter(({ status }) => status === 'below-minimum')
      // Told to leave, and the chain never gives the stake back by itself: the record stays, and relays go on coming (seen, onchain facts 5.4).
      .map((each) => ({
        ...each,
        isStuck: each.unstakeSessionEndHeight > 0 && state.chain.height > each.unstakeSessionEndHeight,
        missing: missing(each.stakeUpokt, minUpokt),
      }))
      .sort((a, b) => Number(b.isStuck) - Number(a.isStuck) || (a.missing > b.missing ? -1 : 1))
    const worst = below[0]
    if (!worst) return undefined
    return {
      level: 'bad',
      key: worst.isStuck ? 'supplier-stuck' : 'supplier-below-minimum',
      facts: {
        stakeUpokt: worst.stakeUpokt,
        minUpokt,
        missingUpokt: worst.missing.toString(),
        height: worst.height === 0 ? '' : String(worst.height),
        ...whichSupplier(state, worst.operatorAddress, below.length - 1),
      },
      fix: 'supplier',
    }
  },
}

/** What the owner has to add, upokt. */
function missing(stakeUpokt: string, minUpokt: string): bigint {
  const gap = BigInt(minUpokt) - BigInt(stakeUpokt)
  return gap > 0n ? gap : 0n
}
