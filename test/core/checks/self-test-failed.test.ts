import { expect, test } from 'vitest'
import { selfTestFailed } from '#main/core/checks/self-test-failed.ts'
import type { AppState } from '#shared/api/state.ts'
import type { SelfTestFinding } from '#shared/model/self-test.ts'

const level = (finding: SelfTestFinding, failures: number) => {
  const last = { atMs: 1, ok: false, serviceId: 'anvil', failedStage: 'name', finding, failures, latencyMs: null }
  const state = {
    supplier: { status: 'active', services: [], pending: [], differences: [] },
    suppliers: {},
    keys: {},
    app: {},
    health: { selfTests: { revision: 1, last: { public: last } } },
  } as unknown as AppState
  return selfTestFailed.look(state, 0)?.level
}

test('a public door that fails twice is bad; one that this PC is shown a home address of is not known to be', () => {
  expect(level('closed', 1)).toBeUndefined()
  expect(level('closed', 2)).toBe('bad')
  expect(level('machine-address', 2)).toBe('bad')
  expect(level('private-address', 2)).toBe('warn')
})
