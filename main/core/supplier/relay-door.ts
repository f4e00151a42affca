import { NETWORKS } from '#shared/networks/index.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Door } from './safe-unstake.ts'

/**
 * The door through which relays come to the supplier of a network.
 * Here the ingress has the only port for relays: stopped, by a wish that outlives a restart, nothing comes in. On a network that was not made here the relay miner may run elsewhere, and
 * does while nothing of it is on this PC: its owner closes that door before leaving begins, and the page says so.
 */
export function relayDoor(
  network: string | null,
  nodes: { stop(nodeId: string): Promise<void>; start(nodeId: string): Promise<void> },
  state: Pick<StatePublisher, 'state'>,
): Door {
  const mayBeElsewhere = NETWORKS.some((each) => each.id === network && !each.madeHere)
  const isElsewhere = (): boolean => mayBeElsewhere && state.state.nodes['ingress'] === undefined
  return {
    close: () => (isElsewhere() ? Promise.resolve() : nodes.stop('ingress')),
    open: () => (isElsewhere() ? Promise.resolve() : nodes.start('ingress')),
    isClosed() {
      const ingress = state.state.nodes['ingress']
      return isElsewhere() || (ingress?.wanted === 'stopped' && (ingress.seen === 'stopped' || ingress.seen === 'absent'))
    },
  }
}
