import { Agent, request, type ClientRequest } from 'node:http'

/** Questions at the same time that find a kept connection each: as many containers as somebody may have, at one look. The engine keeps one open for as long as we do. */
export const KEPT = 24
/** A list of containers is some kilobytes. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
/** A long answer begins at once. */
const HEAD_MS = 10_000

/** Small questions that are asked again and again, over connections that are kept: a look at the containers costs a fraction of what it does with the library. */
export interface Asking {
  /**
   * @param limitMs for the whole answer
   * @returns what the engine answered: parsed, or its bytes where it is no JSON. Rejects as the library does: with `statusCode` and `json`, or with the `code` of the socket
   * (`ETIMEDOUT` when the answer does not come in time, `ECONNRESET` when it ends in its middle)
   */
  get(path: string, limitMs: number): Promise<unknown>
  /**
   * A long answer as it comes, until it ends or the signal aborts. Rejects as `get`, and with whatever `onText` throws.
   */
  read(path: string, onText: (text: string) => void, signal: AbortSignal): Promise<void>
  close(): void
}

export function createAsking(endpoint: string): Asking {
  const place = placeOf(endpoint)
  const agent = new Agent({ keepAlive: true, maxFreeSockets: KEPT })
  const ask = (path: string, limitMs: number): { asked: ClientRequest; answer: Promise<unknown> } => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const asked = request({ ...place, path, agent })
    const limit = setTimeout(() => asked.destroy(failure('ETIMEDOUT', 'the engine did not answer in time')), limitMs)
    asked.on('error', reject)
    asked.on('response', (response) => {
      const pieces: Buffer[] = []
      let size = 0
      response.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > MAX_ANSWER_BYTES) asked.destroy(failure('EMSGSIZE', 'the engine answered with more than was asked for'))
        else pieces.push(piece)
      })
      response.on('error', reject)
      response.on('close', () => reject(failure('ECONNRESET', 'the engine ended the connection in the middle of its answer')))
      response.on('end', () => {
        const value = parsed(Buffer.concat(pieces))
        const { statusCode = 0 } = response
        if (statusCode >= 200 && statusCode < 300) resolve(value)
        else reject(Object.assign(new Error(`HTTP ${statusCode}`), { statusCode, json: value instanceof Uint8Array ? null : value }))
      })
    })
    asked.end()
    return { asked, answer: promise.finally(() => clearTimeout(limit)) }
  }
  return {
    async get(path, limitMs) {
      const { asked, answer } = ask(path, limitMs)
      try {
        return await answer
      } catch (error) {
        // A kept connection may have been closed by the other end meanwhile: asking changes nothing, so it is asked once more.
        const isStale = asked.reusedSocket && CLOSED.has((error as { code?: string }).code ?? '')
        if (!isStale) throw error
        return ask(path, limitMs).answer
      }
    },
    read(path, onText, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const asked = request({ ...place, path, agent, signal })
      const limit = setTimeout(() => asked.destroy(failure('ETIMEDOUT', 'the engine did not answer in time')), HEAD_MS)
      asked.on('error', reject)
      asked.on('response', (response) => {
        clearTimeout(limit)
        const { statusCode = 0 } = response
        if (statusCode !== 200) asked.destroy(Object.assign(new Error(`HTTP ${statusCode}`), { statusCode }))
        // Nothing of it keeps the program from ending.
        response.socket.unref()
        response.setEncoding('utf8')
        response.on('data', (text: string) => {
          try {
            onText(text)
          } catch (error) {
            asked.destroy(error instanceof Error ? error : undefined)
          }
        })
        response.on('error', reject)
        response.on('close', () => resolve())
      })
      asked.end()
      return promise.finally(() => clearTimeout(limit))
    },
    close: () => agent.destroy(),
  }
}

const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

function placeOf(endpoint: string): { socketPath: string } | { host: string; port: number } {
  if (endpoint.startsWith('unix://')) return { socketPath: endpoint.slice('unix://'.length) }
  if (endpoint.startsWith('npipe://')) return { socketPath: endpoint.slice('npipe://'.length).replaceAll('/', '\\') }
  const url = new URL(endpoint)
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? 2375 : Number(url.port) }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    return bytes
  }
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code })
