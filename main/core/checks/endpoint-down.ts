import { isServing } from '#shared/model/is-serving.ts'
import { ownSuppliers, whichSupplier } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'

/** The staked address gives no answer, or gateways have stopped calling it: relays go to others. */
export const endpointDown: Check = {
  id: 'endpoint-down',
  look(state): Finding | undefined {
    const down = state.health.endpointsDown[0]
    if (down) {
      return {
        level: 'bad',
        key: 'endpoint-down',
        facts: {
          url: down.url,
          reason: down.reason,
          sinceMs: String(down.sinceMs),
          count: String(state.health.endpointsDown.length),
          ...whichSupplier(state, down.operatorAddress),
        },
        fix: 'supplier',
      }
    }
    const silent = state.health.gatewaysSilent
    // A stopped or broken miner says more, and says it itself.
    if (!silent || !ownSuppliers(state).some(({ status }) => isServing(status))) return undefined
    return {
      level: 'warn',
      key: 'gateways-silent',
      facts: { sessions: String(silent.sessions), sinceMs: String(silent.sinceMs) },
      fix: 'supplier',
    }
  },
}
