import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import { HearthError } from '#shared/api/errors.ts'
import type { DeliverTarget } from './messages.ts'

const TIMEOUT_MS = 20_000
const MAX_OUTPUT_BYTES = 8 * 1024

/**
 * Hands a key to the importing command in a container, by the stdin of a new exec. Doing it twice is doing it once: a keyring that holds this very key already is fine.
 * Rejects `engine-failed` with what the engine or the command said, cleared of anything that could be a key.
 * SECURITY: S16 the one thing for which the key process opens the engine's socket. Plain HTTP on a local socket or loopback only; the key stands in no
 * argument, environment or label, so `docker inspect` of container and exec shows none of it.
 * @param line 64 hex digits and a newline; the caller zeroes it @param address of the key
 */
export async function deliverKey(target: DeliverTarget, line: Uint8Array, address: string): Promise<void> {
  const imported = await runExec(target, line)
  if (imported.exitCode === 0) return
  const [program = '', keys = '', , name = '', ...flags] = target.command
  if (imported.output.includes('cannot overwrite key')) {
    const shown = await runExec({ ...target, command: [program, keys, 'show', name, '--address', ...flags] }, new Uint8Array(0))
    if (shown.exitCode === 0 && shown.output.trim() === address) return
    throw failed('another key has this name in the container')
  }
  throw failed(`the command ended with ${imported.exitCode}: ${clear(imported.output)}`)
}

/** Runs one command in the container with `input` as its whole stdin. */
async function runExec(target: DeliverTarget, input: Uint8Array): Promise<{ exitCode: number; output: string }> {
  const where = endpointOptions(target.engineEndpoint)
  const created = await askJson(where, 'POST', `/containers/${encodeURIComponent(target.container)}/exec`, {
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Cmd: target.command,
  })
  const id = textField(created, 'Id')
  const output = await runAttached(where, id, input)
  return { exitCode: await ended(where, id), output }
}

/** Rejects endpoints through which a key could leave this machine. */
export function endpointOptions(endpoint: string): Pick<RequestOptions, 'socketPath' | 'host' | 'port'> {
  if (endpoint.startsWith('unix://')) return { socketPath: endpoint.slice('unix://'.length) }
  if (endpoint.startsWith('npipe://')) return { socketPath: endpoint.slice('npipe://'.length).replaceAll('/', '\\') }
  if (endpoint.startsWith('/') || endpoint.startsWith('\\\\.\\pipe\\')) return { socketPath: endpoint }
  let url: URL
  try {
    url = new URL(endpoint.replace(/^tcp:/, 'http:'))
  } catch {
    throw failed('the engine address cannot be read')
  }
  // SECURITY: S16 without TLS a key goes to this machine only.
  if (url.protocol !== 'http:' || !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    throw failed('keys are given only to an engine on this machine')
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 80 : Number(url.port) }
}

/** Starts the exec, writes, closes the writing side and reads to the end. @returns what it printed */
function runAttached(where: RequestOptions, id: string, input: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ Detach: false, Tty: false })
    const asked = request({
      ...where,
      method: 'POST',
      path: `/exec/${encodeURIComponent(id)}/start`,
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), Connection: 'Upgrade', Upgrade: 'tcp' },
    })
    const timer = stopAfter(asked, reject)
    asked.on('response', (response) => {
      clearTimeout(timer)
      response.destroy()
      reject(failed(`the engine answered ${response.statusCode} instead of opening a stream`))
    })
    asked.on('upgrade', (_response: IncomingMessage, socket: Socket, head: Buffer) => {
      const chunks: Buffer[] = [head]
      let size = head.length
      socket.on('data', (chunk: Buffer) => {
        if (size < MAX_OUTPUT_BYTES) chunks.push(chunk)
        size += chunk.length
      })
      socket.on('error', (error) => {
        clearTimeout(timer)
        reject(failed(error.message))
      })
      socket.on('close', () => {
        clearTimeout(timer)
        resolve(withoutFrames(Buffer.concat(chunks).subarray(0, MAX_OUTPUT_BYTES)))
      })
      socket.on('end', () => socket.destroy())
      socket.end(input)
    })
    asked.on('error', (error) => {
      clearTimeout(timer)
      reject(failed(error.message))
    })
    asked.end(body)
  })
}

/** Exit code, once the engine has noticed the end (it closes the stream a moment before). */
async function ended(where: RequestOptions, id: string): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const seen = await askJson(where, 'GET', `/exec/${encodeURIComponent(id)}/json`, undefined)
    if (seen['Running'] === false && typeof seen['ExitCode'] === 'number') return seen['ExitCode']
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
  throw failed('the command does not end')
}

function askJson(where: RequestOptions, method: 'GET' | 'POST', path: string, body: object | undefined): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const asked = request(
      { ...where, method, path, headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }, agent: false },
      (response) => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (answer += chunk.slice(0, 64 * 1024)))
        response.on('error', (error) => reject(failed(error.message)))
        response.on('end', () => {
          clearTimeout(timer)
          try {
            const parsed = JSON.parse(answer) as Record<string, unknown>
            if ((response.statusCode ?? 500) < 300) resolve(parsed)
            else reject(failed(`the engine answered ${response.statusCode}: ${clear(answer)}`))
          } catch {
            reject(failed(`the engine answered ${response.statusCode} without JSON`))
          }
        })
      },
    )
    const timer = stopAfter(asked, reject)
    asked.on('error', (error) => {
      clearTimeout(timer)
      reject(failed(error.message))
    })
    asked.end(text)
  })
}

function stopAfter(asked: ClientRequest, reject: (error: Error) => void): NodeJS.Timeout {
  return setTimeout(() => {
    reject(failed(`no answer within ${TIMEOUT_MS / 1000} s`))
    asked.destroy()
  }, TIMEOUT_MS)
}

/** Takes the engine's 8-byte frame heads out of an output stream. */
function withoutFrames(bytes: Buffer): string {
  const parts: Buffer[] = []
  let at = 0
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32BE(at + 4)
    parts.push(bytes.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return Buffer.concat(parts).toString('utf8')
}

/** SECURITY: S18 what a command prints could repeat its input: long runs of hex or base64 letters are taken out. */
function clear(text: string): string {
  return text
    .replace(/[A-Za-z0-9+/=]{20,}/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(-300)
}

function textField(answer: Record<string, unknown>, name: string): string {
  const value = answer[name]
  if (typeof value !== 'string' || !/^[0-9a-f]{12,128}$/.test(value)) throw failed('the engine gave no exec id')
  return value
}

function failed(reason: string): HearthError {
  return new HearthError('engine-failed', { reason })
}
