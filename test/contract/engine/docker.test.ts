import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { probeEndpoints } from '#main/adapters/docker/probe.ts'
import type { ContainerSpec, Engine } from '#main/core/ports/engine.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { docker, freePort, mustDocker } from '#test/localnet/engine.ts'
import { prepareMachine, readMachine } from '#test/localnet/prepare.ts'
import { run } from '#test/localnet/process.ts'
import { startImageRegistry } from './image-registry.ts'
import { startSocketRelay } from './socket-relay.ts'
import { containerSpec, engineContract, PROGRAMS, rejection, type EngineUnderTest } from './suite.ts'

const PULL_STALL_MS = 1_500

const systemClock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve()
      const timer = setTimeout(resolve, ms)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    }),
}

async function engineSocket(): Promise<string> {
  const known = (() => {
    try {
      return readMachine().engineSocket
    } catch {
      return null
    }
  })()
  const socket = known !== null && (await docker(known, ['version'])).code === 0 ? known : (await prepareMachine()).engineSocket
  if (socket === null) throw new Error('there is no container engine on this machine')
  return socket
}

/** Port listeners of `occupyPort` that are to be closed in the end. */
async function occupyPort(): Promise<{ port: number; free(): Promise<void> }> {
  const port = await freePort()
  const server = createTcpServer()
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return { port, free: () => new Promise((resolve) => server.close(() => resolve())) }
}

let made = 0

async function makeDocker(): Promise<EngineUnderTest> {
  const socket = await engineSocket()
  const folder = await mkdtemp(join(tmpdir(), 'hearth-ctr-'))
  const relay = await startSocketRelay(join(folder, 'engine.sock'), socket)
  const registry = await startImageRegistry()
  const prefix = `hearth-ctr-${process.pid}-${(made += 1)}`
  const foreign: string[] = []
  const engine = createDockerEngine({
    endpoint: `unix://${relay.path}`,
    installId: prefix,
    clock: systemClock,
    log: createQuietLog(),
    pullStallMs: PULL_STALL_MS,
  })
  const dropImage = async (): Promise<void> => {
    const ids = (await mustDocker(socket, ['image', 'ls', '--quiet', '--no-trunc', registry.image.replace(/:1$/, '')])).split('\n')
    for (const id of new Set(ids)) if (id !== '') await mustDocker(socket, ['image', 'rm', '--force', id])
  }
  return {
    engine,
    prefix,
    pullStallMs: PULL_STALL_MS,
    image: registry.image,
    digest: registry.digest,
    unknownImage: registry.unknownImage,
    dropImage,
    setRegistry: (mood) => {
      registry.mood = mood
    },
    occupyPort,
    freePort,
    makeForeign: async (name) => {
      foreign.push(name)
      await mustDocker(socket, ['create', '--name', name, registry.image, ...PROGRAMS.wait])
    },
    removeByHand: async (name) => {
      await mustDocker(socket, ['rm', '--force', name])
    },
    cut: () => relay.cut(),
    close: async () => {
      for (const kind of ['container', 'volume', 'network'] as const) {
        const all = kind === 'container' ? ['--all'] : []
        const listed = await mustDocker(socket, [kind, 'ls', ...all, '--quiet', '--filter', `label=hearth.install=${prefix}`])
        const names = [...listed.split('\n'), ...(kind === 'container' ? foreign : [])].filter((name) => name !== '')
        if (names.length > 0) await docker(socket, [kind, 'rm', '--force', ...names])
      }
      await dropImage()
      await relay.close()
      await registry.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

engineContract('Docker', makeDocker)

describe('Docker', () => {
  let under: EngineUnderTest
  let engine: Engine
  let socket: string
  let count = 0
  const nextName = (): string => `${under.prefix}-only-${(count += 1)}`
  const running = async (fields: Partial<ContainerSpec> = {}): Promise<string> => {
    const spec = containerSpec(under, nextName(), fields)
    await engine.create(spec)
    await engine.start(spec.name)
    return spec.name
  }
  const sh = async (container: string, script: string, user?: string): Promise<string> => {
    const result = await engine.exec(container, ['sh', '-c', script], user === undefined ? {} : { user })
    expect(result.stderr).toBe('')
    return result.stdout.trim()
  }

  beforeAll(async () => {
    socket = await engineSocket()
    under = await makeDocker()
    engine = under.engine
    await engine.pull(under.image, () => undefined, new AbortController().signal)
  })
  afterAll(async () => {
    await under?.close()
  })

  describe('hardening', () => {
    // SECURITY: S16 as the engine itself tells it.
    test('a container has no rights beyond its own: no capabilities, no new ones, no binds, no host name spaces, ports on loopback', async () => {
      const [network, other, volume] = [nextName(), nextName(), nextName()]
      await engine.ensureNetwork(network)
      await engine.ensureNetwork(other, { internal: true })
      await engine.ensureVolume(volume, { memory: true })
      const hostPort = await freePort()
      const container = await running({
        user: '1025:1025',
        env: { HOME: '/tmp' },
        ports: [{ containerPort: 80, hostPort }],
        mounts: [{ kind: 'volume', volume, path: '/keys', readOnly: true }],
        networks: [
          { name: network, aliases: ['front'] },
          { name: other, aliases: ['back'] },
        ],
        readOnlyRoot: true,
        memoryBytes: 32 * 1024 * 1024,
      })
      const [info] = JSON.parse(await mustDocker(socket, ['inspect', container])) as [
        {
          Config: Record<string, unknown>
          HostConfig: Record<string, unknown>
          Mounts: unknown[]
          NetworkSettings: { Networks: Record<string, { Aliases: string[] }> }
        },
      ]
      expect(info.HostConfig).toMatchObject({
        CapDrop: ['ALL'],
        Privileged: false,
        PublishAllPorts: false,
        ReadonlyRootfs: true,
        PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }] },
        NetworkMode: network,
        PidMode: '',
        UTSMode: '',
        UsernsMode: '',
        Memory: 32 * 1024 * 1024,
        PidsLimit: 4096,
        RestartPolicy: { Name: 'no' },
      })
      expect(info.HostConfig['CapAdd'] ?? []).toEqual([])
      expect(info.HostConfig['SecurityOpt']).toContain('no-new-privileges')
      expect(info.HostConfig['Binds'] ?? []).toEqual([])
      expect(info.HostConfig['Devices'] ?? []).toEqual([])
      expect(info.HostConfig['IpcMode']).not.toBe('host')
      expect(info.Mounts).toEqual([expect.objectContaining({ Type: 'volume', Name: volume, RW: false })])
      expect(Object.keys(info.NetworkSettings.Networks).toSorted()).toEqual([network, other].toSorted())
      expect(info.NetworkSettings.Networks[other]?.Aliases).toContain('back')
      const status = await sh(container, 'grep -E "^(CapEff|CapBnd|CapPrm|NoNewPrivs)" /proc/self/status | tr -s "\\t" " "')
      expect(status).toContain('CapEff: 0000000000000000')
      expect(status).toContain('CapBnd: 0000000000000000')
      expect(status).toContain('NoNewPrivs: 1')
      expect((await engine.exec(container, ['touch', '/tmp/a'])).exitCode).not.toBe(0)
      expect((await mustDocker(socket, ['port', container])).trim()).toBe(`80/tcp -> 127.0.0.1:${hostPort}`)
    })

    test('a missing second network is joined by the next create', async () => {
      const [network, other] = [nextName(), nextName()]
      await engine.ensureNetwork(network)
      await engine.ensureNetwork(other)
      const spec = containerSpec(under, nextName(), { networks: [network, other].map((name) => ({ name, aliases: [`at-${name}`] })) })
      await engine.create(spec)
      await mustDocker(socket, ['network', 'disconnect', '--force', other, spec.name])
      await engine.create(spec)
      const joined = JSON.parse(
        await mustDocker(socket, ['inspect', '--format', '{{json .NetworkSettings.Networks}}', spec.name]),
      ) as Record<string, { Aliases: string[] }>
      expect(joined[network]?.Aliases).toContain(`at-${network}`)
      expect(joined[other]?.Aliases).toContain(`at-${other}`)
    })

    test('a one-shot as root can give a fresh volume to the user of a node, who then writes to it; that user can not', async () => {
      const volume = nextName()
      await engine.ensureVolume(volume, { memory: false })
      const mounts = [{ kind: 'volume' as const, volume, path: '/home/node' }]
      const node = await running({ user: '1025:1025', mounts })
      expect((await engine.exec(node, ['touch', '/home/node/early'])).exitCode).not.toBe(0)
      expect((await engine.exec(node, ['chown', '1025:1025', '/home/node'])).exitCode).not.toBe(0)
      const init = await running({
        user: '0:0',
        command: ['sh', '-c', 'chown -R 1025:1025 /home/node && chmod 700 /home/node && sleep 600'],
        mounts,
      })
      await expect.poll(() => sh(init, 'stat -c "%u:%g %a" /home/node'), { timeout: 10_000 }).toBe('1025:1025 700')
      expect(await sh(node, 'echo mine > /home/node/file && cat /home/node/file')).toBe('mine')
    })

    test("somebody else's volume and network are neither used nor removed", async () => {
      const name = nextName()
      await mustDocker(socket, ['volume', 'create', name])
      await mustDocker(socket, ['network', 'create', name])
      try {
        expect((await rejection(engine.ensureVolume(name, { memory: false }))).code).toBe('engine-failed')
        expect((await rejection(engine.removeVolume(name))).code).toBe('engine-failed')
        expect((await rejection(engine.ensureNetwork(name))).code).toBe('engine-failed')
        expect((await rejection(engine.removeNetwork(name))).code).toBe('engine-failed')
        const spec = containerSpec(under, nextName(), { mounts: [{ kind: 'volume', volume: name, path: '/a' }] })
        expect((await rejection(engine.create(spec))).code).toBe('engine-failed')
        expect((await docker(socket, ['volume', 'inspect', name])).code).toBe(0)
        expect((await docker(socket, ['network', 'inspect', name])).code).toBe(0)
      } finally {
        await docker(socket, ['volume', 'rm', name])
        await docker(socket, ['network', 'rm', name])
      }
    })
  })

  test('a memory volume is tmpfs, for the user of the nodes alone', async () => {
    const volume = nextName()
    await engine.ensureVolume(volume, { memory: true })
    const keeper = await running({ user: '1025:1025', logDriver: 'none', mounts: [{ kind: 'volume', volume, path: '/keys' }] })
    expect(await sh(keeper, 'grep " /keys " /proc/mounts | cut -d " " -f 3')).toBe('tmpfs')
    expect(await sh(keeper, 'stat -c "%u:%g %a" /keys')).toBe('1025:1025 700')
    expect((await engine.exec(keeper, ['sh', '-c', 'cat > /keys/k && chmod 600 /keys/k'], { stdin: 'secret' })).exitCode).toBe(0)
    const miner = await running({ user: '1025:1025', mounts: [{ kind: 'volume', volume, path: '/keys', readOnly: true }] })
    expect(await sh(miner, 'cat /keys/k')).toBe('secret')
    const stranger = await running({ user: '1000:1000', mounts: [{ kind: 'volume', volume, path: '/keys', readOnly: true }] })
    expect((await engine.exec(stranger, ['cat', '/keys/k'])).exitCode).not.toBe(0)
  })

  test('a written file has the owner and mode that were asked for', async () => {
    const container = await running({ user: '1025:1025' })
    await engine.writeFile(container, '/tmp/key', Buffer.from('x'), { mode: 0o400, uid: 1025, gid: 1026 })
    expect(await sh(container, 'stat -c "%u:%g %a" /tmp/key')).toBe('1025:1026 400')
    expect((await rejection(engine.readFile(container, '/tmp'))).code).toBe('engine-failed')
  })

  test('exec runs as the user asked for', async () => {
    const container = await running({ user: '1025:1025' })
    expect(await sh(container, 'id -u', '7:7')).toBe('7')
    expect(await sh(container, 'id -u')).toBe('1025')
  })

  test('a long wait for a silent program or for its end is not cut short by the limit of ordinary calls', async () => {
    const impatient = createDockerEngine({
      endpoint: `unix://${socket}`,
      installId: under.prefix,
      clock: systemClock,
      log: createQuietLog(),
      callTimeoutMs: 600,
    })
    const container = await running({ command: ['sh', '-c', 'trap "sleep 2; exit 5" TERM; while :; do sleep 0.1; done'] })
    expect(await impatient.exec(container, ['sh', '-c', 'sleep 2; echo done'])).toMatchObject({ exitCode: 0, stdout: 'done\n' })
    await impatient.stop(container, 10)
    expect((await engine.list()).find((entry) => entry.name === container)?.exitCode).toBe(5)
  })

  test('stop lets a program end by itself within its grace and ends a stubborn one after it', async () => {
    const polite = await running({ command: ['sh', '-c', 'trap "sleep 1; exit 5" TERM; while :; do sleep 0.1; done'] })
    await new Promise((resolve) => {
      setTimeout(resolve, 500)
    })
    await engine.stop(polite, 10)
    expect((await engine.list()).find((entry) => entry.name === polite)?.exitCode).toBe(5)
    const stubborn = await running({ command: ['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'] })
    await new Promise((resolve) => {
      setTimeout(resolve, 500)
    })
    const startedAtMs = Date.now()
    await engine.stop(stubborn, 2)
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(1_900)
    expect((await engine.list()).find((entry) => entry.name === stubborn)?.exitCode).toBe(137)
  })

  test('a program that takes more memory than it may is seen as killed for it', async () => {
    const container = await running({ command: ['sh', '-c', 'tail -c 200000000 /dev/zero'], memoryBytes: 16 * 1024 * 1024 })
    await expect
      .poll(async () => (await engine.list()).find((entry) => entry.name === container), { timeout: 15_000 })
      .toMatchObject({ state: 'exited', oomKilled: true })
  })

  test('two installations on one engine do not see each other', async () => {
    const container = await running()
    const other = createDockerEngine({
      endpoint: `unix://${socket}`,
      installId: `${under.prefix}-b`,
      clock: systemClock,
      log: createQuietLog(),
    })
    expect(await other.list()).toEqual([])
    expect((await rejection(other.stop(container, 1))).code).toBe('engine-failed')
    expect((await rejection(other.remove(container))).code).toBe('engine-failed')
    expect((await engine.list()).find((entry) => entry.name === container)?.state).toBe('running')
  })
})

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
    expect(await probe(windows)).toMatchObject({ kind: 'failed', detail: expect.stringContaining('Windows containers') })
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
