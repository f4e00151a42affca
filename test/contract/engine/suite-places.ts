import { describe, expect, test } from 'vitest'
import { ownNames } from '#main/core/nodes/own-names.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { containerSpec, PROGRAMS, type EngineStage } from './engine-under-test.ts'

/** The part of the engine contract about networks and volumes. */
export function placesContract(stage: EngineStage): void {
  describe('networks and volumes', () => {
    test('are made once, also when two ask at the same time, and removed once', async () => {
      const place = stage.nextName()
      await Promise.all([stage.engine.ensureNetwork(place), stage.engine.ensureNetwork(place)])
      await stage.engine.ensureNetwork(place)
      await Promise.all([stage.engine.ensureVolume(place, { memory: false }), stage.engine.ensureVolume(place, { memory: false })])
      await stage.engine.ensureVolume(place, { memory: false })
      const container = await stage.running({
        networks: [{ name: place, aliases: ['self'] }],
        mounts: [{ kind: 'volume', volume: place, path: '/keep' }],
      })
      await stage.engine.ensureVolume(place, { memory: false })
      expect((await stage.seen(container))?.state).toBe('running')
      await stage.engine.remove(container)
      await stage.engine.removeNetwork(place)
      await stage.engine.removeNetwork(place)
      await stage.engine.removeVolume(place)
      await stage.engine.removeVolume(place)
      expect(
        (
          await rejection(
            stage.engine.create(containerSpec(stage.under, stage.nextName(), { mounts: [{ kind: 'volume', volume: place, path: '/a' }] })),
          )
        ).code,
      ).toBe('engine-failed')
    })

    test('a volume on disk is never taken for one in memory, nor an open network for a closed one', async () => {
      const place = stage.nextName()
      await stage.engine.ensureVolume(place, { memory: false })
      expect((await rejection(stage.engine.ensureVolume(place, { memory: true }))).code).toBe('engine-failed')
      await stage.engine.ensureNetwork(place)
      expect((await rejection(stage.engine.ensureNetwork(place, { internal: true }))).code).toBe('engine-failed')
      await stage.engine.removeVolume(place)
      await stage.engine.ensureVolume(place, { memory: true })
      await stage.engine.ensureVolume(place, { memory: true })
    })

    test('a volume is told by its name and kind while it is there, and which containers were made with it', async () => {
      const [disk, memory] = [stage.nextName(), stage.nextName()]
      expect(await stage.engine.volume(disk)).toBeUndefined()
      await stage.engine.ensureVolume(disk, { memory: false })
      await stage.engine.ensureVolume(memory, { memory: true })
      expect([await stage.engine.volume(disk), await stage.engine.volume(memory)]).toEqual([{ memory: false }, { memory: true }])
      const container = await stage.running({
        mounts: [
          { kind: 'volume', volume: disk, path: '/disk' },
          { kind: 'volume', volume: memory, path: '/memory' },
        ],
      })
      expect((await stage.seen(container))?.volumes?.toSorted()).toEqual([disk, memory].toSorted())
      await stage.engine.stop(container, 1)
      expect((await stage.seen(container))?.volumes).toHaveLength(2)
      await stage.engine.remove(container)
      await stage.engine.removeVolume(disk)
      expect(await stage.engine.volume(disk)).toBeUndefined()
      expect((await rejection(stage.engine.volume('../x'))).code).toBe('engine-failed')
    })

    test('a container that has the labels of a node and another name is not the node', async () => {
      const install = stage.nextName()
      const own = ownNames(stage.engine, install)
      const spec = containerSpec(stage.under, `hearth-${install}-miner`, { nodeId: 'miner' })
      const listed = async (): Promise<string[]> =>
        (await own.list())
          .filter((each) => each.name.includes(install))
          .map((each) => `${each.name} is ${each.nodeId || `like ${each.copyOf}`}`)
          .toSorted()
      const copy = { ...spec, name: `hearth-${install}-copy` }
      await stage.engine.create(copy)
      await stage.engine.start(copy.name)
      await stage.engine.create(spec)
      expect(await listed()).toEqual([`${copy.name} is like miner`, `${spec.name} is miner`])
      await stage.engine.remove(spec.name)
      expect(await listed()).toEqual([`${copy.name} is like miner`])
    })

    test('what is in use is not removed, not even under a stopped container', async () => {
      const place = stage.nextName()
      await stage.engine.ensureNetwork(place)
      await stage.engine.ensureVolume(place, { memory: false })
      const container = await stage.running({
        networks: [{ name: place, aliases: [] }],
        mounts: [{ kind: 'volume', volume: place, path: '/keep' }],
      })
      expect((await rejection(stage.engine.removeNetwork(place))).code).toBe('engine-failed')
      expect((await rejection(stage.engine.removeVolume(place))).code).toBe('engine-failed')
      await stage.engine.stop(container, 1)
      expect((await rejection(stage.engine.removeVolume(place))).code).toBe('engine-failed')
      expect((await rejection(stage.engine.removeNetwork(place))).code).toBe('engine-failed')
      await stage.engine.start(container)
      expect((await stage.seen(container))?.state).toBe('running')
      await stage.engine.remove(container)
      await stage.engine.removeVolume(place)
      await stage.engine.removeNetwork(place)
    })

    test('a name that would mean something else in a request is refused', async () => {
      for (const name of ['', '..', '../x', 'a/b', 'a b', 'a?x=1', 'a#b', 'a%2fb', '-a', '{"a":1}', 'a\nb', "a'b", 'ü', 'x'.repeat(300)]) {
        expect((await rejection(stage.engine.ensureVolume(name, { memory: false }))).code, name).toBe('engine-failed')
        expect((await rejection(stage.engine.ensureNetwork(name))).code, name).toBe('engine-failed')
        expect((await rejection(stage.engine.create(containerSpec(stage.under, name)))).code, name).toBe('engine-failed')
        expect((await rejection(stage.engine.start(name))).code, name).toBe('engine-failed')
        expect((await rejection(stage.engine.exec(name, ['true']))).code, name).toBe('engine-failed')
      }
    })

    test('values that mean something to a shell, JSON or YAML come to the program as they are', async () => {
      const odd = ['a b', '$(id)', '"q"', "it's", '{"a":[1]}', 'k: v # c', '- x', '\\n', 'ü', '&& true', '']
      const container = await stage.running({ command: [...PROGRAMS.wait], env: { ODD: odd.join('|'), 'x.y': '1' } })
      expect((await stage.seen(container))?.state).toBe('running')
      await stage.engine.writeFile(container, '/tmp/odd', Buffer.from(odd.join('\n')), { mode: 0o600, uid: 0, gid: 0 })
      expect(Buffer.from(await stage.engine.readFile(container, '/tmp/odd')).toString()).toBe(odd.join('\n'))
    })

    test('the room of the engine is told, and what is used grows with an image', async () => {
      const disk = await stage.engine.disk?.()
      expect(disk?.freeBytes).toBeGreaterThan(0)
      expect(disk?.usedBytes).toBeGreaterThan(100_000)
      // Told alone it is the same, but for what others write meanwhile.
      const free = stage.engine.freeBytes ? await stage.engine.freeBytes() : disk?.freeBytes
      expect(Math.abs((free ?? 0) - (disk?.freeBytes ?? 0))).toBeLessThan((disk?.freeBytes ?? 0) / 2)
    })

    test('what lies on a volume outlives its container; a memory volume keeps it only while some container runs with it', async () => {
      const [disk, memory] = [stage.nextName(), stage.nextName()]
      await stage.engine.ensureVolume(disk, { memory: false })
      await stage.engine.ensureVolume(memory, { memory: true })
      const mounts = [
        { kind: 'volume' as const, volume: disk, path: '/disk' },
        { kind: 'volume' as const, volume: memory, path: '/memory' },
      ]
      const first = await stage.running({ mounts })
      const second = await stage.running({ mounts })
      const owner = { mode: 0o600, uid: 0, gid: 0 }
      await stage.engine.writeFile(first, '/disk/a', Buffer.from('on disk'), owner)
      await stage.engine.writeFile(first, '/memory/a', Buffer.from('in memory'), owner)
      await stage.engine.stop(first, 1)
      await stage.engine.remove(first)
      expect(Buffer.from(await stage.engine.readFile(second, '/memory/a')).toString()).toBe('in memory')
      await stage.engine.stop(second, 1)
      await stage.engine.start(second)
      expect(Buffer.from(await stage.engine.readFile(second, '/disk/a')).toString()).toBe('on disk')
      expect((await rejection(stage.engine.readFile(second, '/memory/a'))).code).toBe('engine-failed')
    })
  })
}
