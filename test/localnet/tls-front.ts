import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { mustRun } from './process.ts'
import type { TestChain } from './chain.ts'

/** Hosts of a public network as a user meets them: TLS, both interfaces behind one name, and what stands behind it can be changed. */

export interface Authority {
  /** For NODE_EXTRA_CA_CERTS of the program that is to trust it. */
  caFile: string
  cert: string
  key: string
}

/** Makes an authority and one certificate for loopback addresses, in `folder`. Needs openssl. */
export async function makeAuthority(folder: string): Promise<Authority> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): Promise<string> => mustRun('openssl', args)
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl('req', '-x509', ...fresh, '-days', '2', '-subj', '/CN=hearth test', '-keyout', at('ca.key'), '-out', at('ca.pem'))
  await openssl('req', ...fresh, '-subj', '/CN=endpoint', '-keyout', at('end.key'), '-out', at('end.csr'))
  writeFileSync(at('end.ext'), `subjectAltName=${[1, 2, 3].map((last) => `IP:127.0.0.${last}`).join(',')}\n`)
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
