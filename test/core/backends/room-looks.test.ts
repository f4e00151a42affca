import { beforeEach, describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { readSyncProgress } from '#main/core/backends/sync-progress.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { beginAnew, here, line, NOW, SECRET, state, wish } from './room-scene.ts'

beforeEach(beginAnew)

describe('looks at endpoints', () => {
  it('show what they change in the miner’s configuration before it is changed', async () => {
    const change = await here.room.handlers['backends.preview']({ serviceId: 'anvil', remove: false, restUrl: false, webSocketUrl: false })
    expect(change.diff).toBe('- backend_url: "http://backend:8545"\n+ backend_url: "http://gate:9100/s/anvil/…"')
    expect(here.room.url('anvil')).toBeUndefined()
  })
  it('say so when they answer this PC and no container, and when they stop answering', async () => {
    await here.room.handlers['backends.attach'](wish())
    here.reach = { kind: 'refused', reason: 'HTTP 502' }
    await here.room.handlers['backends.check']({ serviceId: 'gnosis' })
    expect(here.reachedAt).toEqual([`/s/gnosis/${here.parts.of('gnosis')}`])
    const row = async () => (await here.room.handlers['backends.list']({})).rows.find((each) => each.serviceId === 'gnosis')
    expect((await row())?.attached).toMatchObject({ reach: 'refused', reachReason: 'HTTP 502' })
    here.node.down = true
    await here.room.handlers['backends.check']({ serviceId: 'gnosis' })
    expect(await row()).toMatchObject({ report: null, failure: { code: 'backend-unreachable', detail: { host: '192.168.1.9:8545' } } })
    // Its secret is gone from this PC, with a restored record for example.
    here.secrets.clear()
    await here.room.handlers['backends.check']({ serviceId: 'gnosis' })
    expect((await row())?.failure?.code).toBe('backend-credential-refused')
  })
  it('are told of when they fail twice running, at once on the wrong chain, and no more when they are well', async () => {
    await here.room.handlers['backends.attach'](wish())
    const failing = async () => {
      await here.room.handlers['backends.check']({ serviceId: 'gnosis' })
      return state.state.health.backendsFailing.map(({ why, facts }) => ({ why, ...facts }))
    }
    expect(await failing()).toEqual([])
    here.node.down = true
    expect(await failing()).toEqual([])
    expect(await failing()).toEqual([{ why: 'no-answer', host: '192.168.1.9:8545', reason: 'ECONNREFUSED' }])
    here.node.down = false
    expect(await failing()).toEqual([])
    here.reach = { kind: 'refused', reason: 'HTTP 502' }
    expect([await failing(), await failing()]).toEqual([[], [{ why: 'unreached', reason: 'HTTP 502' }]])
    here.reach = { kind: 'reached' }
    expect(await failing()).toEqual([])
    here.node.fails = { eth_blockNumber: '{"error":{"message":"no"}}' }
    expect([await failing(), await failing()]).toEqual([[], [{ why: 'wrong-answers', question: 'eth_blockNumber' }]])
    here.node.fails = {}
    here.node.headAgeSeconds = 600
    // One trouble after another is no new accident.
    expect(await failing()).toEqual([{ why: 'behind', minutes: '10', height: '16' }])
    here.node.headAgeSeconds = 5
    expect(await failing()).toEqual([])
    here.node.chainId = '0x1'
    expect(await failing()).toEqual([{ why: 'other-chain', host: '192.168.1.9:8545', found: '1', expected: '100' }])
    here.secrets.clear()
    expect(await failing()).toMatchObject([{ why: 'no-secret' }])
    expect(JSON.stringify(state.state)).not.toContain(SECRET)
    await here.room.handlers['backends.remove']({ serviceId: 'gnosis' })
    expect(state.state.health.backendsFailing).toEqual([])
  })
  it('are asked again within a minute after trouble, and all fail when the gate does', async () => {
    await here.room.handlers['backends.attach'](wish())
    const turns = async (many: number): Promise<number> => {
      const stop = new AbortController()
      here.sleep = () => {
        if ((many -= 1) === 0) stop.abort()
        return Promise.resolve()
      }
      here.asked = []
      await here.room.run(stop.signal)
      return here.asked.filter((question) => question.url.includes('192.168.1.9')).length
    }
    await turns(1)
    here.later = 61_000
    expect(await turns(1)).toBe(0)
    here.node.down = true
    here.later = 121_000
    expect(await turns(1)).toBeGreaterThan(0)
    expect(state.state.health.backendsFailing).toEqual([])
    here.later = 182_000
    expect(await turns(1)).toBeGreaterThan(0)
    expect(state.state.health.backendsFailing).toMatchObject([{ serviceId: 'gnosis', why: 'no-answer' }])
    here.gateView = { kind: 'failing', reason: 'port-taken' }
    await turns(2)
    expect(state.state.health.backendsFailing).toMatchObject([{ serviceId: 'gnosis', why: 'gate', facts: { reason: 'port-taken' } }])
  })
  it('are asked again although the clock was set back, and do not keep the gate waiting while they take their time', async () => {
    await here.room.handlers['backends.attach'](wish())
    const stop = new AbortController()
    let turns = 3
    here.sleep = () => {
      if ((turns -= 1) <= 0) stop.abort()
      return Promise.resolve()
    }
    here.later = -3_600_000
    here.asked = []
    await here.room.run(stop.signal)
    expect(here.asked.filter((question) => question.url.includes('192.168.1.9')).length).toBeGreaterThan(0)
    // A node that does not answer at all.
    const answered = Promise.withResolvers<void>()
    here.held = () => answered.promise
    const again = new AbortController()
    const seven = Promise.withResolvers<void>()
    here.sleep = () => {
      if (here.rounds >= 7) seven.resolve()
      return new Promise((resolve) => setImmediate(resolve))
    }
    here.rounds = 0
    here.later = 7_200_000
    const running = here.room.run(again.signal)
    await seven.promise
    again.abort()
    here.held = () => Promise.resolve()
    answered.resolve()
    await running
  })
  it('a container is asked as soon as it runs, however early the first look was', async () => {
    const one = async (): Promise<number> => {
      const stop = new AbortController()
      here.sleep = () => Promise.resolve(stop.abort())
      here.asked = []
      await here.room.run(stop.signal)
      return here.asked.length
    }
    here.node.chainId = '0x7a69'
    here.later = 20_000_000
    expect(await one()).toBe(0)
    state.put('nodes', 'backend', { id: 'backend', seen: 'running', ports: { '8545': 8545 } } as never)
    here.later += 4_000
    expect(await one()).toBeGreaterThan(0)
    here.later += 4_000
    expect(await one()).toBe(0)
    state.remove('nodes', 'backend')
  })
  it('end within a minute, however slowly each question is answered', async () => {
    here.node.chainId = '0x1'
    here.held = () => Promise.resolve(void (here.later += 7_900))
    const slow = await here.room.handlers['backends.test'](wish({ serviceId: 'eth', webSocketUrl: 'wss://192.168.1.9/ws' }))
    expect(here.later).toBeLessThan(70_000)
    expect(here.asked.length).toBeLessThan(10)
    expect(slow.checks.at(-1)).toMatchObject({ outcome: 'failed', key: 'no-answer' })
  })
  it('are called off by whoever waits for them, and nothing is attached then', async () => {
    const answered = Promise.withResolvers<void>()
    here.held = () => answered.promise
    const abort = new AbortController()
    const asked = here.room.handlers['backends.attach'](wish(), abort.signal)
    await new Promise((resolve) => setImmediate(resolve))
    abort.abort()
    expect((await rejection(asked)).code).toBe('cancelled')
    here.held = () => Promise.resolve()
    answered.resolve()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect([here.secrets.size, here.woken, here.attachments.list()]).toEqual([0, 0, []])
  })
  it('of before are not taken for what was attached meanwhile', async () => {
    await here.room.handlers['backends.attach'](wish())
    const answered = Promise.withResolvers<void>()
    here.held = async () => {
      await answered.promise
      throw new HearthError('backend-unreachable', { host: 'x', reason: 'no answer in time' })
    }
    const old = here.room.handlers['backends.check']({ serviceId: 'gnosis' })
    // It is asked now, and answers later.
    await new Promise((resolve) => setImmediate(resolve))
    here.held = () => Promise.resolve()
    await here.room.handlers['backends.attach'](wish({ httpUrl: 'http://192.168.1.10:8545' }))
    answered.resolve()
    await old
    const { rows } = await here.room.handlers['backends.list']({})
    expect(rows.find((row) => row.serviceId === 'gnosis')).toMatchObject({ failure: null, report: { chain: '0x64' } })
  })
})

describe('sync progress', () => {
  const endpoint = {
    origins: { http: 'http://x', rest: '', websocket: '' },
    secret: { paths: { http: '', rest: '', websocket: '' }, credential: { kind: 'none' as const } },
  }
  const ethereum = { kind: 'eth-syncing' as const, at: 'http://x', headAgeSeconds: 60 }
  beforeEach(() => {
    here.node = { chainId: '0x64', headAgeSeconds: 5, syncing: false, admin: false, down: false, fails: {}, network: 'a' }
  })
  it('does not believe a node that says it is done while its newest block is old', async () => {
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({ state: 'at-head', share: 1, height: 16 })
    here.node.headAgeSeconds = 3_600
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({ state: 'catching-up', share: null })
    here.node.syncing = { currentBlock: '0x19', highestBlock: '0x64' }
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({
      state: 'catching-up',
      share: 0.25,
      height: 25,
      target: 100,
    })
    here.node.fails = { eth_getBlockByNumber: '{"result":{"number":"0x0","timestamp":"0x0"}}' }
    here.node.syncing = false
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({ state: 'looking-for-peers' })
    here.node.down = true
    expect(await readSyncProgress(line, endpoint, ethereum, NOW)).toMatchObject({ state: 'no-answer' })
  })
  it('of a Cosmos chain is the part of the chain’s time that lies behind it', async () => {
    const rule = { kind: 'catching-up' as const, at: 'http://x', headAgeSeconds: 60 }
    expect(await readSyncProgress(line, endpoint, rule, NOW)).toMatchObject({ state: 'at-head', height: 900 })
    here.node = { ...here.node, syncing: true, headAgeSeconds: 250_000 }
    expect((await readSyncProgress(line, endpoint, rule, NOW)).share).toBeCloseTo(0.75, 5)
  })
})
