import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ChainEndpoints } from '#main/core/ports/chain.ts'

/** A proxy in front of a real chain that tells the truth until it is told to lie. */

export interface Question {
  side: 'rpc' | 'rest'
  /** Of RPC; the path of REST. */
  method: string
  params: Record<string, unknown>
  /** With its query. */
  path: string
  body: string
}

/** What is answered instead, made of the true answer: JSON, text as it stands, or a whole response. */
export type Lie = (answer: never, question: Question) => unknown

/** A response by hand: what the proxy then does with the line is the lie's own business. */
export class ByHand {
  readonly write: (response: ServerResponse) => void
  constructor(write: (response: ServerResponse) => void) {
    this.write = write
  }
}

export interface Liar {
  endpoint: ChainEndpoints
  /** Chosen for each question; undefined = the truth. */
  lie(choose: ((question: Question) => Lie | undefined) | undefined): void
  /** Questions that are not passed on to the real chain at all; each gets this answer. */
  swallow(which: ((question: Question) => boolean) | undefined, answer?: unknown): void
  /** Questions since the last `lie`. */
  asked: Question[]
  /** How many of them were answered with a lie. */
  readonly lied: number
  stop(): Promise<void>
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** @param real where the truth is asked @param host loopback address to listen at: each address is another owner's, each port of one the same owner's */
export async function startLiar(real: ChainEndpoints, host = '127.0.0.1'): Promise<Liar> {
  let choose: ((question: Question) => Lie | undefined) | undefined
  let lied = 0
  let swallowed: { which: (question: Question) => boolean; answer: unknown } | undefined
  const asked: Question[] = []

  const serve = async (side: 'rpc' | 'rest', request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    const body = await textOf(request)
    const rpc = side === 'rpc' && body !== '' ? (JSON.parse(body) as { method: string; params: Record<string, unknown> }) : undefined
    const question: Question = { side, method: rpc?.method ?? path.split('?')[0] ?? '', params: rpc?.params ?? {}, path, body }
    asked.push(question)
    if (swallowed?.which(question) === true) {
      lied += 1
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(swallowed.answer))
      return
    }
    const height = request.headers['x-cosmos-block-height']
    const truth = await fetch(`${side === 'rpc' ? real.rpcUrl : real.restUrl}${path}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': 'application/json', ...(typeof height === 'string' ? { 'x-cosmos-block-height': height } : {}) },
      ...(body === '' ? {} : { body }),
    })
    const text = await truth.text()
    const stateHeight = truth.headers.get('grpc-metadata-x-cosmos-block-height')
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      ...(stateHeight === null ? {} : { 'grpc-metadata-x-cosmos-block-height': stateHeight }),
    }
    const lie = choose?.(question)
    if (lie === undefined) {
      response.writeHead(truth.status, headers)
      response.end(text)
      return
    }
    lied += 1
    const told = await lie(JSON.parse(text) as never, question)
    if (told instanceof ByHand) {
      told.write(response)
      return
    }
    response.writeHead(truth.status, headers)
    response.end(typeof told === 'string' ? told : JSON.stringify(told))
  }

  const listen = async (side: 'rpc' | 'rest'): Promise<{ url: string; close: () => Promise<void> }> => {
    const server = createServer((request, response) => {
      serve(side, request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    return {
      url: `http://${host}:${(server.address() as AddressInfo).port}`,
      close: async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }
  const [rpc, rest] = await Promise.all([listen('rpc'), listen('rest')])
  return {
    endpoint: { rpcUrl: rpc.url, restUrl: rest.url },
    lie(chosen) {
      choose = chosen
      lied = 0
      asked.length = 0
    },
    swallow(which, answer) {
      swallowed = which && { which, answer }
    },
    asked,
    get lied() {
      return lied
    },
    async stop() {
      await Promise.all([rpc.close(), rest.close()])
    },
  }
}
