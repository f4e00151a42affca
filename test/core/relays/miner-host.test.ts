import { describe, expect, it } from 'vitest'
import { MINE, PUBLIC_BARE, PUBLIC_FIRST, PUBLIC_LAST, setup } from './miner-host-scene.ts'

describe('the host that the relay miner asks', () => {
  it('is none of anybody’s while there is no bundle', async () => {
    const { host, world, bundle, settings } = setup([MINE])
    expect(await host.look(false)).toBe(false)
    expect([bundle(), settings.size, world.reached]).toEqual([null, 0, []])
  })

  it('is the user’s own before public ones, the first that has a gRPC address and does well', async () => {
    const mine = setup([PUBLIC_FIRST, MINE])
    await mine.look()
    expect(mine.bundle()).toMatchObject({ host: 'rpc.mine.org', chosen: false, badSinceMs: null })
    expect(mine.host.urls()).toEqual({ rpcUrl: 'https://rpc.mine.org', grpcUrl: 'https://grpc.mine.org:443' })
    const others = setup([PUBLIC_BARE, PUBLIC_FIRST, PUBLIC_LAST])
    others.world.status.set(PUBLIC_FIRST.rpcUrl, 'behind')
    await others.look()
    expect(others.bundle()?.host).toBe('rpc.last.org')
    const silent = setup([PUBLIC_FIRST, PUBLIC_LAST])
    silent.world.problems.set('https://grpc.first.org:443', { connectProblem: 'refused', connectMs: null })
    // One after the other: the second is tried once it is known that the first is not to be had.
    await silent.look()
    await silent.look()
    expect(silent.bundle()?.host).toBe('rpc.last.org')
  })

  it('stays the same over a new start, whatever else comes, also while it does badly', async () => {
    const { host, world, look, bundle, settings, clock } = setup([PUBLIC_FIRST, PUBLIC_LAST])
    await look()
    expect(bundle()?.host).toBe('rpc.first.org')
    world.list = [MINE, PUBLIC_FIRST, PUBLIC_LAST]
    world.status.set(PUBLIC_FIRST.rpcUrl, 'unreachable')
    expect(await look()).toBe(false)
    const sinceMs = clock.now()
    await clock.advance(30_000)
    expect(await look()).toBe(false)
    expect(bundle()).toMatchObject({ host: 'rpc.first.org', chosen: false, badSinceMs: sinceMs })
    expect(host.urls()).toBeUndefined()
    world.status.clear()
    await host.look(true)
    const again = setup([MINE, PUBLIC_FIRST], settings)
    await again.host.load()
    await again.look()
    expect(again.bundle()?.host).toBe('rpc.first.org')
    // Taken off the list by the user: that is their word.
    again.world.list = [MINE]
    await again.look()
    expect(again.bundle()?.host).toBe('rpc.mine.org')
  })

  it('says when it is back, once', async () => {
    const { host, world, look, see, clock } = setup([MINE])
    await look()
    world.status.set(MINE.rpcUrl, 'unreachable')
    see()
    expect([await host.look(true), await host.look(true)]).toEqual([false, false])
    await clock.advance(30_000)
    expect(await host.look(true)).toBe(false)
    world.status.clear()
    see()
    expect([await host.look(true), await host.look(true)]).toEqual([true, false])
  })

  it.each(['behind', 'unreachable', 'untried'] as const)(
    '%s for a moment is nothing: it is asked on, and is not said to be back',
    async (status) => {
      const { host, world, look, see, clock, bundle } = setup([MINE])
      await look()
      world.status.set(MINE.rpcUrl, status)
      see()
      expect(host.urls(), 'before it is looked at').toBeDefined()
      await look()
      await clock.advance(29_000)
      await look()
      expect([host.urls()?.rpcUrl, bundle()?.badSinceMs]).toEqual([MINE.rpcUrl, null])
      world.status.clear()
      see()
      expect(await host.look(true)).toBe(false)
      // Each time anew.
      world.status.set(MINE.rpcUrl, status)
      await look()
      await clock.advance(29_000)
      await look()
      expect(host.urls()).toBeDefined()
      await clock.advance(1_000)
      await look()
      expect(host.urls()).toBeUndefined()
    },
  )

  it('that stands still while the chain goes on is behind, though it says so of itself never', async () => {
    const { host, look, clock, chainAt, bundle, world } = setup([MINE])
    chainAt(12)
    await look()
    expect(host.urls()).toBeDefined()
    const sinceMs = clock.now()
    chainAt(13)
    await look()
    expect(host.urls(), 'for a moment').toBeDefined()
    await clock.advance(30_000)
    await look()
    expect([host.urls(), bundle()?.badSinceMs]).toEqual([undefined, sinceMs])
    world.height = 13
    expect([await look(), host.urls() !== undefined]).toEqual([false, true])
  })

  it('that stands still is not taken in the first place', async () => {
    const { look, chainAt, bundle } = setup([MINE])
    chainAt(13)
    await look()
    expect(bundle()?.host).toBe('')
  })

  it('is kept for a drain that waits for the last relays, unless it is of another chain', async () => {
    const { host, look, clock, world, drains } = setup([MINE])
    await look()
    world.status.set(MINE.rpcUrl, 'unreachable')
    await look()
    await clock.advance(40_000)
    await look()
    expect(host.urls()).toBeUndefined()
    drains('waiting')
    expect(host.urls()).toBeDefined()
    drains('running')
    expect(host.urls(), 'the miner would be stopped now').toBeUndefined()
    drains('waiting')
    world.status.set(MINE.rpcUrl, 'other-chain')
    await look()
    expect(host.urls()).toBeUndefined()
  })

  it('is looked at and judged also after the clock was set back', async () => {
    const { host, look, clock, world, bundle } = setup([MINE])
    await look()
    const asked = world.reached.length
    await clock.advance(-3_600_000)
    await look()
    expect(world.reached.length).toBe(asked + 1)
    world.status.set(MINE.rpcUrl, 'unreachable')
    await look()
    await clock.advance(-3_600_000)
    await look()
    const sinceMs = clock.now()
    await clock.advance(30_000)
    await look()
    expect([host.urls(), bundle()?.badSinceMs]).toEqual([undefined, sinceMs])
    // What was more than a hiccup does not become one again.
    await clock.advance(-3_600_000)
    await look()
    expect(host.urls()).toBeUndefined()
  })

  it('a gRPC address that cannot be reached later is bad too, and is tried again', async () => {
    const { host, world, look, clock, bundle } = setup([MINE])
    await look()
    expect(host.urls()).toBeDefined()
    const certificate = { ms: 1, validToMs: 0, issuer: '', problem: 'it has expired' }
    world.problems.set('https://grpc.mine.org:443', { certificate })
    await look()
    expect(host.urls(), 'looked at a moment ago').toBeDefined()
    await clock.advance(61_000)
    await look()
    const sinceMs = clock.now()
    expect(host.urls(), 'a moment').toBeDefined()
    await clock.advance(30_000)
    await look()
    expect(host.urls()).toBeUndefined()
    expect(bundle()?.badSinceMs).toBe(sinceMs)
    world.problems.clear()
    await clock.advance(11_000)
    await look()
    expect(host.urls()).toBeDefined()
    expect(bundle()?.badSinceMs).toBeNull()
  })

  it('S22: is none while it is not certain which chain this is, nor one that answers for another', async () => {
    const { host, world, look, bundle } = setup([MINE])
    world.certain = false
    await look()
    expect([bundle()?.host, host.urls()]).toEqual(['', undefined])
    world.certain = true
    world.status.set(MINE.rpcUrl, 'other-chain')
    await look()
    expect([bundle()?.host, host.urls()]).toEqual(['', undefined])
    world.status.clear()
    await look()
    expect(host.urls()).toBeDefined()
    for (const status of ['other-chain', 'disagrees', 'lied', 'unreachable', 'untried'] as const) {
      world.status.set(MINE.rpcUrl, status)
      await look()
      expect(host.urls(), status).toBeUndefined()
    }
    world.status.clear()
    await look()
    world.certain = false
    expect(host.urls()).toBeUndefined()
  })

  it('in plain text, in the user’s own network, is named as the miner takes it; this machine by its own name is nowhere in a container', async () => {
    const near = { ...MINE, rpcUrl: 'http://192.168.1.5:26657', grpcUrl: 'http://192.168.1.5:9090' }
    const { host, world, look } = setup([near])
    await look()
    expect(host.urls()).toEqual({ rpcUrl: 'http://192.168.1.5:26657', grpcUrl: 'tcp://192.168.1.5:9090' })
    world.list = [{ ...near, rpcUrl: 'http://127.0.0.1:26657' }]
    await look()
    expect(host.urls()).toBeUndefined()
  })

  describe('as the user chooses it', () => {
    it('is taken at once, and kept', async () => {
      const { host, look, bundle, settings } = setup([MINE, PUBLIC_LAST])
      await look()
      await host.choose(PUBLIC_LAST.rpcUrl)
      await look()
      expect(bundle()).toMatchObject({ host: 'rpc.last.org', chosen: true })
      const again = setup([MINE, PUBLIC_LAST], settings)
      await again.host.load()
      await again.look()
      expect(again.bundle()).toMatchObject({ host: 'rpc.last.org', chosen: true })
    })
    it.each([
      ['in the list', 'https://nowhere.org', 'endpoint-unknown', () => undefined],
      ['known with a gRPC address', PUBLIC_BARE.rpcUrl, 'endpoint-no-grpc', () => undefined],
      [
        'of the confirmed chain, by its first block',
        PUBLIC_LAST.rpcUrl,
        'endpoint-other-chain',
        (world: ReturnType<typeof setup>['world']) => world.block1.set(PUBLIC_LAST.rpcUrl, 'BB'),
      ],
      [
        'true to it',
        PUBLIC_LAST.rpcUrl,
        'endpoint-other-chain',
        (world: ReturnType<typeof setup>['world']) => world.status.set(PUBLIC_LAST.rpcUrl, 'lied'),
      ],
      [
        'there',
        PUBLIC_LAST.rpcUrl,
        'chain-unreachable',
        (world: ReturnType<typeof setup>['world']) => world.problems.set('https://grpc.last.org:443', { connectProblem: 'refused' }),
      ],
      [
        'of a chain that is certain',
        PUBLIC_LAST.rpcUrl,
        'chain-not-confirmed',
        (world: ReturnType<typeof setup>['world']) => {
          world.certain = false
        },
      ],
    ])('is refused when it is not %s, and nothing changes', async (_why, rpcUrl, code, make) => {
      const { host, world, look, bundle, settings } = setup([MINE, PUBLIC_BARE, PUBLIC_LAST])
      await look()
      const before = [...settings]
      make(world)
      await look()
      await expect(host.choose(rpcUrl)).rejects.toMatchObject({ code })
      expect([...settings]).toEqual(before)
      expect(bundle()?.host).toBe('rpc.mine.org')
    })
  })
})
