import { networkOf } from '#shared/networks/index.ts'
import { ownSuppliers, whichSupplier, type OwnSupplierFacts } from '../state/own-suppliers.ts'
import type { Check } from './check.ts'

/** Staked and not served: gateways send relays that nobody answers. */
export const supplierDiffers: Check = {
  id: 'supplier-differs',
  look(state) {
    const miner = Object.values(state.nodes).find((node) => node.kind === 'relay-miner')
    const own = ownSuppliers(state)
    const differing = own
      .filter(({ status }) => status === 'active-differs')
      .sort((a, b) => new Set(b.notServed).size - new Set(a.notServed).size)
    const most = differing[0]
    if (most) {
      return {
        level: 'warn',
        key: 'staked-not-served',
        facts: { services: most.notServed.join(', '), ...whichSupplier(state, most.operatorAddress, differing.length - 1) },
        fix: 'supplier',
      }
    }
    // Beside a chain of others it is served elsewhere where nothing was set up here.
    const isServedHere = miner !== undefined || networkOf(state.app.network).madeHere
    const active = own.filter(({ status }) => status === 'active')
    if (isServedHere && active.length > 0 && (!miner || miner.wanted === 'stopped')) {
      return { level: 'warn', key: 'staked-miner-stopped', facts: { services: servicesOf(active) }, fix: 'nodes' }
    }
    return undefined
  },
}

/** The miner serves all of them or none: their services together, each once. */
const servicesOf = (active: readonly OwnSupplierFacts[]): string => [...new Set(active.flatMap((each) => each.services))].join(', ')
