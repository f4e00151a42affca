import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToNumberBE } from '@noble/curves/utils.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { SessionInfo } from '#main/core/ports/chain.ts'
import {
  decodeHttpRequest,
  decodeRelayRequest,
  encodeHttpResponse,
  encodeRelayRequest,
  encodeRelayResponse,
  relayResponseHash,
  type PoktHttpRequest,
  type RelayRequest,
  type RelayResponse,
} from '#main/core/relays/relay-messages.ts'
import { UNKNOWN_SERVICE, UNKNOWN_SUPPLIER } from './miner-counters.ts'
import { RelayRefusal, type MinerOperator, type RunningMiner } from './miner-parts.ts'
import { checkBudget, checkSignature, sessionFor } from './relay-checks.ts'

/** One relay over HTTP: judged, sent on to the backend, signed and put into its session's tree. */

const NONE = new Uint8Array(0)
const BACKEND_TIMEOUT_MS = 10_000
const WEBSOCKET = '2'

/** @returns what the caller gets: always status 200, an error inside as the real miner does it */
export async function answerRelay(
  miner: RunningMiner,
  headers: Record<string, string>,
  body: Uint8Array,
): Promise<{ status: number; body: Uint8Array }> {
  const startedAtMs = miner.handle.clock.now()
  let request: RelayRequest | undefined
  try {
    request = readRequest(body)
    const { response, backendMs } = await serve(miner, headers, request)
    const { serviceId } = request.sessionHeader
    const count = miner.counters.of(serviceId)
    const wire = encodeRelayResponse(response)
    miner.counters.asked(serviceId, request.supplierOperatorAddress, 1)
    count.successes += 1
    count.requestBytes += body.length
    count.responseBytes += wire.length
    count.backendSeconds += backendMs / 1000
    count.relaySeconds += (miner.handle.clock.now() - startedAtMs) / 1000
    miner.log('info', 'relay request served successfully', fieldsOf(miner, request))
    return { status: 200, body: wire }
  } catch (error) {
    if (!(error instanceof RelayRefusal)) throw error
    return { status: 200, body: encodeRelayResponse(refusalOf(miner, request, body, error)) }
  }
}

function readRequest(body: Uint8Array): RelayRequest {
  try {
    return decodeRelayRequest(body)
  } catch (error) {
    throw new RelayRefusal('relayer_proxy', 14, 'failed to unmarshal relay request', error instanceof Error ? error.message : '')
  }
}

async function serve(
  miner: RunningMiner,
  headers: Record<string, string>,
  request: RelayRequest,
): Promise<{ response: RelayResponse; backendMs: number }> {
  const { sessionHeader } = request
  const { serviceId } = sessionHeader
  const operator = operatorFor(miner, request)
  const service = miner.settings.services.get(serviceId)
  const notHandled = (about: string): RelayRefusal =>
    new RelayRefusal('relayer_proxy', 3, 'service endpoint not handled by relayer proxy', about)
  if (!service) throw notHandled(`service "${serviceId}" not configured`)
  const rpcType = Object.entries(headers).find(([name]) => name.toLowerCase() === 'rpc-type')?.[1] ?? ''
  if (rpcType !== '' && !/^-?\d+$/.test(rpcType))
    throw new RelayRefusal('relayer_proxy', 5, 'internal error', `invalid rpc type ${rpcType}`)
  if (rpcType === WEBSOCKET) throw notHandled(`service "${serviceId}" not configured`)
  let session: SessionInfo
  try {
    session = sessionFor(miner, sessionHeader, operator.address)
    checkSignature(miner, request)
  } catch (error) {
    if (error instanceof RelayRefusal)
      miner.log('error', '❌ Failed verifying relay request', { ...fieldsOf(miner, request), error: error.message })
    throw error
  }
  const unitsPerRelay = unitsOf(miner, session)
  checkBudget(miner, session, unitsPerRelay)

  const askedAtMs = miner.handle.clock.now()
  const backend = await askBackend(miner, service.backendUrl, request)
  const backendMs = miner.handle.clock.now() - askedAtMs
  if (backend.status >= 300)
    miner.log('warn', 'backend service returned a non-2XX status code. Passing it through to the client.', {
      status_code: backend.status,
      service_id: serviceId,
    })

  const payload = encodeHttpResponse({
    statusCode: backend.status,
    headers: [{ key: 'Content-Type', values: ['application/json'] }],
    body: backend.body,
  })
  const response = signResponse(operator, {
    sessionHeader,
    supplierOperatorSignature: NONE,
    payload,
    relayMinerError: undefined,
    payloadHash: sha256(payload),
  })
  // Answers that are the backend's own fault are served and not paid (offchain facts 2.9).
  if (backend.status < 500)
    mine(miner, operator, session, unitsPerRelay, sha256(concatBytes(encodeRelayRequest(request), encodeRelayResponse(response))))
  return { response, backendMs }
}

/** The supplier that a relay asks for, when the miner has its key. @throws RelayRefusal */
function operatorFor(miner: RunningMiner, request: RelayRequest): MinerOperator {
  const asked = request.supplierOperatorAddress
  const operator = miner.operators.get(asked)
  if (operator) return operator
  miner.log('warn', unavailableWords(miner, asked), fieldsOf(miner, request))
  throw new RelayRefusal('relayer_proxy', 9, 'supplier(s) not reachable')
}

export const unavailableWords = ({ operators }: RunningMiner, asked: string): string =>
  `❌ The request's selected supplier with operator_address (${JSON.stringify(asked)}) is not available for relaying! This could be a network or configuration issue. Available suppliers: [${[...operators.keys()].join(', ')}] 🚦`

/** Compute units of one relay as they stand at the session's start. */
export function unitsOf({ node }: RunningMiner, session: SessionInfo): bigint {
  return node.ledger.computeUnitsPerRelay(session.serviceId, session.startHeight) ?? 0n
}

/** Only relays whose hash is under the service's target become leaves (onchain facts 5.3). */
function mine(miner: RunningMiner, { address }: MinerOperator, session: SessionInfo, unitsPerRelay: bigint, hash: Uint8Array): void {
  const target = BigInt(`0x${miner.node.ledger.difficulty(session.serviceId, session.startHeight)}`)
  if (bytesToNumberBE(hash) <= target) putIntoTree(miner, address, session, 1n, unitsPerRelay)
}

/** A full disk loses what was served, and says so. */
export function putIntoTree(
  miner: RunningMiner,
  operatorAddress: string,
  session: SessionInfo,
  relays: bigint,
  computeUnits: bigint,
): void {
  try {
    miner.trees.add(operatorAddress, session, relays, computeUnits)
  } catch (error) {
    const words =
      '❌️ Failed to update session merkle tree with relay data. ❗Check disk space and permissions. ❗Relay evidence may be lost.'
    miner.log('error', words, {
      error: error instanceof Error ? error.message : String(error),
      session_id: session.sessionId,
      supplier_operator_address: operatorAddress,
    })
  }
}

async function askBackend(miner: RunningMiner, backendUrl: URL, request: RelayRequest): Promise<{ status: number; body: Uint8Array }> {
  const asked = readPayload(request)
  const path = `${backendUrl.pathname.replace(/\/$/, '')}${asked.url.replace(/^https?:\/\/[^/]*/, '')}`
  const peer = miner.handle.peer(backendUrl.hostname)
  const port = portOf(backendUrl)
  const call = peer?.program.http?.(port, {
    // The real miner turns a request without a body into a GET.
    method: asked.body.length === 0 ? 'GET' : asked.method,
    path: path === '' ? '/' : path,
    headers: Object.fromEntries(asked.headers.map((header) => [header.key, header.values.join(', ')])),
    body: asked.body,
  })
  const late = new AbortController()
  const timeout = miner.handle.clock.sleep(BACKEND_TIMEOUT_MS, late.signal).then(() => 'timeout' as const)
  // A backend that ends while it answers is as gone as one that never was.
  const answer = await Promise.race([Promise.resolve(call).catch(() => undefined), timeout])
  late.abort()
  if (answer === 'timeout') throw new RelayRefusal('relayer_proxy', 10, 'relayer proxy request timed out', 'request to service timed out')
  if (answer === undefined) throw backendGone(miner, backendUrl, request)
  return answer
}

export const portOf = (url: URL): number => Number(url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port)

function backendGone(miner: RunningMiner, backendUrl: URL, request: RelayRequest): RelayRefusal {
  const about = unreachableWords(backendUrl)
  miner.log('error', '❌ Failed sending the relay request to the native service', { ...fieldsOf(miner, request), error: about })
  return new RelayRefusal('relayer_proxy', 5, 'internal error', about)
}

export const unreachableWords = (backendUrl: URL): string =>
  `Post "${backendUrl.href}": dial tcp: lookup ${backendUrl.hostname} on 127.0.0.11:53: server misbehaving`

function readPayload(request: RelayRequest): PoktHttpRequest {
  try {
    return decodeHttpRequest(request.payload)
  } catch (error) {
    throw new RelayRefusal(
      'relayer_proxy',
      5,
      'internal error',
      `failed to build the service backend request: ${error instanceof Error ? error.message : ''}`,
    )
  }
}

/** ECDSA over SHA-256 of the response's hash, with the key of the supplier that was asked for (offchain facts 4.2). */
function signResponse({ privateKey }: MinerOperator, response: RelayResponse): RelayResponse {
  const supplierOperatorSignature = secp256k1.sign(relayResponseHash(response), privateKey, { prehash: true, lowS: true })
  return { ...response, supplierOperatorSignature }
}

function refusalOf(miner: RunningMiner, request: RelayRequest | undefined, body: Uint8Array, refusal: RelayRefusal): RelayResponse {
  const { codespace, code, description, message } = refusal
  const serviceId = request?.sessionHeader.serviceId ?? UNKNOWN_SERVICE
  const count = miner.counters.of(serviceId)
  miner.counters.asked(serviceId, request?.supplierOperatorAddress ?? UNKNOWN_SUPPLIER, 1)
  count.errors += 1
  count.requestBytes += body.length
  miner.log('error', '⚠️ Failed serving synchronous relay request. This MIGHT be a client error.', { error: message, server_type: 'http' })
  return {
    sessionHeader: request?.sessionHeader,
    supplierOperatorSignature: NONE,
    payload: utf8ToBytes(message),
    relayMinerError: { codespace, code, description, message },
    payloadHash: NONE,
  }
}

function fieldsOf(miner: RunningMiner, { sessionHeader, supplierOperatorAddress }: RelayRequest): Record<string, string | number> {
  return {
    application_address: sessionHeader.applicationAddress,
    current_height: miner.height,
    relay_request_type: '⚡ synchronous',
    server_type: 'http',
    service_config_type: 'DEFAULT_SERVICE_CONFIG',
    service_id: sessionHeader.serviceId,
    session_end_height: sessionHeader.endHeight,
    session_id: sessionHeader.sessionId,
    session_start_height: sessionHeader.startHeight,
    supplier_operator_address: supplierOperatorAddress,
  }
}
