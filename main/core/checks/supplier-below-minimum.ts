import type { Check } from './check.ts'

/** Below the minimum a supplier is told to leave and its stake is stuck until the owner tops it up (onchain facts 5.4). */
export const supplierBelowMinimum: Check = {
  id: 'supplier-below-minimum',
  look(state) {
    if (state.supplier.status !== 'below-minimum') return undefined
    return {
      level: 'bad',
      key: 'supplier-below-minimum',
      facts: {
        stakeUpokt: state.supplier.stakeUpokt,
        minUpokt: state.chain.params?.supplierMinStakeUpokt ?? '0',
        height: String(state.supplier.asOf?.height ?? ''),
      },
      fix: 'supplier',
    }
  },
}
