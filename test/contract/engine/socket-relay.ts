import { createServer as createHttpServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'

/** A socket file that passes everything on to another one. */
export interface SocketRelay {
  path: string
  /** Breaks every connection at once, as a restarting engine does. */
  cut(): void
  close(): Promise<void>
}

/** @param path of the new socket file @param target socket file of the engine */
export async function startSocketRelay(path: string, target: string): Promise<SocketRelay> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: target, allowHalfOpen: true })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  const relay: SocketRelay = {
    path,
    cut: () => {
      for (const socket of open) socket.destroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        relay.cut()
      }),
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return relay
}

/** What a lying relay does to an answer: says nothing, ends in its middle, gives a drop now and then, says everything twice, or something else altogether. */
export type Lie =
  | 'hang'
  | 'cut'
  | 'drip'
  | 'twice'
  | { status: number; body: string; type?: string }
  | { change: (answer: unknown) => unknown }

export interface LyingRelay {
  path: string
  /** Lies about requests whose method and path match, as `GET /containers/`; undefined: tells the truth. */
  lie: { about: RegExp; how: Lie } | undefined
  /** Breaks every connection at once. */
  cut(): void
  /** How many lies were told. */
  readonly told: number
  close(): Promise<void>
}

const DRIP_MS = 100

/** An engine's socket with a liar in front of it. @param path of the new socket file @param target socket file of the engine */
export async function startLyingRelay(path: string, target: string): Promise<LyingRelay> {
  let told = 0
  const open = new Set<Socket>()
  const server = createHttpServer((request, response) => {
    const how = howTo(request)
    if (how === 'hang') return
    if (typeof how === 'object' && 'status' in how) {
      response.writeHead(how.status, { 'content-type': how.type ?? 'application/json' }).end(how.body)
      return
    }
    const far = ask(
      { socketPath: target, method: request.method, path: request.url, headers: { ...request.headers, connection: 'close' }, agent: false },
      (answer) => {
        const headers = { ...answer.headers }
        if (how !== undefined) delete headers['content-length']
        if (how === undefined || how === 'twice') {
          response.writeHead(answer.statusCode ?? 500, headers)
          response.flushHeaders()
          answer.on('data', (piece: Buffer) => {
            response.write(piece)
            if (how === 'twice') response.write(piece)
          })
          answer.on('end', () => response.end())
          answer.on('error', () => response.destroy())
          return
        }
        void whole(answer, how === 'cut' ? 1 : Infinity).then((body) => pass(how, body, answer.statusCode ?? 500, headers, response))
      },
    )
    far.on('error', () => response.destroy())
    response.on('close', () => far.destroy())
    // In one piece: an engine that answers before it has read everything would break the pipe under the rest.
    void whole(request, Infinity).then((body) => far.end(body))
  })
  const howTo = (request: IncomingMessage): Lie | undefined => {
    const { lie } = relay
    if (!lie?.about.test(`${request.method ?? ''} ${request.url ?? ''}`)) return undefined
    told += 1
    return lie.how
  }
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  // A command's stream: what was asked is said again to the engine, then both ends are joined.
  server.on('upgrade', (request, near: Socket, head) => {
    const how = howTo(request)
    near.on('error', () => undefined)
    if (how === 'hang') return
    if (how !== undefined) {
      near.end(
        typeof how === 'object' && 'status' in how
          ? `HTTP/1.1 ${how.status} x\r\nContent-Length: ${how.body.length}\r\n\r\n${how.body}`
          : 'HTTP/1.1 101 U',
      )
      return
    }
    const far = connect({ path: target, allowHalfOpen: true })
    const lines = [`${request.method ?? ''} ${request.url ?? ''} HTTP/1.1`]
    for (let at = 0; at < request.rawHeaders.length; at += 2)
      lines.push(`${request.rawHeaders[at] ?? ''}: ${request.rawHeaders[at + 1] ?? ''}`)
    far.write(`${lines.join('\r\n')}\r\n\r\n`)
    far.write(head)
    near.pipe(far).pipe(near)
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
  })
  const relay: LyingRelay = {
    path,
    lie: undefined,
    get told() {
      return told
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        relay.cut()
      }),
    cut: () => {
      for (const socket of open) socket.destroy()
    },
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return relay
}

/** Passes on one whole answer as a liar would. */
async function pass(how: Lie, body: Buffer, status: number, headers: IncomingMessage['headers'], response: ServerResponse): Promise<void> {
  response.writeHead(status, headers)
  if (how === 'cut') {
    response.write(body.subarray(0, Math.max(1, Math.floor(body.length / 2))))
    await pause()
    response.destroy()
  } else if (how === 'drip') {
    // As if it never came to an end: a space is no error in JSON.
    while (!response.destroyed) {
      response.write(' ')
      await pause()
    }
  } else if (typeof how === 'object' && 'change' in how) {
    response.end(JSON.stringify(how.change(parsed(body))))
  }
}

/** What is no JSON is changed like a text. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return body.toString()
  }
}

/** @param pieces how many at most, for an answer that has no end */
async function whole(answer: IncomingMessage, pieces: number): Promise<Buffer> {
  const parts: Buffer[] = []
  try {
    for await (const piece of answer) {
      parts.push(piece as Buffer)
      if (parts.length >= pieces) break
    }
  } catch {
    // What came before is passed on.
  }
  return Buffer.concat(parts)
}

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, DRIP_MS)
  })
