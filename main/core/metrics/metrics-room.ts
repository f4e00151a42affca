import { HearthError } from '#shared/api/errors.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { Handlers } from '../dispatch.ts'
import { namesOf } from '../nodes/specs.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { MetricsStore, SeriesPoint, SeriesStep } from '../ports/metrics.ts'
import type { Net } from '../ports/net.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { createLiveRings } from './live-rings.ts'
import type { Settings } from '../settings/settings.ts'
import { createLogBooks, LINES_HELD, logPageOf } from './log-books.ts'
import { createMinerWatch } from './miner-watch.ts'

const TICK_MS = 1_000
/** Without anybody looking: the nodes' own measurements, which the loop that keeps them takes anyway, and the miner's page as often. */
const QUIET_MS = 10_000
/** How long a node counts as watched after somebody asked for its seconds. */
const WATCHED_MS = 15_000
/** Points that wait for the store; beyond it the oldest are given up. */
const WAITING = 5_000
/** Places of one answer. */
const PLACES = 2_000
const STEP_MS: Record<SeriesStep, number> = { second: 1_000, minute: 60_000, hour: 3_600_000 }

export interface MetricsRoom {
  handlers: Pick<Handlers, 'nodes.logPage' | 'metrics.series' | 'metrics.miner'>
  /** Measures until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/**
 * Figures of one network's nodes over time, and their logs. A node is measured every second while somebody looks at its seconds, and otherwise with what is known anyway.
 * Nothing here rejects because an engine or a miner does not answer: what could not be measured is missing.
 * @param world where the containers run, with its own time @param clock of this machine
 */
export function createMetricsRoom(deps: {
  network: string | null
  world: { engine: Engine; net: Net; clock: Clock; catalog: CatalogEntry[] }
  metrics: MetricsStore
  state: StatePublisher
  clock: Clock
  log: Log
  installId: string
  settings?: Pick<Settings, 'get'>
}): MetricsRoom {
  const { world, metrics, state, clock, log } = deps
  const { engine } = world
  const names = namesOf(deps.installId)
  const prefix = `${deps.network ?? 'none'}.`
  const rings = createLiveRings()
  const books = createLogBooks({
    engine,
    clock: world.clock,
    realClock: clock,
    ...(deps.settings ? { linesHeld: () => deps.settings?.get('logLinesHeld') ?? LINES_HELD } : {}),
  })
  const watchedAtMs = new Map<string, number>()
  const takenAtMs = new Map<string, number>()
  const measuring = new Set<string>()
  let waiting: SeriesPoint[] = []
  let writing: Promise<void> = Promise.resolve()

  const add = (points: SeriesPoint[]): void => {
    for (const point of points) rings.add(point)
    waiting.push(...points)
    if (waiting.length > WAITING) waiting = waiting.slice(-WAITING)
  }
  const flush = (): Promise<void> => {
    const points = waiting
    waiting = []
    if (points.length > 0)
      writing = writing.then(() => metrics.addPoints(points)).catch((error: unknown) => void log.error('measurements', error))
    return writing
  }
  const miner = createMinerWatch({ net: world.net, clock: world.clock, metrics, catalog: world.catalog, prefix, add, flush })

  const isWatched = (nodeId: string): boolean => clock.now() - (watchedAtMs.get(nodeId) ?? -Infinity) < WATCHED_MS
  const put = (nodeId: string, atMs: number, stats: { cpuPercent: number; memoryBytes: number }): void =>
    add([
      { name: `${prefix}node.${nodeId}.cpu-percent`, atMs, value: stats.cpuPercent },
      { name: `${prefix}node.${nodeId}.memory-bytes`, atMs, value: stats.memoryBytes },
    ])

  const measure = (nodeId: string): void => {
    const node = state.state.nodes[nodeId]
    if (node === undefined || node.startedAtMs === null) return
    if (!isWatched(nodeId)) {
      // The state has a figure from the loop's last look; each counts once.
      if (node.cpuPercent === null || node.memoryBytes === null || takenAtMs.get(nodeId) === node.atMs) return
      takenAtMs.set(nodeId, node.atMs)
      put(nodeId, node.atMs, { cpuPercent: node.cpuPercent, memoryBytes: node.memoryBytes })
      return
    }
    // An engine that is slow to answer is not asked twice at a time.
    if (measuring.has(nodeId)) return
    measuring.add(nodeId)
    void engine
      .stats(names.container(nodeId))
      .then((stats) => {
        if (stats) put(nodeId, world.clock.now(), stats)
      })
      .catch(() => undefined)
      .finally(() => measuring.delete(nodeId))
  }

  const minerNode = () => Object.values(state.state.nodes).find((node) => node.kind === 'relay-miner')

  return {
    handlers: {
      'nodes.logPage': logPageOf(books, (nodeId) => (Object.hasOwn(state.state.nodes, nodeId) ? names.container(nodeId) : undefined)),
      'metrics.series': async ({ name, fromMs, toMs, step }) => {
        if ((toMs - fromMs) / STEP_MS[step] > PLACES)
          throw new HearthError('invalid-request', { path: 'fromMs', problem: 'too long for this step' })
        const nodeId = /^node\.([^.]+)\./.exec(name)?.[1] ?? (name.startsWith('miner.') ? minerNode()?.id : undefined)
        if (step === 'second') {
          if (nodeId !== undefined && Object.hasOwn(state.state.nodes, nodeId)) watchedAtMs.set(nodeId, clock.now())
          return { points: rings.read(prefix + name, fromMs, toMs).map(shown) }
        }
        await flush()
        return { points: (await metrics.series({ name: prefix + name, step, fromMs, toMs })).map(shown) }
      },
      'metrics.miner': ({ hours }) => miner.account(hours),
    },
    async run(signal) {
      let minerAtMs = -Infinity
      let flushedAtMs = clock.now()
      let readingMiner: Promise<void> | undefined
      while (!signal.aborted) {
        books.sweep()
        for (const nodeId of Object.keys(state.state.nodes)) measure(nodeId)
        const node = minerNode()
        const pause = node !== undefined && isWatched(node.id) ? TICK_MS : QUIET_MS
        // A time in the future was before the clock was set back.
        if (readingMiner === undefined && (clock.now() - minerAtMs >= pause || clock.now() < minerAtMs)) {
          minerAtMs = clock.now()
          readingMiner = miner.read(node).finally(() => (readingMiner = undefined))
        }
        if (clock.now() - flushedAtMs >= QUIET_MS || clock.now() < flushedAtMs) {
          flushedAtMs = clock.now()
          void flush()
        }
        await clock.sleep(TICK_MS, signal)
      }
      await readingMiner
      await flush()
    },
  }
}

const shown = ({ atMs, mean, min, max }: { atMs: number; mean: number; min: number; max: number }) => ({ atMs, mean, min, max })
