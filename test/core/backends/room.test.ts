import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { EndpointWish } from '#shared/api/backend-requests.ts'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import { HearthError } from '#shared/api/errors.ts'
import { CATALOG_FOLDER } from '#main/catalog.ts'
import { createAttachments, type Attachments } from '#main/core/backends/attachments.ts'
import { createBackendsRoom, gateConfig, type BackendsRoom } from '#main/core/backends/backends-room.ts'
import type { Gate, GateView, Reach } from '#main/core/backends/gate.ts'
import { createGateParts, type GateParts } from '#main/core/backends/gate-part.ts'
import { readCatalog } from '#main/core/backends/read-catalog.ts'
import { readSyncProgress } from '#main/core/backends/sync-progress.ts'
import type { BackendLine, EndpointSecret, LineQuestion } from '#main/core/ports/backend-line.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { rejection } from '#test/fakes/rejection.ts'

const catalog = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY)
const NOW = 1_800_000_000_000
let later = 0
let sleep = (): Promise<void> => Promise.resolve()
const clock = { now: () => NOW + later, sleep: () => sleep() }
const SECRET = 'canary-8811'
/** A node as it answers; each test changes what it wants. */
interface FakeNode {
  chainId: string
  headAgeSeconds: number
  syncing: unknown
  admin: boolean
  down: boolean
  fails: Record<string, string>
  network: string
}
let node: FakeNode
let asked: LineQuestion[]
const line: BackendLine = {
  http: (question) => {
    asked.push(question)
    const { host } = new URL(question.url)
    if (node.down) return Promise.reject(new HearthError('backend-unreachable', { host, reason: 'ECONNREFUSED' }))
    const { method } = JSON.parse(question.body) as { method: string }
    const block = { number: '0x10', timestamp: `0x${Math.floor(NOW / 1000 - node.headAgeSeconds).toString(16)}` }
    const time = (ms: number): string => new Date(ms).toISOString()
    const results: Record<string, unknown> = {
      eth_chainId: node.chainId,
      eth_blockNumber: '0x10',
      eth_getBlockByNumber: block,
      eth_syncing: node.syncing,
      eth_getBalance: '0x0',
      ...(node.admin ? { admin_nodeInfo: { id: 'x' } } : {}),
      health: {},
      status: {
        node_info: { network: node.network },
        sync_info: {
          latest_block_height: '900',
          latest_block_time: time(NOW - node.headAgeSeconds * 1000),
          earliest_block_height: '1',
          earliest_block_time: time(NOW - 1_000_000_000),
          catching_up: node.syncing !== false,
        },
      },
    }
    const text =
      node.fails[method] ??
      (method in results
        ? JSON.stringify({ jsonrpc: '2.0', id: 1, result: results[method] })
        : '{"error":{"code":-32601,"message":"the method does not exist"}}')
    return Promise.resolve({ status: 200, body: new TextEncoder().encode(text), ms: 12 })
  },
  websocket: () => Promise.resolve({ text: '{"result":"0x10"}', ms: 3 }),
}
const wish = (more: Partial<EndpointWish> = {}): EndpointWish => ({
  serviceId: 'gnosis',
  httpUrl: `http://192.168.1.9:8545/${SECRET}`,
  restUrl: '',
  webSocketUrl: '',
  credential: { kind: 'bearer', token: SECRET },
  keep: false,
  ...more,
})

describe('endpoints of the user’s own', () => {
  let settings: Map<string, string>
  let secrets: Map<string, EndpointSecret>
  let noted: { text: string; facts: Record<string, string> | undefined }[]
  let woken: number
  let reach: Reach
  let reachedAt: string[]
  let parts: GateParts
  let gateView: GateView
  let attachments: Attachments
  let room: BackendsRoom
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: NOW, notice: null }),
    clock,
  )

  const begin = async (mayAttach = true): Promise<void> => {
    const store = {
      setting: (key: string) => Promise.resolve(settings.get(key)),
      setSetting: (key: string, value: string) => Promise.resolve(void settings.set(key, value)),
    }
    attachments = createAttachments(store, 'local')
    parts = createGateParts(store, 'local')
    await parts.load()
    const gate: Gate = {
      round: () => Promise.resolve(),
      view: () => gateView,
      reach: (path) => {
        reachedAt.push(path)
        return Promise.resolve(reach)
      },
    }
    room = createBackendsRoom({
      catalogueAsked: () => undefined,
      network: 'local',
      catalog: () => catalog,
      attachments,
      secrets: {
        get: (id) => Promise.resolve(secrets.get(id)),
        put: (id, secret) => Promise.resolve(void secrets.set(id, secret)),
        remove: (id) => Promise.resolve(void secrets.delete(id)),
      },
      line,
      mayAttach,
      gate,
      parts,
      clock,
      log: createQuietLog(),
      state,
      serviceIds: () => Promise.resolve(['anvil']),
      backendNode: (id) => (id === 'anvil' ? 'backend' : undefined),
      miner: { config: () => Promise.resolve({ yaml: 'backend_url: "http://backend:8545"\n', command: [] }) },
      minerWith: (url) => ({ config: () => Promise.resolve({ yaml: `backend_url: "${url('anvil') ?? ''}"\n`, command: [] }) }),
      containerUrl: () => 'http://backend:8545',
      activity: (text, facts) => void noted.push({ text, facts }),
      wake: () => void (woken += 1),
    })
    await room.load()
  }
  beforeEach(async () => {
    node = { chainId: '0x64', headAgeSeconds: 5, syncing: false, admin: false, down: false, fails: {}, network: 'akashnet-2' }
    asked = []
    reachedAt = []
    settings = new Map()
    secrets = new Map()
    noted = []
    woken = 0
    reach = { kind: 'reached' }
    gateView = { kind: 'ready', reason: '' }
    later = 0
    await begin()
  })

  it('are attached once they are the right chain; what is secret lies in one place, the rest in the record', async () => {
    const report = await room.handlers['backends.attach'](wish())
    expect(report).toMatchObject({ chain: '0x64', height: 16, headAgeMs: 5_000, syncing: false, latencyMs: 12 })
    const url = room.url('gnosis')
    expect(url).toMatch(/^http:\/\/gate:9100\/s\/gnosis\/[0-9a-f]{32}$/)
    expect(room.url('gnosis', 'WEBSOCKET')).toBeUndefined()
    expect([...settings.values(), JSON.stringify(noted)].join()).not.toContain(SECRET)
    expect(secrets.get('local:gnosis')).toEqual({
      paths: { http: `/${SECRET}`, rest: '', websocket: '' },
      credential: { kind: 'bearer', token: SECRET },
    })
    expect(asked.every((question) => question.headers['Authorization'] === `Bearer ${SECRET}`)).toBe(true)
    expect(woken).toBe(1)
    // A later life knows it again.
    await begin()
    expect(room.url('gnosis')).toBe(url)
    const { rows } = await room.handlers['backends.list']({})
    expect(rows.map((row) => [row.serviceId, row.by, row.attached?.hasPath])).toEqual([
      ['anvil', 'container', undefined],
      ['gnosis', 'attached', true],
    ])
    expect(JSON.stringify(rows)).not.toContain(SECRET)
  })
  it('of another chain, or that nobody answers, are refused and nothing is kept', async () => {
    node.chainId = '0x1'
    expect(await rejection(room.handlers['backends.attach'](wish()))).toMatchObject({
      code: 'backend-wrong-chain',
      detail: { found: '1', expected: '100' },
    })
    node.down = true
    expect((await rejection(room.handlers['backends.attach'](wish()))).code).toBe('backend-unreachable')
    node = { ...node, down: false, fails: { eth_chainId: '<html>' } }
    expect((await rejection(room.handlers['backends.attach'](wish()))).code).toBe('backend-unreachable')
    expect((await rejection(room.handlers['backends.attach'](wish({ httpUrl: 'http://169.254.169.254/' })))).code).toBe(
      'backend-address-refused',
    )
    expect((await rejection(room.handlers['backends.attach'](wish({ restUrl: 'http://192.168.1.9:1317' })))).code).toBe(
      'backend-address-refused',
    )
    expect((await rejection(room.handlers['backends.attach'](wish({ serviceId: 'no-such' })))).code).toBe('backend-unknown')
    expect((await rejection(room.handlers['backends.attach'](wish({ httpUrl: '' })))).code).toBe('backend-address-refused')
    expect([[...settings.keys()], secrets.size, noted.length, woken]).toEqual([['gate-secret:local'], 0, 0, 0])
  })
  it('of a Cosmos chain are known by the name of their network', async () => {
    const rest = { serviceId: 'akash', credential: { kind: 'none' as const } }
    expect(await room.handlers['backends.test'](wish(rest))).toMatchObject({ chain: 'akashnet-2', height: 900, archive: true })
    node.network = 'akashnet-1'
    expect((await rejection(room.handlers['backends.test'](wish(rest)))).code).toBe('backend-wrong-chain')
  })
  it('are warned of: rented, old, still syncing, open to be administered, failing a critical question', async () => {
    node = {
      ...node,
      headAgeSeconds: 600,
      syncing: { currentBlock: '0x1' },
      admin: true,
      fails: { eth_blockNumber: '{"error":{"message":"no"}}' },
    }
    const report = await room.handlers['backends.test'](wish({ httpUrl: 'https://gnosis.infura.io/v3/k' }))
    expect(report.warnings.toSorted()).toEqual(['admin-open', 'checks-failed', 'head-old', 'rented', 'syncing'])
    expect(report.checks.find((check) => check.name === 'eth_blockNumber')).toMatchObject({
      outcome: 'failed',
      key: 'rpc-error',
      facts: { answer: 'no' },
    })
    expect(report.checks.find((check) => check.rpcType === 'WEBSOCKET')).toMatchObject({ outcome: 'not-offered' })
  })
  it('keep what is left empty when they are changed, and forget their credentials when they are removed', async () => {
    await room.handlers['backends.attach'](wish())
    await room.handlers['backends.attach'](
      wish({ httpUrl: '', webSocketUrl: 'ws://192.168.1.9:8546', credential: { kind: 'none' }, keep: true }),
    )
    expect(secrets.get('local:gnosis')).toMatchObject({ paths: { http: `/${SECRET}` }, credential: { kind: 'bearer', token: SECRET } })
    expect(room.url('gnosis', 'WEBSOCKET')).toBe(`ws://gate:9100/w/gnosis/${parts.of('gnosis')}`)
    await room.handlers['backends.remove']({ serviceId: 'gnosis' })
    expect([secrets.size, room.url('gnosis')]).toEqual([0, undefined])
    expect((await rejection(room.handlers['backends.remove']({ serviceId: 'gnosis' }))).code).toBe('backend-unknown')
  })
  describe('S18: keep their credential', () => {
    const changed = (more: Partial<EndpointWish>): EndpointWish => wish({ httpUrl: '', credential: { kind: 'none' }, keep: true, ...more })
    it.each([
      { httpUrl: 'https://thief.example/' },
      { httpUrl: 'http://192.168.1.10:8545' },
      { webSocketUrl: 'ws://192.168.1.90:8546' },
      { httpUrl: 'https://192.168.1.9.thief.example' },
      { httpUrl: 'http://192.168.1.9:8545', webSocketUrl: 'wss://thief.example' },
    ])('from a host that it was not given for: %j', async (more) => {
      await room.handlers['backends.attach'](wish())
      const kept = [secrets.get('local:gnosis'), settings.get('backends:local')]
      asked = []
      for (const request of ['backends.test', 'backends.attach'] as const)
        expect(await rejection(room.handlers[request](changed(more)))).toMatchObject({
          code: 'backend-credential-refused',
          detail: { reason: 'another host: give the credentials again' },
        })
      expect(asked).toEqual([])
      expect([secrets.get('local:gnosis'), settings.get('backends:local')]).toEqual(kept)
      // Given again, it may go there.
      await room.handlers['backends.attach']({ ...changed(more), credential: { kind: 'bearer', token: 'another' } })
      expect(asked.every((question) => question.headers['Authorization'] === 'Bearer another')).toBe(true)
    })
    it('from going in the clear where it went encrypted, and let it go to the same host another way', async () => {
      await room.handlers['backends.attach'](wish({ httpUrl: 'https://192.168.1.9/rpc' }))
      for (const more of [{ httpUrl: 'http://192.168.1.9/rpc' }, { webSocketUrl: 'ws://192.168.1.9/ws' }])
        expect((await rejection(room.handlers['backends.attach'](changed(more)))).code).toBe('backend-credential-refused')
      await room.handlers['backends.attach'](changed({ httpUrl: 'https://192.168.1.9:8443', webSocketUrl: 'wss://192.168.1.9/ws' }))
      expect(secrets.get('local:gnosis')).toMatchObject({ paths: { http: '' }, credential: { kind: 'bearer', token: SECRET } })
    })
    it('in their way no more than there is one', async () => {
      await room.handlers['backends.attach'](wish({ credential: { kind: 'none' } }))
      await room.handlers['backends.attach'](changed({ httpUrl: 'http://192.168.1.77:8545' }))
      expect(attachments.of('gnosis')?.origins.http).toBe('http://192.168.1.77:8545')
    })
  })
  it('show what they change in the miner’s configuration before it is changed', async () => {
    const change = await room.handlers['backends.preview']({ serviceId: 'anvil', remove: false, restUrl: false, webSocketUrl: false })
    expect(change.diff).toBe('- backend_url: "http://backend:8545"\n+ backend_url: "http://gate:9100/s/anvil/…"')
    expect(room.url('anvil')).toBeUndefined()
  })
  it('say so when they answer this PC and no container, and when they stop answering', async () => {
    await room.handlers['backends.attach'](wish())
    reach = { kind: 'refused', reason: 'HTTP 502' }
    await room.handlers['backends.check']({ serviceId: 'gnosis' })
    expect(reachedAt).toEqual([`/s/gnosis/${parts.of('gnosis')}`])
    const row = async () => (await room.handlers['backends.list']({})).rows.find((each) => each.serviceId === 'gnosis')
    expect((await row())?.attached).toMatchObject({ reach: 'refused', reachReason: 'HTTP 502' })
    node.down = true
    await room.handlers['backends.check']({ serviceId: 'gnosis' })
    expect(await row()).toMatchObject({ report: null, failure: { code: 'backend-unreachable', detail: { host: '192.168.1.9:8545' } } })
    // Its secret is gone from this PC, with a restored record for example.
    secrets.clear()
    await room.handlers['backends.check']({ serviceId: 'gnosis' })
    expect((await row())?.failure?.code).toBe('backend-credential-refused')
  })
  it('are told of when they fail twice running, at once on the wrong chain, and no more when they are well', async () => {
    await room.handlers['backends.attach'](wish())
    const failing = async () => {
      await room.handlers['backends.check']({ serviceId: 'gnosis' })
      return state.state.health.backendsFailing.map(({ why, facts }) => ({ why, ...facts }))
    }
    expect(await failing()).toEqual([])
    node.down = true
    expect(await failing()).toEqual([])
    expect(await failing()).toEqual([{ why: 'no-answer', host: '192.168.1.9:8545', reason: 'ECONNREFUSED' }])
    node.down = false
    expect(await failing()).toEqual([])
    reach = { kind: 'refused', reason: 'HTTP 502' }
    expect([await failing(), await failing()]).toEqual([[], [{ why: 'unreached', reason: 'HTTP 502' }]])
    reach = { kind: 'reached' }
    expect(await failing()).toEqual([])
    node.fails = { eth_blockNumber: '{"error":{"message":"no"}}' }
    expect([await failing(), await failing()]).toEqual([[], [{ why: 'wrong-answers', question: 'eth_blockNumber' }]])
    node.fails = {}
    node.headAgeSeconds = 600
    // One trouble after another is no new accident.
    expect(await failing()).toEqual([{ why: 'behind', minutes: '10', height: '16' }])
    node.headAgeSeconds = 5
    expect(await failing()).toEqual([])
    node.chainId = '0x1'
    expect(await failing()).toEqual([{ why: 'other-chain', host: '192.168.1.9:8545', found: '1', expected: '100' }])
    secrets.clear()
    expect(await failing()).toMatchObject([{ why: 'no-secret' }])
    expect(JSON.stringify(state.state)).not.toContain(SECRET)
    await room.handlers['backends.remove']({ serviceId: 'gnosis' })
    expect(state.state.health.backendsFailing).toEqual([])
  })
  it('are asked again within a minute after trouble, and all fail when the gate does', async () => {
    await room.handlers['backends.attach'](wish())
    const turns = async (many: number): Promise<number> => {
      const stop = new AbortController()
      sleep = () => {
        if ((many -= 1) === 0) stop.abort()
        return Promise.resolve()
      }
      asked = []
      await room.run(stop.signal)
      return asked.filter((question) => question.url.includes('192.168.1.9')).length
    }
    await turns(1)
    later = 61_000
    expect(await turns(1)).toBe(0)
    node.down = true
    later = 121_000
    expect(await turns(1)).toBeGreaterThan(0)
    expect(state.state.health.backendsFailing).toEqual([])
    later = 182_000
    expect(await turns(1)).toBeGreaterThan(0)
    expect(state.state.health.backendsFailing).toMatchObject([{ serviceId: 'gnosis', why: 'no-answer' }])
    gateView = { kind: 'failing', reason: 'port-taken' }
    await turns(2)
    expect(state.state.health.backendsFailing).toMatchObject([{ serviceId: 'gnosis', why: 'gate', facts: { reason: 'port-taken' } }])
  })
  it('cannot be attached where there is nothing outside', async () => {
    await begin(false)
    expect((await rejection(room.handlers['backends.attach'](wish()))).code).toBe('not-allowed')
  })
  it('make the gate’s configuration, which is there only while something is attached', async () => {
    const config = () =>
      gateConfig(
        attachments,
        (id) => Promise.resolve(secrets.get(`local:${id}`)),
        () => catalog,
        'tok',
        parts,
      )
    expect(await config()).toBeUndefined()
    await room.handlers['backends.attach'](wish())
    expect(await config()).toContain(SECRET)
    expect(await config()).toContain(`"/s/gnosis/${parts.of('gnosis')}"`)
  })
})

describe('sync progress', () => {
  const endpoint = {
    origins: { http: 'http://x', rest: '', websocket: '' },
    secret: { paths: { http: '', rest: '', websocket: '' }, credential: { kind: 'none' as const } },
  }
  const ethereum = { kind: 'eth-syncing' as const, at: 'http://x', headAgeSeconds: 60 }
  beforeEach(() => {
    node = { chainId: '0x64', headAgeSeconds: 5, syncing: false, admin: false, down: false, fails: {}, network: 'a' }
  })
  it('does not believe a node that says it is done while its newest block is old', async () => {
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({ state: 'at-head', share: 1, height: 16 })
    node.headAgeSeconds = 3_600
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({ state: 'catching-up', share: null })
    node.syncing = { currentBlock: '0x19', highestBlock: '0x64' }
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({
      state: 'catching-up',
      share: 0.25,
      height: 25,
      target: 100,
    })
    node.fails = { eth_getBlockByNumber: '{"result":{"number":"0x0","timestamp":"0x0"}}' }
    node.syncing = false
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({ state: 'looking-for-peers' })
    node.down = true
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({ state: 'no-answer' })
  })
  it('of a Cosmos chain is the part of the chain’s time that lies behind it', async () => {
    const rule = { kind: 'catching-up' as const, at: 'http://x', headAgeSeconds: 60 }
    expect(await readSyncProgress(line, endpoint, rule, NOW)).toMatchObject({ state: 'at-head', height: 900 })
    node = { ...node, syncing: true, headAgeSeconds: 250_000 }
    expect((await readSyncProgress(line, endpoint, rule, NOW)).share).toBeCloseTo(0.75, 5)
  })
})
