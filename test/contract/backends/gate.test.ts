import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { servicesFileSchema, type ServiceRecord } from '#shared/catalog/backends/schema.ts'
import { gate as gateEntry } from '#shared/catalog/entries/gate.ts'
import { createBackendLine } from '#main/adapters/system/backend-line.ts'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { createNet } from '#main/adapters/system/net.ts'
import { whyUnreachable } from '#shared/model/reachable-address.ts'
import { createGate, type Gate } from '#main/core/backends/gate.ts'
import { GATE_LOOK_HEADER, renderGateConfig, type GatedEndpoint } from '#main/core/backends/gate-config.ts'
import { judgeEndpoint } from '#main/core/backends/judge.ts'
import { namesOf } from '#main/core/nodes/specs.ts'
import type { BackendCredential } from '#main/core/ports/backend-line.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { docker, freePort, mustDocker } from '#test/localnet/engine.ts'
import { anvilProgram } from '#test/localnet/images.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { readMachine } from '#test/localnet/prepare.ts'
import { until } from '#test/localnet/process.ts'
import { engineSocket, systemClock } from '../engine/docker-engine.ts'

const SERVICES = servicesFileSchema.parse(JSON.parse(readFileSync(join(projectRoot, 'resources/catalog/services.json'), 'utf8'))).services
const serviceOf = (id: string): ServiceRecord => {
  const found = SERVICES.find((service) => service.id === id)
  if (!found) throw new Error(`no service ${id}`)
  return found
}
const TOKEN = 'token-0123456789abcdef'
const SECRET = 'canary-7f3a9c21e5'
/** Of each service's ways; its own in truth. */
const PARTS: Record<string, string> = { anvil: 'a'.repeat(32), akash: 'b'.repeat(32), gnosis: 'c'.repeat(32), tron: 'd'.repeat(32) }
const at = (way: 's' | 'r' | 'w', service: string): string => `/${way}/${service}/${PARTS[service] ?? ''}`
const NONE: BackendCredential = { kind: 'none' }
const line = createBackendLine(whyUnreachable)
const eventually = (what: string, isTrue: () => Promise<boolean>): Promise<boolean> =>
  until(what, 20_000, async () => ((await isTrue()) ? true : undefined))

/** A node on this PC, or a provider: every request is written down. */
interface Recorder {
  port: number
  seen: { url: string; headers: IncomingHttpHeaders; body: string }[]
  server: Server
}
async function startRecorder(host: string): Promise<Recorder> {
  const seen: Recorder['seen'] = []
  const server = createServer((incoming, response) => {
    let body = ''
    incoming.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    incoming.on('end', () => {
      seen.push({ url: incoming.url ?? '', headers: incoming.headers, body })
      response.setHeader('content-type', 'application/json')
      response.end('{"jsonrpc":"2.0","id":1,"result":"0x1"}')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve)
  })
  return { port: (server.address() as AddressInfo).port, seen, server }
}

describe('the backend gate on a real engine, in front of a real node', () => {
  const names = namesOf(`bg${Math.floor(Math.random() * 1e8).toString(36)}`)
  const installId = names.container('x').split('-')[1] ?? ''
  const container = names.container('gate')
  let socket = ''
  let image = ''
  let lookPort: number | undefined
  let anvil: ChildProcess | undefined
  let anvilPort = 0
  let recorder: Recorder
  let config: string | undefined
  let gate: Gate

  const endpointOf = (
    service: string,
    http: string,
    more: { path?: string; credential?: BackendCredential; rest?: string; websocket?: string } = {},
  ): GatedEndpoint => ({
    service: serviceOf(service),
    part: PARTS[service] ?? '',
    origins: { http, rest: more.rest ?? '', websocket: more.websocket ?? '' },
    secret: { paths: { http: more.path ?? '', rest: '', websocket: '' }, credential: more.credential ?? NONE },
  })
  /** As the relay miner asks: at the gate's own address on the network of backends. @returns status and body */
  const ask = async (path: string, body: string): Promise<string> => {
    const ip = (
      await docker(socket, ['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container])
    ).stdout.trim()
    const answer = await line.http({
      url: `http://${ip}:9100${path}`,
      method: body === '' ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      timeoutMs: 5_000,
    })
    return `${answer.status} ${new TextDecoder().decode(answer.body)}`
  }
  /** The same with a path that nothing on this side puts in order. */
  const askRaw = async (path: string, body: string): Promise<string> => {
    const host = (
      await docker(socket, ['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container])
    ).stdout.trim()
    return new Promise((resolve, reject) => {
      const asked = request({ host, port: 9100, path, method: body === '' ? 'GET' : 'POST', agent: false }, (answer) => {
        let text = `${answer.statusCode} `
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        answer.on('end', () => resolve(text))
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }
  const settled = async (endpoints: GatedEndpoint[]): Promise<void> => {
    config = renderGateConfig(endpoints, TOKEN)
    await gate.round()
    expect(gate.view()).toEqual({ kind: 'ready', reason: '' })
  }

  beforeAll(async () => {
    socket = await engineSocket()
    const { caddy } = readMachine().testImages
    if (caddy === undefined) throw new Error('this machine lacks the image of the ingress')
    image = (await mustDocker(socket, ['image', 'inspect', '--format', '{{.Id}}', caddy])).trim()
    anvilPort = await freePort()
    const { program } = await anvilProgram()
    anvil = spawn(program, ['--host', '0.0.0.0', '--port', String(anvilPort), '--block-time', '1', '--silent'], { stdio: 'ignore' })
    recorder = await startRecorder('0.0.0.0')
    const engine = createDockerEngine({ endpoint: `unix://${socket}`, installId, clock: systemClock, log: createQuietLog() })
    gate = createGate({
      engine,
      names,
      entry: gateEntry,
      clock: systemClock,
      log: createQuietLog(),
      imagePin: () => Promise.resolve(image),
      config: () => Promise.resolve(config),
      net: createNet('/tmp'),
      port: { get: () => Promise.resolve(lookPort), set: (port) => Promise.resolve(void (lookPort = port)) },
      lookToken: TOKEN,
    })
    await eventually('anvil has blocks', async () => {
      try {
        const { body } = await line.http({
          url: `http://127.0.0.1:${anvilPort}`,
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}',
          timeoutMs: 500,
        })
        return /"0x[1-9a-f]/.test(new TextDecoder().decode(body))
      } catch {
        return false
      }
    })
  })
  afterAll(async () => {
    anvil?.kill('SIGKILL')
    recorder.server.closeAllConnections()
    recorder.server.close()
    await docker(socket, ['rm', '-f', container])
    await docker(socket, ['volume', 'rm', '-f', names.volume('gate')])
    await docker(socket, ['network', 'rm', names.network('backend')])
  })

  it('judges a real node: chain, height, age, archive, WebSocket, and every question of the gateways', async () => {
    const asked = endpointOf('anvil', `http://127.0.0.1:${anvilPort}`, { websocket: `ws://127.0.0.1:${anvilPort}` })
    const report = await judgeEndpoint(line, asked, serviceOf('anvil'), () => Date.now())
    expect(report).toMatchObject({ chain: '0x7a69', syncing: false, archive: true, websocket: true, warnings: ['websocket-open'] })
    expect(report.headAgeMs).toBeLessThan(60_000)
    expect(report.checks.map((check) => [check.name, check.outcome])).toEqual([
      ['eth_blockNumber', 'passed'],
      ['eth_chainId', 'passed'],
    ])
  })
  it('refuses a node of another chain by name and number', async () => {
    const asked = endpointOf('gnosis', `http://127.0.0.1:${anvilPort}`)
    await expect(judgeEndpoint(line, asked, serviceOf('gnosis'), () => Date.now())).rejects.toMatchObject({
      code: 'backend-wrong-chain',
      detail: { found: '31337', expected: '100', service: 'Gnosis Chain' },
    })
  })
  it('answers from the node on this PC, and lets no method through that gateways may not call', async () => {
    await settled([endpointOf('anvil', `http://127.0.0.1:${anvilPort}`, { websocket: `ws://127.0.0.1:${anvilPort}` })])
    await eventually('the gate serves', async () =>
      (await ask(at('s', 'anvil'), '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}')).includes('0x7a69'),
    )
    expect(await gate.reach(at('s', 'anvil'), '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}')).toEqual({
      kind: 'reached',
    })
    // What the gate says itself is no answer of a node.
    expect(await gate.reach(at('s', 'gnosis'), '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}')).toEqual({
      kind: 'unknown',
    })
    for (const body of [
      '{"jsonrpc":"2.0","id":1,"method":"anvil_mine","params":["0x3"]}',
      '{"jsonrpc":"2.0","id":1,"Method":"evm_mine","params":[]}',
      String.raw`{"jsonrpc":"2.0","id":1,"\u006dethod":"evm_mine","params":[]}`,
      '[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"admin_nodeInfo"}]',
      '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","method":"debug_traceTransaction"}',
      '{"jsonrpc":"2.0","id":1,"method":"eth_sendTransaction","params":[]}',
    ])
      expect([body, await ask(at('s', 'anvil'), body)]).toEqual([
        body,
        expect.stringContaining('"code":-32601,"message":"the method is not offered here"'),
      ])
    const batch = await ask(
      at('s', 'anvil'),
      '[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"net_version"}]',
    )
    expect(batch).toContain('"31337"')
    expect(await ask(at('s', 'gnosis'), '{"method":"eth_chainId"}')).toContain('404')
    expect(await ask(at('s', 'anvil'), '')).toContain('405')
    expect(await ask(at('w', 'anvil'), '')).toContain('426')
  })
  it('takes another configuration without a restart, and hands credentials to the endpoint alone', async () => {
    const before = (await mustDocker(socket, ['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', container])).trim()
    await settled([
      endpointOf('anvil', `http://127.0.0.1:${recorder.port}`, {
        path: `/v3/${SECRET}?dkey=${SECRET}`,
        credential: { kind: 'bearer', token: SECRET },
      }),
      endpointOf('akash', `http://127.0.0.1:${recorder.port}`, {
        rest: `http://127.0.0.1:${recorder.port}`,
        credential: { kind: 'basic', username: 'ünal', password: SECRET },
      }),
    ])
    await eventually('the change is taken', async () => (await ask(at('s', 'anvil'), '{"id":1,"method":"eth_call"}')).includes('"0x1"'))
    expect(recorder.seen.at(-1)).toMatchObject({
      url: `/v3/${SECRET}?dkey=${SECRET}`,
      headers: { authorization: `Bearer ${SECRET}`, host: `127.0.0.1:${recorder.port}` },
    })
    expect(await ask(`${at('s', 'akash')}/`, '{"id":1,"method":"status"}')).toContain('"0x1"')
    expect(recorder.seen.at(-1)).toMatchObject({
      url: '/',
      headers: { authorization: `Basic ${Buffer.from(`ünal:${SECRET}`).toString('base64')}` },
    })
    await ask(`${at('r', 'akash')}/cosmos/base/tendermint/v1beta1/syncing`, '')
    expect(recorder.seen.at(-1)).toMatchObject({ url: '/cosmos/base/tendermint/v1beta1/syncing' })
    expect(await ask(`${at('r', 'akash')}/debug/pprof`, '')).toContain('403')
    expect(await ask(at('s', 'akash'), '{"id":1,"method":"dial_seeds"}')).toContain('-32601')
    // CometBFT's other way: a GET of the method's name, with the same list and the same credentials.
    expect(await ask(`${at('s', 'akash')}/block?height=7`, '')).toContain('"0x1"')
    expect(recorder.seen.at(-1)).toMatchObject({ url: '/block?height=7', headers: { authorization: expect.stringMatching(/^Basic /) } })
    const beforeByName = recorder.seen.length
    for (const path of ['/dial_seeds?seeds=x', '/unsafe_flush_mempool', '/debug/pprof', '/status/../dial_seeds'])
      expect([path, (await askRaw(at('s', 'akash') + path, '')).slice(0, 3)]).toEqual([path, '404'])
    expect(await ask(`${at('s', 'anvil')}/status`, '')).toContain('404')
    expect(recorder.seen).toHaveLength(beforeByName)
    expect((await mustDocker(socket, ['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', container])).trim()).toBe(before)
  })
  it('lets no relay climb from the way of one service into another’s, or out of JSON-RPC', async () => {
    const local = `http://127.0.0.1:${recorder.port}`
    await settled([
      endpointOf('anvil', local),
      endpointOf('akash', local, { rest: local, path: '/akash-rpc', credential: { kind: 'bearer', token: SECRET } }),
      endpointOf('tron', local, { path: '/tron-key' }),
    ])
    const call = '{"jsonrpc":"2.0","id":1,"method":"eth_call"}'
    await eventually('the change is taken', async () => (await ask(at('s', 'tron'), call)).includes('"0x1"'))
    expect(await ask(`${at('s', 'tron')}/jsonrpc`, call)).toContain('"0x1"')
    expect(recorder.seen.at(-1)?.url).toBe('/tron-key/jsonrpc')
    const before = recorder.seen.length
    const status = '{"jsonrpc":"2.0","id":1,"method":"status"}'
    // As the stock miner asks: it joins the path of a relay to that of the service (Go's path.Join), and sends what comes of it.
    for (const [relayed, body] of [
      ['/../../akash', status],
      ['/../../../s/akash', status],
      ['/../../../s/akash/', status],
      ['/../../../r/akash/cosmos/base/tendermint/v1beta1/syncing', ''],
      ['/../../../r/akash/../akash/cosmos/bank/v1beta1/params', ''],
      ['/../../../w/akash', ''],
      ['/../../..', status],
      [`/../../../s/akash/${PARTS['anvil'] ?? ''}`, status],
      ['/status', call],
      ['/debug/metrics', call],
      ['/jsonrpc', call],
      ['/console/', ''],
    ] as const)
      for (const path of [posix.join(at('s', 'anvil'), relayed), `${at('s', 'anvil')}${relayed}`])
        expect([path, await askRaw(path, body)]).toEqual([path, '404 no such service'])
    // Written in other ways, below as well as beside.
    for (const path of [
      '/%2e%2e/%2e%2e/akash',
      '/..%2f..%2fakash',
      '//status',
      '/x%2f..%2f..',
      '/..',
      '/%2e%2e',
      '/.',
      '/./',
      '/./status',
      '/x/..',
      '/x%5c..',
      '/%20',
    ])
      expect([path, await askRaw(at('s', 'anvil') + path, call)]).toEqual([path, '404 no such service'])
    for (const path of [
      '/cosmos/..',
      '/cosmos/%2e%2e',
      '/cosmos/..%20',
      '/cosmos/x/../../debug',
      '/cosmos/x%2f..%2f..%2fdebug',
      '/debug/../cosmos/x',
    ])
      expect([path, await askRaw(at('r', 'akash') + path, '')]).toEqual([path, '404 no such service'])
    expect(recorder.seen.slice(before)).toEqual([])
  })
  it('hands on neither the token of its own look nor what says who asked', async () => {
    const before = recorder.seen.length
    expect(await gate.reach(at('s', 'anvil'), '{"id":1,"method":"eth_call"}')).toEqual({ kind: 'reached' })
    expect(await gate.reach(`${at('r', 'akash')}/cosmos/base/tendermint/v1beta1/syncing`, '')).toEqual({ kind: 'reached' })
    const seen = recorder.seen.slice(before)
    expect(seen).toHaveLength(2)
    for (const { headers } of seen) {
      expect(JSON.stringify(headers)).not.toContain(TOKEN)
      for (const name of [GATE_LOOK_HEADER.toLowerCase(), 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'])
        expect(headers).not.toHaveProperty(name)
    }
  })
  it('S18: leaves no credential in what the engine shows, logs, or has on its disk', async () => {
    const shown = await mustDocker(socket, ['inspect', container])
    const { stdout, stderr } = await docker(socket, ['logs', container])
    const changed = await mustDocker(socket, ['diff', container])
    const running = await mustDocker(socket, ['top', container])
    for (const text of [shown, stdout, stderr, changed, running]) expect(text).not.toContain(SECRET)
    expect(await mustDocker(socket, ['exec', container, 'stat', '-c', '%a', '/gate/config.json'])).toContain('600')
    expect(await mustDocker(socket, ['exec', container, 'sh', '-c', 'grep " /gate " /proc/mounts'])).toContain('tmpfs')
    // What of it would be found in the container's layer: nothing but the two empty folders that Caddy makes.
    const found = await docker(socket, ['exec', container, 'grep', '-rl', SECRET, '/tmp', '/config', '/data', '/home', '/root', '/etc'])
    expect(found.stdout).toBe('')
    expect(shown).toContain('host.docker.internal:host-gateway')
  })
  it('says so when a node answers this PC and no container', async () => {
    const shy = await startRecorder('127.0.0.1')
    await settled([endpointOf('anvil', `http://127.0.0.1:${shy.port}`)])
    await eventually(
      'the gate found it',
      async () => (await gate.reach(at('s', 'anvil'), '{"id":1,"method":"eth_call"}')).kind === 'refused',
    )
    expect(await gate.reach(at('s', 'anvil'), '{"id":1,"method":"eth_call"}')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('502') as string,
    })
    shy.server.close()
  })
  it('comes back with its credentials when it was removed behind our back, and goes when nothing is attached', async () => {
    await settled([endpointOf('anvil', `http://127.0.0.1:${anvilPort}`)])
    await mustDocker(socket, ['rm', '-f', container])
    await eventually('it serves again', async () => {
      await gate.round()
      expect(gate.view()).toEqual({ kind: 'ready', reason: '' })
      return (await ask(at('s', 'anvil'), '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}')).includes('0x7a69')
    })
    config = undefined
    await gate.round()
    expect(gate.view().kind).toBe('none')
    expect((await docker(socket, ['container', 'inspect', container])).code).not.toBe(0)
    expect((await docker(socket, ['volume', 'inspect', names.volume('gate')])).code).not.toBe(0)
  })
})
