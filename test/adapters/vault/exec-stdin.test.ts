import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { onTestFinished, describe, expect, it } from 'vitest'
import { deliverKey, endpointOptions } from '#main/adapters/vault/exec-stdin.ts'
import { bytes, openService, temporaryFolder, VECTOR_KEYS as keys } from './support.ts'

interface FakeEngine {
  endpoint: string
  requests: { method: string; path: string; body: string }[]
  stdin(): string
}

/** Speaks just enough of the engine's exec: create, a hijacked stream, inspect. */
const fakeEngine = async (result: { exitCode: number; output?: string; createStatus?: number }): Promise<FakeEngine> => {
  const path = join(await temporaryFolder(), 'engine.sock')
  const requests: FakeEngine['requests'] = []
  const stdin: Buffer[] = []
  let inspected = 0
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      requests.push({ method: request.method ?? '', path: request.url ?? '', body })
      const json = (status: number, value: object): void =>
        void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
      if (request.url?.endsWith('/exec'))
        json(result.createStatus ?? 201, result.createStatus ? { message: 'No such container: keeper' } : { Id: 'ab'.repeat(32) })
      else {
        inspected += 1
        json(200, { Running: inspected < 2, ExitCode: inspected < 2 ? null : result.exitCode })
      }
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', body: '' })
    socket.write('HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
    // The request's own JSON body may come first on this socket.
    const text = head.toString()
    if (text.includes('}')) stdin.push(Buffer.from(text.slice(text.indexOf('}') + 1)))
    socket.on('data', (chunk: Buffer) => {
      const data = chunk.toString()
      stdin.push(Buffer.from(data.startsWith('{"Detach"') ? data.slice(data.indexOf('}') + 1) : data))
    })
    socket.on('end', () => {
      const output = Buffer.from(result.output ?? '')
      const frame = Buffer.alloc(8)
      frame[0] = 2
      frame.writeUInt32BE(output.length, 4)
      socket.end(Buffer.concat([frame, output]))
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  onTestFinished(() => void server.close())
  return { endpoint: `unix://${path}`, requests, stdin: () => Buffer.concat(stdin).toString() }
}
const target = (endpoint: string) => ({
  engineEndpoint: endpoint,
  container: 'keeper',
  command: ['pocketd', 'keys', 'import-hex', 'op1', '--keyring-backend', 'test', '--keyring-dir', '/keys'],
})

describe('handing a key to a container', () => {
  it('puts the key on stdin, closes it, and waits for exit code 0', async () => {
    const engine = await fakeEngine({ exitCode: 0 })
    const vault = await openService()
    const id = await vault.importKey(keys.keys[1]?.privateKeyHex ?? '')
    await vault.service.handle<'deliver'>({ kind: 'deliver', keyId: id, target: target(engine.endpoint) })
    expect(engine.stdin()).toBe(`${keys.keys[1]?.privateKeyHex}\n`)
    expect(engine.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /containers/keeper/exec',
      `POST /exec/${'ab'.repeat(32)}/start`,
      `GET /exec/${'ab'.repeat(32)}/json`,
      `GET /exec/${'ab'.repeat(32)}/json`,
    ])
    expect(JSON.parse(engine.requests[0]?.body ?? '')).toEqual({
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Cmd: target('').command,
    })
    for (const { body } of engine.requests) expect(body).not.toContain(keys.keys[1]?.privateKeyHex)
  })
  it('says what went wrong without anything that could be a key', async () => {
    const hex = keys.keys[1]?.privateKeyHex ?? ''
    const engine = await fakeEngine({ exitCode: 1, output: `Error: invalid key ${hex}: nope` })
    await expect(deliverKey(target(engine.endpoint), bytes(`${hex}\n`), 'pokt1')).rejects.toMatchObject({
      code: 'engine-failed',
      detail: { reason: 'the command ended with 1: Error: invalid key …: nope' },
    })
    const gone = await fakeEngine({ exitCode: 0, createStatus: 404 })
    await expect(deliverKey(target(gone.endpoint), bytes('x\n'), 'pokt1')).rejects.toMatchObject({
      code: 'engine-failed',
      detail: { reason: expect.stringContaining('404') },
    })
    await expect(deliverKey(target('unix:///nowhere/engine.sock'), bytes('x\n'), 'pokt1')).rejects.toMatchObject({ code: 'engine-failed' })
  })
  it('never leaves this machine, and only for the importing command and operator keys', async () => {
    for (const endpoint of [
      'http://10.0.0.7:2375',
      'tcp://example.org:2375',
      'https://127.0.0.1:2376',
      'http://127.0.0.1.example.org',
      'ssh://host',
      'nonsense',
    ])
      expect(() => endpointOptions(endpoint), endpoint).toThrowError(expect.objectContaining({ code: 'engine-failed' }))
    expect(endpointOptions('unix:///var/run/docker.sock')).toEqual({ socketPath: '/var/run/docker.sock' })
    expect(endpointOptions('/var/run/docker.sock')).toEqual({ socketPath: '/var/run/docker.sock' })
    expect(endpointOptions('npipe:////./pipe/docker_engine')).toEqual({ socketPath: '\\\\.\\pipe\\docker_engine' })
    expect(endpointOptions('http://127.0.0.1:2375')).toEqual({ host: '127.0.0.1', port: 2375 })

    const vault = await openService()
    const owner = await vault.importKey(keys.keys[0]?.privateKeyHex ?? '', 'owner')
    const operator = await vault.importKey(keys.keys[1]?.privateKeyHex ?? '')
    const engine = await fakeEngine({ exitCode: 0 })
    const deliver = (keyId: string, command = target('').command) =>
      vault.service.handle<'deliver'>({ kind: 'deliver', keyId, target: { ...target(engine.endpoint), command } })
    await expect(deliver(owner)).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(deliver(operator, ['sh', '-c', 'cat > /keys/leak'])).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(deliver('key-none')).rejects.toMatchObject({ code: 'key-unknown' })
    expect(engine.requests).toEqual([])
  })
})
