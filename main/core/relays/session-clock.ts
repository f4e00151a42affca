import { sessionAt } from '#shared/model/session.ts'
import { sessionClock } from '#shared/model/session-clock.ts'
import type { ChainParams } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { ClaimRow, Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** More claims than can belong to the sessions of the clock: eight lanes, a handful of services each. */
const CLAIMS_READ = 100

/** Keeps state.clock true: gathers what the pure session clock needs and publishes its answer. */
export interface SessionClock {
  update(height: number): Promise<void>
  /** Relays since the miner's start that its lanes know of; undefined while it knows of none. */
  counted(): bigint | undefined
}

export function createSessionClock(deps: {
  state: StatePublisher
  store: Store
  clock: Clock
  network: () => string | null
  params: () => ChainParams | undefined
  /** Relays answered since the miner's start. */
  served: () => bigint | undefined
}): SessionClock {
  const { state, store, clock } = deps
  const counter = createSessionCounter()
  let counted: bigint | undefined
  return {
    counted: () => counted,
    async update(height) {
      const network = deps.network()
      const rules = deps.params()
      if (network === null || !rules) return
      const { supplier, chain, nodes } = state.state
      const claims = await store.claims({ network, limit: CLAIMS_READ })
      const miner = Object.values(nodes).find((node) => node.kind === 'relay-miner')
      counted = deps.served()
      state.set(
        'clock',
        sessionClock({
          height,
          headTimeMs: chain.blockTimeMs,
          nowMs: clock.now(),
          medianBlockMs: chain.medianBlockMs,
          rules,
          claims: claims.filter((claim: ClaimRow) => claim.operatorAddress === supplier.operatorAddress),
          staked: supplier.asOf === null ? undefined : BigInt(supplier.stakeUpokt) > 0n && supplier.services.length > 0,
          minerReadable: miner === undefined || miner.seen !== 'unknown',
          minerRunning: miner?.seen === 'running',
          relaysBySession: counter.note(sessionAt(height, rules).end, counted),
          ...(supplier.asOf === null ? {} : { stakeUpokt: BigInt(supplier.stakeUpokt) }),
          supplierMinStakeUpokt: rules.supplierMinStakeUpokt,
          proofMissingPenaltyUpokt: rules.proofMissingPenaltyUpokt,
        }),
      )
    },
  }
}

/** Sessions whose counts are kept. */
const SESSIONS_KEPT = 8

/**
 * The stock miner counts relays since its start, not by session: the difference between two looks belongs to the session of the second. A session that was not watched
 * from its beginning, or in which the miner started anew, is not counted, which is not the same as empty.
 */
export function createSessionCounter(): { note(sessionEnd: number, served: bigint | undefined): ReadonlyMap<number, bigint> } {
  const counts = new Map<number, bigint>()
  let last: { sessionEnd: number; served: bigint | undefined } | undefined
  return {
    note(sessionEnd, served) {
      const before = last
      last = { sessionEnd, served }
      const known = before?.served !== undefined && served !== undefined && served >= before.served
      if (!known) counts.delete(sessionEnd)
      else if (before.sessionEnd !== sessionEnd) counts.set(sessionEnd, served - (before.served ?? 0n))
      else if (counts.has(sessionEnd)) counts.set(sessionEnd, (counts.get(sessionEnd) ?? 0n) + served - (before.served ?? 0n))
      for (const end of counts.keys()) if (counts.size > SESSIONS_KEPT && end < sessionEnd) counts.delete(end)
      return counts
    },
  }
}
