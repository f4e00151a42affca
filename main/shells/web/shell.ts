import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import { pageHeaders, surfaceHeaders } from '../headers.ts'
import { createAccess } from './access.ts'
import { createConfirmListener } from './confirm-listener.ts'
import { closeServers, listenLocalhost, listenPage, makeServer, serveWith } from './listen.ts'
import { createPageListener } from './page-listener.ts'
import { createSockets } from './socket.ts'

export interface WebShellParts {
  app: App
  /** Folder of the built page. */
  rendererDir: string
  surfaceCss: Uint8Array
  /** Only loopback for now: anything else needs TLS first. */
  host: '127.0.0.1'
  /** 0 = any. */
  port: number
  confirmPort: number
  log: Log
  /** UTC ms; tests move it. */
  now?: () => number
}

export interface WebShell {
  /** Of the page, `http://127.0.0.1:<port>`. */
  url: string
  /** Of the confirm surface, `http://localhost:<port>`. */
  confirmOrigin: string
  /** A new link that opens one session, once, within ten minutes. */
  oneTimeLink(): string
  /** Stops accepting and ends what stands open. The app is not stopped. */
  close(): Promise<void>
}

/**
 * Serves the page on 127.0.0.1 and the confirm surface on localhost: two host names, because cookies ignore ports.
 * @throws HearthError `port-taken` with detail.port and detail.next
 */
export async function createWebShell(parts: WebShellParts): Promise<WebShell> {
  const { app, rendererDir, surfaceCss, log } = parts
  const now = parts.now ?? Date.now
  const page = makeServer(pageHeaders([]))
  const port = await listenPage(page, parts.port)
  const confirm = await listenLocalhost(() => makeServer(surfaceHeaders()), parts.confirmPort).catch(async (error: unknown) => {
    await closeServers([page])
    throw error
  })
  const host = `${parts.host}:${port}`
  const confirmHost = `localhost:${confirm.port}`

  const access = createAccess(now)
  const sockets = createSockets({ app, access, host, log })
  serveWith([page], createPageListener({ access, rendererDir, host, log }))
  page.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))
  serveWith(confirm.servers, createConfirmListener({ app, surfaceCss, host: confirmHost, log }))

  let closing: Promise<void> | undefined
  return {
    url: `http://${host}`,
    confirmOrigin: `http://${confirmHost}`,
    oneTimeLink: () => `http://${host}/open?token=${access.newLink()}`,
    close() {
      closing ??= (async () => {
        sockets.close()
        await closeServers([page, ...confirm.servers])
      })()
      return closing
    },
  }
}
