import { Agent, request, type ClientRequest } from 'node:http'
import { HearthError } from '#shared/api/errors.ts'
import type { Net } from '#main/core/ports/net.ts'

/** Answers of nodes to what they are asked again and again are short; a miner's page of figures is the longest. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

/** Questions to ports of this PC, each over a connection that is kept: a new one for every look takes three times as long. */
export function createAskHere(): NonNullable<Net['askHere']> {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 1 })
  return async (port, body, headers, timeoutMs) => {
    const first = ask(agent, port, body, headers, timeoutMs)
    try {
      return await first.answer
    } catch (error) {
      // The node may have been started anew since the last look.
      const isStale = first.asked.reusedSocket && CLOSED.has(codeOf(error))
      if (!isStale) throw unanswered(port, error)
    }
    return ask(agent, port, body, headers, timeoutMs).answer.catch((error: unknown) => {
      throw unanswered(port, error)
    })
  }
}

function ask(
  agent: Agent,
  port: number,
  body: Uint8Array,
  headers: Record<string, string>,
  timeoutMs: number,
): { asked: ClientRequest; answer: Promise<{ status: number; body: Uint8Array }> } {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Uint8Array }>()
  const asked = request({
    host: '127.0.0.1',
    port,
    path: '/',
    method: 'POST',
    agent,
    headers: { ...headers, 'content-length': String(body.length) },
  })
  const limit = setTimeout(() => asked.destroy(new Error('no answer in time')), timeoutMs)
  asked.on('error', reject)
  asked.on('response', (response) => {
    const pieces: Buffer[] = []
    let size = 0
    response.on('data', (piece: Buffer) => {
      size += piece.length
      if (size > MAX_ANSWER_BYTES) asked.destroy(new Error('answer too large'))
      else pieces.push(piece)
    })
    response.on('error', reject)
    response.on('close', () => reject(new Error('the answer was cut off')))
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Uint8Array.from(Buffer.concat(pieces)) }))
  })
  asked.end(body)
  return { asked, answer: promise.finally(() => clearTimeout(limit)) }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '')

function unanswered(port: number, error: unknown): HearthError {
  const reason = codeOf(error) || (error instanceof Error ? error.message : 'unknown')
  return new HearthError('no-network', { endpoint: `http://127.0.0.1:${port}`, reason: reason.slice(0, 300) }, { cause: error })
}
