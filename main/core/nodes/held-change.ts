import type { AppState } from '#shared/api/state.ts'
import type { ContainerSpec, SeenContainer } from '../ports/engine.ts'
import { isProofBeingSent } from '../relays/watchdog.ts'
import { isUp } from './plan.ts'

/**
 * Whether the relay miner goes on with the configuration that it has, because proofs may be on their way: it would end with them. A miner that hears nothing is not
 * spared, nor one that drains for the change already.
 * @param miner `behind`: blocks that it lacks, once that is more than a hiccup; `lacksHost`: nobody whom it could ask does well
 */
export function isHeldChange(
  miner: {
    seen: SeenContainer | undefined
    spec: ContainerSpec | undefined
    restart: boolean
    behind: number | undefined
    lacksHost: boolean
  },
  { chain, clock, nodes }: Pick<AppState, 'chain' | 'clock' | 'nodes'>,
): boolean {
  const { seen, spec } = miner
  if (!isUp(seen) || spec === undefined || spec.specHash === seen?.specHash || miner.restart) return false
  if (miner.behind !== undefined || miner.lacksHost || nodes['miner']?.reason?.key === 'draining') return false
  return chain.status === 'ready' && isProofBeingSent(clock.lanes, chain.height)
}
