import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A node on loopback that says what a test wants it to say. */

export interface Answer {
  status?: number
  headers?: Record<string, string>
  /** JSON, or text as it stands. */
  body: unknown
  /** Never answers. */
  silent?: boolean
}

export interface Asked {
  method: string
  /** Path with query. */
  path: string
  headers: IncomingMessage['headers']
  body: unknown
}

export interface FakeNode {
  url: string
  asked: Asked[]
  /** The first matching prefix answers; REST by `GET /path`, RPC by `rpc:method`. */
  on(key: string, answer: Answer | ((asked: Asked) => Answer)): void
  close(): Promise<void>
}

const REST = join(import.meta.dirname, '../../fixtures/default/rest')

/** A recorded REST or RPC answer of the default chain. */
export function recordedAnswer(name: string): unknown {
  return JSON.parse(readFileSync(join(REST, `${name}.json`), 'utf8')) as unknown
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

export async function startFakeNode(): Promise<FakeNode> {
  const asked: Asked[] = []
  const answers = new Map<string, (asked: Asked) => Answer>()
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      const one: Asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      asked.push(one)
      const isRpc = typeof body === 'object' && body !== null && 'jsonrpc' in body && 'method' in body
      const key = isRpc ? `rpc:${String(body.method)}` : `${one.method} ${one.path}`
      const found = [...answers].filter(([prefix]) => key.startsWith(prefix)).sort(([a], [b]) => b.length - a.length)[0]
      const answer = found?.[1](one) ?? { status: 501, body: { code: 12, message: 'Not Implemented', details: [] } }
      if (answer.silent) return
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    on: (key, answer) => void answers.set(key, typeof answer === 'function' ? answer : () => answer),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
