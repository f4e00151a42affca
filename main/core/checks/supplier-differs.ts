import { networkOf } from '#shared/networks/index.ts'
import type { Check } from './check.ts'

/** Staked and not served: gateways send relays that nobody answers. */
export const supplierDiffers: Check = {
  id: 'supplier-differs',
  look(state) {
    const miner = Object.values(state.nodes).find((node) => node.kind === 'relay-miner')
    if (state.supplier.status === 'active-differs') {
      return {
        level: 'warn',
        key: 'staked-not-served',
        facts: { services: state.supplier.differences.map((difference) => difference.serviceId).join(', ') },
        fix: 'supplier',
      }
    }
    // Beside a chain of others it is served elsewhere where nothing was set up here.
    const isServedHere = miner !== undefined || networkOf(state.app.network).madeHere
    if (isServedHere && state.supplier.status === 'active' && (!miner || miner.wanted === 'stopped')) {
      return {
        level: 'warn',
        key: 'staked-miner-stopped',
        facts: { services: state.supplier.services.map((service) => service.serviceId).join(', ') },
        fix: 'nodes',
      }
    }
    return undefined
  },
}
