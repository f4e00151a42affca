import type { TaskContext } from '../tasks/tasks.ts'
import { pinImage } from './pin-image.ts'
import type { SetUpDeps } from './set-up.ts'

/** The step `images`: pulls what the engine lacks and pins what each node runs: the digest where the registry gave one, else the content id. */
export async function fetchImages(deps: SetUpDeps, task: TaskContext): Promise<void> {
  const { engine, store, catalog } = deps
  const references = [...new Set(catalog.map((entry) => entry.image.reference))]
  let pulls: Parameters<TaskContext['update']>[0]['pulls'] = references.map((reference) => ({
    title: catalog.find((entry) => entry.image.reference === reference)?.title ?? reference,
    reference: deps.imageOverrides[reference] ?? reference,
    status: 'waiting',
    layers: [],
  }))
  const show = (index: number, fields: Partial<NonNullable<typeof pulls>[number]>): void => {
    pulls = (pulls ?? []).map((pull, at) => (at === index ? { ...pull, ...fields } : pull))
    task.update({ pulls })
  }
  task.update({ pulls })
  for (const [index, official] of references.entries()) {
    const reference = deps.imageOverrides[official] ?? official
    const known = await store.setting(`image-pin ${reference}`)
    // An update may have brought another than the catalogue's: what the containers were made of stays.
    const kept = (await store.nodes(deps.network)).find(
      (row) => row.imagePin !== undefined && catalog.some((entry) => entry.nodeId === row.id && entry.image.reference === official),
    )?.imagePin
    if (kept !== undefined && (await engine.image(kept))) {
      show(index, { status: 'ready' })
      await pinRest(deps, official, kept)
      continue
    }
    let pin = known !== undefined && (await engine.image(known)) ? known : undefined
    if (pin === undefined) {
      show(index, { status: 'fetching' })
      try {
        // A tag may have moved since it was resolved first: what was pinned is fetched, where the registry knows it by its digest.
        const source = [kept, known].find((each) => each?.includes('@')) ?? reference
        const follow = ({ layers, lastLine }: Parameters<Parameters<typeof pinImage>[3]>[0]): void => {
          show(index, { layers })
          task.update({ lastLine })
        }
        pin = await pinImage(engine, reference, source, follow, task.signal)
      } catch (error) {
        show(index, { status: 'failed' })
        throw error
      }
      await store.setSetting(`image-pin ${reference}`, pin)
    }
    show(index, { status: 'ready' })
    await pinAll(deps, official, pin)
  }
}

async function pinAll(deps: SetUpDeps, official: string, pin: string): Promise<void> {
  for (const row of await deps.store.nodes(deps.network)) {
    const entry = deps.catalog.find((candidate) => candidate.nodeId === row.id)
    if (entry?.image.reference === official && row.imagePin !== pin) await deps.store.putNode({ ...row, imagePin: pin })
  }
}

/** Containers that joined since then are made of the same. */
async function pinRest(deps: SetUpDeps, official: string, pin: string): Promise<void> {
  for (const row of await deps.store.nodes(deps.network)) {
    const entry = deps.catalog.find((candidate) => candidate.nodeId === row.id)
    if (entry?.image.reference === official && row.imagePin === undefined) await deps.store.putNode({ ...row, imagePin: pin })
  }
}
