import type { AppState } from '#shared/api/state.ts'
import { ownSuppliers, type OwnSupplierFacts } from './own-suppliers.ts'

/**
 * The suppliers that the relay miner of this network serves for, or may: those of all operator keys here. One that is only watched is none of them, since its relays are served
 * elsewhere and its work lies there, unless it is all that there is.
 */
export function servedSuppliers(state: Pick<AppState, 'suppliers' | 'supplier' | 'keys' | 'app'>): OwnSupplierFacts[] {
  const operators = Object.values(state.keys).filter((key) => key.role === 'operator' && key.network === state.app.network)
  const isOnlyWatched = ({ operatorAddress }: OwnSupplierFacts): boolean => {
    const ofIt = operators.filter((key) => key.address === operatorAddress)
    return ofIt.length > 0 && ofIt.every((key) => key.kind === 'watch')
  }
  const all = ownSuppliers(state).filter((each) => each.operatorAddress !== '')
  const served = all.filter((each) => !isOnlyWatched(each))
  return served.length > 0 ? served : all.filter((each) => each.operatorAddress === state.supplier.operatorAddress)
}

/** Without a stake no gateway sends a relay. What is known of it may be nothing yet. */
export const mayServe = ({ status }: Pick<OwnSupplierFacts, 'status'>): boolean => status !== 'not-staked' && status !== 'stake-sent'
