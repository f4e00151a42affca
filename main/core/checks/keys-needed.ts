import type { Check } from './check.ts'

/** The operator key lies in memory only: after a restart of the engine or the PC it must be given again, or claims and proofs are missed. */
export const keysNeeded: Check = {
  id: 'keys-needed',
  look(state) {
    const needed = state.vault.needed
    if (!needed) return undefined
    return {
      level: needed.claimsAtRisk > 0 ? 'bad' : 'warn',
      key: needed.claimsAtRisk > 0 ? 'keys-needed-at-risk' : needed.reason === 'key-missing' ? 'keys-missing' : 'keys-needed',
      facts: {
        claims: String(needed.claimsAtRisk),
        deadlineHeight: String(needed.deadlineHeight ?? ''),
        deadlineMs: String(needed.deadlineMs ?? ''),
      },
      fix: 'unlock',
    }
  },
}
