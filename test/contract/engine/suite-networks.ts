import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { containerSpec, type EngineStage } from './engine-under-test.ts'

/** The part of the real engine's contract about a network that is there twice. @param socketOf the engine's socket file, for looking behind Hearth's back */
export function twoNetworksContract(stage: EngineStage, socketOf: () => string): void {
  test('two networks of one name, as an engine makes them for two that ask at once, become one: the one that is used', async () => {
    const api = new Docker({ socketPath: socketOf() })
    const name = stage.nextName()
    await stage.engine.ensureNetwork(name)
    const made = (await api.getNetwork(name).inspect()) as { Labels: Record<string, string> }
    const install = made.Labels['hearth.install'] ?? ''
    const ids = async (): Promise<string[]> =>
      (await api.listNetworks({ filters: { name: [name] } })).filter((each) => each.Name === name).map((each) => each.Id)
    const again = (): Promise<unknown> =>
      api.createNetwork({ Name: name, CheckDuplicate: false, Labels: { 'hearth.install': install } }).catch((error: unknown) => error)
    const [first] = await ids()
    const isMade = !((await again()) instanceof Error)
    // Podman makes no second one.
    expect(await ids()).toHaveLength(isMade ? 2 : 1)
    await stage.engine.ensureNetwork(name)
    expect(await ids()).toEqual([first])

    const container = await stage.running({ networks: [{ name, aliases: ['self'] }] })
    await again()
    await stage.engine.ensureNetwork(name)
    expect(await ids()).toEqual([first])
    expect((await stage.seen(container))?.state).toBe('running')

    // One that is made and not started yet, on a name that then means two.
    await stage.engine.remove(container)
    const spec = containerSpec(stage.under, stage.nextName(), { networks: [{ name, aliases: ['self'] }] })
    await stage.engine.create(spec)
    await again()
    await stage.engine.start(spec.name)
    expect((await stage.seen(spec.name))?.state).toBe('running')
    expect(await ids()).toHaveLength(1)
    await stage.engine.remove(spec.name)
    await again()
    await stage.engine.removeNetwork(name)
    expect(await ids()).toEqual([])
  })
}
