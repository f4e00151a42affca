import { isServing } from '#shared/model/is-serving.ts'
import { ownSuppliers, whichSupplier } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'

/** One failure may be a passing trouble of the line or a restart; two in a row are not. */
const FAILURES = 2

/** Relays sent as gateways send them do not come through: here, or by the public address. */
export const selfTestFailed: Check = {
  id: 'self-test-failed',
  look(state): Finding | undefined {
    const serving = ownSuppliers(state).filter(({ status }) => isServing(status))
    // A supplier that does not serve fails every test, and says so itself.
    if (serving.length === 0) return undefined
    const last = state.health.selfTests?.last ?? {}
    for (const path of ['loopback', 'public'] as const) {
      const test = last[path]
      if (!test || test.ok || test.failures < FAILURES) continue
      const { operatorAddress } = test
      if (operatorAddress !== undefined && !serving.some((each) => each.operatorAddress === operatorAddress)) continue
      return {
        // A router that answers its own names with home addresses hides the public door from this PC alone: nothing is known then, nothing is wrong.
        level: test.finding === 'private-address' ? 'warn' : 'bad',
        key: path === 'loopback' ? 'self-test-here' : 'self-test-public',
        facts: {
          stage: test.failedStage ?? '',
          service: test.serviceId,
          failures: String(test.failures),
          atMs: String(test.atMs),
          ...whichSupplier(state, operatorAddress),
        },
        fix: 'test-relays',
      }
    }
    return undefined
  },
}
