import { utf8ToBytes } from '@noble/hashes/utils.js'
import { HearthError } from '#shared/api/errors.ts'
import type { SessionInfo } from '#main/core/ports/chain.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import { testCall } from '#main/core/relays/test-calls.ts'
import type { ChainNode } from '../node/chain-node.ts'
import type { Program } from '../parts.ts'
import { minerPage } from './miner-page.ts'
import { RelayRefusal, type RunningMiner } from './miner-parts.ts'
import { MinerRefusal } from './miner-settings.ts'
import { beginMiner } from './miner-start.ts'
import { createMinerWindows, type MinerWindows } from './miner-windows.ts'
import { roundByChance } from './random.ts'
import { sessionFor, unitsLeft } from './relay-checks.ts'
import { answerRelay, portOf, putIntoTree, unavailableWords, unitsOf, unreachableWords } from './relay-door.ts'

/** How often a batch looks whether the backend behind it answers. */
const PROBE_EVERY_MS = 30_000
const MEMORY_BYTES = { base: 96 * 2 ** 20, perTree: 512 * 1024 }
/** Mean sizes and times of relays that come in batches. */
const BATCH_RELAY = { requestBytes: 620, responseBytes: 940, seconds: 0.021, backendSeconds: 0.012 }

/** What became of relays that came in a batch. */
export interface BatchOutcome {
  served: number
  failed: number
  /** Why the failed ones failed, as a gateway would see it. */
  reason: 'unreachable' | 'no-key' | 'not-configured' | 'session' | 'budget' | 'backend' | undefined
}

/** The relay miner's container: the stock miner, and what only the practised world can do with it. */
export interface MinerProgram extends Program {
  /** Whether it serves now: started, not refused, not stopped. */
  readonly serving: boolean
  /** Of the suppliers that it answers for, in the order of its configuration; none while it does not serve. */
  readonly operatorAddresses: readonly string[]
  /** Relays of one gateway to one supplier in one session since the last block, counted at once. */
  takeBatch(operatorAddress: string, serviceId: string, application: string, session: SessionInfo, relays: number): BatchOutcome
  /** Its event subscription dies without a word: the container stays green and its height stands (known trouble of the real one). */
  deafen(): void
}

/**
 * @param node of the practised network; the miner reaches it only while the node's container runs
 * @param codec of the network's addresses
 */
export function createMiner(parts: { node: ChainNode; codec: TxCodec }): MinerProgram {
  const { node, codec } = parts
  let miner: RunningMiner | undefined
  /** One for each supplier. */
  let windows: MinerWindows[] = []
  let letGo = (): void => undefined
  let deaf = false
  let startedAtMs = 0
  /** What the last look at a backend found, by service. */
  const backends = new Map<string, { atMs: number; answers: boolean }>()

  const onBlock = (running: RunningMiner, height: number): void => {
    if (deaf || !node.running) return
    running.height = height
    for (const work of [() => running.trees.flush(), ...windows.map((each) => () => each.look())]) {
      try {
        work()
      } catch (error) {
        // A disk without room ends what the miner wants to write, not the miner, nor what it does for its other suppliers.
        if (!(error instanceof HearthError)) throw error
        const words = '❌️ Failed to flush session tree store. ❗Check disk space and permissions.'
        running.log('error', words, { error: error.detail['reason'] ?? error.code })
      }
    }
  }

  /** Asks the backend what gateways ask, at most every half minute. The first batch believes in it. */
  const backendAnswers = (running: RunningMiner, serviceId: string, url: URL): boolean => {
    const peer = running.handle.peer(url.hostname)
    if (!peer) return false
    const nowMs = running.handle.clock.now()
    const known = backends.get(serviceId)
    if (known && nowMs - known.atMs < PROBE_EVERY_MS) return known.answers
    const found = { atMs: nowMs, answers: known?.answers ?? true }
    backends.set(serviceId, found)
    const call = testCall(serviceId, 'JSON_RPC', 1)
    const headers = { 'Content-Type': 'application/json' }
    const asked = peer.program.http?.(portOf(url), { method: call.method, path: call.path, headers, body: utf8ToBytes(call.body) })
    void Promise.resolve(asked).then(
      (answer) => (found.answers = answer !== undefined && answer.status < 500),
      () => (found.answers = false),
    )
    return found.answers
  }

  const judgeBatch = (running: RunningMiner, operatorAddress: string, session: SessionInfo, relays: number): BatchOutcome => {
    const failed = (reason: BatchOutcome['reason']): BatchOutcome => ({ served: 0, failed: relays, reason })
    if (!running.operators.has(operatorAddress)) {
      const about = { service_id: session.serviceId, session_id: session.sessionId, supplier_operator_address: operatorAddress }
      running.log('warn', unavailableWords(running, operatorAddress), about)
      return failed('no-key')
    }
    const service = running.settings.services.get(session.serviceId)
    if (!service) return failed('not-configured')
    const { sessionId, startHeight, endHeight, applicationAddress, serviceId } = session
    try {
      sessionFor(running, { sessionId, startHeight, endHeight, applicationAddress, serviceId }, operatorAddress)
    } catch (error) {
      if (!(error instanceof RelayRefusal)) throw error
      const about = { service_id: serviceId, session_id: sessionId, supplier_operator_address: operatorAddress }
      running.log('error', '❌ Failed verifying relay request', { error: error.message, ...about })
      return failed('session')
    }
    if (!backendAnswers(running, serviceId, service.backendUrl)) {
      running.log('error', '❌ Failed sending the relay request to the native service', {
        error: unreachableWords(service.backendUrl),
        service_id: serviceId,
      })
      return failed('backend')
    }
    return serveBatch(running, operatorAddress, session, relays)
  }

  const serveBatch = (running: RunningMiner, operatorAddress: string, session: SessionInfo, relays: number): BatchOutcome => {
    const units = unitsOf(running, session)
    const targetHash = BigInt(`0x${node.ledger.difficulty(session.serviceId, session.startHeight)}`)
    // The share of relays that become leaves, to about nine digits.
    const share = Number(targetHash >> 192n) / 2 ** 64
    let served = relays
    if (!running.settings.overServicing && units > 0n) {
      const left = Number(unitsLeft(running, session) / units)
      served = Math.min(relays, share > 0 ? Math.floor(left / share) : relays)
    }
    const before = running.trees.of(operatorAddress, session.sessionId)
    const label = `${operatorAddress}/${session.sessionId}/${running.height}/${before?.relays ?? 0n}`
    const mined = share >= 0.999_999_999 ? served : roundByChance(served * share, label)
    if (!before && served > 0)
      running.log('info', 'relay request served successfully', {
        service_id: session.serviceId,
        session_id: session.sessionId,
        supplier_operator_address: operatorAddress,
      })
    if (mined > 0) putIntoTree(running, operatorAddress, session, BigInt(mined), BigInt(mined) * units)
    return { served, failed: relays - served, reason: served < relays ? 'budget' : undefined }
  }

  const count = (running: RunningMiner, operatorAddress: string, serviceId: string, outcome: BatchOutcome): void => {
    const counts = running.counters.of(serviceId)
    running.counters.asked(serviceId, operatorAddress, outcome.served + outcome.failed)
    counts.successes += outcome.served
    counts.errors += outcome.failed
    counts.requestBytes += (outcome.served + outcome.failed) * BATCH_RELAY.requestBytes
    counts.responseBytes += outcome.served * BATCH_RELAY.responseBytes
    counts.relaySeconds += outcome.served * BATCH_RELAY.seconds
    counts.backendSeconds += outcome.served * BATCH_RELAY.backendSeconds
  }

  const end = (): void => {
    letGo()
    letGo = () => undefined
    miner = undefined
    windows = []
  }

  return {
    get serving() {
      return miner !== undefined
    },
    get operatorAddresses() {
      return [...(miner?.operators.keys() ?? [])]
    },
    start(handle) {
      startedAtMs = handle.clock.now()
      try {
        const running = beginMiner(handle, node, codec)
        miner = running
        windows = [...running.operators.values()].map((operator) => createMinerWindows(running, operator))
        letGo = node.onBlock((block) => onBlock(running, block.height))
        handle.signal.addEventListener('abort', end, { once: true })
      } catch (error) {
        if (!(error instanceof MinerRefusal)) throw error
        handle.log('err', 'Usage:\n  pocketd relayminer start --config <path-to-relay-miner-config-file> --chain-id <chain-id> [flags]')
        handle.log('err', error.message)
        handle.exit(1)
      }
    },
    stop() {
      const running = miner
      if (!running) return
      running.log('info', 'About to start persisting all session data to disk.')
      // SEEN: what came after the last flush is not written at a stop (offchain facts 2.7).
      try {
        running.trees.flush()
      } catch (error) {
        if (!(error instanceof HearthError)) throw error
        running.log('error', '❌️ Failed to flush session tree store during shutdown. ❗Check disk permissions and filesystem integrity.')
      }
      end()
      running.handle.log('err', 'http: Server closed')
      // The real one ends with 1 when it was asked to end (offchain facts 2.7).
      running.handle.exit(1)
    },
    exec: ([command = '']) => ({ exitCode: 127, stdout: '', stderr: `exec: "${command}": executable file not found in $PATH` }),
    http(port, request) {
      const running = miner
      if (!running) return undefined
      if (port === running.settings.metricsPort) return Promise.resolve({ status: 200, body: utf8ToBytes(pageOf(running, startedAtMs)) })
      const listens = [...running.settings.services.values()].some((service) => service.listenPort === port)
      return listens ? answerRelay(running, request.headers, request.body) : undefined
    },
    usage() {
      if (!miner) return { cpuPercent: 0, memoryBytes: 0, diskBytes: 0, netBytes: 0 }
      const total = miner.counters.total()
      const seconds = Math.max(1, (miner.handle.clock.now() - startedAtMs) / 1000)
      return {
        // About six milliseconds of one core for each relay.
        cpuPercent: Math.min(100, 0.4 + (total / seconds) * 0.6),
        memoryBytes: memoryOf(miner),
        diskBytes: miner.trees.diskBytes(),
        netBytes: total * (BATCH_RELAY.requestBytes + BATCH_RELAY.responseBytes),
      }
    },
    takeBatch(operatorAddress, serviceId, application, session, relays) {
      const running = miner
      if (!running) return { served: 0, failed: relays, reason: 'unreachable' }
      const outcome = judgeBatch(running, operatorAddress, { ...session, serviceId, applicationAddress: application }, relays)
      count(running, operatorAddress, serviceId, outcome)
      return outcome
    },
    deafen() {
      deaf = true
    },
  }
}

const memoryOf = (miner: RunningMiner): number => MEMORY_BYTES.base + miner.trees.all().length * MEMORY_BYTES.perTree

function pageOf(miner: RunningMiner, startedAtMs: number): string {
  const { counters, height } = miner
  return minerPage({ height, counters, startedAtMs, memoryBytes: memoryOf(miner) })
}
