import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { TaskContext } from '../tasks/tasks.ts'
import type { SetUpDeps } from './set-up.ts'

/** As far as an entry is on the engine. */
export type Removed = Pick<CatalogEntry, 'nodeId' | 'volumes' | 'networks'>

const GRACE_SECONDS = 5

/**
 * The steps `stop`, `containers` and `volumes` of a removal: what these entries have on the engine goes, as far as it carries this installation's label.
 * @param isMeant which of our containers, by node id; what others of them use stays with them
 * @param first done before anything else; where it rejects nothing is touched
 */
export async function takeAway(
  deps: Pick<SetUpDeps, 'engine' | 'store' | 'names' | 'network'>,
  task: TaskContext,
  entries: readonly Removed[],
  isMeant: (nodeId: string) => boolean,
  first: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { engine, store, names } = deps
  await task.step('stop', async () => {
    await first()
    for (const row of await store.nodes(deps.network))
      if (isMeant(row.id)) await store.putNode({ ...row, wanted: 'stopped', wantedBy: 'user' })
    // Those of the signed catalogue that were never made are not asked about one by one.
    const there = new Set((await engine.list()).map((container) => container.nodeId))
    for (const entry of entries.toReversed()) if (there.has(entry.nodeId)) await engine.stop(names.container(entry.nodeId), GRACE_SECONDS)
  })
  await task.step('containers', async () => {
    // SECURITY: S16 somebody's copy of one of ours is not ours to remove.
    for (const { name, nodeId } of await engine.list()) if (nodeId !== '' && isMeant(nodeId)) await engine.remove(name)
  })
  await task.step('volumes', async () => {
    const volumes = new Set(entries.flatMap((entry) => entry.volumes.map((volume) => volume.name)))
    for (const volume of volumes) await engine.removeVolume(names.volume(volume))
    const networks = new Set(entries.flatMap((entry) => entry.networks))
    const isShared = (await engine.list()).length > 0
    for (const network of networks) if (!isShared || network !== SHARED) await engine.removeNetwork(names.network(network))
  })
}

/** The one network that backends of the user's choice are on too. */
const SHARED = 'backend'
