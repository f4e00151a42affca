import type { ServiceRecord } from '#shared/catalog/backends/schema.ts'
import type { EndpointReportView } from '#shared/api/backend-requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { BackendLine } from '../ports/backend-line.ts'
import { placeOf } from './address.ts'
import { ASK_MS, askJsonRpc, joined, objectOf, runHealthChecks, withinTime, type AskedEndpoint } from './ask.ts'
import { headersOf } from './gate-config.ts'
import { hidden, hiddenFacts, hiderOf } from './hide-secrets.ts'

/** What was found at an endpoint. */
export type EndpointReport = EndpointReportView

const LATENCIES_TAKEN = 3
/** Older than this, gateways with the strictest allowance leave it out on the slowest chains too. */
const HEAD_OLD_MS = 3 * 60_000
/** Asked of a node that answers everybody: whoever answers these can be administered by everybody. */
const ADMIN_QUESTIONS = ['admin_nodeInfo', 'personal_listAccounts']

/**
 * Looks at an endpoint as gateways will: is it the service's real chain, how fast, how far, what can it do; then every question of the gateways' own list.
 * Rejects `backend-unreachable`, `backend-wrong-chain` with `found` and `expected`, `backend-address-refused`, `backend-credential-refused`.
 */
export async function judgeEndpoint(
  line: BackendLine,
  endpoint: AskedEndpoint,
  service: ServiceRecord,
  nowMs: () => number,
): Promise<EndpointReport> {
  const hide = hiderOf(endpoint.secret)
  const report = await hidden(hide, () => look(withinTime(line, nowMs), endpoint, service, nowMs))
  return { ...report, checks: report.checks.map((check) => ({ ...check, facts: hiddenFacts(hide, check.facts) })) }
}

async function look(line: BackendLine, endpoint: AskedEndpoint, service: ServiceRecord, nowMs: () => number): Promise<EndpointReport> {
  const report: EndpointReport = {
    chain: null,
    latencyMs: null,
    height: null,
    headAgeMs: null,
    syncing: null,
    archive: null,
    websocket: null,
    warnings: [],
    checks: [],
    atMs: nowMs(),
  }
  const host = new URL(endpoint.origins.http || endpoint.origins.rest || endpoint.origins.websocket).host
  const isEthereum = service.ecosystem === 'evm' || service.ecosystem === 'evm-dev' || service.chainIdHex !== null
  const isCosmos = service.ecosystem === 'cosmos'
  if (endpoint.origins.http !== '') {
    if (isEthereum) await readEthereum(line, endpoint, service, host, report, nowMs)
    else if (isCosmos) await readCosmos(line, endpoint, service, host, report, nowMs)
    else await mustAnswer(line, endpoint, service, host)
    report.latencyMs = await medianLatency(line, endpoint, isEthereum ? 'eth_blockNumber' : isCosmos ? 'health' : firstMethod(service))
    if (isEthereum) for (const method of ADMIN_QUESTIONS) if (await isAnswered(line, endpoint, method)) report.warnings.push('admin-open')
  } else report.latencyMs = await restLatency(line, endpoint, service, host)
  if (endpoint.origins.rest !== '' && isCosmos) report.chain = (await chainOverRest(line, endpoint, service)) ?? report.chain
  if (endpoint.origins.websocket !== '')
    report.websocket = await speaksWebSocket(line, endpoint, service, isCosmos ? 'cosmos' : isEthereum ? 'ethereum' : 'other')
  if (report.chain === null) report.warnings.push('chain-unknown')
  report.checks = await runHealthChecks(line, endpoint, service.checks)
  const archival = report.checks.find((check) => check.archival && check.outcome !== 'not-offered')
  if (archival) report.archive = archival.outcome === 'passed'
  const places = Object.values(endpoint.origins)
    .filter((origin) => origin !== '')
    .map((origin) => placeOf(new URL(origin).hostname))
  if (places.includes('rented')) report.warnings.push('rented')
  if (report.websocket === true) report.warnings.push('websocket-open')
  if (report.syncing === true) report.warnings.push('syncing')
  if (report.headAgeMs !== null && report.headAgeMs > HEAD_OLD_MS) report.warnings.push('head-old')
  if (report.checks.some((check) => check.outcome === 'failed' && check.severity === 'critical_error'))
    report.warnings.push('checks-failed')
  report.warnings = [...new Set(report.warnings)]
  return report
}

async function readEthereum(
  line: BackendLine,
  endpoint: AskedEndpoint,
  service: ServiceRecord,
  host: string,
  report: EndpointReport,
  nowMs: () => number,
): Promise<void> {
  const chain = await askJsonRpc(line, endpoint, 'eth_chainId')
  mustHaveAnswered(chain, host)
  const found = typeof chain.value === 'string' ? chain.value.toLowerCase() : ''
  if (!/^0x[0-9a-f]{1,16}$/.test(found))
    throw new HearthError('backend-unreachable', { host, reason: 'it does not speak the Ethereum interface' })
  if (service.chainIdHex !== null) {
    mustBeChain(service, host, BigInt(found).toString(), BigInt(service.chainIdHex).toString())
    report.chain = found
  }
  const block = await askJsonRpc(line, endpoint, 'eth_getBlockByNumber', ['latest', false])
  const { number, timestamp } = record(block.value)
  report.height = hexNumber(number)
  const seconds = hexNumber(timestamp)
  report.headAgeMs = seconds === null ? null : Math.max(0, nowMs() - seconds * 1000)
  const syncing = await askJsonRpc(line, endpoint, 'eth_syncing')
  report.syncing = syncing.error !== undefined ? null : syncing.value !== false
  // Where gateways ask no archive question of their own: a state of the first blocks is what a pruned node has not.
  const old = await askJsonRpc(line, endpoint, 'eth_getBalance', ['0x0000000000000000000000000000000000000000', '0x1'])
  report.archive = old.error === undefined && typeof old.value === 'string'
}

async function readCosmos(
  line: BackendLine,
  endpoint: AskedEndpoint,
  service: ServiceRecord,
  host: string,
  report: EndpointReport,
  nowMs: () => number,
): Promise<void> {
  const status = await askJsonRpc(line, endpoint, 'status')
  mustHaveAnswered(status, host)
  const found = record(record(status.value)['node_info'])['network']
  if (typeof found !== 'string' || found === '')
    throw new HearthError('backend-unreachable', { host, reason: 'it does not speak the CometBFT interface' })
  if (service.chainId !== null) {
    mustBeChain(service, host, found, service.chainId)
    report.chain = found
  }
  const sync = record(record(status.value)['sync_info'])
  const height = Number(sync['latest_block_height'])
  report.height = Number.isSafeInteger(height) && height > 0 ? height : null
  report.headAgeMs = ageOf(sync['latest_block_time'], nowMs())
  report.syncing = typeof sync['catching_up'] === 'boolean' ? sync['catching_up'] : null
  const first = Number(sync['earliest_block_height'])
  if (Number.isSafeInteger(first) && first > 0) report.archive = first === 1
}

/** A Cosmos time, to the millisecond: `2026-11-22T22:10:01.123456789Z`. */
function ageOf(text: unknown, nowMs: number): number | null {
  const timeMs = typeof text === 'string' ? Date.parse(text.replace(/(\.\d{3})\d*/, '$1')) : Number.NaN
  return Number.isFinite(timeMs) ? Math.max(0, nowMs - timeMs) : null
}

async function mustAnswer(line: BackendLine, endpoint: AskedEndpoint, service: ServiceRecord, host: string): Promise<void> {
  mustHaveAnswered(await askJsonRpc(line, endpoint, firstMethod(service)), host)
}

/** The first question of the list that is JSON-RPC. */
function firstMethod(service: ServiceRecord): string {
  const body = service.checks.find((check) => check.rpcType === 'JSON_RPC')?.body ?? ''
  return /"method":"(\w+)"/.exec(body)?.[1] ?? 'status'
}

function mustHaveAnswered(answer: { value: unknown; error: string | undefined; status: number }, host: string): void {
  if (answer.status === 401 || answer.status === 403)
    throw new HearthError('backend-unreachable', { host, reason: `it refuses the credentials (HTTP ${answer.status})` })
  if (answer.value === undefined)
    throw new HearthError('backend-unreachable', {
      host,
      reason: answer.error ?? `HTTP ${answer.status}, and nothing that can be understood`,
    })
}

/** Asks the way the gateways do, where they have a question; a path of ours is only to hear whether anybody is there. */
async function restLatency(line: BackendLine, endpoint: AskedEndpoint, service: ServiceRecord, host: string): Promise<number> {
  const check = service.checks.find((each) => each.rpcType === 'REST')
  const body = check?.body ?? ''
  const { status, ms } = await line.http({
    url: joined(endpoint.origins.rest, endpoint.secret.paths.rest, check?.path ?? '/'),
    method: check?.httpMethod ?? 'GET',
    headers: { ...headersOf(endpoint.secret.credential), ...(body === '' ? {} : { 'content-type': 'application/json' }) },
    body,
    timeoutMs: ASK_MS,
  })
  if (status === 401 || status === 403)
    throw new HearthError('backend-unreachable', { host, reason: `it refuses the credentials (HTTP ${status})` })
  // A redirect is no answer: nobody follows it, and credentials must not.
  const isAnswer = status >= 200 && status < 300
  const isThere = isAnswer || (check === undefined && status >= 400 && status < 500)
  if (!isThere) throw new HearthError('backend-unreachable', { host, reason: `HTTP ${status}` })
  return ms
}

/** The name of the network behind a Cosmos REST address; null where it does not tell. Rejects `backend-wrong-chain`. */
async function chainOverRest(line: BackendLine, endpoint: AskedEndpoint, service: ServiceRecord): Promise<string | null> {
  const { origins, secret } = endpoint
  let found: unknown
  try {
    const { body } = await line.http({
      url: joined(origins.rest, secret.paths.rest, '/cosmos/base/tendermint/v1beta1/node_info'),
      method: 'GET',
      headers: headersOf(secret.credential),
      body: '',
      timeoutMs: ASK_MS,
    })
    found = record(objectOf(body)?.['default_node_info'])['network']
  } catch (error) {
    if (error instanceof HearthError) return null
    throw error
  }
  if (typeof found !== 'string' || found === '' || service.chainId === null) return null
  mustBeChain(service, new URL(origins.rest).host, found, service.chainId)
  return found
}

function mustBeChain(service: ServiceRecord, host: string, found: string, expected: string): void {
  if (found !== expected) throw new HearthError('backend-wrong-chain', { host, service: service.name, found: found.slice(0, 60), expected })
}

async function medianLatency(line: BackendLine, endpoint: AskedEndpoint, method: string): Promise<number> {
  const taken: number[] = []
  for (let turn = 0; turn < LATENCIES_TAKEN; turn += 1) taken.push((await askJsonRpc(line, endpoint, method)).ms)
  return taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)] ?? 0
}

async function isAnswered(line: BackendLine, endpoint: AskedEndpoint, method: string): Promise<boolean> {
  try {
    const { value, error, status } = await askJsonRpc(line, endpoint, method)
    return status === 200 && error === undefined && value !== undefined && value !== null
  } catch (error) {
    if (error instanceof HearthError) return false
    throw error
  }
}

/**
 * Whether the WebSocket speaks, and for the right chain: it is an address of its own, which may lead elsewhere.
 * Rejects `backend-wrong-chain`.
 */
async function speaksWebSocket(
  line: BackendLine,
  { origins, secret }: AskedEndpoint,
  service: ServiceRecord,
  kind: 'ethereum' | 'cosmos' | 'other',
): Promise<boolean> {
  const method = kind === 'ethereum' ? 'eth_chainId' : kind === 'cosmos' ? 'status' : firstMethod(service)
  let answer: Record<string, unknown> | undefined
  try {
    const { text } = await line.websocket({
      url: origins.websocket + secret.paths.websocket,
      headers: headersOf(secret.credential),
      message: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }),
      timeoutMs: ASK_MS,
    })
    answer = objectOf(new TextEncoder().encode(text))
  } catch (error) {
    if (error instanceof HearthError) return false
    throw error
  }
  const result = answer?.['result']
  const { host } = new URL(origins.websocket)
  if (kind === 'ethereum' && service.chainIdHex !== null && typeof result === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(result))
    mustBeChain(service, host, BigInt(result).toString(), BigInt(service.chainIdHex).toString())
  const network = record(record(result)['node_info'])['network']
  if (kind === 'cosmos' && service.chainId !== null && typeof network === 'string') mustBeChain(service, host, network, service.chainId)
  return result !== undefined && result !== null
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
export function hexNumber(value: unknown): number | null {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,13}$/.test(value)) return null
  const read = Number.parseInt(value, 16)
  return Number.isSafeInteger(read) ? read : null
}
