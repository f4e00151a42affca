import { HearthError } from '#shared/api/errors.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { AppState, NodeState } from '#shared/api/state.ts'
import type { Clock } from '../ports/clock.ts'
import type { ContainerSpec, Engine, SeenContainer } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Net } from '../ports/net.ts'
import type { NodeRow } from '../ports/store.ts'
import { MINER_PATHS } from '../relays/miner-config.ts'
import { OPERATOR_KEY_NAME, type MinerStart } from '../relays/miner-setup.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { createCrashes } from './crashes.ts'
import { isUp, plan, type NodeFacts, type NodePlan, type Step } from './plan.ts'
import { probe, type Readiness } from './readiness.ts'
import { specOf, type Names } from './specs.ts'

const STATS_EVERY_MS = 10_000
const KEY_FILE = `${MINER_PATHS.keys}/keyring-test/${OPERATOR_KEY_NAME}.info`
const KEY_LOOK_MS = 5_000
const LAST_LINES = 3
const FIRST_ANSWER_MS = 60_000

/** One round: look, plan, do, publish. Rounds never overlap. */
export interface Reconciler {
  /** @returns whether something is under way and another look should come soon */
  round(rows: NodeRow[]): Promise<boolean>
  forgive(nodeId: string): void
  seen(nodeId: string): SeenContainer | undefined
  /** Relays answered since the relay miner's start, as of the last round; undefined while it does not tell. */
  served(): bigint | undefined
}

/**
 * @param minerConfig what the relay miner is started with, or undefined while nothing is known to serve
 * @param giveKey asked when the keeper runs without its key. Resolves true when the key was given
 */
export function createReconciler(deps: {
  engine: Engine
  names: Names
  catalog: CatalogEntry[]
  state: StatePublisher
  net: Net
  clock: Clock
  log: Log
  minerConfig: () => Promise<MinerStart | undefined>
  giveKey: () => Promise<boolean>
}): Reconciler {
  const { engine, names, catalog, state, net, clock, log } = deps
  const crashes = createCrashes()
  const errors = new Map<string, HearthError>()
  const stoppedByUs = new Set<string>()
  /** The life of a container (its id and start) in which a node was last seen to work. */
  const workedIn = new Map<string, string>()
  let containers: SeenContainer[] = []
  let keyIn: string | undefined
  let keyGiven = false
  let statsAtMs = 0
  let served: bigint | undefined

  const seenOf = (nodeId: string): SeenContainer | undefined => containers.find((container) => container.nodeId === nodeId)

  let configFailure = ''
  /** Said once per cause: a chain that is away for a while would fill the log. */
  const noteConfigFailure = (error: unknown): undefined => {
    const reason = error instanceof Error ? error.message : 'unknown'
    if (reason !== configFailure) log.warn('the relay miner configuration could not be made', { reason })
    configFailure = reason
  }

  /** Whether the operator key lies in the running keeper; asked once per start of the container, until it is there. */
  const keeperHasKey = async (keeper: SeenContainer | undefined): Promise<boolean> => {
    if (keeper?.state !== 'running') {
      keyIn = undefined
      return false
    }
    const life = lifeOf(keeper)
    if (keyIn === life) return true
    try {
      const found = await engine.exec(keeper.name, ['test', '-f', KEY_FILE], { timeoutMs: KEY_LOOK_MS })
      if (found.exitCode === 0) keyIn = life
      return found.exitCode === 0
    } catch {
      // It ended between the list and the question; the next round sees that.
      return false
    }
  }

  const doStep = async (step: Step, entry: CatalogEntry, spec: ContainerSpec | undefined, miner: MinerStart | undefined): Promise<void> => {
    const name = names.container(entry.nodeId)
    switch (step.kind) {
      case 'stop':
        stoppedByUs.add(entry.nodeId)
        await engine.stop(name, entry.stopGraceSeconds)
        return
      case 'create':
        if (!spec) return
        for (const network of entry.networks) await engine.ensureNetwork(names.network(network))
        for (const volume of entry.volumes) await engine.ensureVolume(names.volume(volume.name), { memory: volume.memory })
        await engine.create(spec)
        return
      case 'configure':
        // The miner's configuration holds no secret: it names a key, it does not hold one.
        await engine.writeFile(name, MINER_PATHS.config, new TextEncoder().encode(miner?.yaml ?? ''), { mode: 0o644, uid: 1025, gid: 1025 })
        return
      case 'start':
        await engine.start(name)
        stoppedByUs.delete(entry.nodeId)
        return
      case 'give-key':
        if (await deps.giveKey()) keyGiven = true
        return
    }
  }

  const run = async (planned: NodePlan, node: NodeFacts, miner: MinerStart | undefined): Promise<boolean> => {
    try {
      for (const step of planned.steps) await doStep(step, node.entry, node.spec, miner)
      // What went wrong is over once a step has worked, or the node does.
      if (planned.steps.length > 0 || node.ready) errors.delete(planned.nodeId)
      return planned.steps.some((step) => step.kind !== 'give-key')
    } catch (error) {
      const known = error instanceof HearthError ? error : new HearthError('engine-failed', { reason: 'unexpected' }, { cause: error })
      if (errors.get(planned.nodeId)?.message !== known.message)
        log.warn('a step failed', { node: planned.nodeId, code: known.code, reason: known.detail['reason'] ?? '' })
      errors.set(planned.nodeId, known)
      return false
    }
  }

  const publish = async (
    node: NodeFacts,
    planned: NodePlan,
    height: number | null,
    stats: { cpuPercent: number; memoryBytes: number; memoryLimitBytes: number } | undefined,
  ): Promise<void> => {
    const { entry, row, seen } = node
    const before = state.state.nodes[entry.nodeId]
    const error = errors.get(entry.nodeId)
    const word = seenWord(node, planned, error)
    // The keeper writes no log; the others say why they fail.
    const failing = word === 'failing' && seen !== undefined && entry.logDriver !== 'none'
    const lines = failing ? (await engine.logs(seen.name, { tail: LAST_LINES }).catch(() => [])).map((line) => line.text.slice(0, 400)) : []
    state.put('nodes', entry.nodeId, {
      id: entry.nodeId,
      catalogId: entry.id,
      title: entry.title,
      kind: entry.kind,
      wanted: row.wanted,
      wantedBy: row.wantedBy,
      seen: word,
      reason: planned.reason ?? (word === 'running' && !node.ready ? { key: 'not-answering', facts: {} } : null),
      error: error ? { code: error.code, detail: error.detail } : null,
      image: entry.image.reference,
      digest: (row.imagePin ?? '').split('@').at(-1) ?? '',
      version: entry.image.version,
      ports: row.ports,
      startedAtMs: seen?.state === 'running' ? (seen.startedAtMs ?? null) : null,
      restarts: seen?.restartCount ?? 0,
      height,
      cpuPercent: stats ? Math.round(stats.cpuPercent * 10) / 10 : seen?.state === 'running' ? (before?.cpuPercent ?? null) : null,
      memoryBytes: stats?.memoryBytes ?? (seen?.state === 'running' ? (before?.memoryBytes ?? null) : null),
      memoryLimitBytes: stats?.memoryLimitBytes ?? (seen?.state === 'running' ? (before?.memoryLimitBytes ?? null) : null),
      lastLines: lines,
      atMs: state.state.nodes[entry.nodeId]?.seen === word && !stats ? (before?.atMs ?? clock.now()) : clock.now(),
    })
  }

  return {
    seen: seenOf,
    served: () => served,
    forgive(nodeId) {
      crashes.forgive(nodeId)
      errors.delete(nodeId)
    },
    async round(rows) {
      containers = await engine.list()
      const hasKey = await keeperHasKey(seenOf('keeper'))
      const minerRow = rows.find((row) => row.id === 'miner')
      const miner = minerRow?.wanted === 'running' ? await deps.minerConfig().catch(noteConfigFailure) : undefined
      const now = clock.now()
      const nodes: NodeFacts[] = []
      const heights = new Map<string, number | null>()
      for (const entry of catalog) {
        const row = rows.find((candidate) => candidate.id === entry.nodeId)
        if (!row) {
          state.remove('nodes', entry.nodeId)
          continue
        }
        const seen = seenOf(entry.nodeId)
        crashes.note(entry.nodeId, seen, now, row.wanted === 'stopped' || stoppedByUs.has(entry.nodeId))
        const answer: Readiness =
          seen?.state === 'running'
            ? await probe(entry, row.ports, { net, chain: state.state.chain, keeperHasKey: hasKey })
            : { ready: false, height: null }
        heights.set(entry.nodeId, answer.height)
        if (entry.kind === 'relay-miner') served = answer.served
        if (answer.ready && seen) workedIn.set(entry.nodeId, lifeOf(seen))
        nodes.push({
          entry,
          row,
          seen,
          spec: specOf(entry, row, names, miner),
          ready: answer.ready,
          hasKey,
          hasWorked: seen !== undefined && workedIn.get(entry.nodeId) === lifeOf(seen),
          givenUp: crashes.givenUp(entry.nodeId),
        })
      }
      const takeStats = now - statsAtMs >= STATS_EVERY_MS
      if (takeStats) statsAtMs = now
      let moved = false
      keyGiven = false
      for (const planned of plan(nodes)) {
        const node = nodes.find((candidate) => candidate.entry.nodeId === planned.nodeId)
        if (!node) continue
        if (planned.steps.length > 0) await publish(node, planned, heights.get(planned.nodeId) ?? null, undefined)
        if (await run(planned, node, miner)) moved = true
        const stats = takeStats && node.seen?.state === 'running' ? await engine.stats(node.seen.name).catch(() => undefined) : undefined
        await publish(node, planned, heights.get(planned.nodeId) ?? null, stats)
      }
      // What waits for the user or for a later block is looked at with the slow tick; whoever changes it wakes the loop.
      const isStarting = nodes.some(
        (node) => node.row.wanted === 'running' && isYoung(node.seen, now) && node.entry.kind !== 'keeper' && !node.ready,
      )
      return moved || keyGiven || isStarting
    },
  }
}

/** Started a short while ago: its first answer is near. */
const isYoung = (seen: SeenContainer | undefined, nowMs: number): boolean =>
  seen?.state === 'running' && nowMs - (seen.startedAtMs ?? nowMs) < FIRST_ANSWER_MS
const lifeOf = (seen: SeenContainer): string => `${seen.id} ${seen.startedAtMs}`

/** One of the words of the design's table for what is seen. */
export function seenWord(node: NodeFacts, planned: NodePlan, error: HearthError | undefined): NodeState['seen'] {
  const { row, seen, ready, hasWorked, givenUp } = node
  const up = isUp(seen)
  if (row.wanted === 'stopped') return up ? 'stopping' : seen ? 'stopped' : 'absent'
  if (givenUp) return 'failing'
  if (error !== undefined && !up) return 'failing'
  // A node that worked since it was started runs; that it does not answer now is the reason shown beside.
  if (up && (ready || hasWorked)) return 'running'
  return up || seen || planned.steps.length > 0 || planned.reason ? 'starting' : 'absent'
}

/** What is told of every node while the engine does not answer: the last known state is not the present one. */
export function markUnknown(state: StatePublisher, engine: AppState['engine']['kind']): void {
  for (const [id, node] of Object.entries(state.state.nodes)) {
    if (node.seen !== 'unknown')
      state.put('nodes', id, { ...node, seen: 'unknown', reason: { key: 'engine-gone', facts: { engine, last: node.seen } } })
  }
}
