import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { WebSocket } from 'ws'
import { HearthError } from '#shared/api/errors.ts'
import type { BackendLine, LineQuestion } from '#main/core/ports/backend-line.ts'
import { judgedLookup, judgeNumber } from './judged-lookup.ts'

/** Answers of the gateways' questions are small; a block with all its logs is not asked for. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024

/**
 * Asks endpoints over HTTP(S) and WebSocket.
 * @param whyUnreachable tells why an address is no node's; undefined when it may be one. Asked with the address that the connection goes to, so that a name cannot change its mind in between
 */
export function createBackendLine(whyUnreachable: (address: string) => string | undefined): BackendLine {
  const mustBeReachable = (address: string): void => {
    const reason = whyUnreachable(address)
    if (reason !== undefined) throw new HearthError('backend-address-refused', { reason })
  }
  const lookup = judgedLookup(mustBeReachable)
  const judged = (url: URL): void => judgeNumber(url, mustBeReachable)

  const http: BackendLine['http'] = async (question) => {
    const url = new URL(question.url)
    judged(url)
    const began = performance.now()
    const signal = AbortSignal.timeout(question.timeoutMs)
    try {
      const { status, body } = await exchange(url, question, lookup, signal)
      return { status, body, ms: Math.round(performance.now() - began) }
    } catch (error) {
      throw unreachable(url, error, signal.aborted)
    }
  }

  const websocket: BackendLine['websocket'] = async ({ url: text, headers, message, timeoutMs }) => {
    const url = new URL(text)
    judged(url)
    const began = performance.now()
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const socket = new WebSocket(url, {
      headers,
      lookup,
      handshakeTimeout: timeoutMs,
      maxPayload: MAX_ANSWER_BYTES,
      followRedirects: false,
      perMessageDeflate: false,
    })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(new Error('late'))
    }, timeoutMs)
    socket.on('open', () => socket.send(message))
    socket.on('message', (data: Buffer) => resolve(data.toString('utf8')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('it closed the connection')))
    socket.on('unexpected-response', (_request, response) => reject(new Error(`HTTP ${response.statusCode ?? 0} in place of a WebSocket`)))
    try {
      return { text: await promise, ms: Math.round(performance.now() - began) }
    } catch (error) {
      throw unreachable(url, error, isLate)
    } finally {
      clearTimeout(timer)
      socket.terminate()
    }
  }
  return { http, websocket }
}

async function exchange(
  url: URL,
  { method, headers, body }: LineQuestion,
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<{ status: number; body: Uint8Array }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const bytes = Buffer.from(body, 'utf8')
  const length = method === 'GET' ? {} : { 'content-length': String(bytes.length) }
  const request = send(url, { method, agent: false, signal, lookup, headers: { ...headers, ...length } })
  request.on('response', resolve)
  request.on('error', reject)
  request.end(method === 'GET' ? undefined : bytes)
  const response = await promise
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('its answer is too large')
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, body: new Uint8Array(Buffer.concat(chunks)) }
}

/** Host and port alone are told: path and query may hold a key. */
function unreachable(url: URL, error: unknown, isLate: boolean): HearthError {
  if (error instanceof HearthError) return error
  const cause = error instanceof Error && error.cause instanceof HearthError ? error.cause : undefined
  if (cause) return cause
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  const reason = isLate ? 'no answer in time' : code || (error instanceof Error ? error.message : 'no answer')
  return new HearthError('backend-unreachable', { host: url.host, reason: reason.slice(0, 200) }, { cause: error })
}
