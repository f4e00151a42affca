import Docker from 'dockerode'
import { expect, test } from 'vitest'
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
