import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { NodeState } from '#shared/api/state.ts'
import { decided, readDecided } from '#main/core/checks/readings/changes.ts'
import { forecastDisk, readSamples, withSample, type DiskSample } from '#main/core/checks/readings/disk.ts'
import { lossesOf } from '#main/core/checks/readings/losses.ts'
import { backendsBehind, createEndpointProbe } from '#main/core/checks/readings/probes.ts'
import { createHealthReadings } from '#main/core/checks/readings/readings.ts'
import { operatorSpending } from '#main/core/checks/readings/runway.ts'
import { createServedWatch } from '#main/core/checks/readings/served.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import type { Net } from '#main/core/ports/net.ts'
import type { ClaimRow, MovementRow, Store } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { NOW } from './sick.ts'

const DAY = 86_400_000
const MINUTE = 60_000
const claim = (more: Partial<ClaimRow>): ClaimRow =>
  ({
    operatorAddress: 'op',
    applicationAddress: 'app',
    serviceId: 'anvil',
    claimedUpokt: 100n,
    settledHeight: 40,
    settledAtMs: NOW,
    ...more,
  }) as ClaimRow

describe('losses', () => {
  it('are told apart by cause, added up, and dated by the last one', () => {
    const found = lossesOf(
      [
        claim({ stage: 'expired', slashedUpokt: 3n, settledHeight: 40, serviceId: 'eth' }),
        claim({ stage: 'expired', slashedUpokt: 4n, settledHeight: 60, serviceId: 'base' }),
        claim({ stage: 'discarded', claimedUpokt: 7n }),
        claim({ stage: 'settled', claimedUpokt: 10n, overservicingLossUpokt: 6n }),
        claim({ stage: 'settled', overservicingLossUpokt: 0n }),
        claim({ stage: 'claimed', settledAtMs: undefined, settledHeight: undefined }),
      ],
      NOW,
    )
    expect(found.slashed).toMatchObject({ claims: 2, upokt: '7', claimedUpokt: '200', serviceId: 'base', height: 60 })
    expect(found.discarded).toMatchObject({ claims: 1, upokt: '7' })
    expect(found.overserviced).toMatchObject({ claims: 1, upokt: '6', claimedUpokt: '10' })
  })
  it('are forgotten after a week', () => {
    const old = claim({ stage: 'expired', settledAtMs: NOW - 7 * DAY - 1 })
    expect(lossesOf([old], NOW)).toEqual({ slashed: null, discarded: null, overserviced: null })
  })
})

describe('decisions of the network', () => {
  const service = (computeUnitsPerRelay: bigint) => [{ id: 'anvil', name: '', computeUnitsPerRelay, ownerAddress: '' }]
  const first = decided(undefined, { height: 12, timeMs: NOW, params: PARAMS, services: service(100n) })

  it('are none at the first look', () => {
    expect(first.changes).toEqual([])
  })
  it('are told with before, after and the height from which they hold', () => {
    const params = { ...PARAMS, computeUnitsToTokensMultiplier: 7n, proofMissingPenaltyUpokt: 320n }
    const next = decided(readDecided(JSON.stringify(first)), { height: 15, timeMs: NOW + 1, params, services: service(10n) })
    expect(next.changes).toEqual([
      { what: 'computeUnitsToTokensMultiplier', before: '145990', after: '7', seenHeight: 15, effectHeight: 21, atMs: NOW + 1 },
      { what: 'proofMissingPenaltyUpokt', before: '1', after: '320', seenHeight: 15, effectHeight: 15, atMs: NOW + 1 },
      { what: 'service:anvil', before: '100', after: '10', seenHeight: 15, effectHeight: 21, atMs: NOW + 1 },
    ])
    const later = { height: 16, timeMs: NOW + 2, params, services: service(10n) }
    expect(decided(next, later).changes).toEqual(next.changes)
    expect(decided(next, { ...later, timeMs: NOW + 8 * DAY }).changes).toEqual([])
  })
  it('are none when the chain was made anew', () => {
    const other = decided(first, { height: 2, timeMs: NOW, params: { ...PARAMS, supplierMinStakeUpokt: 1n }, services: [] })
    expect(other.changes).toEqual([])
  })
  it.each(['', '{', '[]', '{"height":"1"}', 'null'])('what is kept and cannot be read is as nothing: %s', (text) => {
    expect(readDecided(text)).toBeUndefined()
  })
})

describe('the disk', () => {
  const filling = (days: number): DiskSample[] => {
    let samples: DiskSample[] = []
    for (let minute = 0; minute <= 24 * 60; minute += 5)
      samples = withSample(samples, { atMs: NOW + minute * MINUTE, freeBytes: 1e12 * (1 - minute / (days * 24 * 60)) })
    return samples
  }
  it('is full on the day on which the line meets the floor', () => {
    const samples = filling(2)
    expect(samples.length).toBe(145)
    const now = { atMs: NOW + DAY, freeBytes: 0.5e12 }
    const forecast = forecastDisk(samples, now)
    expect(forecast.bytesPerDay).toBeCloseTo(0.5e12, -6)
    expect(forecast.fullAtMs).toBeCloseTo(NOW + 2 * DAY, -3)
  })
  it('is never full when it empties, stands, or was looked at for minutes alone', () => {
    const now = { atMs: NOW + DAY, freeBytes: 1e12 }
    expect(forecastDisk(filling(-5), now).fullAtMs).toBeNull()
    expect(forecastDisk(filling(1e9), now).fullAtMs).toBeNull()
    expect(forecastDisk(filling(2).slice(0, 3), now).fullAtMs).toBeNull()
    expect(forecastDisk([], now)).toEqual({ freeBytes: 1e12, bytesPerDay: -0, fullAtMs: null, atMs: NOW + DAY })
  })
  it('is looked at anew when the clock went back, and two days at most are kept', () => {
    expect(withSample(filling(2), { atMs: NOW - 1, freeBytes: 1 })).toHaveLength(1)
    let samples: DiskSample[] = []
    for (let at = 0; at < 400; at += 1) samples = withSample(samples, { atMs: NOW + at * 10 * MINUTE, freeBytes: at })
    expect(samples).toHaveLength(288)
    expect(readSamples(JSON.stringify(samples))).toEqual(samples)
    expect(readSamples('[1,{"atMs":"x"},null]')).toEqual([])
    expect(readSamples('garbage')).toEqual([])
  })
})

const answering = (answer: (url: string) => { status: number; body?: string } | Error): Pick<Net, 'post'> => ({
  post(url) {
    const found = answer(url)
    if (found instanceof Error) return Promise.reject(found)
    return Promise.resolve({ status: found.status, body: new TextEncoder().encode(found.body ?? '') })
  },
})

describe('staked addresses', () => {
  const refused = new HearthError('no-network', { reason: 'ECONNREFUSED' })
  const of = (...urls: string[]) => urls.map((url) => ({ url, operatorAddress: 'op' }))
  it('are down after the second failure, since the first, and up with the first answer', async () => {
    let answer: { status: number } | Error = refused
    const probe = createEndpointProbe(answering(() => answer))
    expect(await probe.look(of('https://a.example'), 1)).toEqual([])
    expect(await probe.look(of('https://a.example', 'https://a.example'), 2)).toEqual([
      { url: 'https://a.example', sinceMs: 1, reason: 'ECONNREFUSED', operatorAddress: 'op' },
    ])
    answer = { status: 400 }
    expect(await probe.look(of('https://a.example'), 3)).toEqual([])
    answer = refused
    expect(await probe.look(of('https://a.example'), 4)).toEqual([])
  })
  it('are down behind a proxy that finds nobody, and forgotten when they are no longer staked', async () => {
    const probe = createEndpointProbe(answering(() => ({ status: 502 })))
    await probe.look(of('http://a.example', 'ftp://x'), 1)
    expect(await probe.look(of('http://a.example'), 2)).toMatchObject([{ reason: 'HTTP 502' }])
    await probe.look([], 3)
    expect(await probe.look(of('http://a.example'), 4)).toEqual([])
  })
})

describe('backends', () => {
  const node = (more: Partial<NodeState>): NodeState =>
    ({ id: 'b', title: 'B', kind: 'backend', seen: 'running', ports: { '8545': 8545 }, ...more }) as NodeState
  const block = (timeMs: number) => `{"result":{"number":"0x64","timestamp":"0x${Math.floor(timeMs / 1000).toString(16)}"}}`
  it('are behind when their newest block is minutes old', async () => {
    const net = answering(() => ({ status: 200, body: block(NOW - 10 * MINUTE) }))
    expect(await backendsBehind(net, [node({})], () => NOW)).toMatchObject([
      { nodeId: 'b', height: 100, behindMs: expect.closeTo(600_000, -4) },
    ])
  })
  it.each<[string, string | Error, Partial<NodeState>]>([
    ['fresh', block(NOW - MINUTE), {}],
    ['not a chain', '{"result":"hello"}', {}],
    ['silent', new Error('x'), {}],
    ['stopped', block(0), { seen: 'stopped' }],
    ['no backend', block(0), { kind: 'relay-miner' }],
    ['without a port', block(0), { ports: {} }],
  ])('are not judged: %s', async (_, body, more) => {
    const net = answering(() => (body instanceof Error ? body : { status: 200, body }))
    expect(await backendsBehind(net, [node(more)], () => NOW)).toEqual([])
  })
})

describe('relays by session', () => {
  const play = (counts: (bigint | undefined)[]) => {
    const watch = createServedWatch()
    return counts.map((served, session) => watch.note(session, served, NOW + session * MINUTE)).at(-1)
  }
  it('gateways have stopped after two empty sessions that follow five busy ones', () => {
    expect(play([0n, 5n, 9n, 12n, 20n, 30n, 30n])).toBeNull()
    expect(play([0n, 5n, 9n, 12n, 20n, 30n, 30n, 30n])).toEqual({ sessions: 2, sinceMs: NOW + 5 * MINUTE })
    expect(play([0n, 5n, 9n, 12n, 20n, 30n, 30n, 30n, 31n])).toBeNull()
  })
  it('nothing is said of a miner that never had steady work, started anew, or cannot be read', () => {
    expect(play([0n, 5n, 5n, 9n, 9n, 9n, 9n])).toBeNull()
    expect(play([0n, 5n, 9n, 12n, 20n, 30n, 0n, 0n, 0n])).toBeNull()
    expect(play([0n, 5n, 9n, 12n, 20n, 30n, undefined, 30n, 30n])).toBeNull()
  })
})

describe('the operator wallet', () => {
  const moved = (kind: MovementRow['kind'], deltaUpokt: bigint, daysAgo: number): MovementRow =>
    ({ kind, deltaUpokt, timeMs: NOW - daysAgo * DAY }) as MovementRow
  it('lasts as long as its balance divided by what it spends in a day', () => {
    const rows = [moved('fee', -300n, 2), moved('proof-fee', -100n, 1), moved('transfer', 1_000_000n, 1), moved('stake', -9n, 1)]
    expect(operatorSpending(rows, 1_000n, NOW)).toEqual({ upoktPerDay: '200', daysLeft: 5 })
  })
  it('lasts for ever when it earns more, and nothing is said after an hour', () => {
    expect(operatorSpending([moved('fee', -300n, 2), moved('reward', 300n, 1)], 1n, NOW)).toBeNull()
    expect(operatorSpending([moved('fee', -300n, 0.1)], 1n, NOW)).toBeNull()
    expect(operatorSpending([], 1n, NOW)).toBeNull()
  })
})

describe('all readings', () => {
  const setUp = (chain: Partial<Chain>, net: Partial<Net> = {}) => {
    const clock = createTestClock(NOW)
    const log = createTestLog()
    const state = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: 'h', network: 'practice', startedAtMs: 1, notice: null }),
      clock,
    )
    state.patch('supplier', { operatorAddress: 'op' })
    const kept = new Map<string, string>()
    const store = {
      setting: (key: string) => Promise.resolve(kept.get(key)),
      setSetting: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
      claims: () => Promise.resolve([claim({ stage: 'expired', slashedUpokt: 2n }), claim({ stage: 'expired', operatorAddress: 'other' })]),
      movements: () => Promise.resolve([]),
    } as unknown as Store
    const engine: { free: () => Promise<number | undefined>; asked: number } = { free: () => Promise.resolve(3e9), asked: 0 }
    const readings = createHealthReadings({
      store,
      engine: { freeBytes: () => ((engine.asked += 1), engine.free()) },
      net: {
        post: () => Promise.reject(new Error('no')),
        portFree: () => Promise.resolve(true),
        freeDiskBytes: () => Promise.resolve(5e10),
        ...net,
      },
      clock,
      log,
      state,
      network: () => 'practice',
      served: () => undefined,
      records: () => [],
    })
    const fake = { services: () => Promise.resolve([]), ...chain } as Chain
    const read = (height: number, params = PARAMS, isCertain = true) => readings.read(fake, height, params, isCertain)
    return { clock, log, state, kept, read, readings, engine }
  }

  it('of the disks are taken without a chain, once a minute; the engine’s while it runs and tells', async () => {
    const { clock, state, readings, engine } = setUp({})
    const disks = async () => {
      await readings.disks()
      await readings.stop()
      return [state.state.health.disk?.freeBytes, state.state.health.engineDisk?.freeBytes]
    }
    expect(await disks()).toEqual([5e10, undefined])
    state.patch('engine', { kind: 'ready' })
    expect(await disks()).toEqual([5e10, undefined])
    await clock.advance(60_000)
    expect(await disks()).toEqual([5e10, 3e9])
    engine.free = () => Promise.resolve(1e9)
    await clock.advance(59_999)
    expect(await disks()).toEqual([5e10, 3e9])
    await clock.advance(1)
    expect(await disks()).toEqual([5e10, 1e9])
    for (const free of [() => Promise.resolve(undefined), () => Promise.reject(new HearthError('engine-failed', {}))]) {
      engine.free = free
      await clock.advance(60_000)
      expect(await disks()).toEqual([5e10, undefined])
    }
  })

  it('of an engine that does not answer hold up nothing, and it is not asked twice', async () => {
    const { clock, state, readings, read, engine } = setUp({})
    state.patch('engine', { kind: 'ready' })
    const { promise, resolve } = Promise.withResolvers<number>()
    engine.free = () => promise
    await read(20)
    await clock.advance(60_000)
    await readings.disks()
    expect([state.state.health.disk?.freeBytes, engine.asked]).toEqual([5e10, 1])
    resolve(7e9)
    await readings.stop()
    expect(state.state.health.engineDisk?.freeBytes).toBe(7e9)
  })

  it('of what was decided are neither asked nor kept while it is not certain which chain this is', async () => {
    let asked = 0
    const services = () => {
      asked += 1
      return Promise.resolve([])
    }
    const { kept, read, clock } = setUp({ services })
    await read(20, PARAMS, false)
    expect(asked).toBe(0)
    // What is about this PC is kept all the same.
    expect([...kept.keys()]).toEqual(['disk practice'])
    await clock.advance(60_000)
    await read(21)
    expect([...kept.keys()].toSorted()).toEqual(['decided practice', 'disk practice'])
  })

  it('are published: losses of our operator alone, and the disk; the upgrade is told by the updates alone', async () => {
    const { state, read } = setUp({ upgradePlan: () => Promise.resolve({ name: 'v9', height: 77 }) })
    await read(20)
    expect(state.state.health).toMatchObject({
      losses: { slashed: { claims: 1, upokt: '2' } },
      disk: { freeBytes: 5e10, fullAtMs: null },
    })
    expect(state.state.health.upgrade).toBeNull()
  })
  it('survive a restart: a change that happened meanwhile is told', async () => {
    const one = setUp({})
    await one.read(20)
    const two = setUp({})
    for (const [key, value] of one.kept) two.kept.set(key, value)
    await two.read(50, { ...PARAMS, proofMissingPenaltyUpokt: 9n })
    expect(two.state.state.health.changes).toMatchObject([{ what: 'proofMissingPenaltyUpokt', before: '1', after: '9', seenHeight: 50 }])
  })
  it('ask the chain and the disk once a minute, however fast the blocks come', async () => {
    let asked = 0
    const { clock, read } = setUp({ services: () => Promise.resolve(((asked += 1), [])) })
    for (let height = 20; height < 40; height += 1) {
      await read(height)
      await clock.advance(10_000)
    }
    expect(asked).toBe(4)
  })
  it('go on when one of them fails, and say so in the log', async () => {
    const { log, state, read } = setUp(
      { services: () => Promise.reject(new HearthError('chain-unreachable')) },
      { freeDiskBytes: () => Promise.reject(new Error('EIO')) },
    )
    await read(20)
    expect(state.state.health.losses.slashed).not.toBeNull()
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(2)
  })
})
