import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Heads } from '../chain/heads.ts'
import type { Clock } from '../ports/clock.ts'
import type { Chain } from '../ports/chain.ts'
import { ownOperators } from '../state/own-suppliers.ts'
import { isOnlyWatched, signedOnHere } from '../state/served-suppliers.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Nodes } from './nodes.ts'
import type { OpenClaims } from './open-claims.ts'
import { standOf, uncountedLanes, unsentSessions } from './unsent-sessions.ts'

/** What is known of the chain may lack the block that is being read. */
const BLOCKS_BEHIND = 1
/** A block is read in less; on a chain with quick blocks the next one is there by then. */
const LONGEST_WAIT_MS = 10_000
const LOOK_EVERY_MS = 500

/**
 * Resolves when nothing is lost with what the relay miner keeps. Rejects `claims-open` (detail.claims, detail.upokt) while the chain or the ledger holds a claim that is not paid, of any own supplier that may be served here,
 * `work-unsent` (detail.sessions) while relays were served and not claimed, or may have been, and `chain-unreachable` while that cannot be told.
 */
export type MayGo = (signal: AbortSignal | undefined) => Promise<void>

/** @param deps.counted relays since the miner's start that the session clock knows of */
export function createMayGo(deps: {
  nodes: Pick<Nodes, 'seen' | 'servedNow'>
  counted: () => bigint | undefined
  heads: Pick<Heads, 'require'>
  state: Pick<StatePublisher, 'state'>
  open: OpenClaims
  clock: Pick<Clock, 'now' | 'sleep'>
}): MayGo {
  const { nodes, state, clock } = deps
  let notSeenSinceMs: number | undefined

  /** A container that never ran says nothing of an earlier one: from the first look on it is known that none runs. */
  const standNow = (): ReturnType<typeof standOf> => {
    const seen = nodes.seen('miner')
    const hasRun = seen?.startedAtMs !== undefined || seen?.finishedAtMs !== undefined
    const isLookedAt = !['unknown', undefined].includes(state.state.nodes['miner']?.seen)
    notSeenSinceMs = hasRun || !isLookedAt ? undefined : (notSeenSinceMs ?? clock.now())
    return standOf(seen, notSeenSinceMs)
  }
  const startsOf = async (chain: Chain): Promise<Map<number, number>> => {
    const starts = new Map<number, number>()
    for (const { start } of uncountedLanes(state.state)) {
      const startMs = await chain.blockTimeMs?.(start).catch(() => undefined)
      if (startMs !== undefined) starts.set(start, startMs)
    }
    return starts
  }
  /** @returns whether what was looked at is of now */
  const look = async (): Promise<boolean> => {
    if (state.state.chain.status !== 'ready')
      throw new HearthError('chain-unreachable', { reason: 'whether something is open cannot be seen now' })
    const isFresh = isOfNow(state.state)
    const chain = deps.heads.require()
    await deps.open.mustBeNone()
    const startsMs = await startsOf(chain)
    const served = await nodes.servedNow()
    const sessions = unsentSessions(state.state, { ...standNow(), served, counted: deps.counted() }, startsMs)
    if (sessions > 0) throw new HearthError('work-unsent', { sessions: String(sessions) })
    const own = ownOperators(state.state).filter((address) => !isOnlyWatched(state.state, address))
    const operators = [...new Set([...own, ...signedOnHere(state.state)])]
    const pending = (await Promise.all(operators.map((address) => chain.pendingClaims(address)))).flat()
    if (pending.length === 0) return isFresh
    const units = pending.reduce((total, claim) => total + claim.computeUnits, 0n)
    throw new HearthError('claims-open', { claims: String(pending.length), upokt: worth(units, state.state).toString() })
  }

  return async (signal) => {
    const untilMs = clock.now() + LONGEST_WAIT_MS
    while (!(await look())) {
      if (signal?.aborted) throw new HearthError('cancelled')
      if (clock.now() >= untilMs) throw new HearthError('chain-unreachable', { reason: 'the newest blocks are not read yet' })
      await clock.sleep(LOOK_EVERY_MS, signal)
    }
  }
}

function isOfNow({ chain, earnings, clock, supplier }: AppState): boolean {
  const needed = chain.height - BLOCKS_BEHIND
  return earnings.readHeight >= needed && clock.height >= needed && supplier.asOf !== null
}

/** What compute units are paid with at least, upokt: a service of high difficulty pays a multiple. */
function worth(units: bigint, { chain }: AppState): bigint {
  const { params } = chain
  if (params === null || BigInt(params.computeUnitCostGranularity) === 0n) return 0n
  return (units * BigInt(params.computeUnitsToTokensMultiplier)) / BigInt(params.computeUnitCostGranularity)
}
