import type { AppState } from '#shared/api/state.ts'
import { isStaked, type KeyState } from '#renderer/bridge/select.ts'
import { hasSeveral } from '#renderer/bridge/suppliers.ts'

/** Keys and watched addresses of the chosen network that can stand under a transaction; those that the chain's record names come first. */
export function signersFor(state: AppState, roles: readonly KeyState['role'][]): KeyState[] {
  const named = [state.supplier.ownerAddress, state.supplier.operatorAddress]
  return Object.values(state.keys)
    .filter((key) => roles.includes(key.role) && key.network === state.app.network && key.kind !== 'morse')
    .filter((key) => key.kind === 'watch' || key.wordsConfirmedAtMs !== null)
    .sort((a, b) => Number(named.includes(b.address)) - Number(named.includes(a.address)) || b.createdAtMs - a.createdAtMs)
}

/** Who may own a stake that is still to be made, where the user has several suppliers: the owners of those that are staked come first. Empty where there is nothing to choose. */
export function ownersToChoose(state: AppState): KeyState[] {
  if (!hasSeveral(state)) return []
  const owning = new Set(
    Object.values(state.suppliers)
      .filter((each) => isStaked(each.status))
      .map((each) => each.ownerAddress),
  )
  const owners = signersFor(state, ['owner'])
  return owners.length < 2 ? [] : owners.sort((a, b) => Number(owning.has(b.address)) - Number(owning.has(a.address)))
}

/** Those that the chain would take for this supplier: its owner, and its operator where it may. */
export function partiesFor(state: AppState, roles: readonly ('owner' | 'operator')[]): KeyState[] {
  const { ownerAddress, operatorAddress } = state.supplier
  const wanted = new Set([...(roles.includes('owner') ? [ownerAddress] : []), ...(roles.includes('operator') ? [operatorAddress] : [])])
  return signersFor(state, ['owner', 'operator']).filter((key) => wanted.has(key.address))
}
