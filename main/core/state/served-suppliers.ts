import type { AppState } from '#shared/api/state.ts'
import { ownSuppliers, type OwnSupplierFacts } from './own-suppliers.ts'

type Known = Pick<AppState, 'keys' | 'app' | 'nodes'>

/** Operators whose key is given to nobody any more and lies in the keeper all the same: the relay miner here signs for them. */
export const signedOnHere = ({ nodes }: Pick<AppState, 'nodes'>): readonly string[] => nodes['keeper']?.signsOn ?? []

/** Keys of an operator of this network here, watched addresses among them; none where its key was deleted. */
const keysOf = ({ keys, app }: Known, operatorAddress: string): AppState['keys'][string][] =>
  Object.values(keys).filter((key) => key.role === 'operator' && key.network === app.network && key.address === operatorAddress)

/** Whether nothing but its address is here: its relays are served elsewhere, and its work lies there. */
export function isOnlyWatched(state: Known, operatorAddress: string): boolean {
  const ofIt = keysOf(state, operatorAddress)
  return ofIt.length > 0 && ofIt.every((key) => key.kind === 'watch') && !signedOnHere(state).includes(operatorAddress)
}

/** Whether its key is given to no miner here, and lies in none from before: another machine serves with it, or may. */
function isFencedAway(state: Known, operatorAddress: string): boolean {
  const own = keysOf(state, operatorAddress).filter((key) => key.kind !== 'watch')
  return own.length > 0 && own.every((key) => key.fenced !== null) && !signedOnHere(state).includes(operatorAddress)
}

/**
 * The suppliers that the relay miner of this network serves for, or may: those of all operator keys here. None of them is one that is only watched, or whose key is fenced, unless it is
 * all that there is.
 */
export function servedSuppliers(state: Known & Pick<AppState, 'suppliers' | 'supplier'>): OwnSupplierFacts[] {
  const all = ownSuppliers(state).filter((each) => each.operatorAddress !== '')
  const served = all.filter(({ operatorAddress }) => !isOnlyWatched(state, operatorAddress) && !isFencedAway(state, operatorAddress))
  return served.length > 0 ? served : all.filter((each) => each.operatorAddress === state.supplier.operatorAddress)
}

/** Without a stake no gateway sends a relay. What is known of it may be nothing yet. */
export const mayServe = ({ status }: Pick<OwnSupplierFacts, 'status'>): boolean => status !== 'not-staked' && status !== 'stake-sent'
