import { HearthError } from '#shared/api/errors.ts'
import { RPC_TYPES } from './send-relay.ts'
import { whyNotPublic } from '#shared/model/reachable-address.ts'
import type { SelfTestPath, SelfTestRow, SelfTestStage, SelfTestStageResult } from '#shared/model/self-test.ts'
import type { Clock } from '../ports/clock.ts'
import { judgedNet, type Net } from '../ports/net.ts'
import type { Reach, Reached } from '../ports/reach.ts'
import type { TaskContext } from '../tasks/tasks.ts'
import { decodeRelayResponse, encodeHttpRequest, encodeRelayRequest, MalformedRelayMessage } from './relay-messages.ts'
import type { RelayOutcome } from './send-relay.ts'

const REACH_TIMEOUT_MS = 10_000
const REFUSAL_TIMEOUT_MS = 10_000
const DAY_MS = 86_400_000
/** Most certificates are renewed a month before their end. */
const CERTIFICATE_DAYS = 14
const SAID_CHARS = 120
/** Of codespace `relayer_proxy` (offchain facts 2.10). */
const SERVICE_NOT_HANDLED = 3
const NO_APPLICATION: ReadonlySet<string> = new Set(['application-not-staked', 'application-of-another-service'])

/** What one knocks at. */
export interface SelfTestDoor {
  path: SelfTestPath
  url: string
  serviceId: string
  operatorAddress: string
  /** Of a network that this PC made: nobody is outside, and an address of the home network serves. */
  isPlay?: boolean
}

/** Stages of a door, in order: a name and a certificate are of public addresses. */
export function stagesOf(door: Pick<SelfTestDoor, 'path' | 'url'>): SelfTestStage[] {
  const isTls = door.url.startsWith('https:')
  if (door.path === 'loopback') return ['port', 'miner', 'refusal', 'relay']
  return ['name', 'port', ...(isTls ? (['certificate'] as const) : []), 'miner', 'refusal', 'relay']
}

type Found = Pick<SelfTestStageResult, 'outcome' | 'finding' | 'facts'> & { ms?: number; latencyMs?: number; answer?: string }

/**
 * Goes through a door stage by stage, from the outside in, and stops at the first that fails: what lies behind it cannot be judged. Each stage proves itself alone. That an
 * unsigned relay is refused proves that a relay miner stands there and judges before it serves; in lazy validation it would be served (offchain facts 2.2).
 * @param parts.relay sends one signed relay through the door, to addresses that it may ask alone; undefined where Hearth has no application to sign with
 * @returns what was found; rejects `cancelled` alone
 */
export async function runStages(
  parts: {
    net: Pick<Net, 'post'>
    reach: Reach
    clock: Clock
    relay: ((task: TaskContext, mayAsk: (address: string) => boolean) => Promise<RelayOutcome>) | undefined
  },
  door: SelfTestDoor,
  task: TaskContext,
): Promise<Pick<SelfTestRow, 'ok' | 'stages' | 'latencyMs' | 'answer'>> {
  const keys = stagesOf(door)
  const stages: SelfTestStageResult[] = []
  let reached: Promise<Reached> | undefined
  let refusal: Promise<{ miner: Found; refusal: Found }> | undefined
  let latencyMs: number | null = null
  let answer = ''
  /**
   * SECURITY: S16 what a public name leads to is looked at before it is asked, by each connection anew: a record that was changed, also in between, must not make Hearth talk to this
   * machine's own services.
   */
  const mayAsk = (address: string): boolean => notPublic(door, address) === undefined
  const net = judgedNet(parts.net, mayAsk)
  const look = (): Promise<Reached> => (reached ??= parts.reach(door.url, REACH_TIMEOUT_MS, task.signal, mayAsk))
  const looks: Record<SelfTestStage, () => Promise<Found>> = {
    name: async () => judgeName(door, await look()),
    port: async () => judgePort(await look()),
    certificate: async () => judgeCertificate(await look(), parts.clock.now()),
    miner: async () => (await (refusal ??= askUnsigned(net, door, task.signal))).miner,
    refusal: async () => (await (refusal ??= askUnsigned(net, door, task.signal))).refusal,
    relay: async () => {
      if (!parts.relay) return { outcome: 'skipped', finding: 'no-application', facts: {} }
      try {
        return judgeRelay(await parts.relay(task, mayAsk))
      } catch (error) {
        // Hearth's own application is no part of the way that is tested.
        if (error instanceof HearthError && NO_APPLICATION.has(error.detail['reason'] ?? ''))
          return { outcome: 'skipped', finding: 'no-application', facts: {} }
        throw error
      }
    },
  }
  let isOver = false
  for (const key of keys) {
    if (isOver) {
      stages.push({ key, outcome: 'skipped', ms: null, finding: null, facts: {} })
      continue
    }
    const beganMs = parts.clock.now()
    const found = await stepOf(task, key, looks[key])
    latencyMs = found.latencyMs ?? latencyMs
    answer = found.answer ?? answer
    stages.push({
      key,
      outcome: found.outcome,
      ms: found.ms ?? (found.outcome === 'skipped' ? null : Math.max(0, parts.clock.now() - beganMs)),
      finding: found.finding,
      facts: found.facts,
    })
    isOver = found.outcome === 'failed'
  }
  return { ok: !isOver, stages, latencyMs, answer }
}

/** Runs a stage as a step of the task; what fails unexpectedly is a finding too, so that the test is kept. */
async function stepOf(task: TaskContext, key: SelfTestStage, look: () => Promise<Found>): Promise<Found> {
  const step = `self-${key}`
  try {
    return await task.step(step, async () => {
      const found = await look()
      task.stepFacts(step, { finding: found.finding ?? '', ...found.facts })
      if (found.outcome === 'failed') throw new StageFailed(found)
      return found
    })
  } catch (error) {
    if (error instanceof StageFailed) return error.found
    if (error instanceof HearthError && error.code !== 'cancelled' && !task.signal.aborted)
      return { outcome: 'failed', finding: key === 'relay' ? 'relay-bad' : 'no-answer', facts: { reason: sayReason(error) } }
    throw error
  }
}

/** Marks the step; it is not the user's error. */
class StageFailed extends HearthError {
  readonly found: Found
  constructor(found: Found) {
    super('self-test-failed', { finding: found.finding ?? '', ...found.facts })
    this.found = found
  }
}

const sayReason = (error: HearthError): string => clip(error.detail['reason'] ?? error.code)
const clip = (text: string): string => text.slice(0, SAID_CHARS)

/** Why this door is not asked at an address. */
function notPublic(door: SelfTestDoor, address: string): 'private-address' | 'machine-address' | undefined {
  const why = door.path === 'public' ? whyNotPublic(address) : undefined
  if (why === undefined || (door.isPlay === true && why !== 'machine')) return undefined
  return why === 'machine' ? 'machine-address' : 'private-address'
}

function judgeName(door: SelfTestDoor, reached: Reached): Found {
  const ms = Math.round(reached.nameMs)
  if (reached.addresses.length === 0)
    return { outcome: 'failed', finding: 'not-resolved', ms, facts: { reason: clip(reached.nameProblem ?? '') } }
  for (const address of reached.addresses) {
    const finding = notPublic(door, address)
    if (finding !== undefined) return { outcome: 'failed', finding, ms, facts: { address } }
  }
  return { outcome: 'ok', finding: 'resolved', ms, facts: { address: reached.addresses[0] ?? '' } }
}

function judgePort(reached: Reached): Found {
  if (reached.addresses.length === 0)
    return { outcome: 'failed', finding: 'not-resolved', facts: { reason: clip(reached.nameProblem ?? '') } }
  if (reached.connectMs === null) return { outcome: 'failed', finding: 'closed', facts: { reason: clip(reached.connectProblem ?? '') } }
  return { outcome: 'ok', finding: 'opens', ms: Math.round(reached.connectMs), facts: {} }
}

function judgeCertificate(reached: Reached, nowMs: number): Found {
  const { certificate } = reached
  if (!certificate) return { outcome: 'failed', finding: 'no-answer', facts: { reason: clip(reached.connectProblem ?? '') } }
  const days = Math.floor((certificate.validToMs - nowMs) / DAY_MS)
  const facts = { days: String(days), issuer: clip(certificate.issuer) }
  const ms = Math.round(certificate.ms)
  if (certificate.problem !== null)
    return { outcome: 'failed', finding: 'certificate-bad', ms, facts: { ...facts, reason: clip(certificate.problem) } }
  return days < CERTIFICATE_DAYS
    ? { outcome: 'warn', finding: 'certificate-ends', ms, facts }
    : { outcome: 'ok', finding: 'certificate-good', ms, facts }
}

/** What answers a relay that nobody signed: a relay miner says so in its own words. */
async function askUnsigned(net: Pick<Net, 'post'>, door: SelfTestDoor, signal: AbortSignal): Promise<{ miner: Found; refusal: Found }> {
  const request = encodeRelayRequest({
    // A session that nobody is in: nothing can be served for it.
    sessionHeader: {
      applicationAddress: door.operatorAddress,
      serviceId: door.serviceId,
      sessionId: '0'.repeat(64),
      startHeight: 1,
      endHeight: 1,
    },
    signature: new Uint8Array(0),
    supplierOperatorAddress: door.operatorAddress,
    payload: encodeHttpRequest({ method: 'POST', headers: [], url: '/', body: new Uint8Array(0) }),
  })
  const headers = { 'Content-Type': 'application/json', 'Rpc-Type': String(RPC_TYPES.JSON_RPC) }
  try {
    const { status, body } = await net.post(door.url, request, headers, REFUSAL_TIMEOUT_MS, signal)
    return judgeUnsigned(status, body)
  } catch (error) {
    const address = error instanceof HearthError ? error.detail['refusedAddress'] : undefined
    if (address === undefined) throw error
    const found: Found = { outcome: 'failed', finding: notPublic(door, address) ?? 'no-answer', facts: { address } }
    return { miner: found, refusal: found }
  }
}

/** @param body of the answer to a relay without a signature. Pure. */
export function judgeUnsigned(status: number, body: Uint8Array): { miner: Found; refusal: Found } {
  const failed = (finding: Found['finding'], facts: Record<string, string> = {}): { miner: Found; refusal: Found } => {
    const found: Found = { outcome: 'failed', finding, facts: { status: String(status), ...facts } }
    return { miner: found, refusal: found }
  }
  if (status === 503) return failed('drained')
  if (status === 502 || status === 504) return failed('nobody-behind')
  const said = new TextDecoder()
    .decode(body.subarray(0, 400))
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
  try {
    const response = decodeRelayResponse(body)
    const miner: Found = { outcome: 'ok', finding: 'miner-answers', facts: {} }
    if (response.relayMinerError) {
      const { codespace, code } = response.relayMinerError
      const facts = { code: `${clip(codespace)}/${code}` }
      // Refused for another reason than its signature: no relay of this service would be served.
      if (codespace === 'relayer_proxy' && code === SERVICE_NOT_HANDLED)
        return { miner, refusal: { outcome: 'failed', finding: 'not-served', facts } }
      return { miner, refusal: { outcome: 'ok', finding: 'refused', facts } }
    }
    if (response.supplierOperatorSignature.length > 0)
      return { miner, refusal: { outcome: 'failed', finding: 'served-unsigned', facts: {} } }
  } catch (error) {
    if (!(error instanceof MalformedRelayMessage)) throw error
  }
  return failed('not-a-miner', { said: clip(said) })
}

function judgeRelay(outcome: RelayOutcome): Found {
  const { latencyMs, answer } = outcome
  if (outcome.ok)
    return { outcome: 'ok', finding: 'relay-good', ms: Math.round(latencyMs), facts: {}, latencyMs, answer: answer.slice(0, 300) }
  const reason = clip([outcome.failure, outcome.detail].filter(Boolean).join(': '))
  return { outcome: 'failed', finding: 'relay-bad', ms: Math.round(latencyMs), facts: { reason }, answer: answer.slice(0, 300) }
}
