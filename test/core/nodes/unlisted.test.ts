import { beforeEach, describe, expect, it } from 'vitest'
import { BUNDLE_CATALOG } from '#shared/catalog/index.ts'
import { containersUnlisted } from '#main/core/checks/containers-unlisted.ts'
import { createUnlisted } from '#main/core/nodes/unlisted.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { createScene, nameOf, type Life, type Scene } from './scene.ts'

const MINER = { yaml: 'suppliers: []', command: ['relayminer', 'start'] }
const URLS = { rpcUrl: 'https://rpc.example.org', grpcUrl: 'https://grpc.example.org:443' }
const THREE = ['ingress', 'keeper', 'miner']

let scene: Scene
let life: Life
const lives = async (): Promise<Pick<SeenContainer, 'nodeId' | 'id' | 'startedAtMs' | 'state'>[]> =>
  (await scene.engine.list())
    .map(({ nodeId, id, startedAtMs, state }) => ({ nodeId, id, startedAtMs, state }))
    .sort((one, other) => (one.nodeId < other.nodeId ? -1 : 1))
const unlisted = (): string[] => (life.state.state.engine.unlisted ?? []).map((each) => `${each.id} ${each.isUp ? 'up' : 'down'}`)
const finding = (): string | undefined => containersUnlisted.look(life.state.state, scene.clock.now())?.key
const done = async (taskId: string): Promise<void> => {
  await life.until(taskId, () => (life.state.state.tasks[taskId]?.status ?? 'running') !== 'running')
  expect(life.state.state.tasks[taskId]).toMatchObject({ status: 'done', error: null })
}
/** Hearth ends, the record becomes one from before there was anything, and Hearth begins again. */
const restoreOlder = async (): Promise<void> => {
  await life.end()
  scene.rows.clear()
  scene.chains.clear()
  scene.settings.clear()
  life = scene.start()
}

function machine(isMainnet: boolean): void {
  scene = createScene()
  scene.miner = MINER
  scene.giveKey = async () => {
    await scene.putKey()
    return true
  }
  if (isMainnet) scene.minerHost = { look: () => Promise.resolve(false), urls: () => URLS, left: () => 'well' }
  life = scene.start()
}

describe('a relay bundle that is younger than the record', () => {
  beforeEach(async () => {
    machine(true)
    // Not the ports that would be chosen on a fresh machine.
    for (const port of [8545, 8546, 8547, 8548, 8549, 8550, 8551, 9090]) scene.takenPorts.add(port)
    await done(life.nodes.startBundle())
    await life.until('the three', () => THREE.every((id) => life.seen(id) === 'running'))
    expect(unlisted()).toEqual([])
  })

  it('is seen, told, and left alone until the user says', async () => {
    const before = await lives()
    await restoreOlder()
    await life.until('the finding', () => finding() === 'containers-unlisted-miner')
    expect(unlisted()).toEqual(['ingress up', 'keeper up', 'miner up'])
    expect(containersUnlisted.look(life.state.state, 0)?.facts['titles']).toContain('Relay miner')
    await life.pass(30_000)
    expect(await lives()).toEqual(before)
    expect(scene.rows.size).toBe(0)
    scene.engine.stopByHand(nameOf('miner'))
    await life.until('that it ended', () => finding() === 'containers-unlisted')
    for (const id of THREE) scene.engine.stopByHand(nameOf(id))
    await life.until('that all did', () => finding() === 'containers-unlisted-down')
    for (const id of THREE) scene.engine.removeByHand(nameOf(id))
    await life.until('that all are gone', () => finding() === undefined)
  })

  it('is taken up by the usual start: the same containers go on, on the same ports, with the same volumes and images', async () => {
    const [before, rows] = [await lives(), structuredClone([...scene.rows.values()])]
    await restoreOlder()
    // On this machine Hearth would choose other ports now, its own being in use.
    for (const row of rows) for (const port of Object.values(row.ports)) scene.takenPorts.add(port)
    await life.until('the finding', () => finding() !== undefined)
    const mark = scene.engine.calls.length
    await done(life.nodes.startBundle())
    await life.until('the three', () => THREE.every((id) => life.seen(id) === 'running'))
    await life.pass(30_000)
    expect(await lives()).toEqual(before)
    for (const row of rows) expect(scene.rows.get(row.id)).toMatchObject({ ports: row.ports, imagePin: row.imagePin, wanted: 'running' })
    expect(
      scene.engine.calls.slice(mark).filter((call) => /^(stop|create|start|remove\w*) /.test(call) && !call.includes('keeper')),
    ).toEqual([])
    expect(scene.engine.calls.slice(mark).filter((call) => /^(stop|remove\w*) /.test(call))).toEqual([])
    expect([unlisted(), finding()]).toEqual([[], undefined])
  })

  it('is taken up after it ended too: with its volumes, and one miner', async () => {
    await restoreOlder()
    for (const id of THREE) scene.engine.stopByHand(nameOf(id))
    await life.until('the finding', () => finding() === 'containers-unlisted-down')
    const ids = (await lives()).map((each) => each.id)
    const mark = scene.engine.calls.length
    await done(life.nodes.startBundle())
    await life.until('the three', () => THREE.every((id) => life.seen(id) === 'running'))
    expect((await lives()).map((each) => each.id)).toEqual(ids)
    expect(scene.engine.calls.slice(mark).filter((call) => call.startsWith('remove'))).toEqual([])
  })

  it('stays as it was when taking up is cancelled', async () => {
    const before = await lives()
    await restoreOlder()
    await life.until('the finding', () => finding() !== undefined)
    scene.engine.disk = () => {
      life.tasks.cancel(taskId)
      return Promise.resolve({ freeBytes: scene.freeDiskBytes, usedBytes: 0 })
    }
    const taskId = life.nodes.startBundle()
    await life.until('its end', () => life.state.state.tasks[taskId]?.status === 'cancelled')
    expect(scene.rows.size).toBe(3)
    await life.pass(40_000)
    expect(await lives()).toEqual(before)
  })

  it('is stopped drained, with nothing removed, and starts again as any other', async () => {
    await restoreOlder()
    await life.until('the finding', () => finding() !== undefined)
    const volumes = scene.engine.calls.length
    life.nodes.stopUnlisted()
    await life.until('the refusal', () => scene.refusing)
    expect(scene.engine.stateOf(nameOf('miner'))).toBe('running')
    await life.until('the end', () => THREE.every((id) => scene.engine.stateOf(nameOf(id)) === 'exited'))
    const stops = scene.engine.calls.filter((call) => call.startsWith('stop ')).map((call) => call.split('-').at(-1))
    expect(stops[0]).toBe('miner')
    expect(scene.engine.calls.slice(volumes).filter((call) => call.startsWith('remove'))).toEqual([])
    expect(THREE.map((id) => life.seen(id))).toEqual(['stopped', 'stopped', 'stopped'])
    expect(finding()).toBeUndefined()
    const ids = (await lives()).map((each) => each.id)
    await life.nodes.start('miner')
    await life.until('the three', () => THREE.every((id) => life.seen(id) === 'running'))
    expect((await lives()).map((each) => each.id)).toEqual(ids)
  })

  it('no image of somebody else is pinned, whatever labels its container has', async () => {
    const spec = scene.engine.specOf(nameOf('miner'))
    if (!spec) throw new Error('no miner')
    await restoreOlder()
    for (const id of THREE) scene.engine.removeByHand(nameOf(id))
    scene.engine.publish('evil/pocketd:1', { local: true })
    const evil = (await scene.engine.image('evil/pocketd:1'))?.imageId ?? ''
    await scene.engine.create({ ...spec, image: evil, specHash: 'theirs' })
    await done(life.nodes.startBundle())
    await life.until('the three', () => THREE.every((id) => life.seen(id) === 'running'))
    expect(evil).not.toBe('')
    expect([...scene.rows.values()].map((row) => row.imagePin)).not.toContain(evil)
    for (const id of THREE) expect(scene.engine.specOf(nameOf(id))?.image).not.toBe(evil)
  })

  it('a copy under another name is given no row, and is stopped by its own', async () => {
    const spec = scene.engine.specOf(nameOf('miner'))
    if (!spec) throw new Error('no miner')
    await restoreOlder()
    for (const id of THREE) scene.engine.removeByHand(nameOf(id))
    await scene.engine.create({ ...spec, name: nameOf('copy'), ports: [] })
    await scene.engine.start(nameOf('copy'))
    await life.until('the finding', () => finding() === 'containers-copied-miner')
    life.nodes.stopUnlisted()
    await life.until('its end', () => scene.engine.stateOf(nameOf('copy')) === 'exited')
    expect(scene.rows.size).toBe(0)
    await life.until('the end of the finding', () => finding() === undefined)
  })

  it('what the network does not know of is stopped at once, and no finding is left of it; the gate is not told of', async () => {
    const spec = scene.engine.specOf(nameOf('ingress'))
    if (!spec) throw new Error('no ingress')
    for (const nodeId of ['eth-geth', 'gate']) {
      await scene.engine.create({ ...spec, name: nameOf(nodeId), nodeId, ports: [] })
      await scene.engine.start(nameOf(nodeId))
    }
    await life.until('the finding', () => finding() === 'containers-unlisted')
    expect(unlisted()).toEqual(['eth-geth up'])
    life.nodes.stopUnlisted()
    await life.until('its end', () => scene.engine.stateOf(nameOf('eth-geth')) === 'exited')
    expect(scene.engine.stateOf(nameOf('gate'))).toBe('running')
    await life.until('the end of it', () => finding() === undefined)
    expect(THREE.map((id) => life.seen(id))).toEqual(['running', 'running', 'running'])
  })
})

describe('a container that somebody copied with its labels', () => {
  const NAME = 'a-copy'
  const copy = async (nodeId: string, start = true): Promise<void> => {
    const spec = scene.engine.specOf(nameOf(nodeId))
    if (!spec) throw new Error(`no ${nodeId}`)
    await scene.engine.create({ ...spec, name: NAME, ports: [], networks: [], mounts: [] })
    if (start) await scene.engine.start(NAME)
  }
  beforeEach(async () => {
    machine(true)
    await done(life.nodes.startBundle())
    await life.until('the three', () => THREE.every((id) => life.seen(id) === 'running'))
  })

  it.each(['before', 'after'])(
    'is not taken for the node, listed %s it: the node that ended is started, and stopped by its own name',
    async (place) => {
      // An engine lists in the order in which they were made, or the other way round.
      const list = scene.engine.list.bind(scene.engine)
      if (place === 'before') scene.engine.list = async () => (await list()).toReversed()
      await copy('miner')
      await life.until('the finding', () => finding() === 'containers-copied-miner')
      expect(life.state.state.engine.unlisted).toEqual([{ id: NAME, title: NAME, isUp: true, copyOf: 'miner' }])
      const mark = scene.engine.calls.length
      scene.engine.stopByHand(nameOf('miner'))
      await life.until('its next start', () => scene.engine.calls.slice(mark).includes(`start ${nameOf('miner')}`))
      await life.until('that it works', () => life.seen('miner') === 'running')
      await life.nodes.stop('miner')
      await life.until('the stop', () => life.seen('miner') === 'stopped', 300_000)
      expect(scene.engine.stateOf(nameOf('miner'))).toBe('exited')
      expect(scene.engine.calls.slice(mark).filter((call) => call.includes(NAME))).toEqual([])
      expect(scene.engine.stateOf(NAME)).toBe('running')
    },
  )

  it('does not stand in for a node that is gone', async () => {
    await copy('ingress')
    await life.until('the finding', () => finding() === 'containers-copied')
    scene.engine.removeByHand(nameOf('ingress'))
    await life.until('another', () => scene.engine.stateOf(nameOf('ingress')) === 'running')
    expect(scene.engine.calls.filter((call) => call.endsWith(` ${NAME}`))).toEqual([`create ${NAME}`, `start ${NAME}`])
  })

  it('stays where everything of Hearth is removed, and one that does not run is not told of', async () => {
    await copy('ingress', false)
    await life.pass(10_000)
    expect([unlisted(), finding()]).toEqual([[], undefined])
    await life.nodes.removeBundle()
    await life.until('the removal', () => scene.rows.size === 0)
    expect((await scene.engine.list()).map((each) => each.name)).toEqual([NAME])
  })
})

it('a container whose row is a moment younger than the look is not told of', () => {
  machine(true)
  const look = createUnlisted(life.state, BUNDLE_CATALOG)
  const seen = { id: 'c1', name: nameOf('miner'), nodeId: 'miner', specHash: '', image: 'i', state: 'running' } as SeenContainer
  const row = { id: 'miner' } as NodeRow
  look([seen], [])
  expect(unlisted()).toEqual([])
  look([seen], [row])
  look([seen], [])
  expect(unlisted()).toEqual([])
  look([seen], [])
  expect(unlisted()).toEqual(['miner up'])
  // One that took its place is another.
  look([{ ...seen, id: 'c2' }], [])
  expect(unlisted()).toEqual([])
})

it('however many there are, a few are named, those that run first', () => {
  machine(true)
  const look = createUnlisted(life.state, BUNDLE_CATALOG)
  const many = Array.from({ length: 30 }, (_, at) => ({ id: `c${at}`, nodeId: `node-${at}`, state: 'running' }) as SeenContainer)
  const all = [{ id: 'm', nodeId: 'miner', state: 'exited' } as SeenContainer, ...many]
  look(all, [])
  look(all, [])
  expect(unlisted()).toHaveLength(8)
  expect(unlisted()).not.toContain('miner down')
})

it('of a label of any length a page is told as much as it takes', () => {
  machine(true)
  const look = createUnlisted(life.state, BUNDLE_CATALOG)
  const long = { id: 'c', nodeId: 'n'.repeat(500), state: 'running' } as SeenContainer
  look([long], [])
  look([long], [])
  expect(life.state.state.engine.unlisted?.map((each) => [each.id.length, each.title.length])).toEqual([[60, 60]])
})

it('the Local chain is taken up by its usual start, and goes on with its blocks', async () => {
  machine(false)
  await done(life.nodes.startLocalChain())
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running' && life.seen('ingress') === 'running')
  const before = await lives()
  const [height, inits] = [life.state.state.chain.height, scene.pocketd.filter((line) => line.startsWith('init')).length]
  await restoreOlder()
  await life.until('the finding', () => finding() === 'containers-unlisted-miner')
  await done(life.nodes.startLocalChain())
  await life.until('the miner again', () => life.seen('miner') === 'running')
  await life.pass(10_000)
  expect(await lives()).toEqual(before)
  expect(scene.pocketd.filter((line) => line.startsWith('init'))).toHaveLength(inits)
  expect(life.state.state.chain.height).toBeGreaterThan(height)
  expect(scene.chains.get('local')).toBeDefined()
})
