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
}

export function createSessionClock(deps: { state: StatePublisher; store: Store; clock: Clock; network: () => string | null; params: () => ChainParams | undefined }): SessionClock {
  const { state, store, clock } = deps
  return {
    async update(height) {
      const network = deps.network()
      const rules = deps.params()
      if (network === null || !rules) return
      const { supplier, chain, nodes } = state.state
      const claims = await store.claims({ network, limit: CLAIMS_READ })
      const miner = Object.values(nodes).find((node) => node.kind === 'relay-miner')
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
          // The stock miner does not tell its counts by session; a session without a claim on chain is open, not known to be empty.
          relaysBySession: new Map(),
          ...(supplier.asOf === null ? {} : { stakeUpokt: BigInt(supplier.stakeUpokt) }),
          supplierMinStakeUpokt: rules.supplierMinStakeUpokt,
          proofMissingPenaltyUpokt: rules.proofMissingPenaltyUpokt,
        }),
      )
    },
  }
}
