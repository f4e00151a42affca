import { HearthError } from '#shared/api/errors.ts'
import type { AppState, TaskState } from '#shared/api/state.ts'
import { sessionAt } from '#shared/model/session.ts'
import type { Chain, ChainParams, SupplierRecord } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Prepared, Transactions } from './transactions.ts'

/** The door through which relays come. Closing it leaves the relay miner running: claims and proofs of what was served go out. */
export interface Door {
  /** Rejects when there is nothing that could close. Asked again until `isClosed`. */
  close(): Promise<void>
  open(): Promise<void>
  /** Undefined while it was told to close, and nobody can see whether it did. */
  isClosed(): Promise<boolean | undefined>
}

/** In order. Keys of sentences. */
export const SAFE_UNSTAKE_STEPS = ['stop-relays', 'last-session', 'last-settlement', 'sign-unstake', 'unstake-included'] as const
type Step = (typeof SAFE_UNSTAKE_STEPS)[number]

/** The plan as it is stored: it goes on over hours and restarts, and nothing of it is in memory alone. */
interface Plan {
  operatorAddress: string
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
 */
export interface SafeUnstake {
  /** Rejects `not-now` (detail.problem) when one runs already or nothing is staked. */
  begin(keyId: string): Promise<void>
  /** Serves again. Rejects `not-now` once the unstake is signed. */
  cancel(): Promise<void>
  /** The sheet of the unstake, once its time has come. Rejects `not-now` before. */
  sign(signal?: AbortSignal): Promise<Prepared>
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
  record: () => SupplierRecord | undefined
  transactions: Pick<Transactions, 'prepare' | 'reopen' | 'discard'>
  door: Door
}): SafeUnstake {
  const { store, state, clock, log, door } = deps
  let plan: Plan | undefined
  let busy = false
  const key = (): string => `safe-unstake ${deps.network() ?? ''}`

  const save = async (next: Plan | undefined): Promise<void> => {
    plan = next
    await store.setSetting(key(), next === undefined ? '' : JSON.stringify(next))
    if (next === undefined) state.remove('tasks', TASK)
    else state.put('tasks', TASK, publicTask(next, deps.record(), deps.params()))
  }
  const isRunning = (now: Plan | undefined): now is Plan => now !== undefined && now.outcome === undefined
  const goTo = async (step: Step, more: Partial<Plan> = {}): Promise<void> => {
    if (!plan) return
    const nowMs = clock.now()
    const begun = plan.times[plan.step]?.startedAtMs ?? nowMs
    const times = { ...plan.times, [plan.step]: { startedAtMs: begun, endedAtMs: nowMs }, [step]: { startedAtMs: nowMs } }
    await save({ ...plan, ...more, step, times })
  }
  const end = async (outcome: NonNullable<Plan['outcome']>): Promise<void> => {
    if (!plan) return
    const nowMs = clock.now()
    const begun = plan.times[plan.step]?.startedAtMs ?? nowMs
    await save({ ...plan, outcome, endedAtMs: nowMs, times: { ...plan.times, [plan.step]: { startedAtMs: begun, endedAtMs: nowMs } } })
  }
  const intentOf = (now: Plan): AppState['intents'][string] | undefined =>
    now.intentId === undefined ? undefined : state.state.intents[now.intentId]

  const goOn = async (now: Plan, chain: Chain, height: number, params: ChainParams): Promise<void> => {
    const record = deps.record()
    // However it came about: an unstake that is on chain ends the plan.
    if (record && record.unstakeSessionEndHeight > 0) return end('done')
    const isClosed = await door.isClosed()
    switch (now.step) {
      case 'stop-relays':
        if (isClosed !== true) return door.close()
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
        if (intent?.status === 'included') return end('done')
        if (intent === undefined || intent.status === 'refused' || intent.status === 'expired' || intent.status === 'discarded')
          return goTo('sign-unstake', { intentId: undefined })
        return
      }
    }
  }

  return {
    async begin(keyId) {
      const record = deps.record()
      if (!record) throw new HearthError('supplier-absent')
      if (record.unstakeSessionEndHeight > 0 || isRunning(plan)) throw new HearthError('not-now', { problem: 'leaving-already' })
      const nowMs = clock.now()
      await save({
        operatorAddress: record.operatorAddress,
        keyId,
        startedAtMs: nowMs,
        step: 'stop-relays',
        times: { 'stop-relays': { startedAtMs: nowMs } },
      })
      await door
        .close()
        .catch((error: unknown) => log.warn('the door to relays did not close', { reason: error instanceof Error ? error.message : '' }))
    },
    async cancel() {
      if (!isRunning(plan)) throw new HearthError('not-now', { problem: 'not-leaving' })
      const intent = intentOf(plan)
      if (intent && (intent.status === 'signed' || intent.status === 'broadcast'))
        throw new HearthError('not-now', { problem: 'signed-already' })
      if (intent?.status === 'prepared') await deps.transactions.discard(intent.id)
      await end('cancelled')
      await door.open()
    },
    async sign(signal) {
      if (!isRunning(plan) || plan.step !== 'sign-unstake') throw new HearthError('not-now', { problem: 'not-due' })
      const { keyId, operatorAddress } = plan
      // Opened again since the last block: it goes back to closing with the next one.
      if ((await door.isClosed()) === false) throw new HearthError('not-now', { problem: 'not-due' })
      const asked = await deps.transactions.prepare({ kind: 'unstake', keyId, operatorAddress }, signal)
      await save({ ...plan, intentId: asked.intentId })
      return asked
    },
    async resume() {
      plan = readPlan(await store.setting(key()))
      if (plan) state.put('tasks', TASK, publicTask(plan, deps.record(), deps.params()))
    },
    async follow(chain, height) {
      const params = deps.params()
      if (busy || !isRunning(plan) || !params) return
      busy = true
      try {
        const before = plan
        await goOn(plan, chain, height, params)
        if (plan === before) state.put('tasks', TASK, publicTask(plan, deps.record(), params))
      } finally {
        busy = false
      }
    },
    async clear() {
      await save(undefined)
    },
  }
}

function publicTask(plan: Plan, record: SupplierRecord | undefined, params: ChainParams | undefined): TaskState {
  const at = SAFE_UNSTAKE_STEPS.indexOf(plan.step)
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
    cancellable: !isOver && at < SAFE_UNSTAKE_STEPS.indexOf('unstake-included'),
    steps: SAFE_UNSTAKE_STEPS.map((step, index) => ({
      key: step,
      status: index < at || plan.outcome === 'done' ? 'done' : index > at ? 'waiting' : plan.outcome === 'cancelled' ? 'failed' : 'running',
      startedAtMs: plan.times[step]?.startedAtMs ?? null,
      endedAtMs: plan.times[step]?.endedAtMs ?? null,
      facts: facts[step] ?? {},
    })),
    pulls: [],
    done: plan.outcome === 'done' ? SAFE_UNSTAKE_STEPS.length : at,
    total: SAFE_UNSTAKE_STEPS.length,
    lastLine: '',
    facts: { step: plan.step, intentId: plan.intentId ?? '', ownerAddress: record?.ownerAddress ?? '' },
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
