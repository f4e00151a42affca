import type { AppState } from '#shared/api/state.ts'
import type { SeenContainer } from '../ports/engine.ts'
import { mayServe, servedSuppliers, signedOnHere } from '../state/served-suppliers.ts'
import { isUp } from './plan.ts'

type Lane = AppState['clock']['lanes'][number]

/** Clocks of chain, engine and PC are not one: what is closer than this is not told apart. */
const CLOCKS_DIFFER_MS = 30_000

/** How the relay miner stands, and since when: since its start while it is up, since its end while it is not; undefined while nobody can tell. */
export interface MinerStand {
  isUp: boolean
  sinceMs: number | undefined
}

/** @param seen its container @param notSeenSinceMs since when there is none that ever ran, as far as that is known */
export function standOf(seen: SeenContainer | undefined, notSeenSinceMs: number | undefined): MinerStand {
  if (isUp(seen)) return { isUp: true, sinceMs: seen?.state === 'running' ? seen.startedAtMs : undefined }
  return { isUp: false, sinceMs: seen?.finishedAtMs ?? notSeenSinceMs }
}

/** Sessions that take relays or wait for a claim, of which nobody has counted the relays: a Hearth that has just started has watched none of them. */
export const uncountedLanes = ({ clock }: Pick<AppState, 'clock'>): Lane[] =>
  clock.lanes.filter(({ stage, relays }) => (stage === 'serving' || stage === 'open') && relays === null)

/**
 * Sessions in which relays were served, or may have been, that are neither claimed nor lost yet.
 * @param miner.served relays since its start, asked now; undefined while it does not tell @param miner.counted as many of them as the session clock knows of
 * @param startsMs when the sessions of `uncountedLanes` began, by first height; a session that is missing is taken for one that may have been served
 */
export function unsentSessions(
  state: Pick<AppState, 'clock' | 'supplier' | 'suppliers' | 'keys' | 'app' | 'nodes'>,
  miner: MinerStand & { served: bigint | undefined; counted: bigint | undefined },
  startsMs: ReadonlyMap<number, number>,
): number {
  const { served, counted } = miner
  const isPossible = servedSuppliers(state).some(mayServe) || signedOnHere(state).length > 0
  const maybe = (lane: Lane): boolean => {
    const startMs = startsMs.get(lane.start)
    const isSinceBefore = miner.sinceMs !== undefined && startMs !== undefined && miner.sinceMs + CLOCKS_DIFFER_MS < startMs
    // `served` speaks of this start of the container alone: the one before may have served, and its volume keeps the work.
    return isPossible && !(isSinceBefore && (!miner.isUp || (lane.stage === 'serving' && served === 0n)))
  }
  const uncounted = uncountedLanes(state).filter(maybe).length
  const known = state.clock.lanes.filter(
    ({ stage, relays }) => (stage === 'serving' || stage === 'open') && relays !== null && relays !== '0',
  ).length
  // The clock looks once a block, and relays come at any time.
  const since = served === undefined ? miner.isUp && isPossible : served > (counted !== undefined && counted <= served ? counted : 0n)
  return Math.max(known + uncounted, since ? 1 : 0)
}
