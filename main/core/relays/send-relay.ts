import { equalBytes } from '@noble/curves/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Net } from '../ports/net.ts'
import {
  decodeHttpResponse,
  decodeRelayResponse,
  encodeHttpRequest,
  encodeRelayRequest,
  MalformedRelayMessage,
  relayRequestHash,
  relayResponseHash,
  type RelayResponse,
  type SessionHeader,
} from './relay-messages.ts'
import { verifyOften } from './response-signature.ts'

/**
 * What can be wrong with one relay, from the outside in. Each stage proves only itself: an HTTP answer proves that something listens; a signature under the
 * on-chain key proves that it is our miner; the backend's answer proves that the node behind it works. None of them proves a claim: only the chain does.
 */
export const RELAY_FAILURES = [
  'unreachable',
  'timeout',
  'http-status',
  'malformed',
  'miner-refused',
  'unsigned',
  'wrong-session',
  'payload-changed',
  'bad-signature',
  'backend-status',
  'backend-error',
] as const
export type RelayFailure = (typeof RELAY_FAILURES)[number]

export interface RelayOutcome {
  /** Everything held: signature, backend status and, for JSON-RPC, a result. */
  ok: boolean
  /** The answer is signed by the operator's on-chain key over exactly what arrived. */
  signatureOk: boolean
  failure: RelayFailure | undefined
  /** What the failure says for itself, such as `relay_authenticator/1 invalid session`. */
  detail: string
  /** The miner refused because of the session: asking the chain again may help. */
  sessionRefused: boolean
  latencyMs: number
  /** The backend's status when its answer arrived, else the miner's; 0 without any. */
  httpStatus: number
  /** Start of what the backend said. */
  answer: string
}

export interface RelayTarget {
  url: string
  rpcType: RpcType
  session: SessionHeader
  operatorAddress: string
  /** The operator's compressed key as the chain has it, 33 bytes. */
  operatorPubKey: Uint8Array
}

/** What the backend is asked. */
export interface BackendCall {
  method: string
  /** Path and query; empty means the backend's own URL as it stands. */
  path: string
  body: string
}

export const RPC_TYPES = { GRPC: 1, WEBSOCKET: 2, JSON_RPC: 3, REST: 4, COMET_BFT: 5 } as const
export type RpcType = keyof typeof RPC_TYPES

const ANSWER_CHARS = 200
/** A timer may fire a little before the clock says so. */
const TIMER_SLACK_MS = 20
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Sends one relay and checks everything about the answer. Expected failures are in the outcome; it rejects only when `signal` aborts or `sign` fails.
 * @param sign makes the ring signature over the 32 bytes handed to it
 * @param timeoutMs for the whole HTTP exchange
 */
export async function sendRelay(
  parts: { net: Net; clock: Clock; sign: (hash: Uint8Array) => Promise<Uint8Array>; timeoutMs: number; signal?: AbortSignal },
  target: RelayTarget,
  call: BackendCall,
): Promise<RelayOutcome> {
  const request = {
    sessionHeader: target.session,
    signature: new Uint8Array(0),
    supplierOperatorAddress: target.operatorAddress,
    payload: encodeHttpRequest({
      method: call.method,
      headers: [{ key: 'Content-Type', values: ['application/json'] }],
      url: call.path,
      body: encoder.encode(call.body),
    }),
  }
  const signature = await parts.sign(relayRequestHash(request))
  const wire = encodeRelayRequest({ ...request, signature })
  const headers = { 'Content-Type': 'application/json', 'Rpc-Type': String(RPC_TYPES[target.rpcType]) }
  const startedAtMs = parts.clock.now()
  try {
    const answered = await parts.net.post(target.url, wire, headers, parts.timeoutMs, parts.signal)
    const latencyMs = parts.clock.now() - startedAtMs
    return { ...judgeAnswer(answered, target), latencyMs }
  } catch (error) {
    parts.signal?.throwIfAborted()
    const latencyMs = parts.clock.now() - startedAtMs
    const failure = latencyMs >= parts.timeoutMs - TIMER_SLACK_MS ? 'timeout' : 'unreachable'
    return { ...failed(failure, reasonOf(error)), latencyMs }
  }
}

type Judged = Omit<RelayOutcome, 'latencyMs'>

function failed(failure: RelayFailure, detail: string, known: Partial<Judged> = {}): Judged {
  return { ok: false, signatureOk: false, failure, detail, sessionRefused: false, httpStatus: 0, answer: '', ...known }
}

/** Judges what came back for a relay, stage by stage (offchain facts 4.2). Pure. */
export function judgeAnswer(answered: { status: number; body: Uint8Array }, target: RelayTarget): Judged {
  const httpStatus = answered.status
  if (httpStatus !== 200) return failed('http-status', `${httpStatus} ${printable(answered.body)}`.trim(), { httpStatus })
  let response: RelayResponse
  try {
    response = decodeRelayResponse(answered.body)
  } catch (error) {
    if (!(error instanceof MalformedRelayMessage)) throw error
    return failed('malformed', error.message, { httpStatus })
  }
  if (response.relayMinerError) {
    const { codespace, code, description, message } = response.relayMinerError
    const detail = `${codespace}/${code} ${description || message}`.trim()
    return failed('miner-refused', clip(detail), {
      httpStatus,
      sessionRefused: isSessionRefusal(codespace, code, `${description} ${message}`),
    })
  }
  if (response.supplierOperatorSignature.length === 0) return failed('unsigned', '', { httpStatus })
  if (!isSameSession(response.sessionHeader, target.session)) return failed('wrong-session', '', { httpStatus })
  if (response.payloadHash.length > 0 && !equalBytes(response.payloadHash, sha256(response.payload))) {
    return failed('payload-changed', '', { httpStatus })
  }
  if (!isSignedBy(response, target.operatorPubKey)) return failed('bad-signature', '', { httpStatus })
  return judgeBackend(response.payload, target.rpcType)
}

/** Judges the backend's part of an answer whose signature holds. */
function judgeBackend(payload: Uint8Array, rpcType: RpcType): Judged {
  const signed = { signatureOk: true, httpStatus: 200 }
  let backend
  try {
    backend = decodeHttpResponse(payload)
  } catch (error) {
    if (!(error instanceof MalformedRelayMessage)) throw error
    return failed('malformed', error.message, signed)
  }
  const answer = printable(backend.body)
  const seen = { signatureOk: true, httpStatus: backend.statusCode, answer }
  if (backend.statusCode !== 200) return failed('backend-status', String(backend.statusCode), seen)
  if (rpcType === 'JSON_RPC') {
    const rpcError = jsonRpcProblem(backend.body)
    if (rpcError !== undefined) return failed('backend-error', rpcError, seen)
  }
  return { ok: true, failure: undefined, detail: '', sessionRefused: false, ...seen }
}

/**
 * Verifies the supplier's signature: ECDSA over SHA-256 of the 32-byte response hash, 64 bytes R||S, low S (offchain facts 4.2; a single hash does not verify).
 * @param operatorPubKey 33 bytes, from the chain
 */
export function isSignedBy(response: RelayResponse, operatorPubKey: Uint8Array): boolean {
  return verifyOften(response.supplierOperatorSignature, relayResponseHash(response), operatorPubKey)
}

function isSameSession(found: SessionHeader | undefined, asked: SessionHeader): boolean {
  return (
    found !== undefined &&
    found.sessionId === asked.sessionId &&
    found.serviceId === asked.serviceId &&
    found.applicationAddress === asked.applicationAddress &&
    found.startHeight === asked.startHeight &&
    found.endHeight === asked.endHeight
  )
}

/** `relay_authenticator` 1 and 2, and the words that both miners use for a session that is over or not there yet. */
function isSessionRefusal(codespace: string, code: number, words: string): boolean {
  return (
    (codespace === 'relay_authenticator' && (code === 1 || code === 2)) || /session (expired|id mismatch|mismatch|not found)/i.test(words)
  )
}

function jsonRpcProblem(body: Uint8Array): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(body))
  } catch {
    return 'not JSON'
  }
  if (typeof value !== 'object' || value === null) return 'not a JSON-RPC answer'
  if ('error' in value && value.error !== null && value.error !== undefined) return clip(JSON.stringify(value.error))
  if (!('result' in value)) return 'neither result nor error'
  return undefined
}

/** The start of some bytes as one line of text that is safe to show and store. */
function printable(bytes: Uint8Array): string {
  const text = decoder.decode(bytes.subarray(0, ANSWER_CHARS * 4))
  return clip(text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim())
}
const clip = (text: string): string => (text.length > ANSWER_CHARS ? `${text.slice(0, ANSWER_CHARS - 1)}…` : text)

function reasonOf(error: unknown): string {
  if (error instanceof HearthError) return clip(error.detail['reason'] ?? error.code)
  return clip((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '')
}
