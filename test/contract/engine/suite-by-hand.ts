import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { keepVolumes } from '#main/core/nodes/kept-volumes.ts'
import { ownNames } from '#main/core/nodes/own-names.ts'
import type { Engine } from '#main/core/ports/engine.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { systemClock } from './docker-engine.ts'
import { containerSpec, type EngineStage } from './engine-under-test.ts'

/** The part of the real engine's contract about what somebody does to a container behind Hearth's back. @param socketOf the engine's socket file */
export function byHandContract(stage: EngineStage, socketOf: () => string): void {
  test('a paused container is seen as that, stops within its grace, and begins again', async () => {
    const api = new Docker({ socketPath: socketOf() })
    const container = await stage.running({ stopGraceSeconds: 5 })
    await api.getContainer(container).pause()
    await stage.becomes(container, 'paused')
    await stage.engine.stop(container, 5)
    expect((await stage.seen(container))?.state).toBe('exited')
    await stage.engine.start(container)
    expect((await stage.seen(container))?.state).toBe('running')
  })

  test('a container that was copied with its labels is listed, and is not the node that it was made of', async () => {
    const api = new Docker({ socketPath: socketOf() })
    const install = stage.nextName()
    const spec = containerSpec(stage.under, `hearth-${install}-miner`, { nodeId: 'miner' })
    await stage.engine.create(spec)
    const { Config } = await api.getContainer(spec.name).inspect()
    const name = stage.nextName()
    await api.createContainer({ name, Image: stage.under.image, Cmd: spec.command, Labels: Config.Labels })
    const listed = (await ownNames(stage.engine, install).list()).filter((each) => [spec.name, name].includes(each.name))
    expect(listed.map((each) => `${each.name} is ${each.nodeId || `like ${each.copyOf}`}`).toSorted()).toEqual(
      [`${name} is like miner`, `${spec.name} is miner`].toSorted(),
    )
  })

  test('what a prune takes with the container away is missed, once; what a stopped container holds is not taken', async () => {
    const api = new Docker({ socketPath: socketOf() })
    const install = stage.nextName()
    const [volume, keys] = [`hearth-${install}-miner`, `hearth-${install}-keys`]
    const spec = containerSpec(stage.under, `hearth-${install}-miner`, {
      nodeId: 'miner',
      mounts: [
        { kind: 'volume', volume, path: '/work' },
        { kind: 'volume', volume: keys, path: '/keys' },
      ],
    })
    const filters = { label: [`hearth.install=${stage.under.prefix}`] }
    /** `docker volume prune --all`: before 23.0 an engine took those with a name too, and refuses the word. */
    const pruneVolumes = (): Promise<unknown> =>
      api.pruneVolumes({ filters: { ...filters, all: ['true'] } }).catch(() => api.pruneVolumes({ filters }))
    const settings = new Map<string, string>()
    const told: string[] = []
    /** Hearth from its start. */
    const begin = (): { engine: Engine; lost: () => string[] } => {
      const state = createStatePublisher(
        initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 1, notice: null }),
        systemClock,
      )
      const engine = keepVolumes(stage.engine, {
        network: 'mainnet',
        installId: install,
        store: {
          setting: (key) => Promise.resolve(settings.get(key)),
          setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
        },
        state,
        clock: systemClock,
        log: createQuietLog(),
        activity: (text, facts) => void told.push(`${text} ${facts?.['volume']}`),
        place: () => Promise.resolve('here'),
      })
      return { engine, lost: () => (state.state.engine.lost ?? []).map((each) => each.nodeId) }
    }
    /** As the loop makes a node. */
    const make = async (engine: Engine): Promise<void> => {
      await engine.ensureVolume(volume, { memory: false })
      await engine.ensureVolume(keys, { memory: true })
      await engine.create(spec)
      await engine.start(spec.name)
      await engine.list()
    }
    const first = begin()
    await make(first.engine)
    await stage.engine.stop(spec.name, 1)
    // The container stands still and is there: its volumes are in use.
    await pruneVolumes()
    expect(await stage.engine.volume(volume)).toEqual({ memory: false })
    await api.pruneContainers({ filters })
    await pruneVolumes()
    expect(await stage.engine.volume(volume)).toBeUndefined()
    const second = begin()
    await make(second.engine)
    expect(second.lost()).toEqual(['miner'])
    expect((await stage.seen(spec.name))?.state).toBe('running')
    expect(await stage.engine.volume(volume)).toEqual({ memory: false })
    const third = begin()
    await make(third.engine)
    expect([third.lost(), told]).toEqual([['miner'], [`volume-lost ${volume}`]])
    // What Hearth itself removes is not missed.
    await third.engine.remove(spec.name)
    for (const name of [volume, keys]) await third.engine.removeVolume(name)
    const fourth = begin()
    await make(fourth.engine)
    expect([fourth.lost(), told.length]).toEqual([[], 1])
  })

  test.each([0, 1])('a container that lost its network number %i is not as it was made, and is made anew with both', async (lost) => {
    const api = new Docker({ socketPath: socketOf() })
    const networks = [stage.nextName(), stage.nextName()]
    for (const name of networks) await stage.engine.ensureNetwork(name)
    const spec = containerSpec(stage.under, stage.nextName(), { networks: networks.map((name) => ({ name, aliases: ['self'] })) })
    const joined = async (): Promise<string[]> =>
      Object.keys((await api.getContainer(spec.name).inspect()).NetworkSettings.Networks).toSorted()
    await stage.engine.create(spec)
    expect((await stage.seen(spec.name))?.specHash, 'made and not begun').toBe(spec.specHash)
    await stage.engine.start(spec.name)
    expect((await stage.seen(spec.name))?.specHash).toBe(spec.specHash)
    await api.getNetwork(networks[lost] ?? '').disconnect({ Container: spec.name, Force: true })
    await expect.poll(async () => (await stage.seen(spec.name))?.specHash).toBe('')
    await stage.engine.stop(spec.name, 1)
    await stage.engine.create(spec)
    await stage.engine.start(spec.name)
    expect((await stage.seen(spec.name))?.specHash).toBe(spec.specHash)
    expect(await joined()).toEqual(networks.toSorted())
    await stage.engine.stop(spec.name, 1)
    expect((await stage.seen(spec.name))?.specHash, 'ended').toBe(spec.specHash)
  })
}
