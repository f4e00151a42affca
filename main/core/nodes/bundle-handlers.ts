import { HearthError } from '#shared/api/errors.ts'
import type { Heads } from '../chain/heads.ts'
import { hostOf } from '../chain/members.ts'
import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { MinerHost } from '../relays/miner-host.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { createMayGo } from './bundle-may-go.ts'
import type { Nodes } from './nodes.ts'
import type { OpenClaims } from './open-claims.ts'

/** Rejects while it is not certain which chain this is: its miner would sign for it. `chain-unknown-fingerprint`, `chain-not-confirmed`. */
export async function mustBeCertain(heads: Pick<Heads, 'isCertain' | 'requireKnown'>): Promise<void> {
  if (!heads.isCertain()) await heads.requireKnown()
}

/** Rows of the request table about the relay bundle of a network of others. @param host undefined where there is none: those networks refuse before */
export function bundleHandlers(deps: {
  nodes: Pick<Nodes, 'startBundle' | 'removeBundle' | 'seen' | 'servedNow' | 'wake'>
  /** Relays since the miner's start that the session clock knows of. */
  counted: () => bigint | undefined
  host: MinerHost | undefined
  heads: Pick<Heads, 'isCertain' | 'requireKnown' | 'require'>
  state: StatePublisher
  open: OpenClaims
  clock: Pick<Clock, 'now' | 'sleep'>
  activity: (text: string, facts?: Record<string, string>) => void
}): Pick<Handlers, 'bundle.start' | 'bundle.remove' | 'bundle.chooseHost' | 'bundle.hostByItself'> {
  const { nodes, host, heads, state, activity } = deps
  const mayGo = createMayGo(deps)
  return {
    'bundle.start': async () => {
      await mustBeCertain(heads)
      activity('bundle-start')
      return { taskId: nodes.startBundle() }
    },
    'bundle.remove': async ({ loseOpenClaims }, signal) => {
      if (!loseOpenClaims) await mayGo(signal)
      // Relays come until the ingress refuses them: it is asked once more then.
      const taskId = await nodes.removeBundle(loseOpenClaims ? undefined : mayGo)
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
    'bundle.hostByItself': async ({ on }) => {
      if (!host) throw new HearthError('not-allowed')
      await host.changeByItself(on)
      activity(on ? 'miner-host-by-itself' : 'miner-host-by-hand')
      return {}
    },
  }
}
