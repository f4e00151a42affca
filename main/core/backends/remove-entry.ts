import type { BackendEntry } from '#shared/catalog/backends/schema.ts'
import type { Started } from '#shared/catalog/backends/started.ts'
import { isUp } from '../nodes/plan.ts'
import type { TaskContext } from '../tasks/tasks.ts'
import { entryNodes } from './entry-nodes.ts'
import { removeVolumes, type StartEntryDeps } from './start-entry.ts'

export const REMOVE_ENTRY_STEPS = (withData: boolean): string[] => ['stop', 'containers', ...(withData ? ['volumes'] : [])]
const LOOK_MS = 500

/**
 * Takes an entry's containers away once the reconcile loop has stopped them, each with its own grace; with `withData` their volumes too. Every step can be done twice: a removal that was cut off
 * goes on.
 */
export async function removeEntry(deps: StartEntryDeps, entry: BackendEntry, wish: Started, task: TaskContext): Promise<void> {
  const { engine, store, names, network, clock, started, state } = deps
  const nodes = entryNodes(entry)
  await task.step('stop', async () => {
    // The relay miner is told first that nothing answers here any more.
    deps.wake()
    for (;;) {
      task.signal.throwIfAborted()
      // At each look: somebody may start one of them again while it stops.
      const rows = (await store.nodes(network)).filter((row) => nodes.some((node) => node.nodeId === row.id) && row.wanted !== 'stopped')
      for (const row of rows) await store.putNode({ ...row, wanted: 'stopped', wantedBy: 'user', updatedAtMs: clock.now() })
      if (rows.length > 0) deps.wake()
      const containers = await engine.list()
      if (!nodes.some((node) => isUp(containers.find((container) => container.nodeId === node.nodeId)))) return
      await clock.sleep(LOOK_MS, task.signal)
    }
  })
  await task.step('containers', async () => {
    // Rows first: without them the loop makes nothing anew.
    for (const node of nodes) await store.removeNode(network, node.nodeId)
    for (const node of nodes) {
      await engine.remove(names.container(node.nodeId))
      state.remove('nodes', node.nodeId)
    }
    await engine.removeNetwork(names.network(`own-${entry.id}`))
  })
  if (wish.withData) await task.step('volumes', () => removeVolumes(deps, entry))
  if (wish.withData) await started.remove(entry.id)
  else await started.put({ ...wish, stage: 'kept', snapshot: null, hasData: true })
}
