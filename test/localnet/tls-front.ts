import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { createServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import { mustRun } from './process.ts'
import type { TestChain } from './chain.ts'

/** Hosts of a public network as a user meets them: TLS, both interfaces behind one name, and what stands behind it can be changed. */

export interface Authority {
  /** For NODE_EXTRA_CA_CERTS of the program that is to trust it. */
  caFile: string
  cert: string
  key: string
}

/** Makes an authority and one certificate for loopback addresses and those of `more`, in `folder`. Needs openssl. */
export async function makeAuthority(folder: string, more: readonly string[] = []): Promise<Authority> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): Promise<string> => mustRun('openssl', args)
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl('req', '-x509', ...fresh, '-days', '2', '-subj', '/CN=hearth test', '-keyout', at('ca.key'), '-out', at('ca.pem'))
  await openssl('req', ...fresh, '-subj', '/CN=endpoint', '-keyout', at('end.key'), '-out', at('end.csr'))
  const addresses = [...[1, 2, 3].map((last) => `127.0.0.${last}`), ...more]
  writeFileSync(at('end.ext'), `subjectAltName=${addresses.map((address) => `IP:${address}`).join(',')}\n`)
  const signer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial']
  await openssl('x509', '-req', '-in', at('end.csr'), ...signer, '-days', '2', '-extfile', at('end.ext'), '-out', at('end.pem'))
  return readAuthority(folder)
}

/** One that was made before. */
export function readAuthority(folder: string): Authority {
  const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')
  return { caFile: join(folder, 'ca.pem'), cert: textOf('end.pem'), key: textOf('end.key') }
}

export interface TlsFront {
  rpcUrl: string
  restUrl: string
  /** Which chain answers from now on. */
  lead(chain: Pick<TestChain, 'rpcUrl' | 'restUrl'>): void
  /** Questions that were passed on. */
  readonly asked: number
  stop(): Promise<void>
}

/** @param host a loopback address of its own: hosts count as different by their address, not by their port */
export async function startTlsFront(authority: Authority, host: string, chain: Pick<TestChain, 'rpcUrl' | 'restUrl'>): Promise<TlsFront> {
  let behind = chain
  let asked = 0
  const server = createServer({ cert: authority.cert, key: authority.key }, (incoming, outgoing) => {
    const [, side, rest] = /^\/(rpc|rest)(.*)$/.exec(incoming.url ?? '') ?? []
    if (side === undefined) {
      outgoing.writeHead(404).end()
      return
    }
    asked += 1
    const target = new URL(side === 'rpc' ? behind.rpcUrl : behind.restUrl)
    const { host: _host, ...headers } = incoming.headers
    const onward = ask(
      { host: target.hostname, port: target.port, method: incoming.method ?? 'GET', path: rest === '' ? '/' : rest, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, host, resolve)
  await promise
  const base = `https://${host}:${String((server.address() as AddressInfo).port)}`
  return {
    rpcUrl: `${base}/rpc`,
    restUrl: `${base}/rest`,
    lead(next) {
      behind = next
    },
    get asked() {
      return asked
    },
    async stop() {
      server.closeAllConnections()
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      server.close(() => end())
      await ended
    },
  }
}

/** A host as a relay miner asks it: RPC with its WebSocket, REST and gRPC, each on a port of its own, TLS before whatever is asked. */
export interface TlsHost {
  rpcUrl: string
  restUrl: string
  grpcUrl: string
  /** Connections that were taken at the gRPC port. */
  readonly grpcTaken: number
  stop(): Promise<void>
}

/** Ends TLS and passes the bytes on, so that HTTP/2 and WebSocket go through as they are. @param host an address of this machine that containers reach too */
export async function startTlsHost(
  authority: Authority,
  host: string,
  chain: Pick<TestChain, 'rpcUrl' | 'restUrl' | 'grpcUrl'>,
): Promise<TlsHost> {
  const open = new Set<Socket>()
  const servers: TlsServer[] = []
  let grpcTaken = 0
  const front = async (behind: { hostname: string; port: string }, protocols: string[], taken: () => void): Promise<string> => {
    const server = createTlsServer({ cert: authority.cert, key: authority.key, ALPNProtocols: protocols }, (socket) => {
      taken()
      const onward = connect(Number(behind.port), behind.hostname)
      for (const [one, other] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        open.add(one)
        one.on('error', () => other.destroy())
        one.on('close', () => {
          open.delete(one)
          other.destroy()
        })
        one.pipe(other)
      }
    })
    server.on('tlsClientError', () => undefined)
    servers.push(server)
    const { promise, resolve } = Promise.withResolvers<void>()
    server.listen(0, host, resolve)
    await promise
    return `https://${host}:${String((server.address() as AddressInfo).port)}`
  }
  const none = (): void => undefined
  const urls = {
    rpcUrl: await front(new URL(chain.rpcUrl), ['http/1.1'], none),
    restUrl: await front(new URL(chain.restUrl), ['http/1.1'], none),
    grpcUrl: await front(new URL(`http://${chain.grpcUrl}`), ['h2'], () => {
      grpcTaken += 1
    }),
  }
  return {
    ...urls,
    get grpcTaken() {
      return grpcTaken
    },
    async stop() {
      for (const socket of open) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}
