import { whichSupplier } from '../state/own-suppliers.ts'
import type { Check } from './check.ts'

/** A safe unstake has come to the one thing that Hearth cannot do alone. */
export const unstakeWaits: Check = {
  id: 'unstake-waits',
  look(state) {
    const task = state.tasks['safe-unstake']
    if (task?.status !== 'running' || task.facts['step'] !== 'sign-unstake') return undefined
    // Where nothing was closed, claims are open: the sheet says what is lost.
    const key = task.facts['door'] === 'none' ? 'unstake-waits-open' : 'unstake-waits'
    return { level: 'warn', key, facts: whichSupplier(state, task.facts['operatorAddress']), fix: 'supplier' }
  },
}
