import { describe, expect, it } from 'vitest'
import {
  asking,
  endpoint,
  fail,
  MINE,
  MINUTE,
  NEAR,
  PUBLIC_FIRST,
  PUBLIC_LAST,
  untilMoved,
  type MinerHostScene,
} from './miner-host-scene.ts'

const PUBLIC_THIRD = endpoint('third.org', 'public')

describe('the user’s own host', () => {
  async function away(from = MINE, how: 'picked' | 'chosen' = 'picked'): Promise<MinerHostScene> {
    const scene = await asking([from, PUBLIC_LAST])
    if (how === 'chosen') await scene.host.choose(from.rpcUrl)
    fail(scene, from)
    await untilMoved(scene)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.last.org', chosen: false })
    return scene
  }

  it.each([
    ['picked', MINE],
    ['chosen', MINE],
    ['chosen', PUBLIC_FIRST],
  ] as const)('that was %s is gone back to when it has done well for half an hour, and is what it was', async (how, from) => {
    const scene = await away(from, how)
    const host = new URL(from.rpcUrl).host
    expect(scene.bundle()?.standsInFor).toBe(host)
    await scene.pass(60 * MINUTE)
    scene.world.status.clear()
    await scene.pass(29 * MINUTE)
    expect(scene.bundle()?.host).toBe('rpc.last.org')
    // A break, and the half hour begins anew.
    fail(scene, from)
    await scene.pass(5_000)
    scene.world.status.clear()
    const waited = await untilMoved(scene)
    expect(waited).toBeGreaterThanOrEqual(30 * MINUTE)
    expect(waited).toBeLessThan(31 * MINUTE)
    expect(scene.bundle()).toMatchObject({
      host,
      chosen: how === 'chosen',
      standsInFor: '',
      changed: { from: 'rpc.last.org', why: 'back' },
    })
    expect(scene.world.told.at(-1)).toMatchObject({ text: 'miner-host-back', level: 'info' })
  })

  it('is not gone back to in a window, nor while it flickers, nor where its gRPC address is gone', async () => {
    const scene = await away()
    scene.world.status.clear()
    scene.lanes(NEAR)
    expect(await untilMoved(scene, 45 * MINUTE)).toBeUndefined()
    scene.world.problems.set('https://grpc.mine.org:443', { connectProblem: 'refused' })
    await scene.pass(2 * MINUTE)
    scene.lanes()
    expect(await untilMoved(scene, 45 * MINUTE)).toBeUndefined()
    scene.world.problems.clear()
    expect(await untilMoved(scene)).toBeLessThan(32 * MINUTE)
  })

  it('a public one that Hearth took is not gone back to', async () => {
    const scene = await away(PUBLIC_FIRST)
    expect(scene.bundle()?.standsInFor).toBe('')
    scene.world.status.clear()
    expect(await untilMoved(scene, 60 * MINUTE)).toBeUndefined()
  })

  it('nor one that the user took from the list: nobody stands in for it any more', async () => {
    const scene = await away()
    scene.world.list = [PUBLIC_THIRD, PUBLIC_LAST]
    await scene.pass(5_000)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.last.org', standsInFor: '' })
  })

  it('nor is any once the user chooses', async () => {
    const scene = await away()
    await scene.host.choose(PUBLIC_LAST.rpcUrl)
    scene.world.status.clear()
    expect(await untilMoved(scene, 60 * MINUTE)).toBeUndefined()
    expect(scene.bundle()).toMatchObject({ host: 'rpc.last.org', chosen: true, standsInFor: '', changed: null })
  })

  it('is still gone back to when the one that stands in fails or is removed, and after a start', async () => {
    const scene = await away()
    scene.world.list = [MINE, PUBLIC_FIRST, PUBLIC_LAST]
    fail(scene, PUBLIC_LAST)
    await untilMoved(scene)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.first.org', standsInFor: 'rpc.mine.org' })
    scene.world.list = [MINE, PUBLIC_LAST]
    scene.world.status.delete(PUBLIC_LAST.rpcUrl)
    await scene.pass(10_000)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.last.org', standsInFor: 'rpc.mine.org' })
    const again = await asking([MINE, PUBLIC_LAST], scene.settings)
    expect(again.bundle()).toMatchObject({ host: 'rpc.last.org', standsInFor: 'rpc.mine.org' })
    expect(await untilMoved(again)).toBeLessThan(32 * MINUTE)
    expect(again.bundle()?.host).toBe('rpc.mine.org')
  })
})

describe('a host that flickers', () => {
  async function flicker(scene: MinerHostScene, times: number, status: 'unreachable' | 'behind' = 'unreachable'): Promise<void> {
    for (let silences = 0; silences < times; silences += 1) {
      scene.world.status.set(PUBLIC_FIRST.rpcUrl, status)
      await scene.pass(25_000)
      scene.world.status.clear()
      await scene.pass(MINUTE)
    }
  }

  it('is bad the fifth time within half an hour, and is changed', async () => {
    const scene = await asking([PUBLIC_FIRST])
    const sinceMs = scene.clock.now()
    await flicker(scene, 4)
    expect(scene.bundle()).toMatchObject({ badSinceMs: null, flickers: false })
    await flicker(scene, 1)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.first.org', flickers: true })
    expect((scene.bundle()?.badSinceMs ?? 0) - sinceMs).toBeLessThanOrEqual(5_000)
    expect(scene.host.urls(), 'a miner is started with it all the same').toBeDefined()
    scene.world.list = [PUBLIC_FIRST, PUBLIC_LAST]
    await untilMoved(scene)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.last.org', changed: { why: 'flickers' } })
  })

  it('is not left for that while something is due: in between it works', async () => {
    const scene = await asking()
    scene.lanes(NEAR)
    await flicker(scene, 6)
    expect(scene.bundle()).toMatchObject({ host: 'rpc.first.org', flickers: true })
    scene.lanes()
    expect(await untilMoved(scene, MINUTE)).toBeDefined()
  })

  it('is well again when it has not for half an hour; a block late for a moment never counts', async () => {
    const scene = await asking([PUBLIC_FIRST])
    await flicker(scene, 6)
    await scene.pass(30 * MINUTE)
    expect(scene.bundle()).toMatchObject({ badSinceMs: null, flickers: false })
    await flicker(scene, 8, 'behind')
    expect(scene.bundle()).toMatchObject({ badSinceMs: null, flickers: false })
  })
})

describe('the host that a running miner still asks', () => {
  it('is silent or lost until the miner is started with another', async () => {
    const scene = await asking()
    expect(scene.host.left()).toBe('well')
    fail(scene, PUBLIC_FIRST)
    await untilMoved(scene)
    expect(scene.host.left()).toBe('silent')
    scene.world.status.set(PUBLIC_FIRST.rpcUrl, 'lied')
    scene.see()
    expect(scene.host.left()).toBe('lost')
    const again = await asking([PUBLIC_FIRST, PUBLIC_LAST], scene.settings)
    fail(again, PUBLIC_FIRST)
    await again.look()
    expect(again.host.left(), 'for a moment').toBe('well')
    await again.pass(30_000)
    expect(again.host.left(), 'after a start of Hearth').toBe('silent')
    again.runs(2)
    expect(again.host.left()).toBe('well')
  })

  it('is lost where its gRPC address is, or where it stays behind; also where the user chose another', async () => {
    const scene = await asking()
    scene.world.problems.set('https://grpc.first.org:443', { connectProblem: 'refused' })
    await scene.pass(100_000)
    await scene.host.choose(PUBLIC_LAST.rpcUrl)
    await scene.look()
    expect(scene.host.left()).toBe('lost')
    const other = await asking()
    other.world.heights.set(PUBLIC_FIRST.rpcUrl, 96)
    await other.pass(40_000)
    await other.host.choose(PUBLIC_LAST.rpcUrl)
    expect(other.host.left()).toBe('lost')
    other.world.heights.clear()
    await other.look()
    expect(other.host.left()).toBe('well')
  })

  it('stays the one that the miner has, however often the choice changes meanwhile', async () => {
    const scene = await asking([PUBLIC_FIRST, PUBLIC_LAST, PUBLIC_THIRD])
    fail(scene, PUBLIC_FIRST)
    await scene.pass(60_000)
    await scene.host.choose(PUBLIC_LAST.rpcUrl)
    await scene.host.choose(PUBLIC_THIRD.rpcUrl)
    await scene.look()
    expect(scene.host.left()).toBe('silent')
  })
})
