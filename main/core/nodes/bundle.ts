import type { TaskContext } from '../tasks/tasks.ts'
import type { MayGo } from './bundle-may-go.ts'
import { fetchImages } from './fetch-images.ts'
import { lookAtIngress, setRefusing } from './ingress.ts'
import { ensureNode, type Hold, lookAtEngine, makeRoom, type SetUpDeps, want } from './set-up.ts'
import { type Removed, takeAway } from './take-away.ts'
import { takeUp } from './unlisted.ts'

/** The relay bundle of a network of others: keeper, relay miner and ingress, beside no node of its own. */

export const BUNDLE_START_STEPS = ['engine', 'room', 'images', 'containers']
export const BUNDLE_REMOVE_STEPS = ['stop', 'containers', 'volumes', 'records']

/** Space that two images and what the miner keeps take, with room to spare. */
const ROOM_BYTES = 2 * 1024 ** 3
/** It depends on nothing, and the key waits for it; the others follow by the loop. */
const FIRST = 'keeper'
/** Relays that were taken before the ingress refused are answered and counted by then, but for those of a slow backend. */
const IN_FLIGHT_MS = 2_000

export interface BundleDeps extends SetUpDeps {
  /** Containers beside it that are of no use without it. */
  alsoRemoved: () => Removed[]
  /** Nothing of it is wanted any more. */
  onRemoved: () => Promise<void>
}

/**
 * Makes the bundle, or finishes what an earlier try began: every step looks first whether it is done. Cancelled or killed anywhere, what was fetched is kept, nodes that did not run
 * before do not run afterwards, and the next start goes on.
 */
export async function startBundle(deps: BundleDeps, task: TaskContext, hold: Hold): Promise<void> {
  let before = await deps.store.nodes(deps.network)
  try {
    await task.step('engine', async () => {
      await lookAtEngine(deps, task)
      await hold(() => takeUp(deps))
    })
    // What ran without a row ran before, too.
    before = await deps.store.nodes(deps.network)
    await task.step('room', () => makeRoom(deps, task, ROOM_BYTES))
    await task.step('images', () => fetchImages(deps, task))
    await hold(() =>
      task.step('containers', async () => {
        await ensureNode(deps, FIRST)
        for (const entry of deps.catalog) await want(deps, entry.nodeId, 'running', 'user')
      }),
    )
  } catch (error) {
    if (task.signal.aborted) {
      for (const { nodeId } of deps.catalog)
        if (before.find((row) => row.id === nodeId)?.wanted !== 'running') await want(deps, nodeId, 'stopped', 'hearth')
    }
    throw error
  } finally {
    deps.wake()
  }
}

/**
 * Takes the bundle's containers and volumes away, and what is written of them. The chain with its ledger, keys and backends stay.
 * @param mayGo asked when no relay comes in any more; where it rejects, relays are taken again and nothing is touched
 */
export async function removeBundle(deps: BundleDeps, task: TaskContext, hold: Hold, mayGo?: MayGo): Promise<void> {
  const entries = [...deps.catalog, ...deps.alsoRemoved()]
  const isMeant = (nodeId: string): boolean => entries.some((entry) => entry.nodeId === nodeId)
  await hold(async () => {
    await takeAway(deps, task, entries, isMeant, mayGo && (() => mayGoUnserved(deps, task, mayGo)))
    await task.step('records', async () => {
      for (const { nodeId } of deps.catalog) {
        await deps.store.removeNode(deps.network, nodeId)
        deps.state.remove('nodes', nodeId)
      }
      await deps.onRemoved()
    })
  })
  deps.wake()
}

async function mayGoUnserved(deps: BundleDeps, task: TaskContext, mayGo: MayGo): Promise<void> {
  const { engine, net, store, clock } = deps
  const entry = deps.catalog.find((each) => each.kind === 'ingress')
  const ingress = (await engine.list()).find((each) => each.nodeId === entry?.nodeId && each.state === 'running')
  if (!entry || !ingress) return mayGo(task.signal)
  const ports = (await store.nodes(deps.network)).find((row) => row.id === entry.nodeId)?.ports
  // Somebody else may want it to refuse, for a stop that waits for its moment: that is not taken back here.
  const refusedBefore = (await lookAtIngress(net, ports?.[String(entry.ports[0]?.containerPort)])) === 'refusing'
  try {
    await setRefusing(engine, ingress.name, true)
    await clock.sleep(IN_FLIGHT_MS)
    await mayGo(task.signal)
  } catch (error) {
    // Where that fails too, the loop does it.
    if (!refusedBefore) await setRefusing(engine, ingress.name, false).catch(() => undefined)
    throw error
  }
}
