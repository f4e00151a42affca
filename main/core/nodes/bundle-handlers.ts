import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Heads } from '../chain/heads.ts'
import { hostOf } from '../chain/members.ts'
import type { Handlers } from '../dispatch.ts'
import type { MinerHost } from '../relays/miner-host.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Nodes } from './nodes.ts'
import type { OpenClaims } from './open-claims.ts'

/** Rejects while it is not certain which chain this is: its miner would sign for it. `chain-unknown-fingerprint`, `chain-not-confirmed`. */
export async function mustBeCertain(heads: Pick<Heads, 'isCertain' | 'requireKnown'>): Promise<void> {
  if (!heads.isCertain()) await heads.requireKnown()
}

/**
 * Sessions in which relays were served, or may have been, that are neither claimed nor lost yet.
 * @param served relays since the miner's start, asked now; undefined while it does not tell @param counted as many of them as the session clock knows of
 */
export function unsentSessions(
  { clock, supplier, nodes }: Pick<AppState, 'clock' | 'supplier' | 'nodes'>,
  served: bigint | undefined,
  counted: bigint | undefined,
): number {
  const miner = Object.values(nodes).find((node) => node.kind === 'relay-miner')
  const isUp = miner?.seen === 'running' || miner?.seen === 'stopping'
  const isStaked = supplier.operatorAddress !== ''
  const maybe = (stage: string): boolean => isStaked && served !== 0n && (stage === 'open' || isUp)
  const known = clock.lanes.filter(
    ({ stage, relays }) => (stage === 'serving' || stage === 'open') && (relays === null ? maybe(stage) : relays !== '0'),
  ).length
  // The clock looks once a block, and relays come at any time.
  const since = served === undefined ? isUp && isStaked : served > (counted !== undefined && counted <= served ? counted : 0n)
  return Math.max(known, since ? 1 : 0)
}

/** Rows of the request table about the relay bundle of a network of others. @param host undefined where there is none: those networks refuse before */
export function bundleHandlers(deps: {
  nodes: Pick<Nodes, 'startBundle' | 'removeBundle' | 'servedNow' | 'wake'>
  /** Relays since the miner's start that the session clock knows of. */
  counted: () => bigint | undefined
  host: MinerHost | undefined
  heads: Pick<Heads, 'isCertain' | 'requireKnown'>
  state: StatePublisher
  open: OpenClaims
  activity: (text: string, facts?: Record<string, string>) => void
}): Pick<Handlers, 'bundle.start' | 'bundle.remove' | 'bundle.chooseHost'> {
  const { nodes, host, heads, state, activity } = deps
  return {
    'bundle.start': async () => {
      await mustBeCertain(heads)
      activity('bundle-start')
      return { taskId: nodes.startBundle() }
    },
    'bundle.remove': async ({ loseOpenClaims }) => {
      if (!loseOpenClaims) {
        if (state.state.chain.status !== 'ready')
          throw new HearthError('chain-unreachable', { reason: 'whether something is open cannot be seen now' })
        await deps.open.mustBeNone()
        const sessions = unsentSessions(state.state, await nodes.servedNow(), deps.counted())
        if (sessions > 0) throw new HearthError('work-unsent', { sessions: String(sessions) })
      }
      const taskId = await nodes.removeBundle()
      activity('bundle-remove')
      // Nothing waits for a key any more.
      state.patch('vault', { needed: null })
      return { taskId }
    },
    'bundle.chooseHost': async ({ rpcUrl }, signal) => {
      if (!host) throw new HearthError('not-allowed')
      await host.choose(rpcUrl, signal)
      activity('miner-host-chosen', { host: hostOf(rpcUrl) })
      nodes.wake()
      return {}
    },
  }
}
