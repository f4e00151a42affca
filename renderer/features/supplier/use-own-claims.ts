import type { ClaimView } from '#shared/api/requests.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { hasSeveral } from '#renderer/bridge/suppliers.ts'

/** More than the sessions that can be under way at a time have. */
const NEWEST = 200

/** The newest claims of the supplier in view. Null while they are read, and where there is one supplier: what is known of all is known of it. */
export function useOwnClaims(): ClaimView[] | null {
  const operatorAddress = useAppState((state) => (hasSeveral(state) ? state.supplier.operatorAddress : ''))
  const revision = useAppState((state) => state.earnings.revision)
  const { value } = useQuery('earnings.claims', operatorAddress === '' ? null : { operatorAddress, limit: NEWEST }, revision)
  // What was answered for another one is not shown as this one's.
  return value?.rows.filter((row) => row.operatorAddress === operatorAddress) ?? null
}
