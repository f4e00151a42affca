import type { AppState } from '#shared/api/state.ts'
import { settingIn } from '#shared/settings/read.ts'
import { isOnChain, ownSuppliers } from '../state/own-suppliers.ts'

type Known = Pick<AppState, 'supplier' | 'suppliers' | 'balances' | 'settings' | 'health'>

/**
 * Whose wallet for fees ends first, of all own suppliers that are on chain and whose wallet was read: the poorest with too little for its next claims, by the bound of the check; else the one
 * with the fewest days left; where nobody can tell, the one in view.
 */
export function endsFirst(state: Known): string | undefined {
  const leastUpokt = BigInt(settingIn(state.settings, 'operatorTransactionsLeft'))
  const wallets = ownSuppliers(state).flatMap((each) => {
    const { operatorAddress } = each
    const balance = state.balances[operatorAddress]
    if (!isOnChain(each) || !balance) return []
    const days = state.health.operatorSpending[operatorAddress]?.daysLeft ?? Number.MAX_SAFE_INTEGER
    return [{ operatorAddress, upokt: BigInt(balance.upokt), days, isInView: operatorAddress === state.supplier.operatorAddress }]
  })
  const [poorest] = wallets.filter((each) => each.upokt < leastUpokt).toSorted((a, b) => (a.upokt < b.upokt ? -1 : 1))
  const [shortest] = wallets.toSorted((a, b) => a.days - b.days || Number(b.isInView) - Number(a.isInView))
  return (poorest ?? shortest)?.operatorAddress
}
