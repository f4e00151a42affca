import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { WebSocket } from 'ws'
import { openAccess, type Access } from '#main/shells/web/access.ts'
import { ownCertificates } from '#main/shells/web/certificates.ts'
import { createWebShell, type WebShell, type WebShellParts } from '#main/shells/web/shell.ts'
import { signInFile } from '#main/shells/web/sign-in-file.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { createShellApp, type ShellApp } from '#test/fakes/shell-app.ts'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** One raw request to 127.0.0.1, with exactly the headers given (Host too). The path is sent as it stands. @param options.tls over TLS, whoever the certificate is from */
export function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string | string[]>; body?: string; host?: string; tls?: boolean } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = (options.tls ? httpsRequest : httpRequest)(
      {
        rejectUnauthorized: false,
        host: options.host ?? '127.0.0.1',
        port,
        path,
        method: options.method ?? 'GET',
        headers: options.headers,
        setHost: options.headers?.['Host'] === undefined,
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }),
        )
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(options.body)
  })
}

/** Sends bytes as they stand and returns all that comes back. */
export function askRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
    socket.setTimeout(5000, () => socket.destroy(new Error('no end')))
  })
}

/** A socket whose messages and end can be awaited. */
export interface TestSocket {
  socket: WebSocket
  /** Parsed frames so far. */
  frames: Record<string, unknown>[]
  next(): Promise<Record<string, unknown>>
  ended: Promise<{ code: number; status: number | undefined }>
  send(message: unknown): void
}

/** Opens `/socket`; a refused upgrade resolves `ended` with its HTTP status. */
export function openSocket(
  port: number,
  headers: Record<string, string>,
  options: { tls?: boolean; autoPong?: boolean } = {},
): Promise<TestSocket> {
  const { tls = false, autoPong = true } = options
  return new Promise((resolve) => {
    const url = `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}/socket`
    const socket = new WebSocket(url, { headers, autoPong, rejectUnauthorized: false })
    const frames: Record<string, unknown>[] = []
    const waiting: ((frame: Record<string, unknown>) => void)[] = []
    let status: number | undefined
    let taken = 0
    const ended = new Promise<{ code: number; status: number | undefined }>((end) => socket.on('close', (code) => end({ code, status })))
    const made: TestSocket = {
      socket,
      frames,
      ended,
      send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      next: () =>
        new Promise((got) => {
          const there = frames[taken]
          taken += 1
          if (there) got(there)
          else waiting.push(got)
        }),
    }
    socket.on('message', (bytes: Buffer) => {
      const frame = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
      frames.push(frame)
      waiting.shift()?.(frame)
    })
    socket.on('unexpected-response', (_request, response) => {
      status = response.statusCode
      response.destroy()
      socket.terminate()
      resolve(made)
    })
    socket.on('error', () => resolve(made))
    socket.on('open', () => resolve(made))
  })
}

/** A listening shell with a fake app and a small page, and how to knock at it. */
export interface Stage {
  app: ShellApp
  shell: WebShell
  log: ReturnType<typeof createQuietLog>
  port: number
  confirmPort: number
  host: string
  origin: string
  /** Moves the shell's clock. */
  wait(ms: number): void
  access: Access
  /** Where the sign-in file lies. */
  dataDir: string
  /** Opens a session. @returns its cookie as a header value */
  login(headers?: Record<string, string>): Promise<string>
  /** Token of a new link. */
  token(): string
  close(): Promise<void>
}

/** Cheap enough for a test that signs in a hundred times. */
export const CHEAP_COST = { n: 1024, r: 8, p: 1 }

export interface StageOptions extends Partial<Pick<WebShellParts, 'bind' | 'names' | 'confirmName' | 'proxy' | 'heartbeatMs'>> {
  /** With a certificate of its own. */
  tls?: boolean
  /** Of an earlier stage, to start again. */
  dataDir?: string
}

export async function createStage(app: ShellApp = createShellApp(), options: StageOptions = {}): Promise<Stage> {
  const { tls = false, dataDir: earlier, ...rest } = options
  const folder = await mkdtemp(join(tmpdir(), 'hearth-shell-'))
  const rendererDir = join(folder, 'page')
  await mkdir(join(rendererDir, 'assets'), { recursive: true })
  await mkdir(join(folder, 'page-evil'))
  await Promise.all([
    writeFile(join(rendererDir, 'index.html'), '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><title>page</title>'),
    writeFile(join(rendererDir, 'assets', 'index-Ab12Cd34.js'), 'export {}'),
    writeFile(join(rendererDir, 'plain.svg'), '<svg/>'),
    writeFile(join(rendererDir, '.hidden.json'), '"secret"'),
    writeFile(join(folder, 'secret.json'), '"secret"'),
    writeFile(join(folder, 'page-evil', 'secret.json'), '"secret"'),
    symlink(join(folder, 'secret.json'), join(rendererDir, 'link.json')),
    symlink(join(folder, 'page-evil'), join(rendererDir, 'linked')),
  ])
  const log = createQuietLog()
  let offsetMs = 0
  const now = (): number => Date.now() + offsetMs
  const dataDir = earlier ?? folder
  const access = await openAccess({ now, store: signInFile(dataDir, now), cost: CHEAP_COST })
  const shell = await createWebShell({
    app,
    access,
    rendererDir,
    surfaceCss: Buffer.from('body{}'),
    bind: '127.0.0.1',
    port: 0,
    confirmPort: 0,
    log,
    ...(tls ? { certificates: await ownCertificates(dataDir, ['localhost', '127.0.0.1'], { log, now }) } : {}),
    ...rest,
  })
  const { port, confirmPort } = shell
  const token = (): string => new URL(shell.oneTimeLink()).searchParams.get('token') ?? ''
  return {
    app,
    shell,
    log,
    port,
    confirmPort,
    access,
    dataDir,
    host: `127.0.0.1:${port}`,
    origin: shell.url,
    wait(ms) {
      offsetMs += ms
    },
    token,
    async login(loginHeaders = {}) {
      const opened = await ask(port, `/open?token=${token()}`, { tls, headers: { Host: new URL(shell.url).host, ...loginHeaders } })
      const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0]
      if (opened.status !== 303 || !cookie) throw new Error(`no session: ${opened.status}`)
      return cookie
    },
    async close() {
      await shell.close()
      // Another stage may still write in it.
      await rm(folder, { recursive: true, maxRetries: 10 })
    },
  }
}

/** Every answer of the web shell, refusals too, carries these and lets nobody across origins. */
export function expectHardened(answer: Answer): void {
  const csp = String(answer.headers['content-security-policy'])
  expect(csp).toContain("default-src 'none'")
  expect(csp).toContain("frame-ancestors 'none'")
  expect(csp).toContain("base-uri 'none'")
  expect(csp).not.toMatch(/unsafe|\*/)
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
  expect(answer.headers['x-frame-options']).toBe('DENY')
  expect(answer.headers['cross-origin-opener-policy']).toBe('same-origin')
  expect(answer.headers['referrer-policy']).toMatch(/^(no-referrer|same-origin)$/)
  expect(answer.headers['cache-control']).toMatch(/^(no-store|private, max-age=31536000, immutable)$/)
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
}

/** Posts a form to the page's listener as its own page would, unless told otherwise. */
export function postForm(
  stage: Stage,
  path: string,
  fields: Record<string, string>,
  options: { headers?: Record<string, string>; tls?: boolean } = {},
): Promise<Answer> {
  return ask(stage.port, path, {
    method: 'POST',
    tls: options.tls ?? false,
    headers: {
      Host: new URL(stage.origin).host,
      Origin: stage.origin,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...options.headers,
    },
    body: new URLSearchParams(fields).toString(),
  })
}

/** The session cookie that an answer sets, as a header value; '' when it sets none. */
export const cookieFrom = (answer: Answer): string => answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
