import { NETWORKS } from '#shared/networks/index.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Door, Doors } from './safe-unstake.ts'

/**
 * The door through which relays come to the supplier of a network.
 * Here the ingress has the only port for relays: stopped, by a wish that outlives a restart, nothing comes in. On a network that was not made here the relay miner may run elsewhere, and
 * does while nothing of it is on this PC: its owner closes that door before leaving begins, and the page says so. What is on this PC is told by the record alone: the published nodes
 * are empty until the engine was looked at.
 */
export function relayDoor(
  network: string | null,
  nodes: { stop(nodeId: string): Promise<void>; start(nodeId: string): Promise<void> },
  deps: { state: Pick<StatePublisher, 'state'>; store: Pick<Store, 'nodes'> },
): Door & { isHere(): Promise<boolean> } {
  const mayBeElsewhere = NETWORKS.some((each) => each.id === network && !each.madeHere)
  const rowHere = async (): Promise<NodeRow | undefined> =>
    network === null ? undefined : (await deps.store.nodes(network)).find((row) => row.id === 'ingress')
  const isElsewhere = async (): Promise<boolean> => mayBeElsewhere && (await rowHere()) === undefined
  return {
    isHere: async () => (await rowHere()) !== undefined,
    async close() {
      if (!(await isElsewhere())) await nodes.stop('ingress')
    },
    async open() {
      if (!(await isElsewhere())) await nodes.start('ingress')
    },
    async isClosed() {
      const row = await rowHere()
      if (row === undefined) return mayBeElsewhere
      if (row.wanted !== 'stopped') return false
      const ingress = deps.state.state.nodes['ingress']
      // The engine is silent, or was not looked at yet.
      if (ingress === undefined || ingress.seen === 'unknown') return undefined
      return ingress.wanted === 'stopped' && (ingress.seen === 'stopped' || ingress.seen === 'absent')
    },
  }
}

/**
 * The doors of a network: the ingress for all suppliers that are served here, and for one of them what the ingress does with its relays.
 * @param isHeldOff whether relays of an operator are refused where relays are taken here; undefined while nobody can tell
 */
export function relayDoors(
  network: string | null,
  nodes: { stop(nodeId: string): Promise<void>; start(nodeId: string): Promise<void> },
  deps: {
    state: Pick<StatePublisher, 'state'>
    store: Pick<Store, 'nodes'>
    isHeldOff: (operatorAddress: string) => Promise<boolean | undefined>
  },
): Doors {
  const all = relayDoor(network, nodes, deps)
  return {
    all,
    of: (operatorAddress) => ({
      // An ingress that stands still is closed for this one too.
      isClosed: async () => (await all.isClosed()) || deps.isHeldOff(operatorAddress),
    }),
    // The practised ingress has one door for all.
    canCloseForOne: async () => ((await all.isHere()) ? network !== 'practice' : undefined),
  }
}
