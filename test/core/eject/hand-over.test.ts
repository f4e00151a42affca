import { describe, expect, it } from 'vitest'
import { createHandOvers } from '#main/core/eject/hand-over.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { NodeState } from '#shared/api/state.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { rejection } from '#test/fakes/rejection.ts'

const WRITTEN = { path: '/data/eject/out', fingerprint: 'aa', withMiner: true }

function scene(options: { ran?: string[]; ejected?: string[]; engine?: 'ready' | 'not-started'; state?: SeenContainer['state'] } = {}) {
  const ran = options.ran ?? ['keeper', 'miner', 'ingress', 'gnosis-execution']
  const settings = new Map<string, string>()
  const rows = new Map<string, NodeRow>()
  for (const id of ['keeper', 'miner', 'ingress', 'gnosis-execution'])
    rows.set(id, {
      id,
      network: 'mainnet',
      wanted: ran.includes(id) ? 'running' : 'stopped',
      wantedBy: 'user',
      imagePin: 'x',
      ports: {},
      updatedAtMs: 0,
    })
  const clock = createTestClock(1_000_000)
  const state = createStatePublisher(
    initialState({ version: '1', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null }),
    clock,
  )
  const ejected = new Set(options.ejected ?? [])
  const calls: string[] = []
  const up = new Set<string>()
  const show = (id: string, change: Partial<NodeState> = {}): void => {
    const wanted = rows.get(id)?.wanted ?? 'stopped'
    state.put('nodes', id, {
      id,
      title: id,
      wanted,
      seen: wanted === 'running' ? 'running' : 'stopped',
      wish: null,
      ...change,
    } as NodeState)
  }
  for (const id of rows.keys()) show(id)
  const want = (id: string, wanted: NodeRow['wanted']): void => {
    for (const each of id === 'miner' ? ['keeper', 'miner', 'ingress'] : [id]) {
      const row = rows.get(each)
      if (row) rows.set(each, { ...row, wanted })
    }
  }
  const make = () =>
    createHandOvers({
      network: 'mainnet',
      project: 'p',
      store: {
        nodes: () => Promise.resolve([...rows.values()]),
        setting: (key) => Promise.resolve(settings.get(key)),
        setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
      },
      nodes: {
        start(id) {
          calls.push(`start ${id}`)
          want(id, 'running')
          return Promise.resolve()
        },
        stop(id, wish) {
          calls.push(`stop ${id} ${wish?.when ?? 'now'}${wish?.drained ? ' drained' : ''}`)
          if (wish?.when === undefined || wish.when === 'now') want(id, 'stopped')
          return Promise.resolve()
        },
        wake: () => undefined,
      },
      engine: {
        list: () => Promise.resolve([...up].map((nodeId) => ({ nodeId, state: 'running' }) as SeenContainer)),
        containerState: (name) =>
          Promise.resolve(ejected.has(name) ? (options.state ?? 'running') : name === 'p-keeper' ? 'exited' : undefined),
        probe: () => Promise.resolve({ kind: options.engine ?? 'ready', endpoint: 'e', detail: '' } as never),
      },
      state,
      clock,
      log: createQuietLog(),
      activity: (text) => calls.push(text),
    })
  return { make, rows, calls, state, show, clock, up, ejected, want }
}

/** Runs the loop for so many looks. */
async function looks(
  room: ReturnType<ReturnType<typeof scene>['make']>,
  clock: ReturnType<typeof createTestClock>,
  count: number,
): Promise<void> {
  const abort = new AbortController()
  const running = room.run(abort.signal)
  for (let look = 0; look < count; look += 1) {
    await settle()
    await clock.advance(1_000)
  }
  await settle()
  abort.abort()
  await clock.advance(1_000)
  await running
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

describe('handing over', () => {
  it('stops the relay miner first and drained, then the rest, and says so only when nothing is up', async () => {
    const { make, calls, show, clock, rows, up } = scene()
    const room = make()
    await room.noteWritten(WRITTEN)
    await room.begin('now', 'aa')
    expect(calls).toEqual(['stop miner now drained'])
    show('miner', { seen: 'stopping' })
    await looks(room, clock, 3)
    expect(room.now()?.stage).toBe('stopping')
    expect(room.isOut()).toBe(false)
    expect(calls).toEqual(['stop miner now drained'])
    show('miner')
    await looks(room, clock, 2)
    expect(calls.slice(1)).toEqual(['stop gnosis-execution now'])
    expect(room.isOut()).toBe(true)
    expect(room.now()?.stage).toBe('stopping')
    for (const id of rows.keys()) show(id)
    up.add('gate')
    await looks(room, clock, 2)
    expect(room.now()?.stage).toBe('stopping')
    up.clear()
    await looks(room, clock, 2)
    expect(room.now()).toMatchObject({ stage: 'out', path: '/data/eject/out' })
    expect(calls.at(-1)).toBe('handed-over')
  })

  it('waits for its moment, and is forgotten when the stop is taken back', async () => {
    const { make, show, clock, calls, state } = scene()
    const room = make()
    await room.noteWritten(WRITTEN)
    await room.begin('quiet', 'aa')
    // Not shown in the state yet.
    await looks(room, clock, 3)
    expect(room.now()?.stage).toBe('waiting')
    show('miner', { wish: { action: 'stop', when: 'quiet', askedAtMs: 0, height: null, atMs: null } })
    await looks(room, clock, 30)
    expect(room.now()?.stage).toBe('waiting')
    expect(room.isOut()).toBe(false)
    state.put('nodes', 'miner', { ...(state.state.nodes['miner'] as NodeState), wish: null })
    await looks(room, clock, 5)
    expect(room.now()).toBeNull()
    expect(calls).toEqual(['stop miner quiet drained'])
  })

  it('goes on waiting in a Hearth that starts anew and has not looked yet', async () => {
    const { make, show, clock, state } = scene()
    const first = make()
    await first.noteWritten(WRITTEN)
    await first.begin('quiet', 'aa')
    await clock.advance(60_000)
    state.remove('nodes', 'miner')
    const second = make()
    await second.load()
    await looks(second, clock, 5)
    expect(second.now()?.stage).toBe('waiting')
    show('miner', { seen: 'unknown' })
    await looks(second, clock, 5)
    expect(second.now()?.stage).toBe('waiting')
  })

  it('is still handed over for a Hearth that starts anew, which starts nothing', async () => {
    const { make, clock, rows, show, calls } = scene()
    const first = make()
    await first.noteWritten(WRITTEN)
    await first.begin('now', 'aa')
    for (const id of rows.keys()) show(id)
    show('miner')
    await looks(first, clock, 2)
    for (const id of rows.keys()) show(id)
    await looks(first, clock, 2)
    const second = make()
    expect(second.isOut()).toBe(false)
    await second.load()
    expect(second.isOut()).toBe(true)
    const before = calls.length
    await looks(second, clock, 5)
    expect(calls.length).toBe(before)
  })

  it('needs files that are of what runs', async () => {
    const { make, calls } = scene()
    const room = make()
    expect(await rejection(room.begin('now', 'aa'))).toMatchObject({ code: 'eject-not-written' })
    await room.noteWritten(WRITTEN)
    expect(await rejection(room.begin('now', 'bb'))).toMatchObject({ code: 'eject-stale', detail: { path: '/data/eject/out' } })
    await room.noteWritten({ ...WRITTEN, withMiner: false })
    expect(await rejection(room.begin('now', 'aa'))).toMatchObject({ code: 'eject-stale' })
    expect(calls).toEqual([])
    await room.noteWritten(WRITTEN)
    await room.begin('now', 'aa')
    expect(await rejection(room.begin('now', 'aa'))).toMatchObject({ code: 'handed-over' })
  })

  it('leaves no record where the stop is refused', async () => {
    const refusing = createHandOversThatRefuse(scene())
    await refusing.noteWritten(WRITTEN)
    expect(await rejection(refusing.begin('settled', 'aa'))).toMatchObject({ code: 'not-now' })
    expect(refusing.now()).toBeNull()
  })
})

describe('taking back', () => {
  async function out(options: Parameters<typeof scene>[0] = {}) {
    const here = scene(options)
    const room = here.make()
    await room.noteWritten(WRITTEN)
    await room.begin('now', 'aa')
    for (const id of here.rows.keys()) here.want(id, 'stopped')
    for (const id of here.rows.keys()) here.show(id)
    await looks(room, here.clock, 2)
    expect(room.now()?.stage).toBe('out')
    here.calls.length = 0
    return { ...here, room }
  }

  it('starts what ran before, the relay miner with what belongs to it', async () => {
    const { room, calls } = await out()
    await room.takeBack(undefined)
    expect(calls).toEqual(['start miner', 'start gnosis-execution', 'taken-back'])
    expect(room.now()).toBeNull()
    expect(room.isOut()).toBe(false)
    // The folder is known on.
    expect(room.written()).toMatchObject(WRITTEN)
  })

  it('starts nothing that did not run', async () => {
    const { room, calls } = await out({ ran: ['gnosis-execution'] })
    await room.takeBack(undefined)
    expect(calls).toEqual(['start gnosis-execution', 'taken-back'])
  })

  it.each(['p-miner', 'p-keeper', 'p-gate', 'p-gnosis-execution'])('refuses while %s runs', async (name) => {
    const { room, calls, ejected } = await out({ ejected: [name] })
    expect(await rejection(room.takeBack(undefined))).toMatchObject({ code: 'eject-still-runs', detail: { containers: name } })
    expect(calls).toEqual([])
    expect(room.isOut()).toBe(true)
    ejected.clear()
    await room.takeBack(undefined)
    expect(room.isOut()).toBe(false)
  })

  it.each([
    ['restarting', 'eject-still-runs'],
    ['paused', 'eject-still-runs'],
    ['exited', undefined],
    ['created', undefined],
  ] as const)('of one that is %s is it %s', async (state, code) => {
    const { room } = await out({ ejected: ['p-miner'], state })
    const taken = room.takeBack(undefined)
    if (code === undefined) await taken
    else expect(await rejection(taken)).toMatchObject({ code })
    expect(room.isOut()).toBe(code !== undefined)
  })

  it('refuses while nobody can tell what runs', async () => {
    const { room, calls } = await out({ engine: 'not-started' })
    expect(await rejection(room.takeBack(undefined))).toMatchObject({ code: 'engine-not-started' })
    expect(calls).toEqual([])
    expect(room.isOut()).toBe(true)
  })

  it('refuses where nothing was handed over', async () => {
    const { make } = scene()
    expect(await rejection(make().takeBack(undefined))).toMatchObject({ code: 'not-handed-over' })
  })
})

function createHandOversThatRefuse({ state, clock }: ReturnType<typeof scene>): ReturnType<typeof createHandOvers> {
  return createHandOvers({
    network: 'mainnet',
    project: 'p',
    store: {
      nodes: () =>
        Promise.resolve([
          { id: 'miner', network: 'mainnet', wanted: 'running', wantedBy: 'user', imagePin: 'x', ports: {}, updatedAtMs: 0 },
        ]),
      setting: () => Promise.resolve(undefined),
      setSetting: () => Promise.resolve(),
    },
    nodes: { start: () => Promise.resolve(), stop: () => Promise.reject(new HearthError('not-now')), wake: () => undefined },
    engine: {
      list: () => Promise.resolve([]),
      containerState: () => Promise.resolve(undefined),
      probe: () => Promise.reject(new Error('not asked')),
    },
    state,
    clock,
    log: createQuietLog(),
    activity: () => undefined,
  })
}
