import type { CheckResult } from '#shared/api/backend-requests.ts'
import type { HealthCheck } from '#shared/catalog/backends/schema.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { BackendLine, EndpointSecret } from '../ports/backend-line.ts'
import { headersOf } from './gate-config.ts'
import { hiderOf } from './hide-secrets.ts'

/** An endpoint with everything that it takes to ask it. */
export interface AskedEndpoint {
  origins: { http: string; rest: string; websocket: string }
  secret: EndpointSecret
}

export const ASK_MS = 8_000
/** So long all questions of one look take together: whoever answers each a byte at a time must not hold up the user for minutes. */
export const LOOK_MS = 60_000

/**
 * A line on which all questions together end in time: none gets longer than what is left, and none is asked after that.
 * @param nowMs of the clock; where it is set back, what was left stays
 */
export function withinTime(line: BackendLine, nowMs: () => number): BackendLine {
  const beganMs = nowMs()
  const limited = async <T>(url: string, timeoutMs: number, ask: (timeoutMs: number) => Promise<T>): Promise<T> => {
    const leftMs = LOOK_MS - Math.max(0, nowMs() - beganMs)
    if (leftMs <= 0) throw new HearthError('backend-unreachable', { host: new URL(url).host, reason: 'no answer in time' })
    return ask(Math.min(timeoutMs, leftMs))
  }
  return {
    http: (question) => limited(question.url, question.timeoutMs, (timeoutMs) => line.http({ ...question, timeoutMs })),
    websocket: (question) => limited(question.url, question.timeoutMs, (timeoutMs) => line.websocket({ ...question, timeoutMs })),
  }
}

/** What an endpoint answers to one question. Rejects as `BackendLine.http`. */
export async function askJsonRpc(
  line: BackendLine,
  endpoint: AskedEndpoint,
  method: string,
  params: unknown[] = [],
): Promise<{ value: unknown; error: string | undefined; ms: number; status: number }> {
  const { status, body, ms } = await line.http({
    url: endpoint.origins.http + endpoint.secret.paths.http,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(endpoint.secret.credential) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    timeoutMs: ASK_MS,
  })
  const answer = objectOf(body)
  const error = answer?.['error']
  return { value: answer?.['result'], error: error === undefined || error === null ? undefined : messageOf(error, endpoint), ms, status }
}

/** Asks each question of the gateways' list, as they ask it, one after the other: a small node must not be hit by all at once. Never rejects. */
export async function runHealthChecks(line: BackendLine, endpoint: AskedEndpoint, checks: readonly HealthCheck[]): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of checks) results.push(await runOne(line, endpoint, check))
  return results
}

async function runOne(line: BackendLine, endpoint: AskedEndpoint, check: HealthCheck): Promise<CheckResult> {
  const { name, rpcType, severity, archival } = check
  const result = (
    outcome: CheckResult['outcome'],
    key: CheckResult['key'],
    facts: Record<string, string> = {},
    ms: number | null = null,
  ): CheckResult => ({
    name,
    rpcType,
    severity,
    archival,
    outcome,
    key,
    facts,
    ms,
  })
  const way = rpcType === 'REST' ? 'rest' : rpcType === 'WEBSOCKET' ? 'websocket' : 'http'
  const origin = endpoint.origins[way]
  if (origin === '') return result('not-offered', 'no-address', { rpcType })
  const headers = headersOf(endpoint.secret.credential)
  try {
    if (rpcType === 'WEBSOCKET') {
      const { text, ms } = await line.websocket({
        url: joined(origin, endpoint.secret.paths.websocket, check.path),
        headers,
        message: check.body,
        timeoutMs: ASK_MS,
      })
      return check.contains !== null && !text.includes(check.contains)
        ? result('failed', 'lacks', { wanted: check.contains, answer: short(endpoint, text) }, ms)
        : result('passed', '', {}, ms)
    }
    const answer = await line.http({
      url: joined(origin, endpoint.secret.paths[way], check.path),
      method: check.httpMethod,
      headers: { ...headers, ...(check.body === '' ? {} : { 'content-type': 'application/json' }) },
      body: check.body,
      timeoutMs: ASK_MS,
    })
    const text = new TextDecoder().decode(answer.body)
    if (check.status !== null && answer.status !== check.status)
      return result(
        'failed',
        'status',
        { status: String(answer.status), wanted: String(check.status), answer: short(endpoint, text) },
        answer.ms,
      )
    if (check.contains !== null && !text.includes(check.contains))
      return result('failed', 'lacks', { wanted: check.contains, answer: short(endpoint, text) }, answer.ms)
    const error = objectOf(answer.body)?.['error']
    // Gateways take a JSON-RPC error for an answer to the archive question alone; for all others it is a failure (offchain facts 7).
    if (check.contains === null && error !== undefined && error !== null)
      return result('failed', 'rpc-error', { answer: messageOf(error, endpoint) }, answer.ms)
    return result('passed', '', {}, answer.ms)
  } catch (error) {
    if (!(error instanceof HearthError)) throw error
    return result('failed', 'no-answer', { reason: error.detail['reason'] ?? error.code })
  }
}

/** Path of a question behind the path of an endpoint, before its query. */
export function joined(origin: string, secretPath: string, path: string): string {
  const [before = '', query] = secretPath.split('?', 2)
  const whole = path === '/' ? before : before + path
  return origin + (whole === '' ? '/' : whole) + (query === undefined ? '' : `${whole.includes('?') ? '&' : '?'}${query}`)
}

export function objectOf(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const messageOf = (error: unknown, endpoint: AskedEndpoint): string =>
  short(
    endpoint,
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
      ? error.message
      : JSON.stringify(error),
  )
/** SECURITY: S18 the secret is taken out before the cut, or the half of one would be left. */
const short = ({ secret }: AskedEndpoint, text: string): string => hiderOf(secret)(text).replaceAll(/\s+/g, ' ').slice(0, 160)
