import { NETWORKS } from '#shared/networks/index.ts'
import type { NodeRow, Store } from '../ports/store.ts'

/** Nodes that are wanted to run on an engine of this machine, of whichever network: Practice has a machine of its own. */
export async function wantedRunning(store: Pick<Store, 'nodes'>): Promise<NodeRow[]> {
  const rows = await Promise.all(NETWORKS.filter(({ id }) => id !== 'practice').map(({ id }) => store.nodes(id)))
  return rows.flat().filter((row) => row.wanted === 'running')
}
