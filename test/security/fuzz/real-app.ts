import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import type { App } from '#main/core/app-shape.ts'
import { createLog } from '#main/adapters/system/log.ts'
import { compose } from '#main/shells/compose.ts'
import { openAccess } from '#main/shells/web/access.ts'
import { createWebShell } from '#main/shells/web/shell.ts'
import { signInFile } from '#main/shells/web/sign-in-file.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import type { RequestName } from '#shared/api/requests.ts'
import { codeOf, type Line } from './fuzz.ts'

/**
 * Not sent as the schema allows: what ends the session of the fuzz itself, what starts Practice or makes a vault (slow by design, and tested elsewhere), and what
 * copies the whole store each time.
 */
export const HOSTILE_ONLY: ReadonlySet<RequestName> = new Set<RequestName>([
  ...(['sessions.end', 'sessions.endAll', 'signIn.setPassword', 'app.chooseNetwork', 'vault.create'] as const),
  ...(['records.backup', 'records.export'] as const),
])

/** The real app over a folder of its own, on a machine without an engine, behind a web shell that really listens. */
export interface FuzzedApp {
  app: App
  inProcess: Line
  socket: Line & { openOne(): Promise<WebSocket> }
  /** Text of everything that was logged. */
  logged(): Promise<string>
  stop(): Promise<void>
}

export async function startFuzzedApp(): Promise<FuzzedApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-fuzz-'))
  const app = await compose({
    dataDir,
    shell: 'web',
    surfaceUrl: (token) => `http://localhost/s/${token}`,
    engineEndpoint: `unix://${dataDir}/no-engine.sock`,
  })
  const chosen = await app.call('app.chooseNetwork', { network: 'local' })
  if (!chosen.ok) throw new Error(`no network: ${chosen.error.code}`)
  const log = createLog(join(dataDir, 'logs', 'shell.log'))
  const access = await openAccess({ now: Date.now, store: signInFile(dataDir, Date.now) })
  const shell = await createWebShell({
    app,
    access,
    rendererDir: dataDir,
    surfaceCss: new Uint8Array(),
    bind: '127.0.0.1',
    port: 0,
    confirmPort: 0,
    log,
  })
  const opened = await fetch(shell.oneTimeLink(), { redirect: 'manual' })
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
  const socket = createSocketLine(shell.url, cookie)
  return {
    app,
    inProcess: { name: 'the dispatcher', wire: false, ask: async (request, input) => codeOf(await app.call(request, input)) },
    socket,
    async logged() {
      const texts = ['hearth.log', 'shell.log'].map((name) => readFile(join(dataDir, 'logs', name), 'utf8').catch(() => ''))
      return (await Promise.all(texts)).join('\n')
    },
    async stop() {
      socket.close()
      await shell.close()
      await app.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/**
 * The page's socket as a line. A message that is cut off takes its socket with it and nothing else: each socket has one message on its way at a time. The shell takes 32.
 */
function createSocketLine(url: string, cookie: string): Line & { close(): void; openOne(): Promise<WebSocket> } {
  const free: WebSocket[] = []
  const open = new Set<WebSocket>()
  let counter = 0
  const openOne = (): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const made = new WebSocket(`${url.replace('http', 'ws')}/socket`, { headers: { Origin: url, Cookie: cookie } })
      open.add(made)
      made.on('open', () => resolve(made))
      made.on('close', () => open.delete(made))
      made.on('error', reject)
    })
  const takeOne = (): Promise<WebSocket> => {
    for (let socket = free.pop(); socket; socket = free.pop()) if (socket.readyState === WebSocket.OPEN) return Promise.resolve(socket)
    return openOne()
  }
  return {
    name: 'the socket',
    wire: true,
    openOne,
    async ask(request, input) {
      counter += 1
      const id = counter
      const text = frameText(id, request, input)
      const socket = await takeOne()
      const code = await new Promise<string>((resolve) => {
        const heard = (bytes: Buffer): void => {
          const frame = JSON.parse(bytes.toString('utf8')) as { id?: number; result?: ApiResult<unknown> }
          if (frame.id !== id || !frame.result) return
          socket.off('message', heard)
          socket.off('close', cut)
          resolve(codeOf(frame.result))
        }
        const cut = (): void => resolve('closed')
        socket.on('message', heard)
        socket.once('close', cut)
        socket.send(text)
      })
      if (code !== 'closed') free.push(socket)
      return code
    },
    close() {
      for (const socket of open) socket.terminate()
    },
  }
}

function frameText(id: number, name: string, input: unknown): string {
  try {
    return JSON.stringify({ id, name, input })
  } catch {
    // Too deep for the sender itself.
    return `{"id":${id},"name":${JSON.stringify(name)},"input":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`
  }
}
