import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import type { ChainEndpoints } from '#main/core/ports/chain.ts'
import { NotUnderstood, understand } from './decode.ts'
import { restError, rpcAnswer } from './schemas.ts'

/** HTTP to one node: time limit, size limit, and every answer held against a schema before anybody reads it. */

/** A settlement block of mainnet is estimated at 15 to 40 MB (onchain facts 4.5). */
const MAX_ANSWER_BYTES = 96 * 1024 * 1024
/** `detail` of an error holds at most 600 characters. */
const MAX_REASON = 500
/** gRPC codes with which a node says that it cannot answer, as opposed to "no": deadline, exhausted, unimplemented, unavailable. */
const NODE_TROUBLE: ReadonlySet<number> = new Set([4, 8, 12, 14])

/** What REST answered: a value of the schema, or the node's own "no" with its gRPC code. */
export type RestOutcome<T> = { kind: 'ok'; value: T; height: number | undefined } | { kind: 'refused'; code: number; message: string }

export interface RestOptions {
  /** State at this height instead of the newest. */
  height?: number
  /** Makes it a POST. */
  body?: unknown
}

export interface Transport {
  rest<T extends z.ZodType>(path: string, schema: T, options?: RestOptions): Promise<RestOutcome<z.output<T>>>
  /** Like `rest`, where a "no" is no useful answer: it becomes `chain-unreachable` with the node's words. */
  restValue<T extends z.ZodType>(path: string, schema: T, options?: RestOptions): Promise<z.output<T>>
  rpc<T extends z.ZodType>(method: string, params: Record<string, string | boolean>, schema: T): Promise<z.output<T>>
}

/** The middle of a long text says least: the chain puts what happened at the end (onchain facts 2.2). */
export function shorten(text: string, limit: number = MAX_REASON): string {
  if (text.length <= limit) return text
  const half = Math.floor((limit - 5) / 2)
  return `${text.slice(0, half)} ... ${text.slice(-half)}`
}

/** @returns scheme, host and path of an endpoint, without a password that somebody may have put into it */
export function endpointName(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url)
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
  } catch {
    return 'not a URL'
  }
}

export function unreachable(url: string, reason: string, more: Record<string, string> = {}, cause?: unknown): HearthError {
  return new HearthError('chain-unreachable', { endpoint: endpointName(url), reason: shorten(reason), ...more }, { cause })
}

/** Says that an answer came and is not what a node says. */
export function notUnderstood(url: string, error: NotUnderstood): HearthError {
  return unreachable(url, 'answer not understood', { path: shorten(error.path || '(whole answer)', 200) }, error)
}

/** Node's own fetch hides the reason in `cause`. */
function whyNoAnswer(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return error.message
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('answer too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** One request to `base` + `path`. Rejects `chain-unreachable` when nothing answers or the answer is no JSON. */
async function ask(base: string, path: string, init: RequestInit, timeoutMs: number): Promise<{ response: Response; json: unknown }> {
  // Fetch refuses such addresses with a text that repeats the password.
  if (!URL.canParse(base)) throw unreachable(base, 'not a URL')
  if (new URL(base).username !== '' || new URL(base).password !== '') throw unreachable(base, 'an address with a password in it')
  let response: Response
  let text: string
  try {
    response = await fetch(base + path, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    text = await readBody(response)
  } catch (error) {
    throw unreachable(base, whyNoAnswer(error), {}, error)
  }
  try {
    return { response, json: JSON.parse(text) as unknown }
  } catch (error) {
    if (!response.ok) throw unreachable(base, `HTTP ${response.status}`, {}, error)
    throw notUnderstood(base, new NotUnderstood('', 'not JSON'))
  }
}

function checked<T extends z.ZodType>(url: string, schema: T, answer: unknown): z.output<T> {
  try {
    return understand(schema, answer)
  } catch (error) {
    if (error instanceof NotUnderstood) throw notUnderstood(url, error)
    throw error
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

/** @param timeouts per request in milliseconds: `read`, and `write` for requests with a body */
export function createTransport(endpoints: ChainEndpoints, timeouts: { readMs: number; writeMs: number }): Transport {
  const restBase = withoutSlash(endpoints.restUrl)
  const rpcUrl = withoutSlash(endpoints.rpcUrl)

  const rest: Transport['rest'] = async (path, schema, options = {}) => {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (options.height !== undefined) headers['x-cosmos-block-height'] = String(options.height)
    const init: RequestInit = { headers }
    if (options.body !== undefined) {
      headers['content-type'] = 'application/json'
      Object.assign(init, { method: 'POST', body: JSON.stringify(options.body) })
    }
    const { response, json } = await ask(restBase, path, init, options.body === undefined ? timeouts.readMs : timeouts.writeMs)
    if (response.ok) {
      const height = Number(response.headers.get('grpc-metadata-x-cosmos-block-height') ?? NaN)
      return { kind: 'ok', value: checked(restBase, schema, json), height: Number.isSafeInteger(height) ? height : undefined }
    }
    // A proxy's own "not found" has no gRPC code: it must never pass for "there is no such supplier".
    const refused = restError.safeParse(json)
    if (!refused.success) throw unreachable(restBase, `HTTP ${response.status}`)
    const { code, message } = refused.data
    if (NODE_TROUBLE.has(code)) throw unreachable(restBase, message)
    return { kind: 'refused', code, message }
  }

  return {
    rest,
    async restValue(path, schema, options) {
      const outcome = await rest(path, schema, options)
      if (outcome.kind === 'refused') throw unreachable(restBase, outcome.message)
      return outcome.value
    },
    async rpc(method, params, schema) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
      const { response, json } = await ask(rpcUrl, '/', init, timeouts.readMs)
      const answer = checked(rpcUrl, rpcAnswer, json)
      if (answer.error !== undefined) {
        const { data, message } = answer.error
        throw unreachable(rpcUrl, typeof data === 'string' && data !== '' ? data : message)
      }
      if (!response.ok) throw unreachable(rpcUrl, `HTTP ${response.status}`)
      return checked(rpcUrl, schema, answer.result)
    },
  }
}
