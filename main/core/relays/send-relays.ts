import { hexToBytes } from '@noble/hashes/utils.js'
import { HearthError } from '#shared/api/errors.ts'
import type { Chain, ChainParams, SupplierService } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { judgedNet, type Net } from '../ports/net.ts'
import type { RelayResultRow, Store } from '../ports/store.ts'
import type { RehearsalKeys } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { TaskContext, Tasks } from '../tasks/tasks.ts'
import { signRing } from './ring-signature.ts'
import { RPC_TYPES, sendRelay, type RelayOutcome, type RpcType } from './send-relay.ts'
import { createSessionSource, type SessionSource } from './session-source.ts'
import { testCall } from './test-calls.ts'

export { sendRelay, judgeAnswer, isSignedBy, RELAY_FAILURES, type RelayOutcome, type RelayTarget, type BackendCall } from './send-relay.ts'

/** Steps of the task, in order. */
export const TEST_RELAY_STEPS = ['find-session', 'sign-and-send', 'check']

const CONCURRENCY = 4
const MAX_COUNT = 500
const ROWS_PER_WRITE = 20
/** A miner's own limit for its backend is 10 s; two more for the way. */
const RELAY_TIMEOUT_MS = 12_000
/** A miner may learn of a new session a moment after the chain told us. */
const SESSION_RETRIES = 3
const SESSION_RETRY_MS = 250

export interface TestWish {
  serviceId: string
  /** 1 to 500 relays. */
  count: number
  operatorAddress: string
  /** Where to send instead of the endpoint that the chain lists. */
  url?: string
  /** Judges each address that a relay could go to; all may be asked without. */
  mayAsk?: (address: string) => boolean
}

export interface RelaySender {
  /**
   * Plays a gateway: sends signed test relays to our own supplier through the session of the rehearsal application and checks each answer.
   * @returns the task's id at once; the task fails with `no-network`, `supplier-absent`, `not-in-session`, `endpoint-invalid`, or `relay-refused` when no answer held
   */
  sendTest(wish: TestWish): string
}

export interface RelaySenderParts {
  /** The chain in use; undefined while none is. */
  chain: () => Chain | undefined
  /** Parameters that were read already; asked of the chain when absent. */
  params?: () => ChainParams | undefined
  net: Net
  store: Pick<Store, 'addRelayResults'>
  rehearsal: RehearsalKeys
  state: StatePublisher
  tasks: Tasks
  clock: Clock
  log: Log
}

/** Everything about a batch that does not change while it runs. */
interface Batch {
  wish: TestWish
  url: string
  rpcType: RpcType
  operatorPubKey: Uint8Array
  sessions: SessionSource
  sign: (hash: Uint8Array) => Promise<Uint8Array>
}

/** @param parts the world and the state; see `RelaySender` */
export function createRelaySender(parts: RelaySenderParts): RelaySender {
  return {
    sendTest(wish) {
      if (!Number.isInteger(wish.count) || wish.count < 1 || wish.count > MAX_COUNT)
        throw new HearthError('invalid-request', { field: 'count' })
      return parts.tasks.start('test-relays', TEST_RELAY_STEPS, async (task) => runBatch(parts, wish, task))
    },
  }
}

async function runBatch(parts: RelaySenderParts, wish: TestWish, task: TaskContext): Promise<void> {
  task.update({ total: wish.count, facts: { serviceId: wish.serviceId, operatorAddress: wish.operatorAddress } })
  const batch = await task.step('find-session', async () => prepare(parts, wish, task))
  const tally = createTally(parts, task)
  try {
    await task.step('sign-and-send', async () => sendAll(parts, batch, tally, task))
  } finally {
    // What was sent stays recorded, also when the rest was cancelled or failed.
    await tally.finish()
  }
  await task.step('check', async () => {
    const { sent, verified, refused, commonest, medianMs } = tally.summary()
    task.stepFacts('check', { sent: String(sent), verified: String(verified), refused: String(refused), medianMs: String(medianMs) })
    if (verified === 0) throw new HearthError('relay-refused', { sent: String(sent), reason: commonest })
  })
}

async function prepare(parts: RelaySenderParts, wish: TestWish, task: TaskContext): Promise<Batch> {
  const chain = parts.chain()
  if (!chain) throw new HearthError('no-network')
  const { chainId } = await chain.fingerprint()
  const identity = await parts.rehearsal.ensure(chainId, 'application')
  const [supplier, account, application, params] = await Promise.all([
    chain.supplier(wish.operatorAddress),
    chain.account(wish.operatorAddress),
    chain.application(identity.address),
    parts.params?.() ?? chain.params(),
  ])
  if (!supplier) throw new HearthError('supplier-absent', { operatorAddress: wish.operatorAddress })
  if (!application) throw new HearthError('relay-refused', { reason: 'application-not-staked', applicationAddress: identity.address })
  // One application, one service: for others there is no session to send in.
  if (!application.serviceIds.includes(wish.serviceId))
    throw new HearthError('relay-refused', { reason: 'application-of-another-service', serviceId: wish.serviceId })
  // Without its key on chain nobody can check what this supplier signs: gateways would drop every answer (offchain facts 2.3).
  if (account?.pubKeyHex === undefined) throw new HearthError('relay-refused', { reason: 'operator-key-not-on-chain' })
  const service = supplier.services.find((each) => each.serviceId === wish.serviceId)
  const sessions = sourceFor(chain, parts.clock, params, wish, identity.address, task)
  // Asked before the endpoint: a service that waits for its first session is listed nowhere else yet.
  const session = await sessions.current()
  task.stepFacts('find-session', {
    sessionId: session.sessionId,
    startHeight: String(session.startHeight),
    endHeight: String(session.endHeight),
  })

  // An application without gateways has its own key in the ring twice (offchain facts 4.4).
  const ringKey = hexToBytes(identity.pubKeyHex)
  const ring = [ringKey, ringKey]
  return {
    wish,
    ...endpointOf(service, wish.url),
    operatorPubKey: hexToBytes(account.pubKeyHex),
    sessions,
    sign: async (hash) => parts.rehearsal.withPrivateKey(chainId, 'application', (privateKey) => signRing(hash, privateKey, ring)),
  }
}

function sourceFor(
  chain: Chain,
  clock: Clock,
  params: ChainParams,
  wish: TestWish,
  applicationAddress: string,
  task: TaskContext,
): SessionSource {
  const { serviceId, operatorAddress } = wish
  return createSessionSource({ chain, clock, params, applicationAddress, serviceId, operatorAddress, signal: task.signal })
}

/** Where to send: the override, else the first endpoint on chain that takes plain HTTP requests. */
function endpointOf(service: SupplierService | undefined, override: string | undefined): { url: string; rpcType: RpcType } {
  const usable = (service?.endpoints ?? []).filter(
    (endpoint) => endpoint.rpcType in RPC_TYPES && !['WEBSOCKET', 'GRPC'].includes(endpoint.rpcType),
  )
  const chosen = usable.find((endpoint) => endpoint.rpcType === 'JSON_RPC') ?? usable[0]
  const url = override ?? chosen?.url
  if (url === undefined || !/^https?:$/.test(protocolOf(url))) throw new HearthError('endpoint-invalid', { url: url ?? '' })
  return { url, rpcType: (chosen?.rpcType ?? 'JSON_RPC') as RpcType }
}

function protocolOf(url: string): string {
  try {
    return new URL(url).protocol
  } catch {
    return ''
  }
}

async function sendAll(parts: RelaySenderParts, batch: Batch, tally: Tally, task: TaskContext): Promise<void> {
  let next = 0
  let stopped = false
  const worker = async (): Promise<void> => {
    while (next < batch.wish.count && !stopped) {
      next += 1
      try {
        await sendOne(parts, batch, next, tally, task)
      } catch (error) {
        stopped = true
        throw error
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: Math.min(CONCURRENCY, batch.wish.count) }, worker))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure) throw failure.reason
}

async function sendOne(parts: RelaySenderParts, batch: Batch, number: number, tally: Tally, task: TaskContext): Promise<void> {
  const { sessionId, outcome } = await relayOnce(parts, batch, number, task)
  await tally.add(batch, sessionId, outcome)
}

/** One relay in the session of now; a session that has just ended is asked for anew. */
async function relayOnce(
  parts: RelaySenderParts,
  batch: Batch,
  number: number,
  task: TaskContext,
): Promise<{ sessionId: string; outcome: RelayOutcome }> {
  const { net, clock } = parts
  for (let tried = 0; ; tried += 1) {
    if (task.signal.aborted) throw new HearthError('cancelled')
    const session = await batch.sessions.current()
    const outcome = await sendRelay(
      { net, clock, sign: batch.sign, timeoutMs: RELAY_TIMEOUT_MS, signal: task.signal },
      {
        url: batch.url,
        rpcType: batch.rpcType,
        session,
        operatorAddress: batch.wish.operatorAddress,
        operatorPubKey: batch.operatorPubKey,
      },
      testCall(batch.wish.serviceId, batch.rpcType, number),
    )
    if (outcome.sessionRefused && tried < SESSION_RETRIES) {
      batch.sessions.renew()
      await clock.sleep(SESSION_RETRY_MS, task.signal)
      continue
    }
    return { sessionId: session.sessionId, outcome }
  }
}

/**
 * One signed relay on behalf of a task of somebody else, recorded as every other. Rejects as `sendTest` fails; what became of the relay itself is in the outcome.
 * @param wish.url the door to knock at
 */
export async function tryRelay(parts: RelaySenderParts, wish: Omit<TestWish, 'count'>, task: TaskContext): Promise<RelayOutcome> {
  const batch = await prepare(parts, { ...wish, count: 1 }, task)
  const tally = createTally(parts, task, false)
  const net = wish.mayAsk === undefined ? parts.net : judgedNet(parts.net, wish.mayAsk)
  const { sessionId, outcome } = await relayOnce({ ...parts, net }, batch, 1, task)
  await tally.add(batch, sessionId, outcome)
  await tally.finish()
  return outcome
}

/** What was found so far, written in small batches and shown as it grows. */
interface Tally {
  add(batch: Batch, sessionId: string, outcome: RelayOutcome): Promise<void>
  finish(): Promise<void>
  summary(): { sent: number; answered: number; verified: number; refused: number; medianMs: number; commonest: string }
}

/** `failure: detail`, or undefined for a good one. The first word is one of `RELAY_FAILURES`. */
export function failureText(outcome: RelayOutcome): string | undefined {
  if (outcome.failure === undefined) return undefined
  return outcome.detail === '' ? outcome.failure : `${outcome.failure}: ${outcome.detail}`
}

/** @param isBatch whether the page tells it as the last batch that the user sent */
function createTally(parts: RelaySenderParts, task: TaskContext, isBatch = true): Tally {
  const { clock, state, store } = parts
  const outcomes: RelayOutcome[] = []
  const waiting: Omit<RelayResultRow, 'id'>[] = []
  let lastSessionId = ''

  const summary: Tally['summary'] = () => {
    const good = outcomes.filter((outcome) => outcome.ok)
    const reasons = new Map<string, number>()
    for (const outcome of outcomes) {
      const reason = failureText(outcome)
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    return {
      sent: outcomes.length,
      answered: outcomes.filter((outcome) => outcome.httpStatus > 0).length,
      verified: outcomes.filter((outcome) => outcome.signatureOk).length,
      refused: outcomes.length - good.length,
      medianMs: median(good.map((outcome) => outcome.latencyMs)),
      commonest: [...reasons].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '',
    }
  }
  const write = async (): Promise<void> => {
    if (waiting.length === 0) return
    await store.addRelayResults(waiting.splice(0))
    const { sent, answered, verified, refused, medianMs } = summary()
    const { revision, last } = state.state.relays
    const batch = { batchId: task.id, sent, answered, verified, refused, medianMs, sessionId: lastSessionId, atMs: clock.now() }
    state.set('relays', { revision: revision + 1, last: isBatch ? batch : last })
  }
  return {
    async add(batch, sessionId, outcome) {
      outcomes.push(outcome)
      lastSessionId = sessionId
      waiting.push({
        batchId: task.id,
        atMs: clock.now(),
        serviceId: batch.wish.serviceId,
        sessionId,
        operatorAddress: batch.wish.operatorAddress,
        ok: outcome.ok,
        signatureOk: outcome.signatureOk,
        latencyMs: outcome.latencyMs,
        httpStatus: outcome.httpStatus,
        answer: outcome.answer,
        error: failureText(outcome),
      })
      task.update({ done: outcomes.length, lastLine: failureText(outcome) ?? outcome.answer })
      if (waiting.length >= ROWS_PER_WRITE) await write()
    },
    async finish() {
      await write()
      const { sent, verified, refused } = summary()
      if (sent > 0) parts.log.info('test relays sent', { batch: task.id, sent, verified, refused })
    },
    summary,
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length === 0) return 0
  if (sorted.length % 2 === 1) return sorted[middle] ?? 0
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
