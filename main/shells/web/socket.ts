import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import { MAX_REQUEST_BYTES } from '#shared/api/requests.ts'
import { pageHeaders } from '../headers.ts'
import { createPushGate, gatedCall, parseRequestJson, refusal } from '../request-gate.ts'
import type { Access } from './access.ts'
import { cookieOf, refuseRaw, single } from './answer.ts'
import { SESSION_COOKIE } from './page-listener.ts'

export const SOCKET_PATH = '/socket'
/** Close codes of our own; 1001 (going away) and 1009 (too large) are the protocol's. */
export const CLOSE_MALFORMED = 4400
export const CLOSE_SESSION_ENDED = 4401
export const CLOSE_TOO_SLOW = 4408
/** A page that reads this much slower than we write is cut off; it comes back and asks for a snapshot. */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024
const MAX_SOCKETS = 32
const MAX_RUNNING = 64
const HEARTBEAT_MS = 30_000

export interface SocketParts {
  app: App
  access: Access
  /** `127.0.0.1:<port>`. */
  host: string
  log: Log
}

export interface Sockets {
  /** Judges an upgrade and takes the connection over. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Ends every connection with 1001. */
  close(): void
}

/** The page's socket: `{id,name,input}` in, `{id,result}` and `{push}` out, all JSON text. */
export function createSockets({ app, access, host, log }: SocketParts): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES, perMessageDeflate: false, clientTracking: false })
  const origin = `http://${host}`
  const open = new Map<WebSocket, { session: string; alive: boolean }>()

  access.onEnd((session) => {
    for (const [socket, entry] of open) if (entry.session === session) socket.close(CLOSE_SESSION_ENDED, 'session ended')
  })
  const heartbeat = setInterval(() => {
    access.sweep()
    for (const [socket, entry] of open) {
      if (!entry.alive) socket.terminate()
      entry.alive = false
      socket.ping()
    }
  }, HEARTBEAT_MS)
  heartbeat.unref()

  const attach = (socket: WebSocket, session: string, cookie: string | undefined): void => {
    open.set(socket, { session, alive: true })
    let running = 0
    const send = (message: object): void => {
      if (socket.readyState !== WebSocket.OPEN) return
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
        gate.close()
        // A close frame would wait behind what is stuck; give it a moment, then cut.
        socket.close(CLOSE_TOO_SLOW, 'too slow')
        setTimeout(() => socket.terminate(), 1000).unref()
        return
      }
      socket.send(JSON.stringify(message))
    }
    const gate = createPushGate(app, (patch) => send({ push: patch }))
    const malformed = (): void => socket.close(CLOSE_MALFORMED, 'malformed')

    const handle = async (text: string): Promise<void> => {
      const frame = parseRequestJson(text)?.value
      if (!isRecord(frame) || !isId(frame['id'])) return malformed()
      const { id, name, input } = frame
      // The session may have ended by age while the socket stood open.
      if (access.session(cookie) === undefined) return socket.close(CLOSE_SESSION_ENDED, 'session ended')
      if (typeof name !== 'string') return send({ id, result: refusal('invalid-request') })
      if (running >= MAX_RUNNING) return send({ id, result: refusal('not-allowed', { reason: 'busy' }) })
      running += 1
      try {
        if (name === 'state.get') gate.opening()
        send({ id, result: await gatedCall(app, log, name, input) })
        if (name === 'state.get') gate.opened()
      } finally {
        running -= 1
      }
    }

    socket.on('pong', () => {
      const entry = open.get(socket)
      if (entry) entry.alive = true
    })
    // ws delivers text as a Buffer too; a binary frame is nobody's request.
    socket.on('message', (bytes: Buffer, isBinary) => {
      if (isBinary) return malformed()
      handle(bytes.toString('utf8')).catch((error: unknown) => {
        log.error('socket failed', error)
        socket.close(1011)
      })
    })
    // An oversized or broken frame: ws closes with its own code (1009, 1002, 1007).
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open.delete(socket)
      gate.close()
    })
  }

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const site = request.headers['sec-fetch-site']
      // SECURITY: S17 browsers open sockets across origins and send the cookie along: Host and Origin decide.
      const foreign =
        request.url !== SOCKET_PATH ||
        single(request, 'host') !== host ||
        single(request, 'origin') !== origin ||
        (site !== undefined && site !== 'same-origin')
      if (foreign) return refuseRaw(socket, 403, pageHeaders([]))
      if (open.size >= MAX_SOCKETS) return refuseRaw(socket, 503, pageHeaders([]))
      const cookie = cookieOf(request, SESSION_COOKIE)
      const session = access.session(cookie)
      server.handleUpgrade(request, socket, head, (accepted) => {
        // Our own page with an old cookie: a browser shows it no status of a refused upgrade, a close code it does.
        if (session === undefined) {
          accepted.on('error', () => undefined)
          accepted.close(CLOSE_SESSION_ENDED, 'session ended')
          setTimeout(() => accepted.terminate(), 1000).unref()
        } else attach(accepted, session, cookie)
      })
    },
    close() {
      clearInterval(heartbeat)
      const waiting = [...open.keys()]
      for (const socket of waiting) socket.close(1001, 'Hearth ends')
      setTimeout(() => {
        for (const socket of waiting) socket.terminate()
      }, 300)
    },
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' ? value.length <= 64 : Number.isSafeInteger(value)
}
