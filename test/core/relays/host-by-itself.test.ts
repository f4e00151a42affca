import { describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { HOST_TIMES } from '#main/core/relays/host-times.ts'
import {
  asking,
  endpoint,
  fail,
  MINE,
  MINUTE,
  NEAR,
  PUBLIC_BARE,
  PUBLIC_FIRST,
  PUBLIC_LAST,
  setup,
  untilMoved,
  type MinerHostScene,
} from './miner-host-scene.ts'

const PUBLIC_THIRD = endpoint('third.org', 'public')
type Lane = Partial<AppState['clock']['lanes'][number]>

describe('a host that fails is changed by Hearth', () => {
  it('after three minutes, to one whose first block and gRPC address were just asked, and says so', async () => {
    const scene = await asking()
    fail(scene, PUBLIC_FIRST)
    expect(await untilMoved(scene, 170_000)).toBeUndefined()
    expect(scene.world.recognised).toEqual([])
    const reached = scene.world.reached.length
    await scene.pass(20_000)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.last.org', chosen: false, badSinceMs: null, standsInFor: '' })
    expect(scene.bundle()?.changed).toMatchObject({ from: 'rpc.first.org', why: 'silent' })
    expect(scene.world.recognised).toEqual([PUBLIC_LAST.rpcUrl])
    expect(scene.world.reached.slice(reached)).toContain('https://grpc.last.org:443')
    expect(scene.host.urls()?.rpcUrl).toBe(PUBLIC_LAST.rpcUrl)
    expect(scene.world.told).toEqual([{ text: 'miner-host-silent', facts: { from: 'rpc.first.org', to: 'rpc.last.org' }, level: 'warn' }])
    const again = await asking([PUBLIC_FIRST, PUBLIC_LAST], scene.settings)
    expect(again.bundle()).toMatchObject({ host: 'rpc.last.org', changed: { from: 'rpc.first.org', why: 'silent' } })
  })

  it.each<[string, Lane, number]>([
    ['a proof is due', NEAR, 30_000],
    ['relays may be claimed', { stage: 'open', relays: '5', claimOpen: 98, claimClose: 104 }, 30_000],
    ['nobody knows whether there are any', { stage: 'open', relays: null, claimOpen: 98, claimClose: 104 }, 30_000],
    [
      'the claim window opens before anybody would be patient enough',
      { stage: 'serving', relays: '5', claimOpen: 104, claimClose: 120 },
      30_000,
    ],
    ['the proof window does', { stage: 'claimed', relays: '5', proofOpen: 104, proofClose: 120 }, 30_000],
    ['the window is further off', { stage: 'claimed', relays: '5', proofOpen: 105, proofClose: 120 }, 180_000],
    ['nothing was served', { stage: 'serving', relays: '0', claimOpen: 102, claimClose: 120 }, 180_000],
    ['all is proven', { stage: 'proven', relays: '5', proofOpen: 90, proofClose: 120 }, 180_000],
  ])('while %s it waits accordingly', async (_what, lane, ms) => {
    const scene = await asking()
    scene.lanes(lane)
    fail(scene, PUBLIC_FIRST)
    const waited = await untilMoved(scene)
    expect(waited).toBeGreaterThanOrEqual(ms)
    expect(waited).toBeLessThanOrEqual(ms + 10_000)
  })

  it.each(['other-chain', 'disagrees', 'lied'] as const)('S22: at once when it is %s', async (status) => {
    const scene = await asking()
    scene.world.status.set(PUBLIC_FIRST.rpcUrl, status)
    expect(await untilMoved(scene)).toBeLessThanOrEqual(5_000)
    expect(scene.bundle()?.changed?.why).toBe('strange')
  })

  it('that only stands still is changed too, and so is one whose gRPC address is gone', async () => {
    const scene = await asking()
    scene.world.heights.set(PUBLIC_FIRST.rpcUrl, 96)
    await untilMoved(scene)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.last.org', changed: { why: 'behind' } })
    const other = await asking()
    other.world.problems.set('https://grpc.first.org:443', { connectProblem: 'refused' })
    await untilMoved(other)
    expect(other.bundle()).toMatchObject({ host: 'rpc.last.org', changed: { why: 'silent' } })
  })

  it('a miner that was given up because of it gets another try', async () => {
    const scene = await asking()
    fail(scene, PUBLIC_FIRST)
    await scene.pass(180_000)
    let tries = 0
    for (let looks = 0; looks < 6; looks += 1) {
      await scene.clock.advance(5_000)
      scene.see()
      if (await scene.host.look(true)) tries += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect([scene.bundle()?.host, tries]).toEqual(['rpc.last.org', 1])
  })
})

describe('it is not changed', () => {
  it.each<[string, (scene: MinerHostScene) => unknown]>([
    ['the user does not want it', (scene) => scene.host.changeByItself(false)],
    ['the miner is not wanted', (scene) => scene.runs(1, 'stopped')],
    ['it is not certain which chain this is', (scene) => (scene.world.certain = false)],
    [
      'hosts hold different blocks and nobody knows who is right',
      (scene) => scene.state.patch('chain', { disagreement: { height: 99, said: [] } }),
    ],
    ['the other is silent too', (scene) => fail(scene, PUBLIC_LAST)],
    ['the other lags', (scene) => scene.world.heights.set(PUBLIC_LAST.rpcUrl, 96)],
    ['the other holds another block', (scene) => scene.world.agrees.set(PUBLIC_LAST.rpcUrl, false)],
    ['S22: the other has another first block by now', (scene) => scene.world.block1.set(PUBLIC_LAST.rpcUrl, 'BB')],
    ['the other is not reached by gRPC', (scene) => scene.world.problems.set('https://grpc.last.org:443', { connectProblem: 'refused' })],
    ['the other has no gRPC address', (scene) => (scene.world.list = [PUBLIC_FIRST, PUBLIC_BARE])],
  ])('while %s', async (_why, make) => {
    const scene = await asking()
    await make(scene)
    fail(scene, PUBLIC_FIRST)
    expect(await untilMoved(scene, 10 * MINUTE)).toBeUndefined()
    expect(scene.bundle()?.host).toBe('rpc.first.org')
    expect(scene.bundle()?.badSinceMs).not.toBeNull()
    expect(scene.world.told).toEqual([])
  })

  it('the user’s word is kept over a start, also before there is a host', async () => {
    const scene = setup([])
    await scene.host.changeByItself(false)
    expect(scene.bundle()).toBeNull()
    const again = await asking([PUBLIC_FIRST, PUBLIC_LAST], scene.settings)
    expect(again.bundle()).toMatchObject({ host: 'rpc.first.org', byItself: false })
    await again.host.changeByItself(true)
    expect(again.bundle()?.byItself).toBe(true)
  })

  it('by a failure of this PC’s own line: both have the same time to come back', async () => {
    const scene = await asking()
    fail(scene, PUBLIC_FIRST)
    fail(scene, PUBLIC_LAST)
    await scene.pass(30 * MINUTE)
    scene.world.status.delete(PUBLIC_LAST.rpcUrl)
    await scene.pass(170_000)
    expect(scene.bundle()?.host).toBe('rpc.first.org')
    scene.world.status.clear()
    expect(await untilMoved(scene, 10 * MINUTE)).toBeUndefined()
    expect(scene.world.told).toEqual([])
  })

  it('by hours in which this PC slept: a host that had just fallen silent has its time to come back, and the other is asked first', async () => {
    const scene = await asking()
    // The line went away with the lid: one of them was asked before, the other was not.
    fail(scene, PUBLIC_FIRST)
    await scene.pass(10_000)
    await scene.clock.advance(8 * 60 * MINUTE)
    await scene.look()
    await scene.pass(60_000)
    expect(scene.bundle()?.host).toBe('rpc.first.org')
    expect(scene.world.recognised).toEqual([])
    expect(await untilMoved(scene, 10 * MINUTE), 'it stays silent').toBeGreaterThanOrEqual(110_000)
  })

  it('by flickers to one that flickers as well, as all do where the line of this PC does', async () => {
    const scene = await asking()
    for (let times = 0; times < 40; times += 1) {
      fail(scene, PUBLIC_FIRST)
      fail(scene, PUBLIC_LAST)
      await scene.pass(10_000)
      scene.world.status.clear()
      await scene.pass(2 * MINUTE)
    }
    expect(scene.bundle()?.flickers).toBe(true)
    expect(scene.world.told).toEqual([])
  })

  it('when it comes back, or the user chooses, while the other is being asked', async () => {
    for (const turn of ['back', 'chosen'] as const) {
      const scene = await asking([PUBLIC_FIRST, PUBLIC_LAST, PUBLIC_THIRD])
      const gate = Promise.withResolvers<void>()
      scene.world.beforeFingerprint = () => gate.promise
      fail(scene, PUBLIC_FIRST)
      await scene.pass(200_000)
      expect(scene.world.recognised).toHaveLength(1)
      scene.world.beforeFingerprint = undefined
      if (turn === 'chosen') await scene.host.choose(PUBLIC_LAST.rpcUrl)
      else scene.world.status.clear()
      await scene.look()
      gate.resolve()
      await scene.pass(10_000)
      expect([turn, scene.bundle()?.host, scene.world.told]).toEqual([turn, turn === 'back' ? 'rpc.first.org' : 'rpc.last.org', []])
    }
  })

  it('is asked for nothing again and again while it would not do', async () => {
    const scene = await asking()
    scene.world.block1.set(PUBLIC_LAST.rpcUrl, 'BB')
    fail(scene, PUBLIC_FIRST)
    await scene.pass(3 * MINUTE + 10 * MINUTE)
    expect(scene.world.recognised.length).toBeGreaterThan(5)
    expect(scene.world.recognised.length).toBeLessThanOrEqual(11)
  })
})

describe('which one is taken', () => {
  const OTHERS = ['a', 'b', 'c'].map((name) => endpoint(`${name}.org`, 'public'))
  const [A, B, C] = OTHERS as [typeof MINE, typeof MINE, typeof MINE]

  it('one whose failure lies ahead of a clock that was set back is not put last for it', async () => {
    const scene = await asking([PUBLIC_FIRST, A, B])
    fail(scene, PUBLIC_FIRST)
    await untilMoved(scene)
    scene.world.status.clear()
    await scene.clock.advance(-12 * 60 * MINUTE)
    await scene.look()
    fail(scene, A)
    await untilMoved(scene)
    expect(scene.bundle()?.host).toBe('rpc.first.org')
  })

  it('one that holds the blocks of the majority before one that nobody compared', async () => {
    const scene = await asking([PUBLIC_FIRST, A, B, C])
    scene.world.agrees.set(C.rpcUrl, true)
    fail(scene, PUBLIC_FIRST)
    await untilMoved(scene)
    expect(scene.bundle()?.host).toBe('rpc.c.org')
  })

  it('then the newest block, then the user’s own, then the order of the list', async () => {
    const scene = await asking([PUBLIC_FIRST, A, B, C])
    scene.world.heights.set(A.rpcUrl, 99)
    scene.world.heights.set(B.rpcUrl, 99)
    fail(scene, PUBLIC_FIRST)
    await untilMoved(scene)
    expect(scene.bundle()?.host).toBe('rpc.c.org')
    const own = await asking([PUBLIC_FIRST, A])
    own.world.list = [PUBLIC_FIRST, A, { ...B, from: 'user' }]
    fail(own, PUBLIC_FIRST)
    await untilMoved(own)
    expect(own.bundle()?.host).toBe('rpc.b.org')
    const plain = await asking([PUBLIC_FIRST, A, B])
    fail(plain, PUBLIC_FIRST)
    await untilMoved(plain)
    expect(plain.bundle()?.host).toBe('rpc.a.org')
  })

  it('one that would not do is passed over for the next', async () => {
    const scene = await asking([PUBLIC_FIRST, A, B])
    scene.world.block1.set(A.rpcUrl, 'BB')
    fail(scene, PUBLIC_FIRST)
    await untilMoved(scene)
    expect([scene.bundle()?.host, scene.world.recognised]).toEqual(['rpc.b.org', [A.rpcUrl, B.rpcUrl]])
  })

  it('one that failed is the last for half an hour', async () => {
    const scene = await asking([PUBLIC_FIRST, A, B])
    fail(scene, PUBLIC_FIRST)
    await untilMoved(scene)
    scene.world.status.clear()
    scene.world.list = [PUBLIC_FIRST, A, B]
    fail(scene, A)
    await untilMoved(scene)
    expect(scene.bundle()?.host).toBe('rpc.b.org')
    scene.world.status.clear()
    await scene.pass(31 * MINUTE)
    fail(scene, B)
    await untilMoved(scene)
    expect(scene.bundle()?.host).toBe('rpc.first.org')
  })
})

describe('it does not flap', () => {
  /** Whatever is asked falls silent at once, and the other is well again. */
  async function flapping(lane?: Lane): Promise<number[]> {
    const scene = await asking()
    if (lane) scene.lanes(lane)
    const waits: number[] = []
    for (let change = 0; change < 8; change += 1) {
      const used = scene.bundle()?.host === 'rpc.first.org' ? PUBLIC_FIRST : PUBLIC_LAST
      scene.world.status.clear()
      fail(scene, used)
      waits.push((await untilMoved(scene)) ?? NaN)
    }
    return waits.map((ms) => Math.round(ms / MINUTE))
  }

  it('each change in a row waits longer, up to an hour', async () => {
    expect(await flapping()).toEqual([3, 3, 4, 8, 16, 32, 60, 60])
  })

  it('where something is due it waits for the first pause alone', async () => {
    const waits = await flapping(NEAR)
    expect(waits[0]).toBeLessThanOrEqual(1)
    expect(waits.slice(1)).toEqual([2, 2, 2, 2, 2, 2, 2])
  })

  it('after two quiet hours the row begins anew, and a clock that was set back holds nothing up', async () => {
    const scene = await asking()
    const swap = async (): Promise<number | undefined> => {
      const used = scene.bundle()?.host === 'rpc.first.org' ? PUBLIC_FIRST : PUBLIC_LAST
      scene.world.status.clear()
      fail(scene, used)
      return untilMoved(scene)
    }
    for (const limit of [4, 4, 5, 9]) expect(await swap()).toBeLessThan(limit * MINUTE)
    scene.world.status.clear()
    await scene.clock.advance(2 * HOST_TIMES.longestPauseMs + MINUTE)
    await scene.look()
    expect(await swap()).toBeLessThan(4 * MINUTE)
    scene.world.status.clear()
    await scene.look()
    await scene.clock.advance(-12 * 60 * MINUTE)
    await scene.look()
    expect(await swap()).toBeLessThan(4 * MINUTE)
  })
})
