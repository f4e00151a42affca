import type { Check, Finding } from './check.ts'

/** Endpoints named a chain, and the user was not asked yet whether it is the one: until then nothing is signed. */
export const chainNotConfirmed: Check = {
  id: 'chain-not-confirmed',
  look(state): Finding | undefined {
    const found = state.chain.found ?? null
    return found === null
      ? undefined
      : { level: 'warn', key: 'chain-not-confirmed', facts: { hosts: found.hosts.join(', ') }, fix: 'nodes' }
  },
}
