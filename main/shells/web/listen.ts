import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { createServer as createProbe } from 'node:net'
import { HearthError } from '#shared/api/errors.ts'
import { refuseRaw, type Headers } from './answer.ts'
import type { Certificates } from './certificates.ts'

const LOOPBACK_4 = '127.0.0.1'
const LOOPBACK_6 = '::1'
const TRIES = 20

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * A server with short patience, whose every answer carries the given headers, also those that Node would give by itself.
 * @param headers of refusals that no handler sees @param certificates makes it speak TLS, 1.2 or newer
 */
export function makeServer(headers: Headers, certificates?: Certificates): Server {
  // A missing Host is refused by the listeners, in their own words and with their headers.
  const options = {
    headersTimeout: 10_000,
    requestTimeout: 20_000,
    keepAliveTimeout: 5_000,
    requireHostHeader: false,
    maxHeaderSize: 16 * 1024,
  }
  const server = certificates ? tlsServer(options, certificates) : createServer(options)
  server.maxConnections = 256
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
    refuseRaw(socket, status, headers)
  })
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, { ...headers, 'Content-Length': '0', Connection: 'close' }).end()
  })
  server.on('connect', (_request, socket) => refuseRaw(socket, 405, headers))
  return server
}

function tlsServer(options: object, certificates: Certificates): TlsServer {
  const server = createTlsServer({ ...options, ...certificates.current(), minVersion: 'TLSv1.2', handshakeTimeout: 10_000 })
  certificates.onChange((pair) => server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' }))
  // Scanners and browsers that do not trust us: nothing to say to them.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return server
}

/**
 * Binds one address and nothing else.
 * @param port 0 = any @returns the port @throws HearthError `port-taken` with the next free one
 */
export async function listenPage(server: Server, port: number, host: string = LOOPBACK_4): Promise<number> {
  try {
    return await bind(server, port, host)
  } catch (error) {
    throw await readable(error, port)
  }
}

/**
 * Binds `localhost`: 127.0.0.1 and, where the machine has it, ::1 at the same port.
 * SECURITY: S17 leaving ::1 free would let another user of this machine answer for the confirm surface, since browsers may try it first.
 * @param make a server per address @returns the port and the servers @throws HearthError `port-taken`
 */
export async function listenLocalhost(make: () => Server, port: number): Promise<{ port: number; servers: Server[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const first = make()
    const second = make()
    try {
      const chosen = await bind(first, port, LOOPBACK_4)
      try {
        await bind(second, chosen, LOOPBACK_6)
        return { port: chosen, servers: [first, second] }
      } catch (error) {
        if (hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT')) return { port: chosen, servers: [first] }
        throw error
      }
    } catch (error) {
      first.close()
      if (port === 0 && attempt < TRIES && hasCode(error, 'EADDRINUSE')) continue
      throw await readable(error, port)
    }
  }
}

/** Lets handlers be set after the port is known. */
export function serveWith(servers: Server[], handler: Handler): void {
  for (const server of servers) server.on('request', handler)
}

/** Stops accepting, gives answers under way a moment, then cuts. */
export async function closeServers(servers: Server[]): Promise<void> {
  const closed = servers.map(
    (server) =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  )
  const cut = setTimeout(() => {
    for (const server of servers) server.closeAllConnections()
  }, 500)
  await Promise.all(closed)
  clearTimeout(cut)
}

function bind(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no address'))
      else resolve(address.port)
    })
  })
}

async function readable(error: unknown, port: number): Promise<unknown> {
  if (hasCode(error, 'EADDRNOTAVAIL')) return new Error('This machine does not have the address of --bind.', { cause: error })
  if (!hasCode(error, 'EADDRINUSE')) return error
  return new HearthError('port-taken', { port: String(port), next: String(await nextFree(port)) }, { cause: error })
}

async function nextFree(port: number): Promise<number> {
  for (let candidate = port + 1; candidate <= Math.min(65535, port + 100); candidate += 1) {
    const probe = createProbe()
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen({ port: candidate, host: LOOPBACK_4, exclusive: true }, () => resolve(true))
    })
    await new Promise<void>((resolve) => {
      probe.close(() => resolve())
    })
    if (free) return candidate
  }
  return 0
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
