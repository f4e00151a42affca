import { HearthError } from '#shared/api/errors.ts'
import type { AppState, TaskState } from '#shared/api/state.ts'
import { sessionAt } from '#shared/model/session.ts'
import type { Chain, ChainParams, SupplierRecord } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Prepared, Transactions } from './transactions.ts'
import { createUnpaidUntil } from './unpaid-until.ts'

/** The door through which relays come. Closing it leaves the relay miner running: claims and proofs of what was served go out. */
export interface Door {
  /** Rejects when there is nothing that could close. Asked again until `isClosed`. */
  close(): Promise<void>
  open(): Promise<void>
  /** Undefined while it was told to close, and nobody can see whether it did. */
  isClosed(): Promise<boolean | undefined>
}

/** The doors of a network. */
export interface Doors {
  /** Of every supplier that is served through it. */
  all: Door
  /** Of one supplier, which goes by `SafeUnstake.heldOff`. */
  of(operatorAddress: string): Pick<Door, 'isClosed'>
  /** Whether relays of one supplier can be refused here while others are served: undefined where nothing is served here. */
  canCloseForOne(): Promise<boolean | undefined>
}

/** In order. Keys of sentences. */
export const SAFE_UNSTAKE_STEPS = ['stop-relays', 'last-session', 'last-settlement', 'sign-unstake', 'unstake-included'] as const
/** `none`: everything goes on to the end, and the sheet of the unstake says what that costs. */
type Closing = 'all' | 'one' | 'none'
type Step = (typeof SAFE_UNSTAKE_STEPS)[number]
/** What a plan that closes nothing has none of. */
const CLOSED: ReadonlySet<Step> = new Set(['stop-relays', 'last-session', 'last-settlement'])

/** The plan as it is stored: it goes on over hours and restarts, and nothing of it is in memory alone. */
interface Plan {
  operatorAddress: string
  /** Which door closes; absent in plans of before there were several suppliers: that of all. */
  door?: Closing
  keyId: string
  startedAtMs: number
  step: Step
  /** When each step began and ended. */
  times: Partial<Record<Step, { startedAtMs: number; endedAtMs?: number }>>
  /** End of the session in which the door closed: nothing is served after it. */
  lastSessionEnd?: number
  intentId?: string
  endedAtMs?: number
  outcome?: 'done' | 'cancelled'
}

/**
 * Leaves without losing a claim: closes the door to relays, waits for the end of the session, waits until its claims have settled, and then asks for the unstake. A bare
 * unstake throws away what is not settled (onchain facts 2.4, "money at risk").
 *
 * Where other suppliers are served through the same door, it is closed for the one that leaves. Where that cannot be done, and the user does not want it closed for all, the plan is the unstake
 * alone. Then the pay is lost of claims that settle after the session of the unstake: of that session, and of those before it that have not settled. They are still claimed and
 * proven, since the relay miner goes on, so that nothing is slashed for it.
 */
export interface SafeUnstake {
  /**
   * Rejects `not-now` (detail.problem) when one runs already, `supplier-absent` when nothing is staked.
   * @param wish.operatorAddress of the supplier that leaves @param wish.door what is closed where others are served through the same door; without a word it is not closed for them
   */
  begin(wish: { keyId: string; operatorAddress: string; door?: Closing | undefined }): Promise<void>
  /** Serves again. Rejects `not-now` once the unstake is signed. */
  cancel(): Promise<void>
  /** The sheet of the unstake, once its time has come. Rejects `not-now` before. */
  sign(signal?: AbortSignal): Promise<Prepared>
  /** Whose relays the ingress is to refuse now. */
  heldOff(): string[]
  resume(): Promise<void>
  /** Called at every new head. */
  follow(chain: Chain, height: number): Promise<void>
  clear(): Promise<void>
}

const TASK = 'safe-unstake'

/** Stop serving, wait for the last settlement, unstake: one action over hours, taken up again after a restart. */
export function createSafeUnstake(deps: {
  network: () => string | null
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
  params: () => ChainParams | undefined
  record: (operatorAddress: string) => SupplierRecord | undefined
  /** Other suppliers of ours that are served now. */
  others: (operatorAddress: string) => number
  transactions: Pick<Transactions, 'prepare' | 'reopen' | 'discard'>
  doors: Doors
}): SafeUnstake {
  const { store, state, clock, log, doors } = deps
  const unpaid = createUnpaidUntil(deps)
  let plan: Plan | undefined
  let busy = false
  const key = (): string => `safe-unstake ${deps.network() ?? ''}`

  const save = async (next: Plan | undefined): Promise<void> => {
    plan = next
    await store.setSetting(key(), next === undefined ? '' : JSON.stringify(next))
    if (next === undefined) state.remove('tasks', TASK)
    else publish(next)
  }
  const publish = (now: Plan): void =>
    state.put('tasks', TASK, publicTask(now, deps.record(now.operatorAddress), deps.others(now.operatorAddress), deps.params()))
  const isRunning = (now: Plan | undefined): now is Plan => now !== undefined && now.outcome === undefined
  const goTo = async (step: Step, more: Partial<Plan> = {}): Promise<void> => {
    if (!plan) return
    const nowMs = clock.now()
    const begun = plan.times[plan.step]?.startedAtMs ?? nowMs
    const times = { ...plan.times, [plan.step]: { startedAtMs: begun, endedAtMs: nowMs }, [step]: { startedAtMs: nowMs } }
    await save({ ...plan, ...more, step, times })
  }
  const end = async (outcome: NonNullable<Plan['outcome']>, at?: { height: number; params: ChainParams }): Promise<void> => {
    if (!plan) return
    const nowMs = clock.now()
    const begun = plan.times[plan.step]?.startedAtMs ?? nowMs
    const done = plan
    const isForOthersToo = closingOf(done) === 'all' && deps.others(done.operatorAddress) > 0
    if (outcome === 'done' && at !== undefined && (closingOf(done) === 'one' || (isForOthersToo && (await doors.canCloseForOne()))))
      await unpaid.add(done.operatorAddress, { since: at.height, until: lastServed(done, at.height, at.params) })
    await save({
      ...done,
      outcome,
      endedAtMs: nowMs,
      times: { ...done.times, [done.step]: { startedAtMs: begun, endedAtMs: nowMs } },
    })
    // It was closed for the one that leaves: the others are served again.
    if (outcome === 'done' && isForOthersToo) await doors.all.open()
  }
  /** The last block in which it takes relays, after an unstake that is on chain at this height (onchain facts 2.4). */
  const lastServed = ({ operatorAddress }: Plan, height: number, params: ChainParams): number =>
    deps.record(operatorAddress)?.unstakeSessionEndHeight || sessionAt(height, params).end
  const intentOf = (now: Plan): AppState['intents'][string] | undefined =>
    now.intentId === undefined ? undefined : state.state.intents[now.intentId]

  /** A plan that closes nothing waits for no door. */
  const isClosedFor = async (now: Plan): Promise<boolean | undefined> => {
    const closing = closingOf(now)
    if (closing === 'none') return true
    return closing === 'one' ? doors.of(now.operatorAddress).isClosed() : doors.all.isClosed()
  }
  const closingFor = async (record: SupplierRecord, wished: Closing | undefined): Promise<Closing> => {
    const canForOne = await doors.canCloseForOne()
    // Nothing here that others are served through.
    if (canForOne === undefined || deps.others(record.operatorAddress) === 0) return 'all'
    if (wished === 'all' || wished === 'none') return wished
    // Relays over WebSocket name their supplier in messages that no ingress reads: they would go on, with a claim in each session.
    if (canForOne && !takesWebSocket(record)) return 'one'
    if (wished === 'one') throw new HearthError('not-now', { problem: 'door-is-for-all' })
    return 'none'
  }

  const goOn = async (now: Plan, chain: Chain, height: number, params: ChainParams): Promise<void> => {
    const record = deps.record(now.operatorAddress)
    // However it came about: an unstake that is on chain ends the plan.
    if (record && record.unstakeSessionEndHeight > 0) return end('done', { height, params })
    const isClosed = await isClosedFor(now)
    switch (now.step) {
      case 'stop-relays':
        if (isClosed !== true) return closingOf(now) === 'all' ? doors.all.close() : undefined
        return goTo('last-session', { lastSessionEnd: sessionAt(height, params).end })
      case 'last-session':
        // Somebody opened the door again: the session of now may have relays too.
        if (isClosed === false) return goTo('stop-relays')
        if (isClosed === undefined) return
        if (height > (now.lastSessionEnd ?? height)) await goTo('last-settlement')
        return
      case 'last-settlement': {
        if (isClosed === false) return goTo('stop-relays')
        if (isClosed === undefined) return
        const { claimClose } = sessionAt(now.lastSessionEnd ?? height, params)
        // Until its window has closed a claim may still come; once it has, what is open is all there is.
        if (height <= claimClose) return
        if ((await chain.pendingClaims(now.operatorAddress)).length > 0) return
        return goTo('sign-unstake')
      }
      case 'sign-unstake': {
        const intent = intentOf(now)
        if (intent?.status === 'signed' || intent?.status === 'broadcast' || intent?.status === 'included') return goTo('unstake-included')
        if (isClosed !== false) return
        // What is served now would be lost by the unstake: its sheet is for later.
        if (intent?.status === 'prepared') await deps.transactions.discard(intent.id)
        return goTo('stop-relays', { intentId: undefined })
      }
      case 'unstake-included': {
        const intent = intentOf(now)
        if (intent?.status === 'included') return end('done', { height, params })
        if (intent === undefined || intent.status === 'refused' || intent.status === 'expired' || intent.status === 'discarded')
          return goTo('sign-unstake', { intentId: undefined })
        return
      }
    }
  }

  return {
    async begin({ keyId, operatorAddress, door: wished }) {
      const record = deps.record(operatorAddress)
      if (!record) throw new HearthError('supplier-absent')
      if (record.unstakeSessionEndHeight > 0 || isRunning(plan)) throw new HearthError('not-now', { problem: 'leaving-already' })
      const nowMs = clock.now()
      const closing = await closingFor(record, wished)
      const step = closing === 'none' ? 'sign-unstake' : 'stop-relays'
      await save({
        operatorAddress: record.operatorAddress,
        door: closing,
        keyId,
        startedAtMs: nowMs,
        step,
        times: { [step]: { startedAtMs: nowMs } },
      })
      if (closing !== 'all') return
      await doors.all
        .close()
        .catch((error: unknown) => log.warn('the door to relays did not close', { reason: error instanceof Error ? error.message : '' }))
    },
    async cancel() {
      if (!isRunning(plan)) throw new HearthError('not-now', { problem: 'not-leaving' })
      const intent = intentOf(plan)
      if (intent && (intent.status === 'signed' || intent.status === 'broadcast'))
        throw new HearthError('not-now', { problem: 'signed-already' })
      if (intent?.status === 'prepared') await deps.transactions.discard(intent.id)
      const closing = closingOf(plan)
      await end('cancelled')
      if (closing === 'all') await doors.all.open()
    },
    async sign(signal) {
      if (!isRunning(plan) || plan.step !== 'sign-unstake') throw new HearthError('not-now', { problem: 'not-due' })
      const { keyId, operatorAddress } = plan
      // Opened again since the last block: it goes back to closing with the next one.
      if ((await isClosedFor(plan)) === false) throw new HearthError('not-now', { problem: 'not-due' })
      const asked = await deps.transactions.prepare({ kind: 'unstake', keyId, operatorAddress }, signal)
      await save({ ...plan, intentId: asked.intentId })
      return asked
    },
    heldOff() {
      return [...new Set([...(isRunning(plan) && closingOf(plan) === 'one' ? [plan.operatorAddress] : []), ...unpaid.operators()])]
    },
    async resume() {
      await unpaid.resume()
      plan = readPlan(await store.setting(key()))
      if (plan) publish(plan)
    },
    async follow(chain, height) {
      const params = deps.params()
      await unpaid.follow(height, (operatorAddress) => {
        const record = deps.record(operatorAddress)
        return record && record.unstakeSessionEndHeight > 0
      })
      if (busy || !isRunning(plan) || !params) return
      busy = true
      try {
        const before = plan
        await goOn(plan, chain, height, params)
        if (plan === before) publish(plan)
      } finally {
        busy = false
      }
    },
    async clear() {
      await unpaid.clear()
      await save(undefined)
    },
  }
}

const takesWebSocket = ({ services, pending }: SupplierRecord): boolean =>
  [...services, ...pending.map((entry) => entry.service)].some((service) =>
    service.endpoints.some((endpoint) => endpoint.rpcType === 'WEBSOCKET'),
  )

const closingOf = (plan: Plan): Closing => plan.door ?? 'all'

function publicTask(plan: Plan, record: SupplierRecord | undefined, others: number, params: ChainParams | undefined): TaskState {
  const all: readonly Step[] = closingOf(plan) === 'none' ? SAFE_UNSTAKE_STEPS.filter((step) => !CLOSED.has(step)) : SAFE_UNSTAKE_STEPS
  const at = all.indexOf(plan.step)
  const session = plan.lastSessionEnd !== undefined && params ? sessionAt(plan.lastSessionEnd, params) : undefined
  const facts: Partial<Record<Step, Record<string, string>>> = session
    ? { 'last-session': { endHeight: String(session.end) }, 'last-settlement': { settleHeight: String(session.settle) } }
    : {}
  const isOver = plan.outcome !== undefined
  return {
    id: TASK,
    kind: TASK,
    status: plan.outcome ?? 'running',
    startedAtMs: plan.startedAtMs,
    endedAtMs: plan.endedAtMs ?? null,
    cancellable: !isOver && plan.step !== 'unstake-included',
    steps: all.map((step, index) => ({
      key: step,
      status: index < at || plan.outcome === 'done' ? 'done' : index > at ? 'waiting' : plan.outcome === 'cancelled' ? 'failed' : 'running',
      startedAtMs: plan.times[step]?.startedAtMs ?? null,
      endedAtMs: plan.times[step]?.endedAtMs ?? null,
      facts: facts[step] ?? {},
    })),
    pulls: [],
    done: plan.outcome === 'done' ? all.length : at,
    total: all.length,
    lastLine: '',
    facts: {
      step: plan.step,
      intentId: plan.intentId ?? '',
      ownerAddress: record?.ownerAddress ?? '',
      operatorAddress: plan.operatorAddress,
      door: closingOf(plan),
      others: String(others),
    },
    error: null,
  }
}

function readPlan(text: string | undefined): Plan | undefined {
  if (text === undefined || text === '') return undefined
  try {
    const read = JSON.parse(text) as Partial<Plan>
    const isWhole =
      typeof read.operatorAddress === 'string' &&
      typeof read.keyId === 'string' &&
      typeof read.startedAtMs === 'number' &&
      SAFE_UNSTAKE_STEPS.some((step) => step === read.step) &&
      typeof read.times === 'object'
    return isWhole ? (read as Plan) : undefined
  } catch {
    return undefined
  }
}
