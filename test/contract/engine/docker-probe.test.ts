import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { probeEndpoints } from '#main/adapters/docker/probe.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { run } from '#test/localnet/process.ts'
import { engineSocket, systemClock } from './docker-engine.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { startSocketRelay } from './socket-relay.ts'

describe('Docker: where no engine answers', () => {
  let folder: string
  const servers: { close(): unknown; closeAllConnections?(): void }[] = []
  const path = (name: string): string => join(folder, name)
  const probe = (endpoint: string, isInstalled = false, timeoutMs = 1_000) =>
    probeEndpoints([endpoint], () => isInstalled, systemClock, timeoutMs)
  const serve = async (name: string, body: (url: string) => { status: number; body: string } | undefined): Promise<string> => {
    const server = createServer((request, response) => {
      const answer = body(request.url ?? '')
      if (answer) response.writeHead(answer.status).end(answer.body)
    })
    servers.push(server)
    await new Promise<void>((resolve) => {
      server.listen(path(name), resolve)
    })
    return `unix://${path(name)}`
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-ctr-'))
  })
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections?.()
      server.close()
    }
    await rm(folder, { recursive: true, force: true })
  })

  test('no socket: absent, or not started where the program is installed', async () => {
    const endpoint = `unix://${path('nothing.sock')}`
    expect(await probe(endpoint)).toMatchObject({ kind: 'absent', endpoint })
    expect(await probe(endpoint, true)).toMatchObject({ kind: 'not-started', endpoint })
  })

  test('a socket that refuses, as a dead engine leaves it: not started', async () => {
    const file = path('dead.sock')
    const child = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    await new Promise((resolve) => {
      child.once('close', resolve)
    })
    expect(await probe(`unix://${file}`)).toMatchObject({ kind: 'not-started', detail: expect.stringContaining('ECONNREFUSED') })
  })

  test('something else on the socket: failed, whatever it says, and in time when it says nothing', async () => {
    const answers: Record<string, { status: number; body: string } | undefined> = {
      'web.sock': { status: 200, body: '<html>hello</html>' },
      'empty.sock': { status: 200, body: 'null' },
      'missing.sock': { status: 404, body: 'no' },
      'mute.sock': undefined,
    }
    for (const [name, answer] of Object.entries(answers)) {
      const result = await probe(await serve(name, () => answer))
      expect(result, name).toMatchObject({ kind: 'failed', detail: expect.stringMatching(/\w{3}/) })
    }
    const tcp = createTcpServer((connection) => connection.end('220 mail server ready\r\n'))
    servers.push(tcp)
    await new Promise<void>((resolve) => {
      tcp.listen(path('mail.sock'), resolve)
    })
    expect(await probe(`unix://${path('mail.sock')}`)).toMatchObject({ kind: 'failed' })
  })

  test('an engine that is too old, and one with Windows containers', async () => {
    const old = await serve('old.sock', () => ({ status: 200, body: '{"Version":"19.03.1","ApiVersion":"1.40"}' }))
    expect(await probe(old)).toMatchObject({ kind: 'too-old', detail: expect.stringContaining('19.03.1') })
    const windows = await serve('windows.sock', (url) => ({
      status: 200,
      body: url.startsWith('/version')
        ? '{"Version":"28.0.0","ApiVersion":"1.48"}'
        : '{"OSType":"windows","MemTotal":1,"NCPU":1,"Architecture":"x86_64"}',
    }))
    expect(await probe(windows)).toMatchObject({ kind: 'windows-containers', endpoint: windows })
  })

  test('one on a processor without images, and one that answers with errors while it starts', async () => {
    const small = await serve('small.sock', (url) => ({
      status: 200,
      body: url.startsWith('/version')
        ? '{"Version":"28.0.0","ApiVersion":"1.48"}'
        : '{"OSType":"linux","MemTotal":1,"NCPU":1,"Architecture":"armv7l"}',
    }))
    expect(await probe(small)).toMatchObject({ kind: 'wrong-architecture', detail: expect.stringContaining('armv7l') })
    const starting = await serve('starting.sock', () => ({ status: 503, body: '{"message":"the virtual machine is starting"}' }))
    expect(await probe(starting)).toMatchObject({ kind: 'failed', detail: 'the virtual machine is starting' })
  })

  test('one whose answers have the wrong types is no engine', async () => {
    const bodies = [
      '{"Version":1,"ApiVersion":"1.48"}',
      '{"Version":"28.0.0","ApiVersion":"x"}',
      '[]',
      '"text"',
      '{"Version":"28.0.0","ApiVersion":"1.48"}',
    ]
    for (const [at, body] of bodies.entries()) {
      const kind = (await probe(await serve(`types-${at}.sock`, () => ({ status: 200, body })))).kind
      expect(['failed', 'too-old'], body).toContain(kind)
    }
  })

  test('of several places the ready one is taken, else the one that can be put right is named', async () => {
    const nothing = `unix://${path('nothing.sock')}`
    const old = await serve('old-2.sock', () => ({ status: 200, body: '{"Version":"19.03.1","ApiVersion":"1.40"}' }))
    const web = await serve('web-2.sock', () => ({ status: 200, body: 'hello' }))
    const all = [nothing, old, web]
    expect(await probeEndpoints(all, () => false, systemClock)).toMatchObject({ kind: 'too-old', endpoint: old })
    expect(await probeEndpoints([...all, `unix://${await engineSocket()}`], () => false, systemClock)).toMatchObject({ kind: 'ready' })
    expect(await probeEndpoints([], () => false, systemClock)).toMatchObject({ kind: 'absent' })
  })

  test('a socket that this user may not open: no permission', async () => {
    const socket = await engineSocket()
    const script = `import { probeEndpoints } from '#main/adapters/docker/probe.ts'
      const clock = { now: () => Date.now(), sleep: async () => undefined }
      console.log(JSON.stringify(await probeEndpoints(['unix://${socket}'], () => true, clock)))`
    const asNobody = [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      '--input-type=module-typescript',
      '--eval',
      script,
    ]
    const asked = await run('setpriv', asNobody)
    expect(asked.stderr.replace(/^.*Warning.*$/gm, '').trim()).toBe('')
    expect(JSON.parse(asked.stdout)).toMatchObject({ kind: 'no-permission', endpoint: `unix://${socket}` })
  })

  test('calls say what is wrong with the engine, and work once it is there', async () => {
    const file = path('late.sock')
    const engine = createDockerEngine({
      endpoint: `unix://${file}`,
      installId: 'hearth-ctr-late',
      clock: systemClock,
      log: createQuietLog(),
    })
    expect(['engine-absent', 'engine-not-started']).toContain((await rejection(engine.list())).code)
    const relay = await startSocketRelay(file, await engineSocket())
    expect(await engine.list()).toEqual([])
    await relay.close()
    expect((await rejection(engine.list())).code).toBe('engine-not-started')
  })
})
