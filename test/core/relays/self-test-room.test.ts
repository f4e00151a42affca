import { describe, expect, test } from 'vitest'
import type { SelfTestRow } from '#shared/model/self-test.ts'
import { encodeRelayResponse } from '#main/core/relays/relay-messages.ts'
import type { SupplierRecord } from '#main/core/ports/chain.ts'
import { createSelfTestRoom } from '#main/core/relays/self-test-room.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import type { AppState } from '#shared/api/state.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { rejection } from '#test/fakes/rejection.ts'

const MINUTE = 60_000
const refusal = encodeRelayResponse({
  sessionHeader: { applicationAddress: 'a', serviceId: 'anvil', sessionId: 's', startHeight: 1, endHeight: 10 },
  supplierOperatorSignature: new Uint8Array(0),
  payload: new Uint8Array(0),
  payloadHash: new Uint8Array(0),
  relayMinerError: { codespace: 'service', code: 1111, description: '', message: '' },
})
const node = (kind: string, startedAtMs: number) =>
  ({ kind, wanted: 'running', seen: 'running', reason: null, wish: null, startedAtMs }) as unknown as AppState['nodes'][string]

function open(
  choices: { afterStart: boolean; everyMinutes: number },
  url = 'http://127.0.0.1:8545',
  kept: SelfTestRow[] = [],
  failing?: () => string,
  fails?: (wish: { operatorAddress: string; serviceId: string }) => boolean,
) {
  const clock = createTestClock()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 0, notice: null }),
    clock,
  )
  const rows: SelfTestRow[] = [...kept]
  const records: SupplierRecord[] = []
  const world = { closed: false, broken: false, failing: '', backMs: 0 }
  const room = createSelfTestRoom({
    network: 'local',
    net: { post: () => Promise.resolve({ status: 200, body: refusal }) },
    reach: () => Promise.resolve({ addresses: ['127.0.0.1'], nameMs: 0, connectMs: world.closed ? null : 1 }),
    store: {
      selfTests: ({ limit }) => (world.broken ? Promise.reject(new Error('locked')) : Promise.resolve(rows.toReversed().slice(0, limit))),
      addSelfTest: (row) => Promise.resolve(void rows.push(row)),
      removeSelfTests: () => Promise.resolve(void rows.splice(0)),
    },
    state,
    tasks: createTasks(state, clock, createQuietLog()),
    clock: { now: () => clock.now() - world.backMs, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal) },
    log: createQuietLog(),
    ownDoor: () => 'http://127.0.0.1:8545',
    records: () => records,
    relay:
      failing || fails
        ? ({ serviceId, operatorAddress }) => {
            const ok = serviceId !== failing?.() && !fails?.({ serviceId, operatorAddress })
            const failure = ok ? undefined : ('backend-status' as const)
            return Promise.resolve({
              ok,
              signatureOk: true,
              failure,
              detail: '',
              sessionRefused: false,
              latencyMs: 3,
              httpStatus: 200,
              answer: '',
            })
          }
        : undefined,
    validation: () => undefined,
    choices: () => {
      if (world.broken) throw new Error('locked')
      return choices
    },
  })
  const serve = (startedAtMs: number, serviceIds = ['anvil']): void => {
    const services = serviceIds.map((serviceId) => ({ serviceId, endpoints: [{ url, rpcType: 'JSON_RPC' }], revShare: [] }))
    state.patch('supplier', { status: 'active', operatorAddress: 'op', services })
    const stake = { ownerAddress: 'own', stakeUpokt: 1n, pending: [], unstakeSessionEndHeight: 0 }
    records.splice(0, records.length, { ...stake, operatorAddress: 'op', services })
    state.put('nodes', 'miner', node('relay-miner', startedAtMs))
    state.put('nodes', 'ingress', node('ingress', startedAtMs))
  }
  const abort = new AbortController()
  const running = room.run(abort.signal)
  const stop = async (): Promise<void> => {
    abort.abort()
    await clock.advance(MINUTE)
    await running
  }
  const told = (): string[] => rows.map((row) => `${row.trigger} ${row.path} ${row.ok ? 'ok' : 'failed'}`)
  return { clock, state, room, rows, records, world, serve, stop, told }
}

describe('self-tests by themselves', () => {
  test('come after each start of the relay miner, once each', async () => {
    const here = open({ afterStart: true, everyMinutes: 0 })
    await here.clock.advance(MINUTE)
    expect(here.told()).toEqual([])
    here.serve(1)
    await here.clock.advance(MINUTE)
    expect(here.told()).toEqual(['start loopback ok'])
    await here.clock.advance(60 * MINUTE)
    expect(here.told()).toHaveLength(1)
    here.serve(2)
    await here.clock.advance(MINUTE)
    expect(here.told()).toEqual(['start loopback ok', 'start loopback ok'])
    await here.stop()
  })

  test('come on schedule, through the public door as well where there is one', async () => {
    const here = open({ afterStart: false, everyMinutes: 30 }, 'http://relay.example.org')
    here.serve(1)
    await here.clock.advance(MINUTE)
    expect(here.told()).toEqual(['schedule loopback ok', 'schedule public ok'])
    await here.clock.advance(28 * MINUTE)
    expect(here.told()).toHaveLength(2)
    await here.clock.advance(3 * MINUTE)
    expect(here.told()).toHaveLength(4)
    await here.stop()
  })

  test('come not at all when both are off, or while nothing serves, or while the miner is on its way down', async () => {
    const off = open({ afterStart: false, everyMinutes: 0 })
    off.serve(1)
    await off.clock.advance(90 * MINUTE)
    const idle = open({ afterStart: true, everyMinutes: 1 })
    idle.serve(1)
    idle.state.put('nodes', 'miner', { ...node('relay-miner', 1), wanted: 'stopped' })
    await idle.clock.advance(90 * MINUTE)
    const wished = open({ afterStart: true, everyMinutes: 1 })
    wished.serve(1)
    wished.state.put('nodes', 'miner', {
      ...node('relay-miner', 1),
      wish: { action: 'stop', when: 'quiet' } as unknown as AppState['nodes'][string]['wish'],
    })
    await wished.clock.advance(90 * MINUTE)
    const draining = open({ afterStart: true, everyMinutes: 1 })
    draining.serve(1)
    draining.state.put('tasks', 't', { id: 't', kind: 'node-stop', status: 'running', steps: [] } as unknown as AppState['tasks'][string])
    await draining.clock.advance(90 * MINUTE)
    expect([off.told(), idle.told(), wished.told(), draining.told()]).toEqual([[], [], [], []])
    await Promise.all([off.stop(), idle.stop(), wished.stop(), draining.stop()])
  })

  test('go on after a start of Hearth from what is kept: failures in a row, and when the last was', async () => {
    const before = open({ afterStart: false, everyMinutes: 10 })
    before.serve(1)
    await before.clock.advance(MINUTE)
    before.world.closed = true
    await before.clock.advance(12 * MINUTE)
    expect(before.rows.map((row) => row.ok)).toEqual([true, false, false])
    const last = before.rows.at(-1)?.atMs ?? 0
    const again = open({ afterStart: false, everyMinutes: 10 }, undefined, before.rows)
    again.world.closed = true
    await again.clock.advance(last - again.clock.now() + 1_000)
    expect(again.state.state.health.selfTests?.last.loopback).toMatchObject({ ok: false, failures: 2 })
    again.serve(1)
    await again.clock.advance(MINUTE)
    expect(again.rows).toHaveLength(3)
    // Taken away, nothing of before counts.
    await again.room.clear()
    expect(again.state.state.health.selfTests).toBeUndefined()
    await again.room.handlers['selfTest.run']({ path: 'loopback' })
    await again.clock.advance(10_000)
    expect(again.state.state.health.selfTests?.last.loopback?.failures).toBe(1)
    await Promise.all([before.stop(), again.stop()])
  })

  test('go to each supplier that serves: what fails of one stands for its door until that one is well', async () => {
    let sick = 'op2 anvil'
    const here = open(
      { afterStart: true, everyMinutes: 10 },
      undefined,
      [],
      undefined,
      ({ operatorAddress, serviceId }) => `${operatorAddress} ${serviceId}` === sick,
    )
    here.serve(1)
    const [first] = here.records
    if (!first) throw new Error('nothing is staked')
    here.records.push({ ...first, operatorAddress: 'op2' }, { ...first, operatorAddress: 'op3' })
    const short = { ownerAddress: 'own', stakeUpokt: '1', services: ['anvil'], notServed: [], unstakeSessionEndHeight: 0, height: 1 }
    here.state.put('suppliers', 'op', { ...short, status: 'active' })
    here.state.put('suppliers', 'op2', { ...short, status: 'active-differs' })
    // One that leaves is not tested by itself.
    here.state.put('suppliers', 'op3', { ...short, status: 'unstaking' })
    await here.clock.advance(MINUTE)
    expect(here.rows.map((row) => [row.operatorAddress, row.ok])).toEqual([
      ['op', true],
      ['op2', false],
    ])
    expect(here.state.state.health.selfTests?.last.loopback).toMatchObject({ ok: false, operatorAddress: 'op2', failures: 1 })
    sick = ''
    await here.clock.advance(5 * MINUTE)
    expect(here.state.state.health.selfTests?.last.loopback).toMatchObject({ ok: true })
    // By hand any of them, and without a word the one in view.
    const before = here.rows.length
    await here.room.handlers['selfTest.run']({ path: 'loopback', operatorAddress: 'op3' })
    await here.clock.advance(10_000)
    await here.room.handlers['selfTest.run']({ path: 'loopback' })
    await here.clock.advance(10_000)
    expect(here.rows.slice(before).map((row) => row.operatorAddress)).toEqual(['op3', 'op'])
    expect(() => here.room.handlers['selfTest.run']({ path: 'loopback', operatorAddress: 'nobody' })).toThrow(
      expect.objectContaining({ code: 'supplier-absent' }),
    )
    await here.stop()
  })

  test('are not sent for a supplier that leaves: its relays are refused, and that is as it should be', async () => {
    const here = open({ afterStart: true, everyMinutes: 0 })
    here.serve(1)
    const [first] = here.records
    if (!first) throw new Error('nothing is staked')
    here.records.push({ ...first, operatorAddress: 'op2' })
    const short = { ownerAddress: 'own', stakeUpokt: '1', services: ['anvil'], notServed: [], unstakeSessionEndHeight: 0, height: 1 }
    for (const operator of ['op', 'op2']) here.state.put('suppliers', operator, { ...short, status: 'active' })
    const plan = { id: 'safe-unstake', kind: 'safe-unstake', status: 'running', steps: [], facts: { door: 'one', operatorAddress: 'op' } }
    here.state.put('tasks', 'safe-unstake', plan as unknown as AppState['tasks'][string])
    await here.clock.advance(MINUTE)
    expect(here.rows.map((row) => row.operatorAddress)).toEqual(['op2'])
    await here.stop()
  })

  test('are not sent for a supplier that is only watched: another machine answers its relays', async () => {
    const here = open({ afterStart: true, everyMinutes: 0 })
    here.serve(1)
    const [first] = here.records
    if (!first) throw new Error('nothing is staked')
    here.records.push({ ...first, operatorAddress: 'op2' })
    const short = { ownerAddress: 'own', stakeUpokt: '1', services: ['anvil'], notServed: [], unstakeSessionEndHeight: 0, height: 1 }
    for (const operator of ['op', 'op2']) here.state.put('suppliers', operator, { ...short, status: 'active' })
    const key = { role: 'operator', name: '', network: 'local', wordsConfirmedAtMs: 1, createdAtMs: 1, fenced: null } as const
    here.state.put('keys', 'k1', { ...key, id: 'k1', kind: 'key', address: 'op' })
    here.state.put('keys', 'k2', { ...key, id: 'k2', kind: 'watch', address: 'op2' })
    await here.clock.advance(MINUTE)
    expect(here.rows.map((row) => row.operatorAddress)).toEqual(['op'])
    await here.stop()
  })

  test('where no relay can be signed, one for each supplier behind an address, not for each service', async () => {
    const here = open({ afterStart: true, everyMinutes: 0 })
    here.serve(1, ['anvil', 'eth'])
    const [first] = here.records
    if (!first) throw new Error('nothing is staked')
    here.records.push({ ...first, operatorAddress: 'op2' })
    const short = { ownerAddress: 'own', stakeUpokt: '1', services: ['anvil'], notServed: [], unstakeSessionEndHeight: 0, height: 1 }
    for (const operator of ['op', 'op2']) here.state.put('suppliers', operator, { ...short, status: 'active' })
    await here.clock.advance(MINUTE)
    expect(here.rows.map((row) => `${row.operatorAddress} ${row.serviceId}`)).toEqual(['op anvil', 'op2 anvil'])
    await here.stop()
  })

  test('rows of the time of one supplier go on counting for it, and are forgotten with its next test', async () => {
    const before = open({ afterStart: false, everyMinutes: 10 })
    before.world.closed = true
    before.serve(1)
    await before.clock.advance(MINUTE)
    const { operatorAddress: _whose, ...old } = before.rows[0] as SelfTestRow
    await before.stop()
    const again = open({ afterStart: true, everyMinutes: 0 }, undefined, [old])
    await again.clock.advance(1)
    expect(again.state.state.health.selfTests?.last.loopback).toMatchObject({ ok: false, failures: 1 })
    again.serve(2)
    await again.clock.advance(MINUTE)
    expect(again.state.state.health.selfTests?.last.loopback).toMatchObject({ ok: true, operatorAddress: 'op' })
    await again.stop()
  })

  test('count their failures in a row, and a good one ends them', async () => {
    const here = open({ afterStart: false, everyMinutes: 10 })
    here.world.closed = true
    here.serve(1)
    // The second and third soon: whether it was an accident is to be known long before the next on schedule.
    await here.clock.advance(5 * MINUTE)
    expect(here.state.state.health.selfTests?.last.loopback).toMatchObject({
      ok: false,
      failures: 3,
      failedStage: 'port',
      finding: 'closed',
    })
    await here.clock.advance(7 * MINUTE)
    expect(here.rows).toHaveLength(3)
    here.world.closed = false
    await here.clock.advance(3 * MINUTE)
    expect(here.rows).toHaveLength(4)
    expect(here.state.state.health.selfTests?.last.loopback).toMatchObject({ ok: true, failures: 0, failedStage: null })
    await here.stop()
  })

  test('look at each service, and a good one of one hides nothing of another', async () => {
    const here = open({ afterStart: false, everyMinutes: 10 }, undefined, [], () => here.world.failing)
    here.serve(1, ['anvil', 'gnosis'])
    await here.clock.advance(MINUTE)
    expect(here.rows.map((row) => `${row.path} ${row.serviceId} ${String(row.ok)}`)).toEqual([
      'loopback anvil true',
      'loopback gnosis true',
    ])
    here.world.failing = 'anvil'
    await here.clock.advance(13 * MINUTE)
    expect(here.rows.filter((row) => row.serviceId === 'gnosis').every((row) => row.ok)).toBe(true)
    expect(here.state.state.health.selfTests?.last.loopback).toMatchObject({
      ok: false,
      serviceId: 'anvil',
      failures: 2,
      failedStage: 'relay',
    })
    // One that is not staked any more is nobody's trouble.
    here.serve(1, ['gnosis'])
    await here.clock.advance(10 * MINUTE)
    expect(here.state.state.health.selfTests?.last.loopback).toMatchObject({ ok: true, serviceId: 'gnosis' })
    await here.stop()
  })

  test('go on where what is staked and what runs here differ in part', async () => {
    const here = open({ afterStart: false, everyMinutes: 10 })
    here.serve(1)
    here.state.patch('supplier', { status: 'active-differs' })
    await here.clock.advance(MINUTE)
    expect(here.told()).toEqual(['schedule loopback ok'])
    await here.stop()
  })

  test('look once at an address behind which several services stand, where no relay can be signed', async () => {
    const here = open({ afterStart: false, everyMinutes: 10 }, 'http://relay.example.org')
    here.serve(1, ['anvil', 'gnosis'])
    await here.clock.advance(MINUTE)
    expect(here.told()).toEqual(['schedule loopback ok', 'schedule public ok'])
    await here.stop()
  })

  test('go on after the clock was set back, and after an error', async () => {
    const here = open({ afterStart: false, everyMinutes: 10 })
    here.world.broken = true
    here.serve(1)
    await here.clock.advance(MINUTE)
    expect(here.rows).toHaveLength(0)
    here.world.broken = false
    await here.clock.advance(11 * MINUTE)
    const before = here.rows.length
    expect(before).toBeGreaterThan(0)
    here.world.backMs = 5 * 60 * MINUTE
    await here.clock.advance(MINUTE)
    expect(here.rows).toHaveLength(before + 1)
    await here.clock.advance(10 * MINUTE)
    expect(here.rows).toHaveLength(before + 2)
    await here.stop()
  })

  test('that were kept are known again after a start', async () => {
    const before = open({ afterStart: true, everyMinutes: 0 })
    before.world.closed = true
    before.serve(1)
    await before.clock.advance(MINUTE)
    await before.stop()
    const here = open({ afterStart: false, everyMinutes: 0 }, undefined, before.rows)
    await here.clock.advance(1)
    expect(here.state.state.health.selfTests?.last.loopback).toMatchObject({ ok: false, failures: 1 })
    await here.stop()
  })
})

test('a staked address of this PC alone has no public door', async () => {
  const here = open({ afterStart: false, everyMinutes: 0 })
  here.serve(1)
  const refused = async (): Promise<unknown> => here.room.handlers['selfTest.run']({ path: 'public' }, new AbortController().signal)
  expect(await rejection(refused())).toMatchObject({ code: 'endpoint-invalid', detail: { problem: 'own-address' } })
  await here.stop()
})
