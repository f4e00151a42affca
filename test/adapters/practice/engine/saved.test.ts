import { describe, expect, it } from 'vitest'
import { boxSpec, bytes, createEngineScene, IMAGE, MB, OWNER, refusal, text, type EngineScene } from './engine-scene.ts'

const SECRET = 'the-operator-key-in-memory'

/** Containers in every state, files everywhere. */
async function lived(): Promise<EngineScene> {
  const scene = createEngineScene()
  await scene.engine.ensureNetwork('front', { internal: true })
  await scene.engine.ensureVolume('chain', { memory: false })
  await scene.engine.ensureVolume('keys', { memory: true })
  await scene.run('node', { restart: 'unless-stopped', mounts: [{ kind: 'volume', volume: 'chain', path: '/home' }] })
  scene.program.use = { ...scene.program.use, diskBytes: 50 * MB }
  scene.practice.settle()
  scene.program.use = { ...scene.program.use, diskBytes: 0 }
  await scene.run('keeper', { mounts: [{ kind: 'volume', volume: 'keys', path: '/keys' }], networks: [{ name: 'front', aliases: ['k'] }] })
  await scene.run('stopped', { restart: 'unless-stopped' })
  await scene.engine.stop('stopped', 1)
  await scene.engine.create(boxSpec('fresh', { env: { A: 'b' }, user: '1:1', entrypoint: ['/bin/sh'], readOnlyRoot: false }))
  await scene.engine.writeFile(
    'node',
    '/home/genesis',
    Uint8Array.from({ length: 300 }, (_, at) => at % 256),
    OWNER,
  )
  await scene.engine.writeFile('fresh', '/etc/own', bytes('layer'), { mode: 0o400, uid: 1, gid: 2 })
  await scene.engine.writeFile('keeper', '/keys/op', bytes(SECRET), OWNER)
  scene.practice.addForeign('somebody-elses')
  return scene
}

describe('a saved engine of Practice', () => {
  it('comes back with containers, files and images; what ran has ended with Hearth', async () => {
    const before = await lived()
    const seen = await before.engine.list()
    const again = createEngineScene({ saved: before.practice.save() })
    const after = await again.engine.list()
    expect(after.map(({ id, name, specHash, image }) => [id, name, specHash, image])).toEqual(
      seen.map(({ id, name, specHash, image }) => [id, name, specHash, image]),
    )
    expect(after.map(({ name, state, exitCode }) => [name, state, exitCode])).toEqual([
      ['node', 'exited', 255],
      ['keeper', 'exited', 255],
      ['stopped', 'exited', 143],
      ['fresh', 'created', undefined],
    ])
    expect(again.practice.specOf('fresh')).toEqual(before.practice.specOf('fresh'))
    expect(await again.engine.readFile('node', '/home/genesis')).toEqual(await before.engine.readFile('node', '/home/genesis'))
    expect(text(await again.engine.readFile('fresh', '/etc/own'))).toBe('layer')
    expect(await again.engine.image(IMAGE)).toEqual(await before.engine.image(IMAGE))
    expect((await refusal(again.engine.ensureNetwork('front'))).detail['reason']).toMatch(/other reach/)
    expect((await refusal(again.engine.ensureVolume('keys', { memory: false }))).detail['reason']).toMatch(/memory/)
    expect(again.practice.freeDiskBytes()).toBe(before.practice.freeDiskBytes())
    expect(JSON.parse(again.practice.save())).toMatchObject({ volumes: [{ name: 'chain', dataBytes: 50 * MB }, { name: 'keys' }] })
  })
  it('starts what is to go on when it is booted, as after a restart of the machine, and nothing else', async () => {
    const again = createEngineScene({ saved: (await lived()).practice.save() })
    again.practice.boot()
    again.practice.boot()
    expect((await again.engine.list()).filter((container) => container.state === 'running').map((container) => container.name)).toEqual([
      'node',
    ])
    expect(again.program.starts).toBe(1)
    await again.run('new')
    expect(new Set((await again.engine.list()).map((container) => container.id)).size).toBe(5)
  })
  it('holds nothing that lay in memory', async () => {
    const saved = (await lived()).practice.save()
    for (const form of [SECRET, Buffer.from(SECRET).toString('base64'), Buffer.from(SECRET).toString('hex')])
      expect(saved).not.toContain(form)
    const again = createEngineScene({ saved })
    await again.engine.start('keeper')
    expect((await refusal(again.engine.readFile('keeper', '/keys/op'))).code).toBe('engine-failed')
  })
  it('tells of every change that it would keep', async () => {
    const scene = await lived()
    const changed = async (act: () => unknown): Promise<boolean> => {
      const before = scene.changes
      await act()
      return scene.changes > before
    }
    expect(await changed(() => scene.engine.writeFile('node', '/home/x', bytes('1'), OWNER))).toBe(true)
    expect(await changed(() => scene.engine.writeFile('keeper', '/keys/x', bytes('1'), OWNER))).toBe(false)
    expect(await changed(() => scene.practice.crash('node', 1))).toBe(true)
    expect(await changed(() => scene.engine.remove('fresh'))).toBe(true)
    expect(await changed(() => scene.engine.list())).toBe(false)
  })
  it.each(['', '{}', 'null', '[]', '{"version":2}', 'not json', '\0'])('that is the garbage %j is refused', (saved) => {
    expect(() => createEngineScene({ saved })).toThrow(/store-damaged/)
  })
  it('that was cut or changed is refused', async () => {
    const saved = (await lived()).practice.save()
    expect(() => createEngineScene({ saved: saved.slice(0, -10) })).toThrow(/store-damaged/)
    expect(() => createEngineScene({ saved: saved.replace('"state":"exited"', '"state":"flying"') })).toThrow(/store-damaged/)
    expect(() => createEngineScene({ saved: saved.replace('"restart":"no"', '"restart":"always"') })).toThrow(/store-damaged/)
  })
})
