import { networkOf } from '#shared/networks/index.ts'
import type { Check } from './check.ts'

/** Without the container engine nothing runs; the cause decides what helps. */
export const engineGone: Check = {
  id: 'engine-gone',
  look(state) {
    // Beside a chain of others nothing runs in it until the user sets it up.
    if (!networkOf(state.app.network).madeHere && Object.keys(state.nodes).length === 0) return undefined
    if (state.engine.kind === 'unknown' || state.app.network === null) return undefined
    if (state.engine.kind === 'ready') {
      // It answers, and not about the containers: nobody knows whether anything runs.
      if (!Object.values(state.nodes).some((node) => node.seen === 'unknown')) return undefined
      return { level: 'bad', key: 'engine-silent', facts: { endpoint: state.engine.endpoint, detail: '' }, fix: 'engine' }
    }
    return {
      level: 'bad',
      key: `engine-${state.engine.kind}`,
      facts: { endpoint: state.engine.endpoint, detail: state.engine.detail },
      fix: 'engine',
    }
  },
}
