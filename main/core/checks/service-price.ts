import type { Check, Finding } from './check.ts'
import { percentChange } from './parameter-change.ts'

/** Smaller cuts are the weekly life of a network. */
const CUT_PERCENT = -20
const DEEP_PERCENT = -50

/** What a relay of a service pays is set by the service's owner, in compute units (onchain facts 2.4): after a cut it may cost more to serve than it brings. */
export const servicePrice: Check = {
  id: 'service-price',
  look(state): Finding | undefined {
    const { supplier, health, chain } = state
    const ours = new Set([...supplier.services, ...supplier.pending.map((entry) => entry.service)].map((service) => service.serviceId))
    const cuts = health.changes
      .filter((change) => change.what.startsWith('service:') && ours.has(change.what.slice('service:'.length)))
      .map((change) => ({ ...change, percent: Number(percentChange(change.before, change.after)) }))
      .filter((change) => change.percent <= CUT_PERCENT)
      .sort((a, b) => a.percent - b.percent)
    const deepest = cuts[0]
    if (!deepest) return undefined
    return {
      level: deepest.percent <= DEEP_PERCENT ? 'bad' : 'warn',
      key: deepest.effectHeight > chain.height ? 'service-price-falls' : 'service-price-fell',
      facts: {
        serviceId: deepest.what.slice('service:'.length),
        before: deepest.before,
        after: deepest.after,
        percent: String(-deepest.percent),
        height: String(deepest.effectHeight),
      },
      fix: 'supplier',
    }
  },
}
