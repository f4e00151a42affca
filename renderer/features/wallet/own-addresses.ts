import { useAppState } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'

/** Keys and watched addresses of the chosen network: those of own suppliers first, newest before older. */
export function useOwnAddresses(): KeyState[] {
  return useAppState((state) => {
    const named = [
      state.supplier.ownerAddress,
      state.supplier.operatorAddress,
      ...Object.entries(state.suppliers).flatMap(([operator, each]) => [operator, each.ownerAddress]),
    ]
    const rank = (key: KeyState): number => (named.includes(key.address) ? 0 : 1) * 2 + (key.role === 'owner' ? 0 : 1)
    return Object.values(state.keys)
      .filter((key) => key.network === state.app.network && key.kind !== 'morse')
      .sort((a, b) => rank(a) - rank(b) || b.createdAtMs - a.createdAtMs)
  })
}
