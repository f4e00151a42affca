import type { AppState } from '#shared/api/state.ts'
import type { ContainerSpec, SeenContainer } from '../ports/engine.ts'
import type { LeftHost } from '../relays/miner-host.ts'
import { isProofBeingSent } from '../relays/watchdog.ts'
import { isUp } from './plan.ts'

/**
 * Whether the relay miner goes on with the configuration that it has, because proofs may be on their way: it would end with them. A miner that hears nothing is not
 * spared, nor one that cannot send them because the host that it still asks is gone, nor one that drains for the change already: it keeps its trees on disk, and a start takes
 * up what is claimed wherever its window stands (offchain facts 2.6).
 * @param miner `behind`: blocks that it lacks, once that is more than a hiccup; `lacksHost`: nobody whom it could ask does well; `leftHost`: how the host does that it still
 * asks, where it is to ask another; `height`: newest block that it knows, null while it does not tell
 */
export function isHeldChange(
  miner: {
    seen: SeenContainer | undefined
    spec: ContainerSpec | undefined
    restart: boolean
    behind: number | undefined
    lacksHost: boolean
    leftHost: LeftHost
    height: number | null
  },
  { chain, clock, nodes }: Pick<AppState, 'chain' | 'clock' | 'nodes'>,
): boolean {
  const { seen, spec } = miner
  if (!isUp(seen) || spec === undefined || spec.specHash === seen?.specHash || miner.restart) return false
  if (miner.behind !== undefined || miner.lacksHost || nodes['miner']?.reason?.key === 'draining') return false
  // Silent to Hearth alone: as long as the newest blocks reach the miner, so may its proofs the chain.
  const isCutOff = miner.leftHost === 'lost' || (miner.leftHost === 'silent' && (miner.height ?? 0) < chain.height)
  return chain.status === 'ready' && !isCutOff && isProofBeingSent(clock.lanes, chain.height)
}
