import { describe, expect, it } from 'vitest'
import type { ContainerSpec } from '#main/core/ports/engine.ts'
import { LOG_LINES } from '#main/adapters/practice/engine/log-ring.ts'
import { boxSpec, bytes, createEngineScene, IMAGE_BYTES, MB, OWNER, refusal, text } from './engine-scene.ts'

describe('the engine of Practice', () => {
  it('that is not started says so in every call; its containers end, and those that are to go on start with it', async () => {
    const scene = createEngineScene()
    await scene.run('node', { restart: 'unless-stopped' })
    await scene.run('miner')
    let resyncs = 0
    void scene.engine.follow(
      () => undefined,
      () => (resyncs += 1),
      new AbortController().signal,
    )
    scene.practice.setDown(true)
    expect(resyncs).toBe(2)
    expect(await scene.engine.probe()).toMatchObject({ kind: 'not-started' })
    const calls = [
      scene.engine.list(),
      scene.engine.start('node'),
      scene.engine.exec('node', ['true']),
      scene.engine.logs('node', { tail: 1 }),
      scene.engine.stats('node'),
      scene.engine.image('x'),
    ]
    for (const call of calls) expect((await refusal(call)).code).toBe('engine-not-started')
    scene.practice.setDown(false)
    expect(resyncs).toBe(3)
    expect((await scene.engine.list()).map(({ name, state, exitCode }) => [name, state, exitCode])).toEqual([
      ['node', 'running', undefined],
      ['miner', 'exited', 137],
    ])
  })
  it('that cannot be reached leaves its containers alone', async () => {
    const scene = createEngineScene()
    await scene.run('a')
    scene.practice.setUnreachable('no-permission')
    expect((await refusal(scene.engine.list())).code).toBe('engine-no-permission')
    scene.practice.setUnreachable(undefined)
    expect((await scene.engine.list())[0]?.state).toBe('running')
    expect(scene.program.starts).toBe(1)
  })
  it('with a clock that is off tells by how much, and stamps with it', async () => {
    const scene = createEngineScene()
    scene.practice.clockOffset(40_000)
    expect(await scene.engine.probe()).toMatchObject({ kind: 'ready', clockOffsetMs: 40_000 })
    await scene.run('a')
    scene.program.handle?.log('out', 'hello')
    expect((await scene.engine.list())[0]?.startedAtMs).toBe(scene.clock.now() + 40_000)
    expect((await scene.engine.logs('a', { tail: 1 }))[0]?.timeMs).toBe(scene.clock.now() + 40_000)
    expect(scene.events.at(-1)?.timeMs).toBe(scene.clock.now() + 40_000)
  })
  it('keeps the last lines of a log and no more', async () => {
    const scene = createEngineScene()
    await scene.run('a')
    for (let line = 1; line <= LOG_LINES * 2 + 500; line += 1) scene.program.handle?.log('out', `line ${line}`)
    const kept = await scene.engine.logs('a', { tail: Number.MAX_SAFE_INTEGER })
    expect(kept).toHaveLength(LOG_LINES)
    expect(kept[0]?.text).toBe(`line ${LOG_LINES + 501}`)
    expect((await scene.engine.logs('a', { tail: 2 })).map((line) => line.text)).toEqual([
      `line ${LOG_LINES * 2 + 499}`,
      `line ${LOG_LINES * 2 + 500}`,
    ])
    for (const tail of [0, -1, Number.NaN]) expect(await scene.engine.logs('a', { tail })).toEqual([])
  })
  it('cuts text into lines, takes colours out and shortens what no log would hold', async () => {
    const scene = createEngineScene()
    await scene.run('a')
    scene.program.handle?.log('err', `\u001B[31mone\u001B[0m\ntwo\n`)
    scene.program.handle?.log('out', 'x'.repeat(9_000))
    const lines = await scene.engine.logs('a', { tail: 10 })
    expect(lines.map((line) => [line.stream, line.text.length < 10 ? line.text : line.text.length])).toEqual([
      ['err', 'one'],
      ['err', 'two'],
      ['out', 4_000],
    ])
  })
  it('measures what the programs use, a little different each second and the same in every run', async () => {
    const measure = async (): Promise<unknown[]> => {
      const scene = createEngineScene()
      await scene.run('a')
      const seen: unknown[] = []
      for (let second = 0; second < 5; second += 1) {
        seen.push(await scene.engine.stats('a'))
        await scene.clock.advance(1_000)
      }
      return seen
    }
    const first = (await measure()) as { cpuPercent: number; memoryBytes: number; memoryLimitBytes: number }[]
    expect(await measure()).toEqual(first)
    expect(new Set(first.map((stats) => stats.cpuPercent)).size).toBe(5)
    for (const stats of first) {
      expect(Math.abs(stats.cpuPercent / 5 - 1)).toBeLessThan(0.16)
      expect(Math.abs(stats.memoryBytes / (20 * MB) - 1)).toBeLessThan(0.03)
      expect(stats.memoryLimitBytes).toBe(64 * MB)
    }
  })
})

describe('the disk of Practice', () => {
  it('holds images, layers of containers and volumes, and gets back what is removed', async () => {
    const scene = createEngineScene()
    const all = 1_000 * MB
    expect(scene.practice.freeDiskBytes()).toBe(all - IMAGE_BYTES)
    await scene.engine.ensureVolume('disk', { memory: false })
    await scene.engine.ensureVolume('memory', { memory: true })
    const mounts = ['disk', 'memory'].map((volume) => ({ kind: 'volume' as const, volume, path: `/${volume}` }))
    await scene.run('a', { mounts })
    const big = new Uint8Array(MB)
    for (const path of ['/own', '/disk/x', '/memory/x']) await scene.engine.writeFile('a', path, big, OWNER)
    scene.program.use = { ...scene.program.use, diskBytes: 300 * MB }
    scene.practice.settle()
    expect(scene.practice.freeDiskBytes()).toBe(all - IMAGE_BYTES - 302 * MB)
    await scene.engine.remove('a')
    expect(scene.practice.freeDiskBytes()).toBe(all - IMAGE_BYTES - 301 * MB)
    await scene.engine.removeVolume('disk')
    scene.practice.images.drop('registry.test/box:1')
    expect(scene.practice.freeDiskBytes()).toBe(all)
  })
  it('that is full refuses a file, leaves the old one whole, and has room again once something is gone', async () => {
    const scene = createEngineScene()
    await scene.run('a')
    await scene.engine.writeFile('a', '/config', bytes('old'), OWNER)
    scene.practice.setDisk(10)
    expect((await refusal(scene.engine.writeFile('a', '/config', new Uint8Array(100), OWNER))).code).toBe('disk-full')
    expect(text(await scene.engine.readFile('a', '/config'))).toBe('old')
    await scene.engine.writeFile('a', '/small', new Uint8Array(10), OWNER)
    expect(scene.practice.freeDiskBytes()).toBe(0)
    scene.program.handle?.removeTree('/small')
    expect(scene.practice.freeDiskBytes()).toBe(10)
  })
  it('ends a program whose data finds no room, again and again, with its reason in the log; nothing that it had is lost', async () => {
    const scene = createEngineScene()
    await scene.engine.ensureVolume('chain', { memory: false })
    await scene.run('node', { restart: 'unless-stopped', mounts: [{ kind: 'volume', volume: 'chain', path: '/home' }] })
    await scene.engine.writeFile('node', '/home/key', bytes('k'), OWNER)
    scene.program.use = { ...scene.program.use, diskBytes: 100 * MB }
    scene.practice.settle()
    scene.practice.setDisk(5 * MB)
    scene.program.use = { ...scene.program.use, diskBytes: 104 * MB }
    await scene.clock.advance(1_000)
    expect((await scene.engine.list())[0]).toMatchObject({ state: 'running', restartCount: 0 })
    scene.program.use = { ...scene.program.use, diskBytes: 106 * MB }
    for (let times = 1; times <= 3; times += 1) {
      await scene.clock.advance(1_000)
      expect((await scene.engine.list())[0]).toMatchObject({ state: 'restarting', exitCode: 1 })
      await scene.clock.advance(60_000)
      expect((await scene.engine.logs('node', { tail: 1 }))[0]?.text).toMatch(/no space left on device/)
    }
    scene.practice.setDisk(500 * MB)
    await scene.clock.advance(60_000)
    expect((await scene.engine.list())[0]?.state).toBe('running')
    expect(text(await scene.engine.readFile('node', '/home/key'))).toBe('k')
  })
})

describe('bad input', () => {
  const garbage: [string, unknown][] = [
    ['no name', { name: '' }],
    ['a name that no engine takes', { name: '../x' }],
    ['ports beyond the last', { ports: [{ containerPort: 1, hostPort: 70_000 }] }],
    ['a port of zero', { ports: [{ containerPort: 0, hostPort: 80 }] }],
    ['a relative path', { mounts: [{ kind: 'volume', volume: 'v', path: 'etc' }] }],
    ['a bind of the host', { mounts: [{ kind: 'bind', source: '/', path: '/host' }] }],
    ['privileges', { privileged: true }],
    ['a command that is no list', { command: 'rm -rf /' }],
    ['a memory of NaN', { memoryBytes: Number.NaN }],
    ['a negative memory', { memoryBytes: -1 }],
    ['another restart policy', { restart: 'always' }],
    ['nothing at all', { name: undefined, command: undefined }],
  ]
  it.each(garbage)('a container with %s is refused, and nothing is made', async (_, fields) => {
    const scene = createEngineScene()
    const error = await refusal(scene.engine.create(boxSpec('a', fields as Partial<ContainerSpec>)))
    expect(error.code).toBe('engine-failed')
    expect(error.detail['reason']).toMatch(/invalid container/)
    expect(await scene.engine.list()).toEqual([])
  })
  it('unknown names are told, in every call that needs one', async () => {
    const scene = createEngineScene()
    const calls = [
      scene.engine.start('nobody'),
      scene.engine.exec('nobody', ['true']),
      scene.engine.readFile('nobody', '/x'),
      scene.engine.writeFile('nobody', '/x', bytes(''), OWNER),
    ]
    for (const call of calls) expect((await refusal(call)).detail['reason']).toMatch(/nobody/)
    for (const act of [
      () => scene.practice.crash('nobody', 1),
      () => scene.practice.oom('nobody'),
      () => scene.practice.removeByHand('nobody'),
    ])
      expect(act).toThrow(/nobody/)
    await scene.engine.stop('nobody', 1)
    await scene.engine.remove('nobody')
    expect(await scene.engine.stats('nobody')).toBeUndefined()
  })
  it('paths that are none are refused', async () => {
    const scene = createEngineScene()
    await scene.run('a')
    for (const path of ['relative', '', '/a\0b', `/${'x'.repeat(5_000)}`, '/'])
      expect((await refusal(scene.engine.writeFile('a', path, bytes('x'), OWNER))).code).toBe('engine-failed')
    // Dots lead nowhere but inside the container.
    await scene.engine.writeFile('a', '/etc/../../up', bytes('x'), OWNER)
    expect(text(await scene.engine.readFile('a', '/up'))).toBe('x')
  })
  it('networks and volumes of garbage are refused', async () => {
    const scene = createEngineScene()
    for (const name of ['', '../x', 'a b', '-x']) {
      expect((await refusal(scene.engine.ensureNetwork(name))).code).toBe('engine-failed')
      expect((await refusal(scene.engine.ensureVolume(name, { memory: false }))).code).toBe('engine-failed')
    }
  })
})
