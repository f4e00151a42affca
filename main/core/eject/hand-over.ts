import { HearthError } from '#shared/api/errors.ts'
import { keptHandOverSchema, type HandOver, type KeptHandOver } from '#shared/model/hand-over.ts'
import type { StopWhen } from '#shared/model/stop-wish.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import type { Nodes } from '../nodes/nodes.ts'
import { isUp } from '../nodes/plan.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import { ejectedContainer } from './compose-file.ts'

const LOOK_MS = 1_000
/** A wish shows in the state by then. */
const PUBLISHED_MS = 15_000
/** Started by us one after the other; keeper and ingress go with the miner. */
const WITH_MINER: ReadonlySet<string> = new Set(['keeper', 'ingress'])

/**
 * Containers that go on without Hearth. What was handed over is kept in the store: no start of Hearth, and no click, starts it here as well, since two relay miners with one key void
 * each other's proofs.
 */
export interface HandOvers {
  load(): Promise<void>
  /** Files were written. */
  noteWritten(written: { path: string; fingerprint: string; withMiner: boolean }): Promise<void>
  written(): KeptHandOver['written']
  now(): HandOver | null
  /** Whether nothing of it may be started here. */
  isOut(): boolean
  /** Resolves when no relay miner runs from the files, handed over or not. Rejects `eject-still-runs`, and as the engine does: what cannot be seen may well run. */
  mustNotRun(): Promise<void>
  /** Stops all containers at that moment. @param fingerprint of what runs now. Rejects `eject-not-written`, `eject-stale`, `handed-over`, `not-now` */
  begin(when: StopWhen, fingerprint: string | undefined): Promise<void>
  /** Starts again what ran before. Rejects `not-handed-over`, `eject-still-runs`, and as the engine does. */
  takeBack(signal: AbortSignal | undefined): Promise<void>
  run(signal: AbortSignal): Promise<void>
}

export function createHandOvers(deps: {
  network: string | null
  project: string
  store: Pick<Store, 'nodes' | 'setting' | 'setSetting'>
  nodes: Pick<Nodes, 'start' | 'stop' | 'wake'>
  engine: Pick<Engine, 'list' | 'containerState' | 'probe'>
  state: StatePublisher
  clock: Clock
  log: Log
  activity: (text: string, facts: Record<string, string>) => void
}): HandOvers {
  const { store, nodes, clock, log, state } = deps
  const key = `hand-over:${deps.network ?? ''}`
  let kept: KeptHandOver = { written: null, handOver: null }
  let roundsTakenBack = 0
  const save = async (next: KeptHandOver): Promise<void> => {
    await store.setSetting(key, JSON.stringify(next))
    kept = next
  }
  const setStage = async (change: Partial<HandOver>): Promise<void> => {
    if (kept.handOver) await save({ ...kept, handOver: { ...kept.handOver, ...change } })
  }
  const rowsNow = (): Promise<NodeRow[]> => store.nodes(deps.network ?? '')
  const isDown = (nodeId: string): boolean => ['stopped', 'absent'].includes(state.state.nodes[nodeId]?.seen ?? 'absent')

  /** One that is paused or about to start again runs too. */
  const runningOf = async (names: readonly string[]): Promise<string[]> => {
    const states = await Promise.all(names.map((name) => deps.engine.containerState(name)))
    return names.filter((_name, at) => ['running', 'restarting', 'paused'].includes(states[at] ?? ''))
  }

  const round = async (): Promise<void> => {
    const { handOver } = kept
    if (!handOver || handOver.stage === 'out') return
    const rows = await rowsNow()
    const miner = rows.find((row) => row.id === 'miner')
    if (miner?.wanted === 'running' && handOver.ran.includes('miner')) {
      // It still waits for its moment; or the user took the stop back, and with it all of this.
      const node = state.state.nodes['miner']
      const isShown = node !== undefined && node.seen !== 'unknown' && clock.now() - handOver.askedAtMs >= PUBLISHED_MS
      const isWaiting = !isShown || node.wish?.action === 'stop'
      roundsTakenBack = isWaiting ? 0 : roundsTakenBack + 1
      if (roundsTakenBack < 2) return
      roundsTakenBack = 0
      await save({ ...kept, handOver: null })
      for (const nodeId of handOver.ran) if (rows.find((row) => row.id === nodeId)?.wanted === 'stopped') await nodes.start(nodeId)
      return
    }
    if (handOver.stage === 'waiting') await setStage({ stage: 'stopping' })
    // What the relay miner needs stays until it is down.
    if (!isDown('miner')) return
    const left = rows.filter((row) => row.wanted === 'running')
    for (const row of left) await nodes.stop(row.id)
    if (left.length > 0 || !rows.every((row) => isDown(row.id))) return
    // The gate is no row: it goes by itself. Only what the engine itself says is taken for an answer.
    if ((await deps.engine.list()).some(isUp)) return
    await setStage({ stage: 'out', outAtMs: clock.now() })
    deps.activity('handed-over', { path: handOver.path })
  }

  return {
    async load() {
      const text = await store.setting(key)
      if (text === undefined) return
      const read = keptHandOverSchema.safeParse(parse(text))
      // One that cannot be read is the safe side of the two: nothing starts here before the user has taken it back.
      const unread = { stage: 'out' as const, path: '', askedAtMs: 0, outAtMs: 0, ran: [] }
      kept = read.success ? read.data : { written: null, handOver: unread }
    },
    async noteWritten(written) {
      await save({ ...kept, written: { ...written, atMs: clock.now() } })
    },
    written: () => kept.written,
    now: () => {
      if (!kept.handOver) return null
      const { ran: _ran, ...shown } = kept.handOver
      return shown
    },
    isOut: () => kept.handOver !== null && (kept.handOver.stage === 'out' || (kept.handOver.stage === 'stopping' && isDown('miner'))),
    async mustNotRun() {
      if (!kept.written) return
      const running = await runningOf([ejectedContainer(deps.project, 'miner')])
      if (running.length > 0) throw new HearthError('eject-still-runs', { containers: running.join(', '), path: kept.written.path })
    },
    async begin(when, fingerprint) {
      if (kept.handOver) throw new HearthError('handed-over', { path: kept.handOver.path })
      if (!kept.written) throw new HearthError('eject-not-written')
      if (fingerprint !== undefined && fingerprint !== kept.written.fingerprint)
        throw new HearthError('eject-stale', { path: kept.written.path })
      const rows = await rowsNow()
      const ran = rows.filter((row) => row.wanted === 'running').map((row) => row.id)
      if (ran.includes('miner') && !kept.written.withMiner) throw new HearthError('eject-stale', { path: kept.written.path })
      const handOver = { stage: 'waiting' as const, path: kept.written.path, askedAtMs: clock.now(), outAtMs: null, ran }
      if (!ran.includes('miner')) {
        await save({ ...kept, handOver })
        return
      }
      // The wish first: without it the record would read as taken back.
      await nodes.stop('miner', { when, drained: true })
      try {
        await save({ ...kept, handOver })
      } finally {
        nodes.wake()
      }
    },
    async takeBack(signal) {
      const { handOver } = kept
      if (!handOver) throw new HearthError('not-handed-over')
      const names = [...new Set([...handOver.ran, ...(await rowsNow()).map((row) => row.id), 'gate'])].map((nodeId) =>
        ejectedContainer(deps.project, nodeId),
      )
      const running = await unlessCancelled(signal, async () => {
        const probe = await deps.engine.probe()
        // What cannot be seen may well run.
        if (probe.kind !== 'ready')
          throw new HearthError(`engine-${probe.kind}`, { endpoint: probe.endpoint, detail: probe.detail.slice(0, 200) })
        return runningOf(names)
      })
      if (running.length > 0) throw new HearthError('eject-still-runs', { containers: running.join(', '), path: handOver.path })
      await save({ ...kept, handOver: null })
      for (const nodeId of handOver.ran) if (!WITH_MINER.has(nodeId) || !handOver.ran.includes('miner')) await nodes.start(nodeId)
      deps.activity('taken-back', { path: handOver.path })
      nodes.wake()
    },
    async run(signal) {
      while (!signal.aborted) {
        try {
          await round()
        } catch (error) {
          log.error('hand-over', error)
        }
        await clock.sleep(LOOK_MS, signal)
      }
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
