import type { AppState } from '#shared/api/state.ts'
import type { LostVolume } from '#shared/model/kept-volumes.ts'
import { mayServe, servedSuppliers } from '../state/served-suppliers.ts'

type Lane = AppState['clock']['lanes'][number]

/** The node whose volume holds relays and proofs. */
export const MINER = 'miner'

/** Relays that are not claimed, and claims whose proof is not sent (onchain facts 5.2). */
const NEEDS_VOLUME: ReadonlySet<Lane['stage']> = new Set(['serving', 'open', 'claimed', 'proof-due'])
const needsVolume = (lane: Lane): boolean => NEEDS_VOLUME.has(lane.stage) && lane.relays !== '0'

/** Last heights of the sessions for which what the relay miner keeps is needed; undefined while that cannot be told. A session that nobody counted may be one. */
export function sessionsAtRisk(state: AppState): number[] | undefined {
  const { clock, supplier } = state
  if (clock.height === 0 || supplier.asOf === null) return undefined
  // Without a stake no relay is sent; what was claimed before is open all the same.
  const isStaked = servedSuppliers(state).some(mayServe)
  return clock.lanes.filter((lane) => needsVolume(lane) && (isStaked || lane.claimedUpokt !== null)).map((lane) => lane.end)
}

/** Of the sessions whose work lay on a volume that is gone, those that still need it. */
export const lanesAtRisk = ({ clock }: Pick<AppState, 'clock'>, { risk }: LostVolume): Lane[] =>
  clock.lanes.filter((lane) => risk?.includes(lane.end) === true && needsVolume(lane))

/** Told for so long when nothing hung on it. */
const TOLD_MS = 24 * 60 * 60_000
/** Clocks of engine and PC are not one. */
const CLOCKS_DIFFER_MS = 30_000

/**
 * Whether nothing follows from it any more. Of the relay miner: its sessions are over, and what became of them is told as every other loss is; where none was open, it was told for a day.
 * Any other node works again, with what it made or fetched anew.
 */
export function isOver(state: Pick<AppState, 'clock' | 'nodes'>, lost: LostVolume, nowMs: number): boolean {
  if (lost.nodeId === MINER) {
    // Before the first block was read there are no lanes at all.
    if (lost.risk === null || state.clock.height === 0) return false
    return lost.risk.length > 0 ? lanesAtRisk(state, lost).length === 0 : nowMs - lost.atMs >= TOLD_MS
  }
  const node = state.nodes[lost.nodeId]
  return node?.seen === 'running' && !node.reason && (node.startedAtMs ?? 0) > lost.atMs - CLOCKS_DIFFER_MS
}
