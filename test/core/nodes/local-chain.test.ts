import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { TaskState } from '#shared/api/state.ts'
import { CHAIN_HOME, READY_FILE } from '#main/core/nodes/make-chain.ts'
import { createScene, IMAGES, nameOf, type Life } from './scene.ts'

const taskOf = (life: Life, kind: TaskState['kind'] = 'local-chain-start'): TaskState | undefined =>
  Object.values(life.state.state.tasks).find((task) => task.kind === kind)
const ended = (life: Life, kind?: TaskState['kind']): Promise<void> =>
  life.until('the task', () => (taskOf(life, kind)?.status ?? 'running') !== 'running')
const steps = (life: Life): string => (taskOf(life)?.steps ?? []).map((step) => `${step.key}:${step.status}`).join(' ')
const calls = (scene: ReturnType<typeof createScene>, start: string): string[] =>
  scene.engine.calls.filter((call) => call.startsWith(start))

describe('starting the Local chain', () => {
  it('walks the six steps to a chain that makes blocks and a backend that answers', async () => {
    const scene = createScene()
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    expect(taskOf(life)).toMatchObject({ status: 'done', error: null })
    expect(steps(life)).toBe('engine:done room:done images:done genesis:done start:done first-block:done')
    expect(life.seen('pocket')).toBe('running')
    expect(life.seen('backend')).toBe('running')
    expect(life.seen('miner')).toBe('absent')
    expect(scene.chains.get('local')).toMatchObject({
      chainId: 'hearth-local-1',
      block1Hash: 'AA',
      facts: { application: 'pokt1application' },
    })
    expect(scene.readyCalls).toBe(1)
    expect(life.nodes.endpoints()).toEqual({ rpcUrl: 'http://127.0.0.1:26657', restUrl: 'http://127.0.0.1:1317' })
    expect(taskOf(life)?.pulls.map((pull) => [pull.reference, pull.status, pull.layers.length])).toEqual(
      IMAGES.map((image) => [image, 'ready', 2]),
    )
  })

  it('runs what it pinned, whatever becomes of the tag', async () => {
    const scene = createScene()
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    for (const nodeId of ['pocket', 'backend']) expect(scene.engine.specOf(nameOf(nodeId))?.image).toMatch(/@sha256:[0-9a-f]{64}$/)
    const pin = scene.rows.get('miner')?.imagePin
    expect(pin).toBe(scene.rows.get('pocket')?.imagePin)
    // Somebody removes both images: what was pinned is fetched again, by its digest.
    for (const image of IMAGES) scene.engine.forget(image)
    life.nodes.startLocalChain()
    await ended(life)
    expect(calls(scene, 'pull')).toEqual([
      ...IMAGES.map((image) => `pull ${image}`),
      `pull ${pin}`,
      `pull ${scene.rows.get('backend')?.imagePin}`,
      `pull ${scene.rows.get('ingress')?.imagePin}`,
    ])
    expect(scene.rows.get('pocket')?.imagePin).toBe(pin)
  })

  it('pins the content of an image that came from no registry', async () => {
    const scene = createScene()
    for (const image of IMAGES) scene.engine.publish(image, { local: true })
    const image = scene.engine.image.bind(scene.engine)
    scene.engine.image = async (reference) => {
      const found = await image(reference)
      return found && { ...found, digest: undefined }
    }
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    expect(taskOf(life)?.status).toBe('done')
    expect(scene.rows.get('pocket')?.imagePin).toMatch(/^sha256:/)
    expect(calls(scene, 'pull')).toEqual([])
  })

  it('is the same once more: nothing is made or fetched twice', async () => {
    const scene = createScene()
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    const before = { pocketd: scene.pocketd.length, chain: scene.chains.get('local'), made: calls(scene, 'create').length }
    life.nodes.startLocalChain()
    await ended(life)
    expect(taskOf(life)?.status).toBe('done')
    expect(scene.pocketd).toHaveLength(before.pocketd)
    expect(scene.chains.get('local')).toEqual(before.chain)
    expect(new Set(calls(scene, 'create'))).toEqual(new Set(['pocket', 'backend'].map((id) => `create ${nameOf(id)}`)))
    expect(calls(scene, 'pull')).toHaveLength(IMAGES.length)
  })

  it('keys of faucet and validator are made inside and shown nowhere', async () => {
    const scene = createScene()
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    const keyCommands = calls(scene, `exec ${nameOf('pocket')} pocketd keys`)
    expect(keyCommands.filter((call) => / add /.test(call))).toHaveLength(2)
    for (const call of keyCommands) expect(call).toMatch(/ (add|show) (faucet|validator) /)
    for (const call of keyCommands.filter((line) => / add /.test(line))) expect(call).toContain('--no-backup')
  })

  it('takes the next free port where one is taken, and keeps it', async () => {
    const scene = createScene()
    for (const port of [26657, 26658, 1317]) scene.takenPorts.add(port)
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    expect(scene.rows.get('pocket')?.ports).toEqual({ '26657': 26659, '1317': 1318 })
    scene.takenPorts.clear()
    life.nodes.startLocalChain()
    await ended(life)
    expect(scene.rows.get('pocket')?.ports).toEqual({ '26657': 26659, '1317': 1318 })
    const ports = [...scene.rows.values()].flatMap((row) => Object.values(row.ports))
    expect(new Set(ports).size).toBe(ports.length)
  })

  it('moves when a port is taken between the choice and the start', async () => {
    const scene = createScene()
    scene.engine.takePort(26657)
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    expect(taskOf(life)?.status).toBe('done')
    expect(scene.rows.get('pocket')?.ports['26657']).toBeGreaterThan(26657)
    expect(life.nodes.endpoints()?.rpcUrl).toBe(`http://127.0.0.1:${scene.rows.get('pocket')?.ports['26657']}`)
  })

  describe('that cannot be', () => {
    it.each(['absent', 'not-started', 'no-permission', 'too-old'] as const)('says that the engine is %s', async (kind) => {
      const scene = createScene()
      scene.engine.down = kind
      const life = scene.start()
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)).toMatchObject({ status: 'failed', error: { code: `engine-${kind}` } })
      expect(life.state.state.engine.kind).toBe(kind)
      expect(scene.rows.size).toBe(0)
    })
    it('says that the disk is too full, before anything is fetched', async () => {
      const scene = createScene()
      scene.freeDiskBytes = 1024 ** 3
      const life = scene.start()
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)?.error).toMatchObject({ code: 'disk-full', detail: { freeBytes: String(1024 ** 3) } })
      expect(calls(scene, 'pull')).toEqual([])
    })
    it('says which image cannot be had; what was fetched stays', async () => {
      const scene = createScene()
      scene.engine.forget(IMAGES[1], 'registry')
      const life = scene.start()
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)).toMatchObject({ status: 'failed', error: { code: 'image-unavailable', detail: { reference: IMAGES[1] } } })
      expect(taskOf(life)?.pulls.map((pull) => pull.status)).toEqual(['ready', 'failed', 'waiting'])
      scene.engine.publish(IMAGES[1])
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)?.status).toBe('done')
      expect(calls(scene, `pull ${IMAGES[0]}`)).toHaveLength(1)
    })
    it("gives pocketd's own words, runs nothing, and begins anew with a clean home", async () => {
      const scene = createScene()
      scene.failPocketd = 'genesis gentx'
      const life = scene.start()
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)?.error).toMatchObject({
        code: 'engine-failed',
        detail: { reason: 'refused', command: 'pocketd genesis gentx validator' },
      })
      await life.pass(6_000)
      expect(life.seen('pocket')).toBe('stopped')
      expect(scene.chains.size).toBe(0)
      scene.failPocketd = undefined
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)?.status).toBe('done')
      const inHome = calls(scene, `exec ${nameOf('pocket')}`).map((call) => call.slice(`exec ${nameOf('pocket')} `.length))
      expect(inHome.filter((call) => call === `rm -rf ${CHAIN_HOME} ${READY_FILE}`)).toHaveLength(2)
    })
    it('does not wait two minutes for a node that ends again and again', async () => {
      const scene = createScene()
      scene.working.delete('backend')
      scene.engine.onStart = (spec) => {
        if (spec.nodeId !== 'backend') return
        scene.engine.writeLog(spec.name, 'err', 'no such option')
        setTimeout(() => {
          if (scene.engine.specOf(spec.name)) scene.engine.crash(spec.name, 2)
        }, 3)
      }
      const life = scene.start()
      const startedAtMs = scene.clock.now()
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)?.error).toMatchObject({
        code: 'node-not-ready',
        detail: { nodeId: 'backend', lines: expect.stringContaining('no such option') as string },
      })
      expect(scene.clock.now() - startedAtMs).toBeLessThan(60_000)
    })
    it('gives up on a chain that makes no first block', async () => {
      const scene = createScene()
      scene.working.delete('pocket')
      const life = scene.start()
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)?.error).toMatchObject({ code: 'chain-unreachable' })
      expect(scene.chains.get('local')?.block1Hash).toBeUndefined()
      // It goes on trying, and is found when it comes.
      scene.working.add('pocket')
      life.nodes.startLocalChain()
      await ended(life)
      expect(scene.chains.get('local')?.block1Hash).toBe('AA')
    })
  })

  describe('cancelled', () => {
    it('while fetching: nothing runs, and what is fetched stays', async () => {
      const scene = createScene()
      const life = scene.start()
      scene.engine.pullMood = 'slow'
      life.nodes.startLocalChain()
      await life.until('the first layers', () => (taskOf(life)?.pulls[0]?.layers.length ?? 0) > 0)
      life.tasks.cancel(taskOf(life)?.id ?? '')
      await ended(life)
      expect(taskOf(life)).toMatchObject({ status: 'cancelled', error: null })
      await life.pass(12_000)
      expect(await scene.engine.list()).toEqual([])
      scene.engine.pullMood = 'honest'
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)?.status).toBe('done')
    })
    it('while waiting for the first block: what did not run before is stopped again', async () => {
      const scene = createScene()
      scene.working.delete('pocket')
      const life = scene.start()
      life.nodes.startLocalChain()
      await life.until('the last step', () => taskOf(life)?.steps.at(-1)?.status === 'running')
      await life.pass(2_000)
      life.tasks.cancel(taskOf(life)?.id ?? '')
      await ended(life)
      await life.until('all stopped', () => life.seen('pocket') === 'stopped' && life.seen('backend') === 'stopped')
      expect(life.nodes.endpoints()).toBeUndefined()
      scene.working.add('pocket')
      life.nodes.startLocalChain()
      await ended(life)
      expect(taskOf(life)?.status).toBe('done')
      expect(scene.pocketd.filter((line) => line.startsWith('init'))).toHaveLength(1)
    })
  })

  it('is finished by the next run, wherever the app was killed', { timeout: 60_000 }, async () => {
    const whole = createScene()
    const reference = whole.start()
    reference.nodes.startLocalChain()
    await ended(reference)
    const points = reference.points
    expect(points).toBeGreaterThan(70)
    for (let point = 1; point <= points; point += 1) {
      const scene = createScene()
      const first = scene.start(point)
      first.nodes.startLocalChain()
      await first.until(`point ${point}`, () => first.points >= point)
      first.kill()
      const second = scene.start()
      second.nodes.startLocalChain()
      await ended(second)
      expect({ point, status: taskOf(second)?.status, error: taskOf(second)?.error }).toEqual({ point, status: 'done', error: null })
      expect(scene.chains.get('local')).toMatchObject({ block1Hash: 'AA' })
      expect(
        (await scene.engine.list())
          .filter((container) => container.state === 'running')
          .map((container) => container.nodeId)
          .sort(),
      ).toEqual(['backend', 'pocket'])
      second.kill()
    }
  })
})

describe('removing the Local chain', () => {
  it('takes everything that is ours and nothing else, and a new one is another', async () => {
    const scene = createScene()
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    scene.engine.addForeign('somebody-elses')
    life.nodes.removeLocalChain()
    await ended(life, 'local-chain-remove')
    expect(taskOf(life, 'local-chain-remove')).toMatchObject({ status: 'done', error: null, cancellable: false })
    expect(await scene.engine.list()).toEqual([])
    expect(scene.engine.specOf('somebody-elses')).toBeDefined()
    expect(scene.rows.size).toBe(0)
    expect(scene.chains.size).toBe(0)
    await life.pass(6_000)
    expect(life.state.state.nodes).toEqual({})
    expect(life.nodes.endpoints()).toBeUndefined()
    life.nodes.startLocalChain()
    await ended(life)
    expect(scene.pocketd.filter((line) => line.startsWith('init'))).toHaveLength(2)
  })
  it('can be done again when the engine failed in the middle', async () => {
    const scene = createScene()
    const life = scene.start()
    life.nodes.startLocalChain()
    await ended(life)
    scene.engine.failNext('removeVolume', new HearthError('engine-failed', { reason: 'busy' }))
    life.nodes.removeLocalChain()
    await ended(life, 'local-chain-remove')
    expect(taskOf(life, 'local-chain-remove')).toMatchObject({ status: 'failed', error: { code: 'engine-failed' } })
    life.nodes.removeLocalChain()
    await ended(life, 'local-chain-remove')
    expect(taskOf(life, 'local-chain-remove')).toMatchObject({ status: 'done', error: null })
    expect(scene.rows.size).toBe(0)
  })
})
