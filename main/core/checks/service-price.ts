import { ownSuppliers, whichSupplier } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'
import { percentChange } from './parameter-change.ts'

/** Smaller cuts are the weekly life of a network. */
const CUT_PERCENT = -20
const DEEP_PERCENT = -50

/** What a relay of a service pays is set by the service's owner, in compute units (onchain facts 2.4): after a cut it may cost more to serve than it brings. */
export const servicePrice: Check = {
  id: 'service-price',
  look(state): Finding | undefined {
    const { health, chain } = state
    const own = ownSuppliers(state)
    const ours = new Set(own.flatMap((each) => each.services))
    const cuts = health.changes
      .filter((change) => change.what.startsWith('service:') && ours.has(change.what.slice('service:'.length)))
      .map((change) => ({ ...change, percent: Number(percentChange(change.before, change.after)) }))
      .filter((change) => change.percent <= CUT_PERCENT)
      .sort((a, b) => a.percent - b.percent)
    const deepest = cuts[0]
    if (!deepest) return undefined
    const serviceId = deepest.what.slice('service:'.length)
    const offer = own.filter((each) => each.services.includes(serviceId))
    return {
      level: deepest.percent <= DEEP_PERCENT ? 'bad' : 'warn',
      key: deepest.effectHeight > chain.height ? 'service-price-falls' : 'service-price-fell',
      facts: {
        serviceId,
        before: deepest.before,
        after: deepest.after,
        percent: String(-deepest.percent),
        height: String(deepest.effectHeight),
        ...whichSupplier(state, offer[0]?.operatorAddress, offer.length - 1),
      },
      fix: 'supplier',
    }
  },
}
