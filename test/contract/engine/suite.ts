import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContainerSpec, Engine, EngineEvent, PullProgress, SeenContainer } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'
import { until } from '#test/localnet/process.ts'
import type { RegistryMood } from './image-registry.ts'

/** An engine and what a test may do behind its back. */
export interface EngineUnderTest {
  /** Counts a pull as stalled after `pullStallMs`. */
  engine: Engine
  pullStallMs: number
  /** Begins every name that the test makes. */
  prefix: string
  /** An image of two layers with a shell, and its registry digest; and one that its registry does not have. */
  image: string
  digest: string
  unknownImage: string
  /** Takes the image off the engine, so that a pull fetches it. */
  dropImage(): Promise<void>
  setRegistry(mood: RegistryMood): void
  /** A port that a program outside the engine listens on. */
  occupyPort(): Promise<{ port: number; free(): Promise<void> }>
  freePort(): Promise<number>
  /** A container without Hearth's label, not running. */
  makeForeign(name: string): Promise<void>
  /** Removes a container as a user would with the engine's own program. */
  removeByHand(name: string): Promise<void>
  /** Breaks the connections to the engine. */
  cut(): void
  /** Removes everything that the tests made. */
  close(): Promise<void>
}

/** The programs that the suite runs. An engine without a shell plays them. */
export const PROGRAMS = {
  wait: ['sleep', '600'],
  fail: ['sh', '-c', 'exit 7'],
  talk: [
    'sh',
    '-c',
    String.raw`echo one; sleep 0.1; echo two >&2; sleep 0.1; printf '\033[31mthree\033[0m\n'; sleep 0.1; echo four; exec sleep 600`,
  ],
  echo: ['sh', '-c', 'cat; echo problem >&2; exit 3'],
  deaf: ['true'],
  hang: ['sleep', '300'],
} as const

/** What `until` waits for at most. */
export const PATIENCE_MS = 20_000

/** The error that a promise rejects with; fails the test when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<HearthError> {
  const outcome = await promise.then(
    () => 'resolved',
    (error: unknown) => error,
  )
  if (!(outcome instanceof HearthError)) throw new Error(`expected a HearthError, got ${String(outcome)}`)
  return outcome
}

/** A spec that only names what a test cares about. */
export function containerSpec(under: EngineUnderTest, name: string, fields: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name,
    nodeId: `node-of-${name}`,
    image: under.image,
    command: [...PROGRAMS.wait],
    ports: [],
    mounts: [],
    networks: [],
    restart: 'no',
    memoryBytes: 64 * 1024 * 1024,
    stopGraceSeconds: 1,
    logDriver: 'default',
    specHash: 'h1',
    ...fields,
  }
}

/** What every engine must do. */
export function engineContract(name: string, makeEngine: () => Promise<EngineUnderTest>): void {
  describe(`engine contract: ${name}`, () => {
    let under: EngineUnderTest
    let engine: Engine
    let made = 0
    const nextName = (): string => `${under.prefix}-${(made += 1)}`
    const seen = async (container: string): Promise<SeenContainer | undefined> =>
      (await engine.list()).find((entry) => entry.name === container)
    const becomes = (container: string, state: SeenContainer['state']): Promise<SeenContainer> =>
      until(`${container} to be ${state}`, PATIENCE_MS, async () => {
        const found = await seen(container)
        return found?.state === state ? found : undefined
      })
    /** A container made and started; its name. */
    const running = async (fields: Partial<ContainerSpec> = {}): Promise<string> => {
      const spec = containerSpec(under, nextName(), fields)
      await engine.create(spec)
      await engine.start(spec.name)
      return spec.name
    }
    const pull = (
      reference: string,
      signal = new AbortController().signal,
      onProgress: (progress: PullProgress) => void = () => undefined,
    ) => engine.pull(reference, onProgress, signal)

    beforeAll(async () => {
      under = await makeEngine()
      engine = under.engine
      await pull(under.image)
    })
    afterAll(async () => {
      await under?.close()
    })

    test('tells what it is', async () => {
      const probe = await engine.probe()
      expect(probe).toMatchObject({ kind: 'ready', os: 'linux' })
      if (probe.kind !== 'ready') return
      expect(probe.cpus).toBeGreaterThan(0)
      expect(probe.memoryBytes).toBeGreaterThan(2 ** 28)
      expect(Math.abs(probe.clockOffsetMs)).toBeLessThan(2_000)
    })

    describe('images', () => {
      test('a pull tells each layer from waiting to ready and ends with the digest of the registry', async () => {
        await under.dropImage()
        expect(await engine.image(under.image)).toBeUndefined()
        const told: PullProgress[] = []
        const info = await pull(under.image, undefined, (progress) => told.push(structuredClone(progress)))
        expect(info.digest).toBe(under.digest)
        expect(info.imageId).toMatch(/^sha256:[0-9a-f]{64}$/)
        expect(info.sizeBytes).toBeGreaterThan(100_000)
        expect(await engine.image(under.image)).toEqual(info)
        const last = told.at(-1)
        expect(last?.layers).toHaveLength(2)
        expect(last?.layers.every((layer) => layer.status === 'ready' && layer.currentBytes === layer.totalBytes)).toBe(true)
        const largest = last?.layers.toSorted((a, b) => b.totalBytes - a.totalBytes)[0]
        expect(largest?.totalBytes).toBeGreaterThan(100_000)
        const stages = told.flatMap((progress) => progress.layers.filter((layer) => layer.id === largest?.id).map((layer) => layer.status))
        expect(stages[0]).toBe('waiting')
        expect(stages).toContain('fetching')
        expect(last?.lastLine).not.toBe('')
      })

      test('a pinned digest is pulled like a tag', async () => {
        const pinned = `${under.image.replace(/:1$/, '')}@${under.digest}`
        expect((await pull(pinned)).digest).toBe(under.digest)
      })

      test('an aborted pull rejects as cancelled and leaves no image; the next one works', async () => {
        await under.dropImage()
        under.setRegistry('slow')
        const abort = new AbortController()
        const error = rejection(
          pull(under.image, abort.signal, ({ layers }) => {
            if (layers.some((layer) => layer.status === 'fetching' && layer.currentBytes > 0)) abort.abort()
          }),
        )
        expect((await error).code).toBe('cancelled')
        under.setRegistry('honest')
        expect(await engine.image(under.image)).toBeUndefined()
        expect((await pull(under.image)).digest).toBe(under.digest)
      })

      test('a pull that was aborted before it began asks nobody', async () => {
        expect((await rejection(pull(under.unknownImage, AbortSignal.abort()))).code).toBe('cancelled')
      })

      test('an image that the registry does not have is unavailable, with the reference and a reason', async () => {
        const error = await rejection(pull(under.unknownImage))
        expect(error.code).toBe('image-unavailable')
        expect(error.detail).toMatchObject({ reference: under.unknownImage, reason: expect.stringMatching(/\w{3}/) })
      })

      test('a registry that says nothing counts as stalled', async () => {
        await under.dropImage()
        under.setRegistry('silent')
        const startedAtMs = Date.now()
        const error = await rejection(pull(under.image))
        under.setRegistry('honest')
        expect(error).toMatchObject({ code: 'image-unavailable', detail: { reason: 'stalled', reference: under.image } })
        expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(under.pullStallMs - 50)
        expect((await pull(under.image)).digest).toBe(under.digest)
      })

      test('a container of an image that is not there is refused as such', async () => {
        const error = await rejection(engine.create(containerSpec(under, nextName(), { image: under.unknownImage })))
        expect(error.code).toBe('image-unavailable')
      })
    })

    describe('networks and volumes', () => {
      test('are made once, also when two ask at the same time, and removed once', async () => {
        const place = nextName()
        await Promise.all([engine.ensureNetwork(place), engine.ensureNetwork(place)])
        await engine.ensureNetwork(place)
        await Promise.all([engine.ensureVolume(place, { memory: false }), engine.ensureVolume(place, { memory: false })])
        await engine.ensureVolume(place, { memory: false })
        const container = await running({
          networks: [{ name: place, aliases: ['self'] }],
          mounts: [{ kind: 'volume', volume: place, path: '/keep' }],
        })
        await engine.ensureVolume(place, { memory: false })
        expect((await seen(container))?.state).toBe('running')
        await engine.remove(container)
        await engine.removeNetwork(place)
        await engine.removeNetwork(place)
        await engine.removeVolume(place)
        await engine.removeVolume(place)
        expect(
          (await rejection(engine.create(containerSpec(under, nextName(), { mounts: [{ kind: 'volume', volume: place, path: '/a' }] }))))
            .code,
        ).toBe('engine-failed')
      })

      test('a volume on disk is never taken for one in memory, nor an open network for a closed one', async () => {
        const place = nextName()
        await engine.ensureVolume(place, { memory: false })
        expect((await rejection(engine.ensureVolume(place, { memory: true }))).code).toBe('engine-failed')
        await engine.ensureNetwork(place)
        expect((await rejection(engine.ensureNetwork(place, { internal: true }))).code).toBe('engine-failed')
        await engine.removeVolume(place)
        await engine.ensureVolume(place, { memory: true })
        await engine.ensureVolume(place, { memory: true })
      })

      test('what lies on a volume outlives its container; a memory volume keeps it only while some container runs with it', async () => {
        const [disk, memory] = [nextName(), nextName()]
        await engine.ensureVolume(disk, { memory: false })
        await engine.ensureVolume(memory, { memory: true })
        const mounts = [
          { kind: 'volume' as const, volume: disk, path: '/disk' },
          { kind: 'volume' as const, volume: memory, path: '/memory' },
        ]
        const first = await running({ mounts })
        const second = await running({ mounts })
        const owner = { mode: 0o600, uid: 0, gid: 0 }
        await engine.writeFile(first, '/disk/a', Buffer.from('on disk'), owner)
        await engine.writeFile(first, '/memory/a', Buffer.from('in memory'), owner)
        await engine.stop(first, 1)
        await engine.remove(first)
        expect(Buffer.from(await engine.readFile(second, '/memory/a')).toString()).toBe('in memory')
        await engine.stop(second, 1)
        await engine.start(second)
        expect(Buffer.from(await engine.readFile(second, '/disk/a')).toString()).toBe('on disk')
        expect((await rejection(engine.readFile(second, '/memory/a'))).code).toBe('engine-failed')
      })
    })

    describe('containers', () => {
      test('create makes one, leaves it on the same spec and replaces it on another', async () => {
        const spec = containerSpec(under, nextName())
        await engine.create(spec)
        const first = await seen(spec.name)
        expect(first).toMatchObject({
          name: spec.name,
          nodeId: spec.nodeId,
          specHash: 'h1',
          state: 'created',
          exitCode: undefined,
          startedAtMs: undefined,
          finishedAtMs: undefined,
          restartCount: 0,
          oomKilled: false,
          image: (await engine.image(under.image))?.imageId,
        })
        await engine.create(spec)
        expect((await seen(spec.name))?.id).toBe(first?.id)
        await engine.create({ ...spec, specHash: 'h2' })
        const second = await seen(spec.name)
        expect(second?.id).not.toBe(first?.id)
        expect(second?.specHash).toBe('h2')
      })

      test('create at the same time from two sides makes one', async () => {
        const spec = containerSpec(under, nextName())
        await Promise.all([engine.create(spec), engine.create(spec)])
        expect((await engine.list()).filter((entry) => entry.name === spec.name)).toHaveLength(1)
      })

      test('a running container is not replaced', async () => {
        const container = await running()
        const before = await seen(container)
        expect((await rejection(engine.create(containerSpec(under, container, { specHash: 'h2' })))).code).toBe('engine-failed')
        expect(await seen(container)).toEqual(before)
      })

      test("somebody else's container of that name is neither used nor touched nor listed", async () => {
        const foreign = nextName()
        await under.makeForeign(foreign)
        const errors = [
          await rejection(engine.create(containerSpec(under, foreign))),
          await rejection(engine.start(foreign)),
          await rejection(engine.stop(foreign, 1)),
          await rejection(engine.remove(foreign)),
          await rejection(engine.exec(foreign, [...PROGRAMS.deaf])),
          await rejection(engine.writeFile(foreign, '/tmp/a', Buffer.from('a'), { mode: 0o600, uid: 0, gid: 0 })),
        ]
        for (const error of errors) {
          expect(error.code).toBe('engine-failed')
          expect(error.detail['reason']).toContain(foreign)
          expect(error.detail['reason']).toMatch(/not Hearth's/)
        }
        expect(await seen(foreign)).toBeUndefined()
        // Throws when it is gone.
        await under.removeByHand(foreign)
      })

      test('start, stop and remove twice are the same as once', async () => {
        const container = await running()
        await engine.start(container)
        const started = await becomes(container, 'running')
        expect(Math.abs((started.startedAtMs ?? 0) - Date.now())).toBeLessThan(60_000)
        expect(started.exitCode).toBeUndefined()
        await engine.stop(container, 1)
        await engine.stop(container, 1)
        const stopped = await seen(container)
        expect(stopped?.state).toBe('exited')
        expect(stopped?.exitCode).toBeGreaterThan(0)
        expect(stopped?.finishedAtMs).toBeGreaterThanOrEqual(started.startedAtMs ?? Infinity)
        await engine.start(container)
        expect(await seen(container)).toMatchObject({ state: 'running', id: started.id })
        await engine.remove(container)
        await engine.remove(container)
        expect(await seen(container)).toBeUndefined()
        await engine.stop(container, 1)
        expect((await rejection(engine.start(container))).code).toBe('engine-failed')
      })

      test('a program that fails leaves its exit code', async () => {
        const container = await running({ command: [...PROGRAMS.fail] })
        expect((await becomes(container, 'exited')).exitCode).toBe(7)
      })

      test('one that is to be restarted is, and the restarts are counted until it is stopped', async () => {
        const container = await running({ command: [...PROGRAMS.fail], restart: 'unless-stopped' })
        await until('two restarts', PATIENCE_MS, async () => ((await seen(container))?.restartCount ?? 0) >= 2 || undefined)
        await engine.stop(container, 1)
        expect((await seen(container))?.state).toBe('exited')
      })

      test('one that was removed by hand is seen as gone and can be made again', async () => {
        const container = await running()
        await under.removeByHand(container)
        expect(await seen(container)).toBeUndefined()
        expect((await rejection(engine.exec(container, [...PROGRAMS.deaf]))).code).toBe('engine-failed')
        await engine.create(containerSpec(under, container))
        expect((await seen(container))?.state).toBe('created')
      })
    })

    describe('ports', () => {
      let network = ''
      beforeAll(async () => {
        network = nextName()
        await engine.ensureNetwork(network)
      })
      const onPort = (hostPort: number): Partial<ContainerSpec> => ({
        ports: [{ containerPort: 80, hostPort }],
        networks: [{ name: network, aliases: ['box'] }],
      })

      test('need a network', async () => {
        const spec = containerSpec(under, nextName(), { ...onPort(await under.freePort()), networks: [] })
        expect((await rejection(engine.create(spec))).code).toBe('engine-failed')
        expect(await seen(spec.name)).toBeUndefined()
      })

      test('one that a program has is told by its number; with another port the container starts', async () => {
        const taken = await under.occupyPort()
        const spec = containerSpec(under, nextName(), onPort(taken.port))
        await engine.create(spec)
        const error = await rejection(engine.start(spec.name))
        expect(error).toMatchObject({ code: 'port-taken', detail: { port: String(taken.port) } })
        expect((await seen(spec.name))?.state).not.toBe('running')
        await engine.create({ ...spec, ...onPort(await under.freePort()), specHash: 'h2' })
        await engine.start(spec.name)
        expect((await seen(spec.name))?.state).toBe('running')
        await taken.free()
      })

      test('one that another container has is told by its number; the same container starts once it is free', async () => {
        const port = await under.freePort()
        const holder = await running(onPort(port))
        const spec = containerSpec(under, nextName(), onPort(port))
        await engine.create(spec)
        expect(await rejection(engine.start(spec.name))).toMatchObject({ code: 'port-taken', detail: { port: String(port) } })
        expect(await rejection(engine.start(spec.name))).toMatchObject({ code: 'port-taken' })
        await engine.stop(holder, 1)
        await engine.start(spec.name)
        expect((await seen(spec.name))?.state).toBe('running')
      })
    })

    describe('exec', () => {
      test('gives stdin and brings back both outputs and the exit code', async () => {
        const container = await running()
        const result = await engine.exec(container, [...PROGRAMS.echo], { stdin: 'hëllo\n' })
        expect(result).toEqual({ exitCode: 3, stdout: 'hëllo\n', stderr: 'problem\n' })
        expect(await engine.exec(container, [...PROGRAMS.deaf])).toEqual({ exitCode: 0, stdout: '', stderr: '' })
      })

      test('a large input and output come through whole, and input that nobody reads does no harm', async () => {
        const container = await running()
        const stdin = 'a line of text for the program\n'.repeat(40_000)
        const result = await engine.exec(container, [...PROGRAMS.echo], { stdin })
        expect(result.stdout.length).toBe(stdin.length)
        expect(result.stdout === stdin).toBe(true)
        expect((await engine.exec(container, [...PROGRAMS.deaf], { stdin })).exitCode).toBe(0)
      })

      test('gives up after its time', async () => {
        const container = await running()
        const startedAtMs = Date.now()
        const error = await rejection(engine.exec(container, [...PROGRAMS.hang], { timeoutMs: 500 }))
        expect(error).toMatchObject({ code: 'engine-failed', detail: { reason: 'timeout' } })
        expect(Date.now() - startedAtMs).toBeLessThan(10_000)
      })

      test('ends when it is cancelled, before and during', async () => {
        const container = await running()
        const abort = new AbortController()
        setTimeout(() => abort.abort(), 300)
        expect((await rejection(engine.exec(container, [...PROGRAMS.hang], { signal: abort.signal }))).code).toBe('cancelled')
        expect((await rejection(engine.exec(container, [...PROGRAMS.deaf], { signal: abort.signal }))).code).toBe('cancelled')
      })

      test('needs a running container', async () => {
        const spec = containerSpec(under, nextName())
        await engine.create(spec)
        expect((await rejection(engine.exec(spec.name, [...PROGRAMS.deaf]))).code).toBe('engine-failed')
      })
    })

    describe('files', () => {
      test('come back byte for byte, from a container that has not started and from one that runs', async () => {
        const content = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256)
        const spec = containerSpec(under, nextName())
        await engine.create(spec)
        await engine.writeFile(spec.name, '/tmp/config', content, { mode: 0o644, uid: 0, gid: 0 })
        await engine.start(spec.name)
        expect(Buffer.compare(await engine.readFile(spec.name, '/tmp/config'), content)).toBe(0)
        await engine.writeFile(spec.name, '/tmp/config', new Uint8Array(0), { mode: 0o644, uid: 0, gid: 0 })
        expect(await engine.readFile(spec.name, '/tmp/config')).toHaveLength(0)
        expect((await rejection(engine.readFile(spec.name, '/tmp/nothing'))).code).toBe('engine-failed')
      })
    })

    describe('logs', () => {
      test('come in order, each with its time and stream, without colours, as many as asked and since when', async () => {
        const container = await running({ command: [...PROGRAMS.talk] })
        const lines = await until('four lines', PATIENCE_MS, async () => {
          const found = await engine.logs(container, { tail: 100 })
          return found.length >= 4 ? found : undefined
        })
        expect(lines.map(({ stream, text }) => [stream, text])).toEqual([
          ['out', 'one'],
          ['err', 'two'],
          ['out', 'three'],
          ['out', 'four'],
        ])
        const times = lines.map((line) => line.timeMs)
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(Math.abs((times[0] ?? 0) - Date.now())).toBeLessThan(60_000)
        expect((await engine.logs(container, { tail: 2 })).map((line) => line.text)).toEqual(['three', 'four'])
        expect((await engine.logs(container, { tail: 100, sinceMs: (times[2] ?? 0) - 10 })).map((line) => line.text)).toEqual([
          'three',
          'four',
        ])
      })

      test('a container that keeps none has none, and one that is gone neither', async () => {
        const container = await running({ command: [...PROGRAMS.talk], logDriver: 'none' })
        expect(await engine.logs(container, { tail: 100 })).toEqual([])
        expect(await engine.logs(nextName(), { tail: 100 })).toEqual([])
      })
    })

    test('stats tell memory and load of a running container, and nothing of another', async () => {
      const container = await running({ memoryBytes: 48 * 1024 * 1024 })
      const stats = await engine.stats(container)
      expect(stats?.memoryLimitBytes).toBe(48 * 1024 * 1024)
      expect(stats?.memoryBytes).toBeGreaterThan(0)
      expect(stats?.memoryBytes).toBeLessThan(48 * 1024 * 1024)
      expect(stats?.cpuPercent).toBeGreaterThanOrEqual(0)
      await engine.stop(container, 1)
      expect(await engine.stats(container)).toBeUndefined()
      expect(await engine.stats(nextName())).toBeUndefined()
    })

    describe('events', () => {
      const following = () => {
        const abort = new AbortController()
        const events: EngineEvent[] = []
        let resyncs = 0
        const ended = engine.follow(
          (event) => events.push(event),
          () => (resyncs += 1),
          abort.signal,
        )
        return {
          resyncs: () => resyncs,
          actionsOf: (container: string) => events.filter((event) => event.container === container).map((event) => event.action),
          eventsOf: (container: string) => events.filter((event) => event.container === container),
          saw: (container: string, action: string) =>
            until(`${action} of ${container}`, PATIENCE_MS, async () =>
              events.find((event) => event.container === container && event.action === action),
            ),
          connected: (times: number) => until(`${times} resyncs`, PATIENCE_MS, async () => resyncs >= times || undefined),
          end: async () => {
            abort.abort()
            await ended
          },
        }
      }

      test('tell the life of our containers, with the node, and of no others', async () => {
        const follow = following()
        await follow.connected(1)
        const foreign = nextName()
        await under.makeForeign(foreign)
        const container = await running()
        await engine.stop(container, 1)
        await under.removeByHand(container)
        const gone = await follow.saw(container, 'destroy')
        expect(gone.nodeId).toBe(`node-of-${container}`)
        expect(Math.abs(gone.timeMs - Date.now())).toBeLessThan(60_000)
        const actions = follow.actionsOf(container)
        expect(actions.filter((action) => ['create', 'start', 'die', 'destroy'].includes(action))).toEqual([
          'create',
          'start',
          'die',
          'destroy',
        ])
        expect(follow.eventsOf(foreign)).toEqual([])
        await follow.end()
        const after = await running()
        await becomes(after, 'running')
        expect(follow.eventsOf(after)).toEqual([])
      })

      test('after a cut the caller is told to list again, and events come again', async () => {
        const follow = following()
        await follow.connected(1)
        const before = follow.resyncs()
        under.cut()
        // One for the loss, one for the new connection.
        await follow.connected(before + 2)
        const container = await running()
        await follow.saw(container, 'start')
        await follow.end()
      })

      test('a follower that was ended before it began returns', async () => {
        await engine.follow(
          () => undefined,
          () => undefined,
          AbortSignal.abort(),
        )
        expect((await engine.probe()).kind).toBe('ready')
      })
    })
  })
}
