import type { Check } from './check.ts'

/** A safe unstake has come to the one thing that Hearth cannot do alone. */
export const unstakeWaits: Check = {
  id: 'unstake-waits',
  look(state) {
    const task = state.tasks['safe-unstake']
    if (task?.status !== 'running' || task.facts['step'] !== 'sign-unstake') return undefined
    return { level: 'warn', key: 'unstake-waits', facts: {}, fix: 'supplier' }
  },
}
