import { describe, expect, it } from 'vitest'
import { PRACTICE_IMAGES } from '#main/adapters/practice/engine/images.ts'
import { createPracticeClock } from '#main/adapters/practice/time/practice-clock.ts'
import { boxSpec, bytes, createEngineScene, MB, OWNER, refusal, text } from './engine-scene.ts'

const stateOf = async (scene: ReturnType<typeof createEngineScene>, name: string) =>
  (await scene.engine.list()).find((container) => container.name === name)

describe('a container of Practice that is asked to end', () => {
  it('ends with the code that its program gives', async () => {
    const scene = createEngineScene()
    scene.program.onStop = () => scene.program.handle?.exit(0)
    await scene.run('a')
    await scene.engine.stop('a', 10)
    expect(await stateOf(scene, 'a')).toMatchObject({ state: 'exited', exitCode: 0 })
  })
  it('ends as by SIGTERM when its program says nothing of a code', async () => {
    const scene = createEngineScene()
    await scene.run('a', { restart: 'unless-stopped' })
    await scene.engine.stop('a', 10)
    await scene.clock.advance(120_000)
    expect(await stateOf(scene, 'a')).toMatchObject({ state: 'exited', exitCode: 143, restartCount: 0 })
  })
  it('is killed after its grace when it does not end, and what it does then counts no more', async () => {
    const scene = createEngineScene()
    const { promise, resolve } = Promise.withResolvers<void>()
    scene.program.onStop = () => promise
    await scene.run('a')
    const { handle } = scene.program
    await scene.engine.stop('a', 0.05)
    expect(await stateOf(scene, 'a')).toMatchObject({ state: 'exited', exitCode: 137, oomKilled: false })
    resolve()
    handle?.log('out', 'too late')
    handle?.writeFile('/late', bytes('x'))
    handle?.exit(0)
    expect((await stateOf(scene, 'a'))?.exitCode).toBe(137)
    expect(await scene.engine.logs('a', { tail: 10 })).toEqual([])
    expect((await refusal(scene.engine.readFile('a', '/late'))).code).toBe('engine-failed')
  })
  it('is stopped once however many ask', async () => {
    const scene = createEngineScene()
    let stops = 0
    scene.program.onStop = () => void (stops += 1)
    await scene.run('a')
    await Promise.all([scene.engine.stop('a', 1), scene.engine.stop('a', 1), scene.engine.stop('a', 1)])
    expect(stops).toBe(1)
    expect(scene.events.filter((event) => event.action === 'die')).toHaveLength(1)
  })
  it('ends even when its program cannot', async () => {
    const scene = createEngineScene()
    scene.program.onStop = () => Promise.reject(new Error('a bug'))
    await scene.run('a')
    await scene.engine.stop('a', 1)
    expect((await stateOf(scene, 'a'))?.state).toBe('exited')
  })
})

describe('on the clock of Practice', () => {
  it('what the user asks works while the time stands; what the world does goes on with it', async () => {
    const clock = createPracticeClock({ startMs: 1_800_000_000_000, floorMs: 1 })
    clock.setPaused(true)
    const scene = createEngineScene({ clock })
    scene.program.onStop = () => new Promise(() => undefined)
    await scene.run('a', { restart: 'unless-stopped' })
    expect((await scene.engine.exec('a', ['true'])).exitCode).toBe(0)
    await scene.engine.stop('a', 0.02)
    expect((await stateOf(scene, 'a'))?.exitCode).toBe(137)
    await scene.engine.start('a')
    scene.practice.crash('a', 1)
    expect((await stateOf(scene, 'a'))?.state).toBe('restarting')
    clock.setPaused(false)
    clock.jumpTo(clock.now() + 1_000)
    await expect.poll(async () => (await stateOf(scene, 'a'))?.state).toBe('running')
    expect((await stateOf(scene, 'a'))?.startedAtMs).toBeGreaterThanOrEqual(1_800_000_001_000)
    await scene.practice.close()
  })
  it('a pull of the real images is over soon at x600', async () => {
    const clock = createPracticeClock({ startMs: 1_800_000_000_000 })
    clock.setSpeed(600)
    const scene = createEngineScene({ clock })
    for (const image of PRACTICE_IMAGES) {
      scene.practice.images.publish(image)
      await scene.engine.pull(image.reference, () => undefined, new AbortController().signal)
      expect(await scene.engine.image(image.reference)).toMatchObject({ sizeBytes: image.sizeBytes })
    }
  })
})

describe('a container of Practice that ends by itself', () => {
  it('waits twice as long before each new start, and forgets that after a good run', async () => {
    const scene = createEngineScene()
    await scene.run('a', { restart: 'unless-stopped' })
    for (const [count, pauseMs] of [100, 200, 400, 800].entries()) {
      scene.practice.crash('a', 3)
      expect(await stateOf(scene, 'a')).toMatchObject({ state: 'restarting', exitCode: 3, restartCount: count })
      await scene.clock.advance(pauseMs - 1)
      expect((await stateOf(scene, 'a'))?.state).toBe('restarting')
      await scene.clock.advance(1)
      expect(await stateOf(scene, 'a')).toMatchObject({ state: 'running', exitCode: undefined, restartCount: count + 1 })
    }
    await scene.clock.advance(20_000)
    scene.practice.crash('a', 3)
    await scene.clock.advance(100)
    expect((await stateOf(scene, 'a'))?.state).toBe('running')
    expect(scene.program.starts).toBe(6)
  })
  it('stays ended when it is stopped between two tries, and counts anew from the next start', async () => {
    const scene = createEngineScene()
    await scene.run('a', { restart: 'unless-stopped' })
    scene.practice.crash('a', 3)
    await scene.engine.stop('a', 1)
    await scene.clock.advance(120_000)
    expect(await stateOf(scene, 'a')).toMatchObject({ state: 'exited', exitCode: 3 })
    await scene.engine.start('a')
    expect(await stateOf(scene, 'a')).toMatchObject({ state: 'running', restartCount: 0 })
  })
  it('is gone for good when it is removed between two tries', async () => {
    const scene = createEngineScene()
    await scene.run('a', { restart: 'unless-stopped' })
    scene.practice.crash('a', 3)
    await scene.engine.remove('a')
    await scene.clock.advance(120_000)
    expect(await scene.engine.list()).toEqual([])
    expect(scene.program.starts).toBe(1)
  })
  it('is not started again when nobody wants that', async () => {
    const scene = createEngineScene()
    await scene.run('a')
    scene.practice.crash('a', 9)
    await scene.clock.advance(120_000)
    expect(await stateOf(scene, 'a')).toMatchObject({ state: 'exited', exitCode: 9 })
  })
  it('for lack of memory says so, by hand and by what its program uses', async () => {
    const scene = createEngineScene()
    await scene.run('a')
    scene.practice.oom('a')
    expect(await stateOf(scene, 'a')).toMatchObject({ exitCode: 137, oomKilled: true })
    expect(scene.events.map((event) => event.action)).toEqual(['create', 'start', 'oom', 'die'])
    await scene.engine.start('a')
    expect((await stateOf(scene, 'a'))?.oomKilled).toBe(false)
    scene.program.use = { ...scene.program.use, memoryBytes: 64 * MB + 1 }
    await scene.clock.advance(2_000)
    expect(await stateOf(scene, 'a')).toMatchObject({ state: 'exited', exitCode: 137, oomKilled: true })
  })
  it('that cannot even start leaves its words and ends with 1', async () => {
    const scene = createEngineScene()
    scene.program.start = () => {
      throw new Error('no such option')
    }
    await scene.run('a')
    expect(await stateOf(scene, 'a')).toMatchObject({ state: 'exited', exitCode: 1 })
    expect((await scene.engine.logs('a', { tail: 5 })).map((line) => line.text)).toEqual(['no such option'])
  })
  it('ends a command that runs in it, and its loops', async () => {
    const scene = createEngineScene()
    scene.program.onExec = () => new Promise(() => undefined)
    await scene.run('a')
    const asked = scene.engine.exec('a', ['wait'])
    const { handle } = scene.program
    await scene.clock.advance(0)
    expect(handle?.signal.aborted).toBe(false)
    scene.practice.crash('a', 1)
    expect((await asked).exitCode).toBe(137)
    expect(handle?.signal.aborted).toBe(true)
  })
})

describe('containers of Practice among themselves', () => {
  it('meet by alias on a common network only, and only while they run', async () => {
    const scene = createEngineScene()
    for (const network of ['front', 'back']) await scene.engine.ensureNetwork(network)
    await scene.run('a', { networks: [{ name: 'front', aliases: ['here'] }] })
    const { handle } = scene.program
    await scene.run('b', { networks: [{ name: 'front', aliases: ['there'] }] })
    await scene.run('c', { networks: [{ name: 'back', aliases: ['hidden'] }] })
    expect(handle?.peer('there')?.handle.spec.name).toBe('b')
    expect(handle?.peer('hidden')).toBeUndefined()
    await scene.engine.stop('b', 1)
    expect(handle?.peer('there')).toBeUndefined()
  })
  it('are asked over a published port while they run', async () => {
    const scene = createEngineScene()
    scene.program.http = (port, { path }) => Promise.resolve({ status: 200, body: bytes(`${port} ${path}`) })
    await scene.engine.ensureNetwork('front')
    await scene.run('a', { networks: [{ name: 'front', aliases: [] }], ports: [{ containerPort: 80, hostPort: 8_551 }] })
    const request = { method: 'GET', path: '/x', headers: {}, body: new Uint8Array() }
    expect(text((await scene.practice.request(8_551, request))?.body ?? bytes('nothing'))).toBe('80 /x')
    expect(await scene.practice.request(80, request)).toBeUndefined()
    await scene.engine.stop('a', 1)
    expect(await scene.practice.request(8_551, request)).toBeUndefined()
  })
  it('get no port that a program outside has', async () => {
    const scene = createEngineScene({ portFree: (port) => Promise.resolve(port !== 8_545) })
    await scene.engine.ensureNetwork('front')
    await scene.engine.create(boxSpec('a', { networks: [{ name: 'front', aliases: [] }], ports: [{ containerPort: 1, hostPort: 8_545 }] }))
    expect(await refusal(scene.engine.start('a'))).toMatchObject({ code: 'port-taken', detail: { port: '8545' } })
    expect((await stateOf(scene, 'a'))?.state).toBe('created')
  })
  it('share what lies on a volume; one that may only read does not write', async () => {
    const scene = createEngineScene()
    await scene.engine.ensureVolume('keys', { memory: true })
    await scene.run('keeper', { mounts: [{ kind: 'volume', volume: 'keys', path: '/keys' }] })
    await scene.run('miner', { mounts: [{ kind: 'volume', volume: 'keys', path: '/keys', readOnly: true }], readOnlyRoot: true })
    const miner = scene.program.handle
    await scene.engine.writeFile('keeper', '/keys/ring/op.info', bytes('k'), OWNER)
    expect(text(miner?.readFile('/keys/ring/op.info') ?? bytes(''))).toBe('k')
    expect(miner?.list('/keys')).toEqual(['/keys/ring/op.info'])
    expect(() => miner?.writeFile('/keys/x', bytes('x'))).toThrow(/read-only/)
    expect(() => miner?.removeTree('/keys')).toThrow(/read-only/)
    expect(() => miner?.writeFile('/etc/x', bytes('x'))).toThrow(/read-only/)
    expect((await refusal(scene.engine.writeFile('miner', '/keys/x', bytes('x'), OWNER))).code).toBe('engine-failed')
    // SECURITY: S18 the key is gone with the last container that holds it.
    await scene.engine.stop('keeper', 1)
    expect(miner?.readFile('/keys/ring/op.info')).toBeDefined()
    await scene.engine.stop('miner', 1)
    await scene.engine.start('keeper')
    expect((await refusal(scene.engine.readFile('keeper', '/keys/ring/op.info'))).code).toBe('engine-failed')
  })
})

it('a thousand containers are made, run, listed, asked and removed', async () => {
  const scene = createEngineScene({ diskBytes: 1e12 })
  await scene.engine.ensureVolume('common', { memory: true })
  await scene.engine.ensureNetwork('front')
  const names = Array.from({ length: 1_000 }, (_, at) => `box-${at}`)
  for (const [at, name] of names.entries()) {
    await scene.run(name, {
      restart: 'unless-stopped',
      mounts: [{ kind: 'volume', volume: 'common', path: '/common' }],
      networks: [{ name: 'front', aliases: [name] }],
      ports: [{ containerPort: 80, hostPort: 10_000 + at }],
    })
  }
  await scene.clock.advance(5_000)
  expect((await scene.engine.list()).filter((container) => container.state === 'running')).toHaveLength(1_000)
  expect(new Set((await scene.engine.list()).map((container) => container.id)).size).toBe(1_000)
  for (const name of names) expect(await scene.engine.stats(name)).toBeDefined()
  for (const name of names) scene.practice.crash(name, 1)
  await scene.clock.advance(100)
  expect((await scene.engine.list()).filter((container) => container.restartCount === 1)).toHaveLength(1_000)
  await Promise.all(names.map((name) => scene.engine.stop(name, 1)))
  for (const name of names) await scene.engine.remove(name)
  expect(await scene.engine.list()).toEqual([])
})
