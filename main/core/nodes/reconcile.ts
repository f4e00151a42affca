import { HearthError } from '#shared/api/errors.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { GiveKeys } from '../keys/give-key.ts'
import type { ServingKeys, SigningName } from '../keys/serving-keys.ts'
import type { Clock } from '../ports/clock.ts'
import type { ContainerSpec, Engine, SeenContainer } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Net } from '../ports/net.ts'
import type { NodeRow } from '../ports/store.ts'
import type { LeftHost } from '../relays/miner-host.ts'
import type { MinerStart } from '../relays/miner-setup.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { CatalogueNodes } from './catalogue-nodes.ts'
import { createCrashes } from './crashes.ts'
import { isHeldChange } from './held-change.ts'
import { createKeeperKeys } from './keeper-keys.ts'
import { createMinerCare } from './miner-care.ts'
import { createMissingImages } from './missing-images.ts'
import { isUp, lifeOf, plan, type NodeFacts, type NodePlan, type Step } from './plan.ts'
import { probe, type Readiness } from './readiness.ts'
import { configOf, specOf, type Names, type Rendered } from './specs.ts'
import { createPauses, isYoung, markUnknown, seenWord, shownReason } from './seen-words.ts'
import { createSlowStops } from './slow-stops.ts'
import type { StatsPace } from './stats-pace.ts'
import type { StopWishes } from './stop-wishes.ts'

const LAST_LINES = 3

/** One round: look, plan, do, publish. Rounds never overlap. */
export interface Reconciler {
  /** @returns whether something is under way and another look should come soon */
  round(rows: NodeRow[]): Promise<boolean>
  forgive(nodeId: string): void
  /** The engine does not answer: containers that ended with it did not crash. */
  engineEnded(): void
  seen(nodeId: string): SeenContainer | undefined
  /** The image that a running container is made of, by the pin of its row; undefined while it does not run, or is not as wanted. */
  runs(nodeId: string): string | undefined
  /** Relays answered since the relay miner's start, as of the last round; undefined while it does not tell. */
  served(): bigint | undefined
  /** The same, asked now: relays come between two rounds. */
  servedNow(): Promise<bigint | undefined>
  /** The relay miner's stop does not wait any longer for what it served to be written down. */
  skipDrain(): void
  /** Hearth ends, the containers go on. */
  release(): Promise<void>
}

/**
 * @param minerConfig what the relay miner is started with, given the names of its keys; or undefined while nothing is known to serve
 * @param ingressConfig text of the ingress's file
 * @param lacksHost whether the relay miner has no host to ask, where it needs one @param leftHost how the one does that it asks until its next start
 * @param onDrainCancelled the user wants the relay miner to go on after all
 * @param onMinerDeaf the relay miner lacks so many blocks and is restarted
 * @param giveKeys asked with what the keeper lacks while it runs. Resolves true when one was given
 */
export function createReconciler(deps: {
  engine: Engine
  names: Names
  catalog: CatalogEntry[]
  /** All containers of this installation, as each round lists them. */
  onListed: (containers: SeenContainer[], rows: NodeRow[]) => void
  /** Containers of the signed catalogue's entries, and how they are asked. */
  catalogue?: Pick<CatalogueNodes, 'entries' | 'look'> | undefined
  state: StatePublisher
  net: Net
  clock: Clock
  log: Log
  tasks: Tasks
  wishes: StopWishes
  minerConfig: (keyNames: readonly SigningName[]) => Promise<MinerStart | undefined>
  ingressConfig: () => string
  lacksHost: () => boolean
  leftHost: () => LeftHost
  onDrainCancelled: () => Promise<void>
  onMinerDeaf: (blocks: number) => void
  wake: () => void
  servingKeys: ServingKeys
  giveKeys: GiveKeys
  statsPace: Pick<StatsPace, 'due'>
  releaseOfPin: (pin: string) => { reference: string; version: string } | undefined
}): Reconciler {
  const { engine, names, catalog, state, net, clock, log, wishes } = deps
  const crashes = createCrashes()
  const isStuck = createPauses()
  const errors = new Map<string, HearthError>()
  const stoppedByUs = new Set<string>()
  /** The life of a container (its id and start) in which a node was last seen to work. */
  const workedIn = new Map<string, string>()
  /** The pin that a life of a container was made by. */
  const madeOf = new Map<string, { life: string; pin: string }>()
  let containers: SeenContainer[] = []
  let keyGiven = false
  let served: bigint | undefined

  let ports = new Map<string, Record<string, number>>()
  let behind: number | undefined
  let look: Readiness['look']
  const firstSyncs = new Set<string>()

  const seenOf = (nodeId: string): SeenContainer | undefined => containers.find((container) => container.nodeId === nodeId)
  const care = createMinerCare({
    engine,
    names,
    net,
    state,
    clock,
    log,
    tasks: deps.tasks,
    wishes,
    ingress: catalog.find((entry) => entry.kind === 'ingress'),
    ports: (nodeId) => ports.get(nodeId) ?? {},
    seen: seenOf,
    served: () => served,
    onCancel: deps.onDrainCancelled,
    mayRestart: () => !deps.lacksHost(),
    onDeaf: deps.onMinerDeaf,
    wake: deps.wake,
  })

  let configFailure = ''
  /** Said once per cause: a chain that is away for a while would fill the log. */
  const noteConfigFailure = (error: unknown): undefined => {
    const reason = error instanceof Error ? error.message : 'unknown'
    if (reason !== configFailure) log.warn('the relay miner configuration could not be made', { reason })
    configFailure = reason
  }

  const keeperKeys = createKeeperKeys({ engine, serving: deps.servingKeys, giveKeys: deps.giveKeys, state, log })
  const missing = createMissingImages({ engine, clock, log, wake: deps.wake })
  const doStep = async (step: Step, entry: CatalogEntry, spec: ContainerSpec | undefined, rendered: Rendered): Promise<void> => {
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
      case 'configure': {
        // No configuration holds a secret: the miner's names a key, it does not hold one.
        const config = configOf(entry, rendered)
        if (config) await engine.writeFile(name, config.path, new TextEncoder().encode(config.text), { mode: 0o644, uid: 1025, gid: 1025 })
        return
      }
      case 'start':
        await engine.start(name)
        stoppedByUs.delete(entry.nodeId)
        return
      case 'drain':
        // Begun and followed after the round's plan.
        return
      case 'give-key':
        if (await keeperKeys.give()) keyGiven = true
        return
    }
  }

  /** Whether this start of the container is the one that is to end. A wish about an earlier one is over. */
  const isToRestart = async (nodeId: string, seen: SeenContainer | undefined): Promise<boolean> => {
    const wish = wishes.of(nodeId)
    if (wish?.action !== 'restart') return false
    if (seen && isUp(seen) && lifeOf(seen) !== wish.life) await wishes.remove(nodeId)
    return isUp(seen) && wishes.due(state.state.clock).includes(wish)
  }

  const noteError = (nodeId: string, error: unknown): void => {
    const known = error instanceof HearthError ? error : new HearthError('engine-failed', { reason: 'unexpected' }, { cause: error })
    if (known.code === 'engine-not-started') crashes.engineEnded(clock.now())
    if (errors.get(nodeId)?.message !== known.message)
      log.warn('a step failed', { node: nodeId, code: known.code, reason: known.detail['reason'] ?? '' })
    errors.set(nodeId, known)
  }
  const slowStops = createSlowStops((nodeId, error) => {
    if (error !== undefined) noteError(nodeId, error)
    deps.wake()
  })
  const run = async (planned: NodePlan, node: NodeFacts, rendered: Rendered): Promise<boolean> => {
    if (slowStops.isUnderWay(planned.nodeId)) return false
    let at: Step['kind'] | undefined
    try {
      for (const step of planned.steps) {
        at = step.kind
        if (step.kind === 'stop' && slowStops.isSlow(node.entry.stopGraceSeconds)) {
          // What follows it is planned anew once it is down.
          slowStops.begin(planned.nodeId, () => doStep(step, node.entry, node.spec, rendered))
          if (node.restart) await wishes.remove(planned.nodeId)
          return false
        }
        await doStep(step, node.entry, node.spec, rendered)
        if (step.kind === 'stop' && node.restart) await wishes.remove(planned.nodeId)
      }
      // What went wrong is over once a step has worked, or the node does.
      if (planned.steps.some((step) => step.kind !== 'drain') || node.ready) errors.delete(planned.nodeId)
      return planned.steps.some((step) => step.kind !== 'give-key')
    } catch (thrown) {
      let error = thrown
      try {
        // One that is there and does not run on this processor is refused at the start: fetched again it would be the same.
        const isGone = thrown instanceof HearthError && thrown.code === 'image-unavailable' && at === 'create'
        if (isGone && missing.fetch(node.spec?.image ?? '', thrown)) {
          planned.reason = { key: 'waits-for-image', facts: {} }
          errors.delete(planned.nodeId)
          return false
        }
      } catch (refused) {
        error = refused
      }
      noteError(planned.nodeId, error)
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
    const release = row.imagePin === undefined ? undefined : deps.releaseOfPin(row.imagePin)
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
      reason: shownReason(node, planned, word, height, { look, behind, isFirstSync: firstSyncs.has(entry.nodeId) }),
      error: error ? { code: error.code, detail: error.detail } : null,
      image: release?.reference ?? entry.image.reference,
      digest: (row.imagePin ?? '').split('@').at(-1) ?? '',
      version: release?.version ?? entry.image.version,
      ports: row.ports,
      startedAtMs: seen?.state === 'running' ? (seen.startedAtMs ?? null) : null,
      restarts: seen?.restartCount ?? 0,
      height,
      cpuPercent: stats ? Math.round(stats.cpuPercent * 10) / 10 : seen?.state === 'running' ? (before?.cpuPercent ?? null) : null,
      memoryBytes: stats?.memoryBytes ?? (seen?.state === 'running' ? (before?.memoryBytes ?? null) : null),
      memoryLimitBytes: stats?.memoryLimitBytes ?? (seen?.state === 'running' ? (before?.memoryLimitBytes ?? null) : null),
      lastLines: lines,
      ...(entry.kind === 'keeper' && keeperKeys.signsOn().length > 0 ? { signsOn: keeperKeys.signsOn() } : {}),
      wish: wishes.shown(entry.nodeId, state.state.clock),
      atMs: state.state.nodes[entry.nodeId]?.seen === word && !stats ? (before?.atMs ?? clock.now()) : clock.now(),
    })
  }

  return {
    seen: seenOf,
    engineEnded: () => crashes.engineEnded(clock.now()),
    runs(nodeId) {
      const seen = seenOf(nodeId)
      const made = madeOf.get(nodeId)
      return seen && isUp(seen) && made?.life === lifeOf(seen) ? made.pin : undefined
    },
    skipDrain: () => care.skipDrain(),
    async release() {
      await missing.stop()
      await care.release()
    },
    served: () => served,
    async servedNow() {
      const entry = catalog.find((candidate) => candidate.kind === 'relay-miner')
      const nodePorts = entry && ports.get(entry.nodeId)
      return entry && nodePorts && (await probe(entry, nodePorts, { net, chain: state.state.chain, keeperHasKey: false })).served
    },
    forgive(nodeId) {
      crashes.forgive(nodeId)
      errors.delete(nodeId)
    },
    async round(rows) {
      try {
        containers = await engine.list()
      } catch (error) {
        // It answers, and not about containers: what was known is not the present.
        crashes.engineEnded(clock.now())
        markUnknown(state, 'failed', rows)
        throw error
      }
      deps.onListed(containers, rows)
      ports = new Map(rows.map((row) => [row.id, row.ports]))
      const isKept = rows.some((row) => row.id === 'keeper' && row.wanted === 'running')
      await keeperKeys.look(seenOf('keeper'), seenOf('miner'), isKept)
      const hasKey = keeperKeys.mayServe
      const minerRow = rows.find((row) => row.id === 'miner')
      const made = minerRow?.wanted === 'running' ? await deps.minerConfig(keeperKeys.signing()).catch(noteConfigFailure) : undefined
      const miner = made?.onlyOwed === true && isUp(seenOf('miner')) ? undefined : made
      const rendered: Rendered = { miner, ingress: deps.ingressConfig() }
      const now = clock.now()
      look = undefined
      const nodes: NodeFacts[] = []
      const heights = new Map<string, number | null>()
      const entries = [...catalog, ...(deps.catalogue?.entries() ?? [])]
      // All are asked at once: nodes that do not answer take their three seconds together, and not one after the other.
      const asked = new Map(
        entries.flatMap((entry) => {
          const row = rows.find((candidate) => candidate.id === entry.nodeId)
          if (!row || seenOf(entry.nodeId)?.state !== 'running') return []
          return [
            [entry.nodeId, probe(entry, row.ports, { net, chain: state.state.chain, keeperHasKey: hasKey, look: deps.catalogue?.look })],
          ]
        }),
      )
      for (const entry of entries) {
        const row = rows.find((candidate) => candidate.id === entry.nodeId)
        if (!row) {
          state.remove('nodes', entry.nodeId)
          continue
        }
        const seen = seenOf(entry.nodeId)
        crashes.note(entry.nodeId, seen, now, row.wanted === 'stopped' || stoppedByUs.has(entry.nodeId))
        const answer: Readiness = (await asked.get(entry.nodeId)) ?? { ready: false, height: null }
        heights.set(entry.nodeId, answer.height)
        if (answer.firstSync === true) firstSyncs.add(entry.nodeId)
        else firstSyncs.delete(entry.nodeId)
        if (entry.kind === 'relay-miner') {
          served = answer.served
          // A page that names no height is that of a miner that has heard of no block yet.
          behind = (await care.watch(seen, answer.height ?? (served === undefined ? null : 0))).behind
        }
        if (entry.kind === 'ingress') look = answer.look
        if (answer.ready && seen) workedIn.set(entry.nodeId, lifeOf(seen))
        const hasWorked = seen !== undefined && workedIn.get(entry.nodeId) === lifeOf(seen)
        const spec = specOf(entry, row, names, rendered)
        if (seen && row.imagePin !== undefined && spec?.specHash === seen.specHash)
          madeOf.set(entry.nodeId, { life: lifeOf(seen), pin: row.imagePin })
        const restart = await isToRestart(entry.nodeId, seen)
        const isMiner = entry.kind === 'relay-miner'
        const lacksHost = isMiner && deps.lacksHost()
        const { height } = answer
        const isHeld = isMiner && isHeldChange({ seen, spec, restart, behind, lacksHost, leftHost: deps.leftHost(), height }, state.state)
        nodes.push({
          entry,
          row,
          seen,
          spec: isHeld ? undefined : spec,
          ready: answer.ready,
          hasKey,
          lacksKeys: keeperKeys.lacks,
          hasWorked,
          // One that has not answered since Hearth looks may have served all the same, unless it has just begun.
          mayStop: !isMiner || care.mayStop(seen, answer.ready || hasWorked || !isYoung(seen, now)),
          restart,
          givenUp: crashes.givenUp(entry.nodeId),
          lacksMemory: crashes.lacksMemory(entry.nodeId),
          isStuck: isStuck(entry.nodeId, seen, now),
          lacksHost,
        })
      }
      const takeStats = deps.statsPace.due(now)
      let moved = false
      keyGiven = false
      const plans = plan(nodes)
      const minerNode = nodes.find((node) => node.entry.kind === 'relay-miner')
      const minerPlan = plans.find((planned) => planned.nodeId === minerNode?.entry.nodeId)
      await care.follow({ miner: minerNode && minerPlan && { node: minerNode, planned: minerPlan }, ingress: look })
      // All at once: whatever has to wait for another has no steps in this round. An engine takes a second for one figure, and as long for one start.
      await Promise.all(
        plans.map(async (planned) => {
          const node = nodes.find((candidate) => candidate.entry.nodeId === planned.nodeId)
          if (!node) return
          if (planned.steps.length > 0) await publish(node, planned, heights.get(planned.nodeId) ?? null, undefined)
          if (await run(planned, node, rendered)) moved = true
          const stats = takeStats && node.seen?.state === 'running' ? await engine.stats(node.seen.name).catch(() => undefined) : undefined
          await publish(node, planned, heights.get(planned.nodeId) ?? null, stats)
        }),
      )
      // What waits for the user or for a later block is looked at with the slow tick; whoever changes it wakes the loop.
      const isStarting = nodes.some(
        (node) => node.row.wanted === 'running' && isYoung(node.seen, now) && node.entry.kind !== 'keeper' && !node.ready,
      )
      return moved || keyGiven || isStarting
    },
  }
}
