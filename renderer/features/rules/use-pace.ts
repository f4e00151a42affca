import { useAppState } from '#renderer/bridge/hooks.ts'
import type { Pace } from './rule-words.ts'

/** The pace of the chain, for lengths of time. */
export function usePace(): Pace {
  const medianBlockMs = useAppState((state) => state.chain.medianBlockMs)
  const blocksPerSession = useAppState((state) => state.chain.params?.numBlocksPerSession ?? 1)
  return { medianBlockMs, blocksPerSession }
}
