import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Engine, ExecResult } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'
import { readRequest, type RawRequest } from './raw-http.ts'

/** Far more than a key and its line end. */
const MAX_STDIN_BYTES = 4_096
/** Commands whose end nobody has asked for are forgotten, the oldest first. */
const EXECS_KEPT = 100

export interface KeySocket {
  /** `unix://…`, or `npipe://…` on Windows. */
  endpoint: string
  close(): Promise<void>
}

interface MadeExec {
  container: string
  command: string[]
  running: boolean
  exitCode: number | undefined
}

const execBody = z.object({ Cmd: z.array(z.string().max(1_000)).min(1).max(50) })

/**
 * The little of an engine's interface that the key process uses, on a socket that only this user can reach: make an exec, start it, ask for its end.
 * So the operator key takes the same way in Practice as on a real engine.
 * SECURITY: S16 only containers that hold keys can be reached, and only `pocketd keys` can be run there. SECURITY: S18 the input of a command stands in no answer.
 * SECURITY: S19 the socket lies in a folder of this user alone.
 * @param options.isKeeper whether a container holds keys
 */
export async function startKeySocket(options: { exec: Engine['exec']; isKeeper: (name: string) => boolean }): Promise<KeySocket> {
  const execs = new Map<string, MadeExec>()
  const sockets = new Set<Socket>()
  const folder = process.platform === 'win32' ? undefined : await mkdtemp(join(tmpdir(), 'hearth-practice-'))
  const pipe = `hearth-practice-${randomBytes(16).toString('hex')}`
  const path = folder === undefined ? String.raw`\\.\pipe\${pipe}` : join(folder, 'keys.sock')

  const make = (container: string, body: string): [number, object] => {
    if (!options.isKeeper(container)) return [404, { message: `No such container: ${container}` }]
    const command = parseBody(body)
    if (!command) return [400, { message: 'no command was given' }]
    if (command[0] !== 'pocketd' || command[1] !== 'keys') return [403, { message: 'only keys are handed over here' }]
    const id = randomBytes(32).toString('hex')
    execs.set(id, { container, command, running: false, exitCode: undefined })
    for (const old of [...execs.keys()].slice(0, Math.max(0, execs.size - EXECS_KEPT))) execs.delete(old)
    return [201, { Id: id }]
  }

  const run = async (exec: MadeExec, socket: Socket, head: Buffer): Promise<void> => {
    socket.write('HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
    exec.running = true
    const input = await readInput(socket, head)
    try {
      const result = await options.exec(exec.container, exec.command, { stdin: input.toString('latin1') })
      exec.exitCode = result.exitCode
      socket.write(frames(result))
    } catch (error) {
      exec.exitCode = 126
      socket.write(
        frames({ exitCode: 126, stdout: '', stderr: error instanceof HearthError ? (error.detail['reason'] ?? error.code) : 'it failed' }),
      )
    } finally {
      input.fill(0)
      exec.running = false
      socket.end()
    }
  }

  const answer = async (request: RawRequest, socket: Socket): Promise<void> => {
    const route = `${request.method} ${request.path.replace(/^\/v1\.\d+/, '')}`
    const container = /^POST \/containers\/([^/]+)\/exec$/.exec(route)?.[1]
    if (container !== undefined) return sendJson(socket, ...make(decode(container), request.body))
    const started = /^POST \/exec\/([0-9a-f]{64})\/start$/.exec(route)?.[1]
    const asked = /^GET \/exec\/([0-9a-f]{64})\/json$/.exec(route)?.[1]
    const id = started ?? asked
    if (id === undefined) return sendJson(socket, 404, { message: 'page not found' })
    const exec = execs.get(id)
    if (!exec) return sendJson(socket, 404, { message: `No such exec instance: ${id}` })
    if (asked !== undefined) {
      const [entrypoint, ...rest] = exec.command
      return sendJson(socket, 200, {
        ID: id,
        Running: exec.running,
        ExitCode: exec.exitCode ?? null,
        ProcessConfig: { tty: false, entrypoint, arguments: rest, privileged: false },
        OpenStdin: true,
        OpenStdout: true,
        OpenStderr: true,
      })
    }
    if (exec.running || exec.exitCode !== undefined) return sendJson(socket, 409, { message: `Error: Exec command ${id} has already run` })
    if (request.headers['upgrade'] !== 'tcp') return sendJson(socket, 400, { message: 'the stream needs an upgrade' })
    return run(exec, socket, request.rest)
  }

  // The client ends its side of the stream when the input is over, and still reads the output.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    readRequest(socket)
      .then((request) => answer(request, socket))
      .catch(() => socket.destroy())
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(path, () => resolve())
  await promise
  // It must not keep a process alive that has nothing else to do.
  server.unref()

  return {
    endpoint: folder === undefined ? `npipe:////./pipe/${pipe}` : `unix://${path}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      await closed.promise
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function parseBody(body: string): string[] | undefined {
  try {
    return execBody.parse(JSON.parse(body)).Cmd
  } catch {
    return undefined
  }
}

function sendJson(socket: Socket, status: number, answer: object): void {
  const body = JSON.stringify(answer)
  socket.end(
    `HTTP/1.1 ${status} ${status < 300 ? 'OK' : 'Refused'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** All that comes until the other side ends, up to a limit; what is beyond is a mistake and ends the connection. */
async function readInput(socket: Socket, head: Buffer): Promise<Buffer> {
  const chunks = [head]
  let size = head.length
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > MAX_STDIN_BYTES) throw new Error('too much input')
  }
  const whole = Buffer.concat(chunks)
  for (const chunk of chunks) chunk.fill(0)
  return whole
}

/** Output in the engine's frames: stream, three zeros, length, content. */
function frames({ stdout, stderr }: ExecResult): Buffer {
  const parts: Buffer[] = []
  for (const [stream, text] of [
    [1, stdout],
    [2, stderr],
  ] as const) {
    if (text === '') continue
    const content = Buffer.from(text)
    const head = Buffer.alloc(8)
    head[0] = stream
    head.writeUInt32BE(content.length, 4)
    parts.push(head, content)
  }
  return Buffer.concat(parts)
}
