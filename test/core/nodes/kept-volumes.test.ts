import { beforeEach, describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { begin, fresh, KEYS, look, lost, make, MINER, on, PREFIX, prune, specOf } from './volumes-scene.ts'

beforeEach(fresh)

describe('a volume that somebody took away', () => {
  it('is missed when its node is made again: told once, and the node gets an empty one', async () => {
    await make('miner', [MINER], [KEYS])
    expect(on.activity).toEqual([])
    await prune()
    await make('miner', [MINER], [KEYS])
    expect(await on.raw.volume(MINER)).toEqual({ memory: false })
    expect(lost()).toEqual(['miner'])
    expect(on.activity).toEqual([`volume-lost bad ${MINER}`])
    await look()
    begin()
    await make('miner', [MINER], [KEYS])
    expect([lost(), on.activity.length]).toEqual([['miner'], 1])
  })

  it('is missed while its node stays stopped, within a minute', async () => {
    await make('miner', [MINER], [KEYS])
    await prune()
    await on.engine.list()
    await look()
    expect([lost(), on.activity.length]).toEqual([['miner'], 1])
    await look()
    expect(on.activity).toHaveLength(1)
  })

  it('is missed by a Hearth that did not run when it was taken', async () => {
    await make('miner', [MINER], [KEYS])
    await prune()
    begin()
    await on.engine.list()
    expect(lost()).toEqual(['miner'])
  })

  it('is missed again when the next one goes too', async () => {
    await make('miner', [MINER])
    await prune('miner', MINER)
    await make('miner', [MINER])
    const first = on.state.state.engine.lost?.[0]?.atMs ?? 0
    await on.clock.advance(5_000)
    await prune('miner', MINER)
    await make('miner', [MINER])
    expect(on.activity).toHaveLength(2)
    expect(on.state.state.engine.lost?.map((each) => each.atMs)).toEqual([first + 5_000])
  })

  it('of an installation from before Hearth noted them is known by its container', async () => {
    await on.raw.ensureVolume(MINER, { memory: false })
    await on.raw.create(specOf('miner', [MINER]))
    await on.engine.list()
    await prune('miner', MINER)
    await on.engine.ensureVolume(MINER, { memory: false })
    expect(lost()).toEqual(['miner'])
  })

  it('is one on disk: memory, what no container of ours had, and volumes of an image are not missed', async () => {
    const others = ['0123456789abcdef', `${PREFIX}other`]
    for (const name of others) await on.raw.ensureVolume(name, { memory: false })
    await make('miner', [MINER], [KEYS])
    // A copy of one of ours is nobody's.
    await on.raw.create({ ...specOf('', [`${PREFIX}other`]), name: 'copy' })
    await on.raw.create(specOf('x', ['0123456789abcdef']))
    await look()
    for (const name of ['copy', `${PREFIX}x`]) await on.raw.remove(name)
    for (const name of others) await on.raw.removeVolume(name)
    await on.raw.remove(`${PREFIX}miner`)
    await on.raw.removeVolume(KEYS)
    await look()
    for (const name of [KEYS, ...others]) await on.engine.ensureVolume(name, { memory: name === KEYS })
    expect([lost(), on.activity]).toEqual([[], []])
  })

  it('cannot go while a container holds it, also one that is stopped', async () => {
    await make('miner', [MINER])
    expect((await rejection(on.raw.removeVolume(MINER))).code).toBe('engine-failed')
    await look()
    expect(lost()).toEqual([])
  })
})

describe('what Hearth itself takes away', () => {
  it('is not missed, nor is what was lost before told any more', async () => {
    await make('miner', [MINER])
    await prune('miner', MINER)
    await make('miner', [MINER])
    expect(lost()).toEqual(['miner'])
    await on.engine.remove(`${PREFIX}miner`)
    await on.engine.removeVolume(MINER)
    await look()
    begin()
    await make('miner', [MINER])
    expect([lost(), on.activity.length]).toEqual([[], 1])
  })

  it('is known on where the engine did not let it go', async () => {
    await make('miner', [MINER])
    expect((await rejection(on.engine.removeVolume(MINER))).code).toBe('engine-failed')
    await prune('miner', MINER)
    await look()
    expect(lost()).toEqual(['miner'])
  })
})

describe('another engine', () => {
  it.each([
    ['chosen by the user', { endpoint: 'unix:///b', id: 'two', place: 'pc' }, []],
    ['that has no name of its own, chosen', { endpoint: 'unix:///b', id: undefined, place: 'pc' }, []],
    ['of another PC, to which the record was brought', { endpoint: 'unix:///a', id: 'two', place: 'other' }, []],
    ['at the same place, set up anew', { endpoint: 'unix:///a', id: 'two', place: 'pc' }, ['miner']],
    ['at the same place, with no name of its own', { endpoint: 'unix:///a', id: undefined, place: 'pc' }, ['miner']],
    ['address of the same one', { endpoint: 'unix:///b', id: 'one', place: 'pc' }, ['miner']],
    ['data folder on the same one', { endpoint: 'unix:///a', id: 'one', place: 'other' }, ['miner']],
  ])('%s: %j', async (_what, next, found) => {
    await make('miner', [MINER])
    await prune('miner', MINER)
    on.here = next
    begin()
    await make('miner', [MINER])
    await look()
    expect(lost()).toEqual(found)
  })

  it('chosen while Hearth runs: no alarm there, and none for what is on the one before', async () => {
    await make('miner', [MINER])
    await prune('miner', MINER)
    on.here = { endpoint: 'unix:///b', id: 'two', place: 'pc' }
    await on.engine.probe()
    await make('miner', [MINER])
    await look()
    expect(lost()).toEqual([])
    await prune('miner', MINER)
    await look()
    expect(lost()).toEqual(['miner'])
  })
})

describe('a Hearth that is killed', () => {
  const steps = async (run: () => Promise<void>, after: () => Promise<void>, prepare: () => Promise<void>): Promise<number> => {
    for (let dieAt = 1; ; dieAt += 1) {
      fresh()
      await prepare()
      const { calls } = begin('mainnet', dieAt)
      void run().catch(() => undefined)
      for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      const isOver = calls() < dieAt
      begin()
      await after()
      if (isOver) return dieAt
    }
  }

  it('anywhere in making it again misses it all the same, once', async () => {
    const points = await steps(
      () => make('miner', [MINER]),
      async () => {
        await make('miner', [MINER])
        expect([lost(), on.activity.length <= 1]).toEqual([['miner'], true])
        expect(await on.raw.volume(MINER)).toBeDefined()
      },
      async () => {
        await make('miner', [MINER])
        await prune('miner', MINER)
      },
    )
    expect(points).toBeGreaterThan(6)
  })

  it('anywhere in making the first one raises no alarm, and misses it later', async () => {
    await steps(
      () => make('miner', [MINER]),
      async () => {
        await make('miner', [MINER])
        await look()
        expect(lost()).toEqual([])
        await prune('miner', MINER)
        await look()
        expect(lost()).toEqual(['miner'])
      },
      () => Promise.resolve(),
    )
  })

  it('anywhere in removing it raises no alarm', async () => {
    await steps(
      async () => {
        await on.engine.remove(`${PREFIX}miner`)
        await on.engine.removeVolume(MINER)
      },
      async () => {
        // As each removal is gone on with.
        await on.engine.list()
        await on.engine.remove(`${PREFIX}miner`)
        await on.engine.removeVolume(MINER)
        await look()
        await make('miner', [MINER])
        expect([lost(), on.activity]).toEqual([[], []])
      },
      () => make('miner', [MINER]),
    )
  })
})

it('costs nothing while nothing changes: no write, and no question about a volume that a container holds', async () => {
  await make('miner', [MINER], [KEYS])
  await look()
  const { calls } = begin()
  await on.engine.list()
  const [after, text] = [calls(), on.settings.get('volumes mainnet')]
  on.settings.clear()
  for (let round = 0; round < 5; round += 1) await look()
  // The lists themselves.
  expect(calls() - after).toBe(5)
  expect(on.settings.size).toBe(0)
  expect(text).toContain('"miner"')
})

describe('trouble', () => {
  it('with the record keeps no container from its volume, and is made up for later', async () => {
    await make('miner', [MINER])
    await prune('miner', MINER)
    on.storeFails = true
    await make('miner', [MINER])
    expect([await on.raw.volume(MINER), lost(), on.activity.length]).toEqual([{ memory: false }, ['miner'], 1])
    on.storeFails = false
    await on.engine.list()
    begin()
    await on.engine.list()
    expect(lost()).toEqual(['miner'])
  })

  it('with a look is no loss', async () => {
    await make('miner', [MINER])
    await on.raw.remove(`${PREFIX}miner`)
    on.raw.failNext('volume', new HearthError('engine-failed', { reason: 'busy' }))
    await look()
    expect(lost()).toEqual([])
    await on.raw.removeVolume(MINER)
    await on.engine.list()
    expect(lost()).toEqual(['miner'])
  })

  it.each(['{', '{"made":1}', 'null'])('with what is written (%s) is no alarm', async (text) => {
    on.settings.set('volumes mainnet', text)
    begin()
    await make('miner', [MINER])
    expect(lost()).toEqual([])
    expect(JSON.parse(on.settings.get('volumes mainnet') ?? '')).toMatchObject({ made: { [MINER]: 'miner' } })
  })

  it('is not looked for in Practice, nor before a network is chosen', async () => {
    for (const network of ['practice', null] as const) {
      begin(network)
      await make('miner', [MINER])
      await prune('miner', MINER)
      await make('miner', [MINER])
      await prune('miner', MINER)
      expect(lost()).toEqual([])
    }
    expect(on.settings.size).toBe(0)
  })
})
