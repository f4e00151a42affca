import { expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { keysNeeded } from '#main/core/checks/keys-needed.ts'
import { initialState } from '#main/core/state/initial.ts'

it('says whether the relay miner waits, one of its suppliers alone, or claims that are at risk', () => {
  const state = initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null })
  const finding = (needed: Partial<NonNullable<AppState['vault']['needed']>>): unknown => {
    state.vault.needed = { reason: 'after-restart', sinceMs: 1, claimsAtRisk: 0, deadlineHeight: null, deadlineMs: null, ...needed }
    const found = keysNeeded.look(state, 1)
    return found && [found.level, found.key]
  }
  expect(finding({})).toEqual(['warn', 'keys-needed'])
  expect(finding({ reason: 'keeper-gone' })).toEqual(['warn', 'keys-needed'])
  expect(finding({ reason: 'key-missing' })).toEqual(['warn', 'keys-missing'])
  expect(finding({ reason: 'key-missing', claimsAtRisk: 1 })).toEqual(['bad', 'keys-needed-at-risk'])
  state.vault.needed = null
  expect(keysNeeded.look(state, 1)).toBeUndefined()
})
