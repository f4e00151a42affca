import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { WebSocket } from 'ws'
import { projectRoot } from '#test/localnet/paths.ts'

/** A program that serves a page, from its cold start. */
export interface Started {
  url: string
  /** As a header; '' where none is needed. */
  cookie: string
  /** From before the process was made until everything had been answered. */
  readyMs: number
  residentMB(): Promise<number>
  stop(): Promise<void>
}

const get = (url: string, headers: Record<string, string> = {}): Promise<{ status: number; cookie: string; body: string }> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, cookie: response.headers['set-cookie']?.[0]?.split(';')[0] ?? '', body }),
      )
    })
    asked.on('error', reject)
    asked.end()
  })

/** Asks until somebody answers. */
async function answered(url: string): Promise<string> {
  for (;;) {
    const answer = await get(url).catch(() => undefined)
    if (answer?.status === 200) return answer.body
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

function started(child: ChildProcess, rest: Pick<Started, 'url' | 'cookie' | 'readyMs'>): Started {
  return {
    ...rest,
    async residentMB() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** The bare server: ready when it gave its page. */
export async function startBare(server: string, root: string, port: number): Promise<Started> {
  const fromMs = performance.now()
  const child = spawn(process.execPath, [server, root, String(port)], { stdio: ['ignore', 'inherit', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  await answered(`${url}/`)
  return started(child, { url, cookie: '', readyMs: performance.now() - fromMs })
}

/** Hearth's web shell: ready when it gave its page and the first snapshot of the state over the socket. */
export async function startHearth(command: readonly string[], dataDir: string): Promise<Started> {
  const fromMs = performance.now()
  const options = ['--data-dir', dataDir, '--port', '0', '--no-open', '--engine', `unix://${dataDir}/no-engine.sock`]
  const child = spawn(process.execPath, [...command, ...options], { cwd: projectRoot, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  const link = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+\/open\?token=\S+/.exec(output)
      if (found) resolve(found[0])
    })
    child.once('exit', (code) => reject(new Error(`Hearth ended with ${code}: ${output}`)))
  })
  const url = new URL(link).origin
  const { cookie } = await get(link)
  const page = await get(`${url}/`, { Cookie: cookie })
  if (!page.body.includes('<div id="root">')) throw new Error('no page')
  await snapshot(url, cookie)
  return started(child, { url, cookie, readyMs: performance.now() - fromMs })
}

async function snapshot(url: string, cookie: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`, { headers: { Origin: url, Cookie: cookie } })
  await once(socket, 'open')
  socket.send('{"id":1,"name":"state.get","input":{}}')
  const [bytes] = (await once(socket, 'message')) as [Buffer]
  const { result } = JSON.parse(bytes.toString('utf8')) as { result: { ok: boolean } }
  if (!result.ok) throw new Error('no snapshot')
  socket.terminate()
}
