import type { Clock } from '../ports/clock.ts'
import type { MinerHost } from '../relays/miner-host.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** After it was given up, a miner whose chain is asked elsewhere gets another try. */
const GIVEN_UP_MS = 10 * 60_000

/**
 * Each round's look at the relay miner's host. A miner that ended again and again because its host was away must not stay down when the host is back: unproven claims are slashed.
 * @param deps.forgive the miner gets another try @returns takes whether there is a miner
 */
export function createHostLook(deps: {
  host: Pick<MinerHost, 'look'>
  state: Pick<StatePublisher, 'state'>
  clock: Pick<Clock, 'now'>
  forgive: () => void
}): (hasMiner: boolean) => Promise<void> {
  let gaveUpAtMs: number | undefined
  return async (hasMiner) => {
    const isBack = await deps.host.look(hasMiner)
    const hasGivenUp = deps.state.state.nodes['miner']?.reason?.key === 'stops-trying'
    const nowMs = deps.clock.now()
    // Not later than now, also after the clock was set back.
    gaveUpAtMs = hasGivenUp ? Math.min(gaveUpAtMs ?? nowMs, nowMs) : undefined
    if (!isBack && (gaveUpAtMs === undefined || nowMs - gaveUpAtMs < GIVEN_UP_MS)) return
    gaveUpAtMs = undefined
    deps.forgive()
  }
}
