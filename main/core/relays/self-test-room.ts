import { HearthError } from '#shared/api/errors.ts'
import { isServing } from '#shared/model/is-serving.ts'
import { isOwnUrl } from '#shared/model/reachable-address.ts'
import { NETWORKS } from '#shared/networks/index.ts'
import {
  failedStage,
  SELF_TEST_PATHS,
  type SelfTestPath,
  type SelfTestRow,
  type SelfTests,
  type Validation,
} from '#shared/model/self-test.ts'
import type { Handlers } from '../dispatch.ts'
import type { SupplierRecord } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Net } from '../ports/net.ts'
import type { Reach } from '../ports/reach.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { servedSuppliers } from '../state/served-suppliers.ts'
import type { TaskContext, Tasks } from '../tasks/tasks.ts'
import { runStages, stagesOf, type SelfTestDoor } from './self-test.ts'
import type { RelayOutcome, TestWish } from './send-relays.ts'

export const SELF_TEST_REQUESTS = ['selfTest.run', 'selfTest.list'] as const

/** How often is looked whether a test is due. */
const LOOK_MS = 2_000
/** A miner that has just started reads the chain before it serves. */
const SETTLE_MS = 5_000
const MINUTE_MS = 60_000
/** One failure may be an accident of the line; whether it is one is to be known long before the next test on schedule. */
const AGAIN_MS = 2 * MINUTE_MS
const AGAIN_LATER_MS = 10 * MINUTE_MS
const SURE_AFTER = 3
/** Rows read at a start: of several services through both doors. */
const KEPT_READ = 200

type Last = NonNullable<SelfTests['last'][SelfTestPath]>

export interface SelfTestRoom {
  handlers: Pick<Handlers, (typeof SELF_TEST_REQUESTS)[number]>
  /** Publishes what is kept, and tests after each start and on schedule until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  clear(): Promise<void>
}

/**
 * Tests of the way that relays take: by hand, after each start of the relay miner and on schedule, kept for a timeline.
 * @param deps.clock of this machine: schedules are of the user's day, also where Practice runs faster
 * @param deps.ownDoor the ingress on this machine @param deps.records what the chain lists of our suppliers @param deps.relay undefined where no application of Hearth's own can be staked
 */
export function createSelfTestRoom(deps: {
  network: string | null
  net: Pick<Net, 'post'>
  reach: Reach
  store: Pick<Store, 'selfTests' | 'addSelfTest' | 'removeSelfTests'>
  state: StatePublisher
  tasks: Tasks
  clock: Clock
  log: Log
  ownDoor: () => string | undefined
  records: () => readonly SupplierRecord[]
  relay: ((wish: Omit<TestWish, 'count'>, task: TaskContext) => Promise<RelayOutcome>) | undefined
  /** How the miner judges relays; undefined before it was configured. */
  validation: () => Validation | undefined
  choices: () => { afterStart: boolean; everyMinutes: number }
}): SelfTestRoom {
  const { network, store, state, tasks, clock, log } = deps

  /** The newest test of each service of each supplier through each door: a good one says nothing of another. */
  const newest = new Map<string, Last & { path: SelfTestPath }>()
  const keep = (row: SelfTestRow): void => {
    const { path, atMs, ok, serviceId, operatorAddress, latencyMs } = row
    const keyOf = (operator: string): string => `${path} ${serviceId} ${operator}`
    const key = keyOf(operatorAddress ?? '')
    const failed = failedStage(row)
    // A row that does not say whose relays it sent is of the time of one supplier.
    const before = newest.get(key) ?? newest.get(keyOf(''))
    const failures = ok ? 0 : (before?.failures ?? 0) + 1
    newest.delete(keyOf(''))
    newest.set(key, {
      path,
      atMs,
      ok,
      serviceId,
      ...(operatorAddress === undefined ? {} : { operatorAddress }),
      failedStage: failed?.key ?? null,
      finding: failed?.finding ?? null,
      failures,
      latencyMs,
    })
  }
  /** Of services that are staked, as far as that is known. */
  const ofNow = (path: SelfTestPath): Last[] => {
    const staked = deps.records().filter((record) => record.services.length > 0)
    const isStaked = ({ serviceId, operatorAddress }: Last): boolean =>
      staked.some(
        (record) =>
          (operatorAddress === undefined ? staked.length === 1 : record.operatorAddress === operatorAddress) &&
          record.services.some((service) => service.serviceId === serviceId),
      )
    return [...newest.values()]
      .filter((each) => each.path === path && (staked.length === 0 || isStaked(each)))
      .map(({ path: _path, ...last }) => last)
  }
  const publish = (): void => {
    // What fails stands for its door, the longest first; where nothing does, the newest.
    const worst = (path: SelfTestPath): Last | undefined => ofNow(path).sort((a, b) => b.failures - a.failures || b.atMs - a.atMs)[0]
    const last: SelfTests['last'] = {}
    for (const path of SELF_TEST_PATHS) {
      const found = worst(path)
      if (found) last[path] = found
    }
    state.patch('health', { selfTests: { revision: (state.state.health.selfTests?.revision ?? 0) + 1, last } })
  }

  /** The supplier in view first. */
  const recordsInOrder = (): SupplierRecord[] => {
    const isInView = ({ operatorAddress }: SupplierRecord): boolean => operatorAddress === state.state.supplier.operatorAddress
    return deps.records().toSorted((a, b) => Number(isInView(b)) - Number(isInView(a)))
  }

  /** Where relays of a service come in. Rejects `supplier-absent`, `endpoint-invalid` (detail.problem: `own-address` when the staked one is of this machine alone). */
  const doorOf = (path: SelfTestPath, wished: { serviceId?: string | undefined; operatorAddress?: string | undefined }): SelfTestDoor => {
    const found = recordsInOrder()
      .filter((record) => wished.operatorAddress === undefined || record.operatorAddress === wished.operatorAddress)
      .flatMap(({ operatorAddress, services }) => services.map((service) => ({ operatorAddress, service })))
      .find(({ service: { serviceId } }) => wished.serviceId === undefined || serviceId === wished.serviceId)
    if (!found) throw new HearthError('supplier-absent')
    const { operatorAddress, service } = found
    const isPlay = NETWORKS.some((each) => each.id === network && each.madeHere)
    const door = { path, serviceId: service.serviceId, operatorAddress, isPlay }
    if (path === 'loopback') {
      const url = deps.ownDoor()
      if (url === undefined) throw new HearthError('node-not-ready', { nodeId: 'ingress' })
      return { ...door, url }
    }
    const url = service.endpoints.map((endpoint) => endpoint.url).find((each) => /^https?:/.test(each))
    if (url === undefined) throw new HearthError('endpoint-invalid', { url: service.endpoints[0]?.url ?? '' })
    if (isOwnUrl(url)) throw new HearthError('endpoint-invalid', { url, problem: 'own-address' })
    return { ...door, url }
  }

  const begin = (door: SelfTestDoor, trigger: SelfTestRow['trigger']): string =>
    tasks.start(
      'self-test',
      stagesOf(door).map((key) => `self-${key}`),
      async (task) => {
        task.update({
          facts: { path: door.path, url: door.url, serviceId: door.serviceId, operatorAddress: door.operatorAddress, trigger },
        })
        const atMs = clock.now()
        const { relay } = deps
        const send =
          relay &&
          ((context: TaskContext, mayAsk: (address: string) => boolean) =>
            relay({ serviceId: door.serviceId, operatorAddress: door.operatorAddress, url: door.url, mayAsk }, context))
        const found = await runStages({ ...deps, relay: send }, door, task)
        const { path, serviceId, operatorAddress } = door
        const url = door.url.slice(0, 300)
        const row: SelfTestRow = { id: task.id, network: network ?? '', atMs, trigger, path, serviceId, operatorAddress, url, ...found }
        await store.addSelfTest(row)
        keep(row)
        publish()
        const failed = failedStage(row)
        log.info('self-test', { path, ok: row.ok, failed: failed?.key ?? '' })
        if (failed) throw new HearthError('self-test-failed', { stage: failed.key, finding: failed.finding ?? '' })
      },
    )

  /** Suppliers that take relays, with what they offer. */
  const serving = (): SupplierRecord[] => {
    const active = new Set(servedSuppliers(state.state).flatMap((each) => (isServing(each.status) ? [each.operatorAddress] : [])))
    // The ingress refuses the relays of one that leaves.
    const { status, facts } = state.state.tasks['safe-unstake'] ?? { status: 'done', facts: {} }
    if (status === 'running' && facts['door'] === 'one') active.delete(facts['operatorAddress'] ?? '')
    return recordsInOrder().filter((record) => active.has(record.operatorAddress) && record.services.length > 0)
  }

  /** What can be tested now without being in anybody's way. */
  const mayTest = (): boolean => {
    const { nodes } = state.state
    const miner = Object.values(nodes).find((node) => node.kind === 'relay-miner')
    const ingress = Object.values(nodes).find((node) => node.kind === 'ingress')
    const well = [miner, ingress].every(
      (node) => node?.seen === 'running' && node.wanted === 'running' && node.reason === null && !node.wish,
    )
    const isStopping = Object.values(state.state.tasks).some((task) => task.kind === 'node-stop' && task.status === 'running')
    return well && !isStopping && serving().length > 0
  }
  const lifeOfMiner = (): number | undefined =>
    Object.values(state.state.nodes).find((node) => node.kind === 'relay-miner')?.startedAtMs ?? undefined

  /**
   * The doors of all services of all suppliers. Where no relay can be signed, services behind one address are told apart by nothing; whether the miner knows a supplier is another
   * question for each.
   */
  const doorsOf = (path: SelfTestPath): SelfTestDoor[] => {
    const doors = serving()
      .flatMap(({ operatorAddress, services }) => services.map(({ serviceId }) => ({ operatorAddress, serviceId })))
      .flatMap((wished) => {
        try {
          return [doorOf(path, wished)]
        } catch (error) {
          // No such door here.
          if (error instanceof HearthError) return []
          throw error
        }
      })
    if (deps.relay) return doors
    const isSame = (a: SelfTestDoor, b: SelfTestDoor): boolean => a.url === b.url && a.operatorAddress === b.operatorAddress
    return doors.filter((door, at) => doors.findIndex((other) => isSame(other, door)) === at)
  }
  const runAll = async (trigger: SelfTestRow['trigger'], signal: AbortSignal): Promise<void> => {
    for (const door of SELF_TEST_PATHS.flatMap(doorsOf)) {
      if (signal.aborted) return
      const taskId = begin(door, trigger)
      while (state.state.tasks[taskId]?.status === 'running' && !signal.aborted) await clock.sleep(LOOK_MS / 4, signal)
    }
  }
  /** How long after the last test the next is due. */
  const pauseMs = (everyMinutes: number): number => {
    const failures = Math.max(0, ...SELF_TEST_PATHS.flatMap(ofNow).map((each) => each.failures))
    const againMs = failures === 0 ? Infinity : failures < SURE_AFTER ? AGAIN_MS : AGAIN_LATER_MS
    return Math.min(everyMinutes * MINUTE_MS, againMs)
  }

  return {
    handlers: {
      'selfTest.run': ({ path, ...wished }) => Promise.resolve({ taskId: begin(doorOf(path, wished), 'user') }),
      'selfTest.list': async ({ beforeMs, limit }) => ({
        validation: deps.validation() ?? null,
        rows: await store.selfTests({ network: network ?? '', limit, ...(beforeMs === undefined ? {} : { beforeMs }) }),
      }),
    },
    async run(signal) {
      if (network === null) return
      let testedLife: number | undefined
      let lastMs = -Infinity
      let wellSinceMs: number | undefined
      const remember = async (): Promise<void> => {
        const kept = await store.selfTests({ network, limit: KEPT_READ })
        for (const row of kept.toReversed()) keep(row)
        if (kept.length > 0) publish()
        lastMs = kept[0]?.atMs ?? lastMs
      }
      const look = async (): Promise<void> => {
        if (!mayTest()) {
          wellSinceMs = undefined
          return
        }
        const now = clock.now()
        // A time in the future was before the clock was set back.
        if (wellSinceMs === undefined || now < wellSinceMs) wellSinceMs = now
        if (now - wellSinceMs < SETTLE_MS) return
        const { afterStart, everyMinutes } = deps.choices()
        const life = lifeOfMiner()
        const isNewLife = life !== testedLife
        testedLife = life
        const isDue = everyMinutes > 0 && (now - lastMs >= pauseMs(everyMinutes) || now < lastMs)
        if (!(isNewLife && afterStart) && !isDue) return
        lastMs = now
        await runAll(isNewLife && afterStart ? 'start' : 'schedule', signal)
      }
      /** What goes wrong once is no reason never to test again. */
      const tried = async (work: () => Promise<void>): Promise<void> => {
        try {
          await work()
        } catch (error) {
          if (!signal.aborted) log.error('self-tests', error)
        }
      }
      await tried(remember)
      while (!signal.aborted) {
        await clock.sleep(LOOK_MS, signal)
        if (!signal.aborted) await tried(look)
      }
    },
    async clear() {
      if (network !== null) await store.removeSelfTests(network)
      newest.clear()
      state.patch('health', { selfTests: undefined })
    },
  }
}
