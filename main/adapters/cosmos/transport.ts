import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import type { ChainEndpoints } from '#main/core/ports/chain.ts'
import { understand } from './decode.ts'
import { NotUnderstood } from './not-understood.ts'
import { postBytes } from './post-bytes.ts'
import { readBody } from './read-body.ts'
import { restError, rpcAnswer } from './schemas.ts'

/** HTTP to one node: time limit, size limit, and every answer held against a schema before anybody reads it. */

/** Longest answer to an ordinary question; the longest of them is a page of gateways with their cards (onchain facts 3.2). */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
/** A settlement block of mainnet is estimated at 15 to 40 MB (onchain facts 4.5). */
const MAX_BLOCK_BYTES = 96 * 1024 * 1024
/** Such a block takes its time, as long as bytes come. */
const BLOCK_TIMES = 6
/** How far the state may be below the block that the same node named last: it finishes a block a moment after naming it. */
const STATE_LAG_BLOCKS = 1
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
  /** The answer as bytes, for what may be very large. It may hold an error of the node instead of a result. With a `sink` they go there as they come. */
  rpcBytes(method: string, params: Record<string, string | boolean>, sink?: (chunk: Uint8Array) => void): Promise<Buffer>
  /** What an answer to `rpc` holds, of bytes that were read already. */
  rpcResult<T extends z.ZodType>(body: Buffer, schema: T): z.output<T>
  /** The node named this height: answers about a state further below are refused from now on. */
  sawHeight(height: number): void
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
  if (cause === undefined && 'code' in error && typeof error.code === 'string' && !(error instanceof HearthError)) return error.code
  if (cause instanceof Error) return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return error.message
}

const OK = 200
const isFine = (status: number): boolean => status >= 200 && status < 300

/** Clients refuse such addresses with a text that repeats the password. */
function requireAddress(base: string): void {
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) throw unreachable(base, 'not a URL')
  if (new URL(base).username !== '' || new URL(base).password !== '') throw unreachable(base, 'an address with a password in it')
}

/** One request to `base` + `path`. Rejects `chain-unreachable` when nothing answers. */
async function askBytes(
  base: string,
  path: string,
  init: RequestInit,
  limits: { timeoutMs: number; stallMs: number; maxBytes: number },
): Promise<{ response: Response; body: Buffer }> {
  requireAddress(base)
  try {
    const response = await fetch(base + path, { ...init, redirect: 'error', signal: AbortSignal.timeout(limits.timeoutMs) })
    return { response, body: await readBody(response, limits) }
  } catch (error) {
    throw unreachable(base, whyNoAnswer(error), {}, error)
  }
}

/** Rejects `chain-unreachable` when the answer is no JSON. */
function jsonOf(base: string, status: number, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch (error) {
    if (!isFine(status)) throw unreachable(base, `HTTP ${status}`, {}, error)
    throw notUnderstood(base, new NotUnderstood('', 'not JSON'))
  }
}

async function ask(base: string, path: string, init: RequestInit, timeoutMs: number): Promise<{ response: Response; json: unknown }> {
  const { response, body } = await askBytes(base, path, init, { timeoutMs, stallMs: timeoutMs, maxBytes: MAX_ANSWER_BYTES })
  return { response, json: jsonOf(base, response.status, body) }
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
  let seen = 0

  const rpcQuestion = (method: string, params: Record<string, string | boolean>): string =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const resultOf = <T extends z.ZodType>(status: number, json: unknown, schema: T): z.output<T> => {
    const answer = checked(rpcUrl, rpcAnswer, json)
    if (answer.error !== undefined) {
      const { data, message } = answer.error
      throw unreachable(rpcUrl, typeof data === 'string' && data !== '' ? data : message)
    }
    if (!isFine(status)) throw unreachable(rpcUrl, `HTTP ${status}`)
    return checked(rpcUrl, schema, answer.result)
  }

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
      const told = Number(response.headers.get('grpc-metadata-x-cosmos-block-height') ?? NaN)
      const height = Number.isSafeInteger(told) ? told : undefined
      if (height !== undefined && options.height !== undefined && height !== options.height) {
        throw unreachable(restBase, `asked for height ${options.height}, got ${height}`)
      }
      // Behind one address there may be several nodes, one of them late: what it says is of the past.
      if (height !== undefined && options.height === undefined && height < seen - STATE_LAG_BLOCKS) {
        throw unreachable(restBase, `older height ${height}, after ${seen}`)
      }
      return { kind: 'ok', value: checked(restBase, schema, json), height }
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
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: rpcQuestion(method, params) }
      const { response, json } = await ask(rpcUrl, '/', init, timeouts.readMs)
      return resultOf(response.status, json, schema)
    },
    async rpcBytes(method, params, sink) {
      const limits = { timeoutMs: timeouts.readMs * BLOCK_TIMES, stallMs: timeouts.readMs, maxBytes: MAX_BLOCK_BYTES }
      requireAddress(rpcUrl)
      const { status, body } = await postBytes(`${rpcUrl}/`, rpcQuestion(method, params), limits, sink).catch((error: unknown) => {
        throw unreachable(rpcUrl, whyNoAnswer(error), {}, error)
      })
      if (isFine(status)) return body
      // With its error the node says why; without one there is only the number.
      resultOf(status, jsonOf(rpcUrl, status, body), z.unknown())
      throw unreachable(rpcUrl, `HTTP ${status}`)
    },
    rpcResult: (body, schema) => resultOf(OK, jsonOf(rpcUrl, OK, body), schema),
    sawHeight(height) {
      seen = Math.max(seen, height)
    },
  }
}
