import { hostname, networkInterfaces } from 'node:os'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import { pageHeaders, surfaceHeaders, transportHeaders } from '../headers.ts'
import type { Access } from './access.ts'
import type { Certificates } from './certificates.ts'
import { createConfirmListener } from './confirm-listener.ts'
import { closeServers, listenLocalhost, listenPage, makeServer, serveWith } from './listen.ts'
import { createPageListener } from './page-listener.ts'
import { createSite, isLoopback, splitHost, type Asked, type Site } from './site.ts'
import { createSockets } from './socket.ts'

export interface WebShellParts {
  app: App
  access: Access
  /** Folder of the built page. */
  rendererDir: string
  surfaceCss: Uint8Array
  /** IP address. Beyond loopback only with certificates. */
  bind: string
  /** 0 = any. */
  port: number
  confirmPort: number
  /** Makes both listeners speak TLS. */
  certificates?: Certificates
  /** Names under which browsers reach the page, each with its port unless it is the scheme's own; beyond loopback, this machine's name and addresses count too. */
  names?: string[]
  /** The same for the confirm surface; without it, the page's host with the confirm port. */
  confirmName?: string
  /** Address of the reverse proxy that alone is answered. */
  proxy?: string
  log: Log
  /** Shorter in tests. */
  heartbeatMs?: number
}

export interface WebShell {
  /** Of the page. */
  url: string
  /** Of the confirm surface, as core is told. */
  confirmOrigin: string
  /** What the two listeners are bound to. */
  port: number
  confirmPort: number
  /** A new link that opens one session, once, within ten minutes. */
  oneTimeLink(): string
  /** Stops accepting and ends what stands open. The app is not stopped. */
  close(): Promise<void>
}

/** Under which addresses the two listeners answer. */
interface Sites {
  page: Site
  confirm: Site
  /** Host of the page for links that we print. */
  host: string
  confirmHost: string
  confirmOriginFor(asked: Asked): string
}

/**
 * Serves the page and the confirm surface on two origins. On loopback these are two host names, 127.0.0.1 and localhost. Beyond it one host name has to do: two ports are
 * two origins, and since cookies ignore ports the confirm surface knows no cookie at all, only the one-time token in its path.
 * @throws HearthError `port-taken` with detail.port and detail.next; Error with a sentence
 */
export async function createWebShell(parts: WebShellParts): Promise<WebShell> {
  const { app, access, rendererDir, surfaceCss, certificates, bind, log } = parts
  // SECURITY: S17 nothing listens beyond this machine in the clear, whoever calls.
  if (!isLoopback(bind) && !certificates) throw new Error('Beyond this machine Hearth listens only with TLS.')
  const isPublicTls = certificates !== undefined || parts.proxy !== undefined
  const transport = transportHeaders(isPublicTls)
  const makeConfirm = (): ReturnType<typeof makeServer> => makeServer({ ...surfaceHeaders(), ...transport }, certificates)
  const page = makeServer({ ...pageHeaders([]), ...transport }, certificates)
  const port = await listenPage(page, parts.port, bind)
  const listenConfirm = async (): ReturnType<typeof listenLocalhost> => {
    if (isLoopback(bind)) return listenLocalhost(makeConfirm, parts.confirmPort)
    const server = makeConfirm()
    return { port: await listenPage(server, parts.confirmPort, bind), servers: [server] }
  }
  const confirm = await listenConfirm().catch(async (error: unknown) => {
    await closeServers([page])
    throw error
  })
  const sites = sitesOf(parts, port, confirm.port)
  const scheme = isPublicTls ? 'https' : 'http'
  const confirmOrigin = `${scheme}://${sites.confirmHost}`

  const sockets = createSockets({
    app,
    access,
    site: sites.page,
    confirmOrigin,
    confirmOriginFor: (asked) => sites.confirmOriginFor(asked),
    log,
    ...(parts.heartbeatMs === undefined ? {} : { heartbeatMs: parts.heartbeatMs }),
  })
  const isShared = !isLoopback(bind) || parts.proxy !== undefined
  serveWith([page], createPageListener({ access, rendererDir, surfaceCss, site: sites.page, isShared, log }))
  page.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))
  serveWith(confirm.servers, createConfirmListener({ app, surfaceCss, site: sites.confirm, log }))

  let closing: Promise<void> | undefined
  return {
    url: `${scheme}://${sites.host}`,
    confirmOrigin,
    port,
    confirmPort: confirm.port,
    oneTimeLink: () => `${scheme}://${sites.host}/open?token=${access.newLink()}`,
    close() {
      closing ??= (async () => {
        sockets.close()
        certificates?.close()
        await closeServers([page, ...confirm.servers])
        await access.close()
      })()
      return closing
    },
  }
}

function sitesOf({ bind, names = [], confirmName, proxy, certificates }: WebShellParts, port: number, confirmPort: number): Sites {
  const secure = certificates !== undefined || proxy !== undefined
  if (proxy !== undefined) {
    const host = names[0] ?? ''
    const confirmHost = confirmName ?? ''
    return {
      page: createSite({ secure, hosts: names, proxy }),
      confirm: createSite({ secure, hosts: [confirmHost], proxy }),
      host,
      confirmHost,
      confirmOriginFor: () => `https://${confirmHost}`,
    }
  }
  if (isLoopback(bind)) {
    const host = `${inUrl(bind)}:${port}`
    const confirmHost = `localhost:${confirmPort}`
    return {
      page: createSite({ secure, hosts: [host] }),
      confirm: createSite({ secure, hosts: [confirmHost] }),
      host,
      confirmHost,
      confirmOriginFor: () => `${secure ? 'https' : 'http'}://${confirmHost}`,
    }
  }
  const hosts = [...names, ...machineNames()]
  const first = names[0] ?? inUrl(isUnspecified(bind) ? (outwardAddress() ?? '127.0.0.1') : bind)
  const withPort = (host: string, wanted: number): string =>
    splitHost(host)?.port === undefined && wanted !== 443 ? `${host}:${wanted}` : host
  const hostnameOnly = (host: string): string => splitHost(host)?.hostname ?? host
  const confirmHost = confirmName ?? withPort(hostnameOnly(first), confirmPort)
  return {
    page: createSite({ secure, hosts, anyAddress: true }),
    confirm: createSite({ secure, hosts: [...hosts.map(hostnameOnly), confirmHost], anyAddress: true }),
    host: withPort(first, port),
    confirmHost,
    confirmOriginFor: (asked) => `https://${confirmName ?? withPort(asked.hostname, confirmPort)}`,
  }
}

/** What this machine is called by others on its network. */
export function machineNames(): string[] {
  const own = hostname().toLowerCase()
  return [...new Set([own, `${own.split('.', 1)[0] ?? own}.local`, 'localhost'])].filter(
    (name) => splitHost(name)?.port === undefined && splitHost(name) !== undefined,
  )
}

/** Addresses of this machine, those for the link only left out. */
export function machineAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).filter(({ scopeid }) => !scopeid).map(({ address }) => address),
  )
}

const isUnspecified = (bind: string): boolean => bind === '0.0.0.0' || bind === '::'
const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address)
const outwardAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
