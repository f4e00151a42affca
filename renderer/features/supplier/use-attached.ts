import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { isServedHere } from '#renderer/bridge/select.ts'

const NONE: ReadonlySet<string> = new Set()

/** Services that an endpoint of the user's own answers. Null while that is being read; none where nothing is served here. */
export function useAttached(): ReadonlySet<string> | null {
  const isServed = useAppState(isServedHere)
  const list = useQuery('backends.list', isServed ? {} : null)
  if (!isServed || list.error !== null) return NONE
  return list.value === null ? null : new Set(list.value.rows.filter((row) => row.by === 'attached').map((row) => row.serviceId))
}
