import { HearthError } from '#shared/api/errors.ts'
import type { StopWhen } from '#shared/model/stop-wish.ts'
import type { Clock } from '../ports/clock.ts'
import type { SeenContainer } from '../ports/engine.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import { noSuchNode } from './no-such-node.ts'
import { isUp, lifeOf } from './plan.ts'
import type { StopWishes } from './stop-wishes.ts'

/** How a stop or restart is wished. */
export interface StopOptions {
  /** `now` unless told. */
  when?: StopWhen
  /** False: the relay miner does not wait until what it served is written down. The relays of its last ten seconds are lost. */
  drained?: boolean
}

/** What the user wants of nodes, written down before anything is done. Every method rejects `node-unknown`. */
export interface Wanted {
  start(nodeId: string): Promise<void>
  /** Rejects `not-now` when there is no such moment to wait for. */
  stop(nodeId: string, options?: StopOptions): Promise<void>
  restart(nodeId: string, options?: StopOptions): Promise<void>
  /** Takes back a stop or restart that is not done yet. */
  keepRunning(nodeId: string): Promise<void>
  /** Carries out the stops whose time has come. @returns whether there was one */
  stopWhatIsDue(): Promise<boolean>
}

/** Nodes that are there for the relay miner alone: they start and stop with it. */
const WITH_MINER = ['keeper', 'ingress']

export function createWanted(deps: {
  store: Pick<Store, 'nodes' | 'putNode'>
  clock: Clock
  network: () => string | null
  wishes: StopWishes
  view: () => Parameters<StopWishes['due']>[0]
  seen: (nodeId: string) => SeenContainer | undefined
  /** The node gets another try, however often it crashed. */
  forgive: (nodeId: string) => void
  skipDrain: () => void
  wake: () => void
}): Wanted {
  const { store, clock, wishes, wake } = deps
  const rowsNow = async (): Promise<NodeRow[]> => {
    const network = deps.network()
    if (network === null) throw new HearthError('no-network')
    return store.nodes(network)
  }
  const rowOf = async (nodeId: string): Promise<NodeRow> => {
    const rows = await rowsNow()
    const row = rows.find((candidate) => candidate.id === nodeId)
    if (!row) throw noSuchNode(deps.network() ?? '', nodeId)
    return row
  }
  const want = async (nodeId: string, wanted: NodeRow['wanted'], wantedBy: NodeRow['wantedBy']): Promise<void> => {
    await store.putNode({ ...(await rowOf(nodeId)), wanted, wantedBy, updatedAtMs: clock.now() })
  }
  const alongWith = async (nodeId: string, wanted: NodeRow['wanted']): Promise<void> => {
    if (nodeId !== 'miner') return
    for (const row of await rowsNow()) {
      if (!WITH_MINER.includes(row.id)) continue
      if (wanted === 'running') deps.forgive(row.id)
      await want(row.id, wanted, 'hearth')
    }
  }
  const stopNow = async (nodeId: string): Promise<void> => {
    await want(nodeId, 'stopped', 'user')
    // The key leaves memory with the miner that needed it, and nobody is left to be asked.
    await alongWith(nodeId, 'stopped')
    await wishes.remove(nodeId)
  }
  const start: Wanted['start'] = async (nodeId) => {
    await rowOf(nodeId)
    deps.forgive(nodeId)
    await wishes.remove(nodeId)
    await alongWith(nodeId, 'running')
    await want(nodeId, 'running', 'user')
    wake()
  }
  const skipIf = (nodeId: string, { drained = true }: StopOptions): void => {
    if (nodeId === 'miner' && !drained) deps.skipDrain()
  }

  return {
    start,
    async stop(nodeId, options = {}) {
      const { when = 'now' } = options
      const row = await rowOf(nodeId)
      // What does not run has nothing to wait for.
      if (when !== 'now' && row.wanted === 'running' && isUp(deps.seen(nodeId)))
        await wishes.add({ nodeId, action: 'stop', when, by: 'user', life: '' })
      else await stopNow(nodeId)
      skipIf(nodeId, options)
      wake()
    },
    async restart(nodeId, options = {}) {
      const { when = 'now' } = options
      await rowOf(nodeId)
      const seen = deps.seen(nodeId)
      if (!seen || !isUp(seen)) return start(nodeId)
      await wishes.add({ nodeId, action: 'restart', when, by: 'user', life: lifeOf(seen) })
      if (when === 'now') {
        deps.forgive(nodeId)
        await alongWith(nodeId, 'running')
        await want(nodeId, 'running', 'user')
      }
      skipIf(nodeId, options)
      wake()
      return undefined
    },
    async keepRunning(nodeId) {
      const row = await rowOf(nodeId)
      await wishes.remove(nodeId)
      if (row.wanted === 'stopped' && isUp(deps.seen(nodeId))) await start(nodeId)
      wake()
    },
    async stopWhatIsDue() {
      const due = wishes.due(deps.view()).filter((wish) => wish.action === 'stop')
      for (const wish of due) await stopNow(wish.nodeId)
      return due.length > 0
    },
  }
}
