import { beforeAll, describe, expect, test } from 'vitest'
import type { ContainerSpec } from '#main/core/ports/engine.ts'
import { until } from '#test/localnet/process.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { containerSpec, PATIENCE_MS, PROGRAMS, type EngineStage } from './engine-under-test.ts'

/** The part of the engine contract about containers and their ports. */
export function containersContract(stage: EngineStage): void {
  describe('containers', () => {
    test('create makes one, leaves it on the same spec and replaces it on another', async () => {
      const spec = containerSpec(stage.under, stage.nextName())
      await stage.engine.create(spec)
      const first = await stage.seen(spec.name)
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
        image: (await stage.engine.image(stage.under.image))?.imageId,
      })
      await stage.engine.create(spec)
      expect((await stage.seen(spec.name))?.id).toBe(first?.id)
      await stage.engine.create({ ...spec, specHash: 'h2' })
      const second = await stage.seen(spec.name)
      expect(second?.id).not.toBe(first?.id)
      expect(second?.specHash).toBe('h2')
    })

    test('a container tells its ports, before it runs, while it does, and after it ended', async () => {
      const [hostPort, net] = [await stage.under.freePort(), stage.nextName()]
      await stage.engine.ensureNetwork(net)
      const spec = containerSpec(stage.under, stage.nextName(), {
        ports: [{ containerPort: 8080, hostPort }],
        networks: [{ name: net, aliases: [] }],
      })
      await stage.engine.create(spec)
      const ports = { '8080': hostPort }
      expect((await stage.seen(spec.name))?.ports).toEqual(ports)
      await stage.engine.start(spec.name)
      expect((await stage.seen(spec.name))?.ports).toEqual(ports)
      await stage.engine.stop(spec.name, 1)
      expect(await stage.seen(spec.name)).toMatchObject({ state: 'exited', ports })
      const silent = containerSpec(stage.under, stage.nextName())
      await stage.engine.create(silent)
      expect((await stage.seen(silent.name))?.ports).toEqual({})
    })

    test('create at the same time from two sides makes one', async () => {
      const spec = containerSpec(stage.under, stage.nextName())
      await Promise.all([stage.engine.create(spec), stage.engine.create(spec)])
      expect((await stage.engine.list()).filter((entry) => entry.name === spec.name)).toHaveLength(1)
    })

    test('a running container is not replaced', async () => {
      const container = await stage.running()
      const before = await stage.seen(container)
      expect((await rejection(stage.engine.create(containerSpec(stage.under, container, { specHash: 'h2' })))).code).toBe('engine-failed')
      expect(await stage.seen(container)).toEqual(before)
    })

    test('the state of one is told by its name alone, whoever made it', async () => {
      const container = await stage.running()
      const foreign = stage.nextName()
      await stage.under.makeForeign(foreign)
      expect([await stage.engine.containerState(container), await stage.engine.containerState(foreign)]).toEqual(['running', 'created'])
      await stage.engine.stop(container, 1)
      expect(await stage.engine.containerState(container)).toBe('exited')
      expect(await stage.engine.containerState(stage.nextName())).toBeUndefined()
    })

    test("somebody else's container of that name is neither used nor touched nor listed", async () => {
      const foreign = stage.nextName()
      await stage.under.makeForeign(foreign)
      const errors = [
        await rejection(stage.engine.create(containerSpec(stage.under, foreign))),
        await rejection(stage.engine.start(foreign)),
        await rejection(stage.engine.stop(foreign, 1)),
        await rejection(stage.engine.remove(foreign)),
        await rejection(stage.engine.exec(foreign, [...PROGRAMS.deaf])),
        await rejection(stage.engine.writeFile(foreign, '/tmp/a', Buffer.from('a'), { mode: 0o600, uid: 0, gid: 0 })),
      ]
      for (const error of errors) {
        expect(error.code).toBe('engine-failed')
        expect(error.detail['reason']).toContain(foreign)
        expect(error.detail['reason']).toMatch(/not Hearth's/)
      }
      expect(await stage.seen(foreign)).toBeUndefined()
      // Throws when it is gone.
      await stage.under.removeByHand(foreign)
    })

    test('start, stop and remove twice are the same as once', async () => {
      const container = await stage.running()
      await stage.engine.start(container)
      const started = await stage.becomes(container, 'running')
      expect(Math.abs((started.startedAtMs ?? 0) - Date.now())).toBeLessThan(60_000)
      expect(started.exitCode).toBeUndefined()
      await stage.engine.stop(container, 1)
      await stage.engine.stop(container, 1)
      const stopped = await stage.seen(container)
      expect(stopped?.state).toBe('exited')
      expect(stopped?.exitCode).toBeGreaterThan(0)
      expect(stopped?.finishedAtMs).toBeGreaterThanOrEqual(started.startedAtMs ?? Infinity)
      await stage.engine.start(container)
      expect(await stage.seen(container)).toMatchObject({ state: 'running', id: started.id })
      await stage.engine.remove(container)
      await stage.engine.remove(container)
      expect(await stage.seen(container)).toBeUndefined()
      await stage.engine.stop(container, 1)
      expect((await rejection(stage.engine.start(container))).code).toBe('engine-failed')
    })

    test('a program that fails leaves its exit code', async () => {
      const container = await stage.running({ command: [...PROGRAMS.fail] })
      expect((await stage.becomes(container, 'exited')).exitCode).toBe(7)
    })

    test('one that is to be restarted is, and the restarts are counted until it is stopped', async () => {
      const container = await stage.running({ command: [...PROGRAMS.fail], restart: 'unless-stopped' })
      await until('two restarts', PATIENCE_MS, async () => ((await stage.seen(container))?.restartCount ?? 0) >= 2 || undefined)
      await stage.engine.stop(container, 1)
      const stopped = await stage.seen(container)
      expect(stopped?.state).toBe('exited')
      await new Promise((resolve) => {
        setTimeout(resolve, 1_000)
      })
      expect(await stage.seen(container)).toMatchObject({
        state: 'exited',
        restartCount: stopped?.restartCount,
        startedAtMs: stopped?.startedAtMs,
      })
    })

    test('one that was removed by hand is seen as gone and can be made again', async () => {
      const container = await stage.running()
      await stage.under.removeByHand(container)
      expect(await stage.seen(container)).toBeUndefined()
      expect((await rejection(stage.engine.exec(container, [...PROGRAMS.deaf]))).code).toBe('engine-failed')
      await stage.engine.create(containerSpec(stage.under, container))
      expect((await stage.seen(container))?.state).toBe('created')
    })
  })

  describe('ports', () => {
    let network = ''
    beforeAll(async () => {
      network = stage.nextName()
      await stage.engine.ensureNetwork(network)
    })
    const onPort = (hostPort: number): Partial<ContainerSpec> => ({
      ports: [{ containerPort: 80, hostPort }],
      networks: [{ name: network, aliases: ['box'] }],
    })

    test('need a network', async () => {
      const spec = containerSpec(stage.under, stage.nextName(), { ...onPort(await stage.under.freePort()), networks: [] })
      expect((await rejection(stage.engine.create(spec))).code).toBe('engine-failed')
      expect(await stage.seen(spec.name)).toBeUndefined()
    })

    test('one that a program has is told by its number; with another port the container starts', async () => {
      const taken = await stage.under.occupyPort()
      const spec = containerSpec(stage.under, stage.nextName(), onPort(taken.port))
      await stage.engine.create(spec)
      const error = await rejection(stage.engine.start(spec.name))
      expect(error).toMatchObject({ code: 'port-taken', detail: { port: String(taken.port) } })
      expect((await stage.seen(spec.name))?.state).not.toBe('running')
      await stage.engine.create({ ...spec, ...onPort(await stage.under.freePort()), specHash: 'h2' })
      await stage.engine.start(spec.name)
      expect((await stage.seen(spec.name))?.state).toBe('running')
      await taken.free()
    })

    test('one that a program has given back serves the container that was refused', async () => {
      const taken = await stage.under.occupyPort()
      const spec = containerSpec(stage.under, stage.nextName(), onPort(taken.port))
      await stage.engine.create(spec)
      expect((await rejection(stage.engine.start(spec.name))).code).toBe('port-taken')
      await taken.free()
      await stage.engine.start(spec.name)
      expect((await stage.seen(spec.name))?.state).toBe('running')
    })

    test('one that another container has is told by its number; the same container starts once it is free', async () => {
      const port = await stage.under.freePort()
      const holder = await stage.running(onPort(port))
      const spec = containerSpec(stage.under, stage.nextName(), onPort(port))
      await stage.engine.create(spec)
      expect(await rejection(stage.engine.start(spec.name))).toMatchObject({ code: 'port-taken', detail: { port: String(port) } })
      expect(await rejection(stage.engine.start(spec.name))).toMatchObject({ code: 'port-taken' })
      await stage.engine.stop(holder, 1)
      await stage.engine.start(spec.name)
      expect((await stage.seen(spec.name))?.state).toBe('running')
    })
  })
}
