import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import { MAX_REQUEST_BYTES } from '#shared/api/requests.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import type { Patch } from '#shared/api/patches.ts'
import { pageHeaders, transportHeaders } from '../headers.ts'
import { createLineCalls } from '../line-calls.ts'
import { createPushGate, opensPushes, parseRequestJson, readShown, refusal } from '../request-gate.ts'
import type { Access } from './access.ts'
import { cookieOf, refuseRaw, single } from './answer.ts'
import { sessionCookie } from './session-cookie.ts'
import { createSessionRequests } from './session-requests.ts'
import type { Asked, Site } from './site.ts'

export const SOCKET_PATH = '/socket'
/** Close codes of our own; 1001 (going away) and 1009 (too large) are the protocol's. */
export const CLOSE_MALFORMED = 4400
export const CLOSE_SESSION_ENDED = 4401
export const CLOSE_TOO_SLOW = 4408
/** A page that asks without reading the answers is cut off beyond this. */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024
/** A page that reads slower than the state changes gets no more patches beyond this; when it has caught up it sees the gap and asks for what it missed. */
export const MAX_PUSH_BYTES = 256 * 1024
const MAX_SOCKETS = 32
const MAX_RUNNING = 64
const HEARTBEAT_MS = 15_000
/** Heartbeats in a row without an answer before a line counts as dead. */
const MISSED_BEATS = 3

export interface SocketParts {
  app: App
  access: Access
  site: Site
  /** Start of the addresses that core gives for the confirm surface. */
  confirmOrigin: string
  /** The same as this browser must call it. */
  confirmOriginFor(asked: Asked): string
  log: Log
  /** Shorter in tests. */
  heartbeatMs?: number
}

export interface Sockets {
  /** Judges an upgrade and takes the connection over. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Ends every connection with 1001. */
  close(): void
}

interface Line {
  session: string
  missed: number
  beat(): void
}

/** The page's socket: `{id,name,input}` and the network that the page shows in, `{id,result}`, `{push}` and `{beat}` out, all JSON text. */
export function createSockets(parts: SocketParts): Sockets {
  const { app, access, site, log } = parts
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES, perMessageDeflate: false, clientTracking: false })
  const sessionRequests = createSessionRequests(access, log)
  const refusalHeaders = { ...pageHeaders([]), ...transportHeaders(site.secure) }
  const open = new Map<WebSocket, Line>()

  access.onEnd((session) => {
    for (const [socket, line] of open) if (line.session === session) socket.close(CLOSE_SESSION_ENDED, 'session ended')
  })
  const heartbeat = setInterval(() => {
    access.sweep()
    for (const [socket, line] of open) {
      line.missed += 1
      if (line.missed > MISSED_BEATS) socket.terminate()
      else line.beat()
    }
  }, parts.heartbeatMs ?? HEARTBEAT_MS)
  heartbeat.unref()

  const attach = (socket: WebSocket, session: string, cookie: string | undefined, asked: Asked): void => {
    let beats = 0
    const line: Line = {
      session,
      missed: 0,
      beat() {
        socket.ping()
        beats += 1
        // A page cannot see pings; this is how it knows that the line lives. One that is behind has enough to read.
        if (socket.bufferedAmount <= MAX_PUSH_BYTES) send({ beat: beats })
      },
    }
    open.set(socket, line)
    let running = 0
    const calls = createLineCalls(app, log)
    /** Newest patch that a slow page was not sent. */
    let skipped: Patch | undefined
    const sent = (): void => {
      if (!skipped || socket.bufferedAmount > MAX_PUSH_BYTES) return
      const newest = skipped
      skipped = undefined
      // Its number tells the page that others are missing: it asks and gets them, or a snapshot.
      send({ push: newest })
    }
    const send = (message: object): void => {
      if (socket.readyState !== WebSocket.OPEN) return
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
        gate.close()
        // A close frame would wait behind what is stuck; give it a moment, then cut.
        socket.close(CLOSE_TOO_SLOW, 'too slow')
        setTimeout(() => socket.terminate(), 1000).unref()
        return
      }
      socket.send(JSON.stringify(message), sent)
    }
    const gate = createPushGate(app, (patch) => {
      // SECURITY: S17 what a page does not read is not kept for it: one patch at most waits, whatever the pace.
      if (socket.bufferedAmount > MAX_PUSH_BYTES) {
        skipped = patch
        return
      }
      skipped = undefined
      send({ push: patch })
    })
    const malformed = (): void => socket.close(CLOSE_MALFORMED, 'malformed')

    const handle = async (text: string): Promise<void> => {
      const frame = parseRequestJson(text)?.value
      if (!isRecord(frame) || !isId(frame['id'])) return malformed()
      const { id, name, input } = frame
      // The session may have ended by age while the socket stood open.
      if (access.session(cookie, asked) === undefined) return socket.close(CLOSE_SESSION_ENDED, 'session ended')
      const page = readShown(frame['network'])
      if (typeof name !== 'string' || !page) return send({ id, result: refusal('invalid-request') })
      if (running >= MAX_RUNNING) return send({ id, result: refusal('not-allowed', { reason: 'busy' }) })
      running += 1
      try {
        const opens = opensPushes(name)
        if (opens) gate.opening()
        const result = await (sessionRequests.answer(name, input, { session, visitor: asked }) ?? calls.run(id, name, input, page.shown))
        send({ id, result: withReachableSurface(result, parts.confirmOrigin, parts.confirmOriginFor(asked)) })
        if (opens) gate.opened()
      } finally {
        running -= 1
      }
    }

    socket.on('pong', () => {
      line.missed = 0
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
      calls.close()
    })
  }

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const asked = site.asked(request)
      const from = request.headers['sec-fetch-site']
      // SECURITY: S17 browsers open sockets across origins and send the cookie along: Host and Origin decide.
      const foreign =
        request.url !== SOCKET_PATH ||
        !asked ||
        single(request, 'origin') !== asked.origin ||
        (from !== undefined && from !== 'same-origin')
      if (foreign) return refuseRaw(socket, 403, refusalHeaders)
      if (open.size >= MAX_SOCKETS) return refuseRaw(socket, 503, refusalHeaders)
      const cookie = cookieOf(request, sessionCookie(site))
      const session = access.session(cookie, asked)
      server.handleUpgrade(request, socket, head, (accepted) => {
        // Our own page with an old cookie: a browser shows it no status of a refused upgrade, a close code it does.
        if (session === undefined) {
          accepted.on('error', () => undefined)
          accepted.close(CLOSE_SESSION_ENDED, 'session ended')
          setTimeout(() => accepted.terminate(), 1000).unref()
        } else attach(accepted, session, cookie, asked)
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

/** Core gives one address for the confirm surface; this browser may know the machine under another name. */
function withReachableSurface(result: ApiResult<unknown>, given: string, reachable: string): ApiResult<unknown> {
  if (!result.ok || given === reachable || !isRecord(result.value)) return result
  const { surfaceUrl } = result.value
  if (typeof surfaceUrl !== 'string' || !surfaceUrl.startsWith(`${given}/`)) return result
  return { ok: true, value: { ...result.value, surfaceUrl: reachable + surfaceUrl.slice(given.length) } }
}
