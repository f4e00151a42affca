import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { isMadeHere } from '#renderer/bridge/select.ts'
import type { Serving } from './checklist-real.ts'

/** What is chosen and what is answered, read when the page opens and again as containers come and go. Null while it is not known, and on chains that bring a backend of their own. */
export function useServing(): Serving | null {
  const isHere = useAppState(isMadeHere)
  const backends = useAppState((state) =>
    Object.values(state.nodes)
      .filter((node) => node.kind === 'backend')
      .map((node) => `${node.id} ${node.seen}`)
      .join(),
  )
  const options = useQuery('serve.options', isHere ? null : {}, backends)
  if (options.value === null) return null
  const answered = options.value.rows.filter((row) => row.by !== 'nothing').map((row) => row.name)
  return { chosen: options.value.rows.filter((row) => row.chosen).length, answered }
}
