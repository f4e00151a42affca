import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { EntryRow } from '#shared/api/backend-requests.ts'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import type { Started } from '#shared/catalog/backends/started.ts'
import { CATALOG_FOLDER } from '#main/catalog.ts'
import { createCatalogueRoom, type CatalogueRoom } from '#main/core/backends/catalogue-room.ts'
import { readCatalog } from '#main/core/backends/read-catalog.ts'
import { createStartedEntries } from '#main/core/backends/started-entries.ts'
import { namesOf } from '#main/core/nodes/specs.ts'
import type { BackendLine } from '#main/core/ports/backend-line.ts'
import type { Snapshots } from '#main/core/ports/snapshots.ts'
import { createScene, INSTALL, nameOf, type Life, type Scene } from '#test/core/nodes/scene.ts'
import { rejection } from '#test/fakes/rejection.ts'

const catalog = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY)
const GB = 1024 ** 3
const FUSE = 'fuse-nethermind'
const NODE = 'fuse-nethermind-fuse'
const IMAGE = 'docker.io/fusenet/node:nethermind-v1.36.2'
const GNOSIS = 'gnosis-nethermind-lighthouse'
const [EXECUTION, CONSENSUS] = [`${GNOSIS}-execution`, `${GNOSIS}-consensus`]
const wait = new AbortController().signal

describe('entries of the catalogue on the engine', () => {
  let scene: Scene
  let life: Life
  let room: CatalogueRoom
  let syncing: unknown
  let headAgeSeconds: number
  let memoryBytes: number
  let mayStart: boolean
  let fetched: string[]
  let kept: string[][]
  let failFetch: HearthError | undefined
  const line: BackendLine = {
    http: async ({ url, body }) => {
      const port = Number(new URL(url).port)
      const containers = await scene.engine.list()
      const up = containers.some(
        (each) =>
          each.state === 'running' &&
          scene.working.has(each.nodeId) &&
          scene.engine.specOf(each.name)?.ports.some((one) => one.hostPort === port),
      )
      if (!up) throw new HearthError('backend-unreachable', { host: 'x', reason: 'ECONNREFUSED' })
      const seconds = Math.floor(scene.clock.now() / 1000) - headAgeSeconds
      const result = body.includes('eth_syncing') ? syncing : { number: '0x64', timestamp: `0x${seconds.toString(16)}` }
      return { status: 200, body: new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', id: 1, result })), ms: 1 }
    },
    websocket: () => Promise.reject(new HearthError('backend-unreachable', { host: 'x', reason: 'none' })),
  }
  const snapshots: Snapshots = {
    fetch: ({ name }, onProgress, signal) => {
      fetched.push(name)
      onProgress({ bytes: 5, total: 10, stage: 'fetching' })
      if (failFetch) return Promise.reject(failFetch)
      return signal.aborted ? Promise.reject(new HearthError('cancelled')) : Promise.resolve()
    },
    async *contents() {
      yield await Promise.resolve(new Uint8Array(512))
    },
    discard: (name) => Promise.resolve(void fetched.push(`discard ${name}`)),
    keepOnly: (_prefix, names) => Promise.resolve(void kept.push([...names])),
  }

  const live = (dieAt?: number): void => {
    scene.catalogue = (parts) => {
      room = createCatalogueRoom({
        ...parts,
        clock: scene.clock,
        names: namesOf(INSTALL),
        network: 'local',
        imageOverrides: {},
        mayStart,
        catalog: () => catalog,
        started: createStartedEntries(parts.store, 'local'),
        snapshots,
        line,
        parts: { of: () => 'part' },
        pc: () => Promise.resolve({ freeDiskBytes: 900 * GB, memoryBytes, cpus: 8, architecture: 'amd64' }),
        serviceIds: () => Promise.resolve(['fuse', 'pocket']),
        isLeaving: () => false,
        startNode: (nodeId) => parts.nodes().start(nodeId),
        stopNode: (nodeId) => parts.nodes().stop(nodeId),
        activity: () => undefined,
        wake: () => parts.nodes().wake(),
      })
      return room
    }
    life = scene.start(dieAt)
  }
  const begin = async (): Promise<void> => {
    live()
    await room.load()
    await life.pass(1_000)
  }
  const start = async (entryId: string, snapshot: Started['snapshot'] = null): Promise<string | null> =>
    (await room.handlers['backends.startEntry']({ entryId, snapshot }, wait)).taskId
  const remove = async (entryId: string, withData: boolean): Promise<string | null> =>
    (await room.handlers['backends.removeEntry']({ entryId, withData }, wait)).taskId
  const row = async (entryId = FUSE): Promise<EntryRow> =>
    (await room.handlers['backends.catalogue']({}, wait)).rows.find((each) => each.entryId === entryId) ?? expect.unreachable(entryId)
  const taskOf = (kind: string) => Object.values(life.state.state.tasks).find((task) => task.kind === kind)
  const run = async (kind: string): Promise<void> =>
    life.until(`the end of ${kind}`, () => (taskOf(kind)?.status ?? 'running') !== 'running')
  const started = async (entryId = FUSE): Promise<void> => {
    await start(entryId)
    await run('backend-start')
  }
  const calls = (what: RegExp): string[] => scene.engine.calls.filter((call) => what.test(call))

  beforeEach(async () => {
    scene = createScene()
    scene.engine.publish(IMAGE)
    for (const image of ['docker.io/nethermind/nethermind:1.39.3', 'docker.io/sigp/lighthouse:v8.2.2']) scene.engine.publish(image)
    for (const nodeId of [NODE, EXECUTION, CONSENSUS]) scene.working.add(nodeId)
    syncing = false
    headAgeSeconds = 1
    memoryBytes = 64 * GB
    mayStart = true
    fetched = []
    kept = []
    failFetch = undefined
    await begin()
  })
  afterEach(() => life.end())

  it('fetches, makes and starts one, which then answers its services through the gate', async () => {
    expect(room.nodeOf('fuse')).toBeUndefined()
    await started()
    expect(taskOf('backend-start')).toMatchObject({ status: 'done', pulls: [{ status: 'ready' }] })
    expect(life.seen(NODE)).toBe('running')
    expect(life.state.state.nodes[NODE]).toMatchObject({ wanted: 'running', wantedBy: 'user', height: 100, kind: 'backend' })
    const spec = scene.engine.specOf(nameOf(NODE))
    expect(spec).toMatchObject({ memoryBytes: 8 * GB, restart: 'unless-stopped', entrypoint: ['./Nethermind.Runner', '--config', 'fuse'] })
    expect(room.nodeOf('fuse')).toBe(NODE)
    expect(life.nodes.backendUrl('fuse')).toBe('http://gate:9100/s/fuse/part')
    expect(life.nodes.backendUrl('fuse', 'WEBSOCKET')).toBe('ws://gate:9100/w/fuse/part')
    expect(life.nodes.backendUrl('fuse', 'REST')).toBeUndefined()
    expect(room.gated(() => false)).toMatchObject([
      { part: 'part', origins: { http: `http://${NODE}:8545`, websocket: `ws://${NODE}:8546` } },
    ])
    // An endpoint of the user's own goes before it.
    expect(room.gated(() => true)).toEqual([])
    expect(await row()).toMatchObject({ stage: 'made', lacks: [], progress: { state: 'at-head', height: 100, blocksBehind: 0 } })
  })
  it('starts its halves one after the other', async () => {
    scene.working.delete(EXECUTION)
    await start(GNOSIS)
    await life.until('the first half', () => life.seen(EXECUTION) === 'starting' && scene.engine.stateOf(nameOf(EXECUTION)) === 'running')
    await life.pass(5_000)
    expect(scene.engine.stateOf(nameOf(CONSENSUS))).toBeUndefined()
    scene.working.add(EXECUTION)
    await run('backend-start')
    expect([life.seen(EXECUTION), life.seen(CONSENSUS)]).toEqual(['running', 'running'])
  })
  it('tells how far a first sync is, and how long it takes', async () => {
    syncing = { currentBlock: '0x3e8', highestBlock: '0x2710' }
    await started()
    await life.pass(11_000)
    expect((await row()).progress).toMatchObject({ state: 'catching-up', height: 1_000, blocksBehind: 9_000, leftMs: null, share: 0.1 })
    syncing = { currentBlock: '0x1388', highestBlock: '0x2710' }
    await life.pass(30_000)
    const { progress } = await row()
    expect(progress).toMatchObject({ blocksBehind: 5_000 })
    expect(progress?.leftMs).toBeGreaterThan(10_000)
    // Catching up, it runs: the word of the node is not "failing".
    expect(life.seen(NODE)).toBe('running')
    expect(life.state.state.nodes[NODE]?.reason?.key).toBe('first-sync')
    syncing = false
    await life.pass(12_000)
    expect(life.state.state.nodes[NODE]?.reason).toBeNull()
    // From now on an old block is trouble, and no first sync.
    headAgeSeconds = 600
    await life.pass(12_000)
    expect((await row()).progress?.state).toBe('catching-up')
    expect(life.state.state.nodes[NODE]?.reason).toBeNull()
  })
  it('refuses what does not fit, with what is missing, and touches nothing', async () => {
    memoryBytes = 6 * GB
    expect(await rejection(start(FUSE))).toMatchObject({ code: 'backend-too-big', detail: { problem: 'memory', has: '6', needs: '8' } })
    expect(await row()).toMatchObject({ stage: 'none', lacks: [{ what: 'memory', has: 6, needs: 8 }] })
    expect(calls(/fuse/)).toEqual([])
  })
  it('counts what was started before against the memory', async () => {
    memoryBytes = 20 * GB
    await started()
    expect(await rejection(start(GNOSIS))).toMatchObject({ code: 'backend-too-big', detail: { problem: 'memory', needs: '24' } })
  })
  it('stops, starts again, and is made anew when somebody removes it', async () => {
    await started()
    await room.handlers['backends.stopEntry']({ entryId: FUSE }, wait)
    await life.until('its stop', () => life.seen(NODE) === 'stopped')
    expect(await start(FUSE)).toBeNull()
    await life.until('its start', () => life.seen(NODE) === 'running')
    const before = calls(new RegExp(`^create ${nameOf(NODE)}`)).length
    scene.engine.removeByHand(nameOf(NODE))
    await life.until('its return', () => calls(new RegExp(`^create ${nameOf(NODE)}`)).length > before && life.seen(NODE) === 'running')
  })
  it('ends in failing when it crashes again and again', async () => {
    scene.working.delete(NODE)
    await start(FUSE)
    for (let crash = 0; crash < 8; crash += 1) {
      await life.until('it runs', () => scene.engine.stateOf(nameOf(NODE)) === 'running' || life.seen(NODE) === 'failing')
      if (life.seen(NODE) === 'failing') break
      scene.engine.crash(nameOf(NODE))
      await life.pass(6_000)
    }
    expect(life.seen(NODE)).toBe('failing')
    await run('backend-start')
    expect(taskOf('backend-start')).toMatchObject({ status: 'failed', error: { code: 'node-not-ready' } })
    // It is there, and can be started again or removed.
    expect((await row()).stage).toBe('made')
  })
  it('is removed with its data kept, and goes on from there', async () => {
    await started()
    await remove(FUSE, false)
    await run('backend-remove')
    expect(await row()).toMatchObject({ stage: 'kept' })
    expect(life.state.state.nodes[NODE]).toBeUndefined()
    expect(scene.rows.has(NODE)).toBe(false)
    expect(calls(/^removeVolume/)).toEqual([])
    expect(calls(/^stop/)).toContain(`stop ${nameOf(NODE)}`)
    expect(room.nodeOf('fuse')).toBeUndefined()
    await started()
    expect(life.seen(NODE)).toBe('running')
  })
  it('is removed with its data, and nothing of it is left', async () => {
    await started()
    await remove(FUSE, true)
    await run('backend-remove')
    expect((await row()).stage).toBe('none')
    expect(calls(/^removeVolume/)).toEqual(['data', 'keystore', 'logs'].map((name) => `removeVolume hearth-${INSTALL}-${FUSE}-${name}`))
    expect(calls(/^removeNetwork/)).toEqual([`removeNetwork hearth-${INSTALL}-own-${FUSE}-net`])
  })
  it('leaves nothing when its image cannot be had, or the user cancels', async () => {
    scene.engine.forget(IMAGE, 'registry')
    await started()
    expect(taskOf('backend-start')).toMatchObject({ status: 'failed', error: { code: 'image-unavailable' } })
    expect((await row()).stage).toBe('none')
    scene.engine.publish(IMAGE)
    scene.engine.pullMood = 'slow'
    const taskId = await start(FUSE)
    life.tasks.cancel(taskId ?? '')
    await run('backend-start')
    expect(taskOf('backend-start')).toMatchObject({ status: 'cancelled', error: null })
    expect(await row()).toMatchObject({ stage: 'none' })
    expect(scene.rows.has(NODE)).toBe(false)
  })
  it('starts one at a time', async () => {
    scene.engine.pullMood = 'slow'
    await start(FUSE)
    expect((await rejection(start(GNOSIS))).code).toBe('backend-busy')
    expect((await row(GNOSIS)).stage).toBe('none')
  })
  it('goes on after a kill at every point of a start', async () => {
    const stages: string[] = []
    for (let dieAt = 4; dieAt < 200; dieAt += 1) {
      await life.end()
      scene.engine.forget(IMAGE)
      live(dieAt)
      // A killed process hears no more answers: nothing of this life is waited for.
      void room.load().then(() => start(FUSE).catch(() => undefined))
      const isWhole = (): boolean => taskOf('backend-start')?.status === 'done'
      for (let looks = 0; looks < 60 && life.points < dieAt && !isWhole(); looks += 1) await life.pass(500)
      const wasWhole = isWhole()
      life.kill()
      await begin()
      for (let looks = 0; looks < 3; looks += 1) {
        room.round()
        await life.pass(2_000)
      }
      const { stage } = await row()
      stages.push(stage)
      if (stage !== 'none') {
        await life.until('the node', () => life.seen(NODE) === 'running')
        expect((await row()).stage).toBe('made')
        if (taskOf('backend-start')) await run('backend-start')
        await remove(FUSE, true)
        await run('backend-remove')
      }
      expect(scene.rows.has(NODE)).toBe(false)
      expect(scene.engine.stateOf(nameOf(NODE))).toBeUndefined()
      if (wasWhole) break
    }
    // Killed before the wish was written, there was none; ever after, it is carried out.
    const first = stages.indexOf('made')
    expect(first).toBeGreaterThan(0)
    expect(stages.slice(first)).not.toContain('none')
    expect(stages.length - first).toBeGreaterThan(20)
  }, 30_000)
  it('cannot be started in Practice, and says so', async () => {
    await life.end()
    mayStart = false
    await begin()
    expect((await row()).blocked).toBe('practice')
    expect((await rejection(start(FUSE))).code).toBe('not-allowed')
    expect(room.entries()).toEqual([])
  })

  describe('with a snapshot', () => {
    const from = { url: 'http://127.0.0.1:1/x.tar', sha256: 'ab'.repeat(32) }
    const unpacked: string[] = []
    beforeEach(() => {
      unpacked.length = 0
      // Of the five that are listed, one names where snapshots lie; it needs a file of the network's beside it, so it is not started by itself.
      const entry = catalog.entries.find((each) => each.id === FUSE)
      if (entry) entry.snapshot = { kind: 'listing', url: 'https://snapshots.example/', into: 'data:deep/down' }
      scene.engine.unpack = async (name, folder, tar) => {
        for await (const piece of tar) unpacked.push(`${name} ${folder} ${piece.length}`)
      }
    })
    afterEach(() => {
      const entry = catalog.entries.find((each) => each.id === FUSE)
      if (entry) entry.snapshot = { kind: 'none', why: 'it fetches a recent state itself' }
    })
    it('unpacks it into a container that does not run yet', async () => {
      await start(FUSE, from)
      await run('backend-start')
      expect(taskOf('backend-start')?.status).toBe('done')
      expect(unpacked).toEqual([`${nameOf(NODE)} /nethermind/nethermind_db/fuse 512`])
      const order = scene.engine.calls.filter((call) => call.endsWith(nameOf(NODE)) && /^(create|start)/.test(call))
      expect(order).toEqual([`create ${nameOf(NODE)}`, `start ${nameOf(NODE)}`])
      expect(fetched).toEqual(['local-fuse-nethermind-abababababababab', 'discard local-fuse-nethermind-abababababababab'])
    })
    it('leaves nothing on the engine when it is refused or the disk is full', async () => {
      for (const code of ['snapshot-damaged', 'snapshot-refused', 'disk-full'] as const) {
        scene.engine.unpack = () => Promise.reject(new HearthError(code, { reason: 'x' }))
        await start(FUSE, from)
        await run('backend-start')
        expect(taskOf('backend-start')?.error?.code).toBe(code)
        expect(fetched.at(-1)?.startsWith('discard')).toBe(code !== 'disk-full')
        expect((await row()).stage).toBe('none')
        expect(scene.engine.stateOf(nameOf(NODE))).toBeUndefined()
      }
      expect(calls(/^removeVolume/).length).toBeGreaterThanOrEqual(9)
    })
    it('is not fetched again for data that was kept', async () => {
      await start(FUSE, from)
      await run('backend-start')
      await remove(FUSE, false)
      await run('backend-remove')
      fetched = []
      await start(FUSE, from)
      await run('backend-start')
      expect(life.seen(NODE)).toBe('running')
      expect(fetched).toEqual([])
      expect(calls(/^removeVolume/).filter((call) => call.includes('data')).length).toBe(1)
    })
    it('keeps of what was fetched only what a start waits for', async () => {
      failFetch = new HearthError('snapshot-unavailable', { host: 'x', reason: 'the line broke' })
      await start(FUSE, from)
      await run('backend-start')
      expect((await row()).stage).toBe('none')
      await life.end()
      await begin()
      expect(kept.at(-1)).toEqual([])
    })
  })

  describe('the network’s own Pocket node', () => {
    const own = async (): Promise<void> => {
      life.nodes.startLocalChain()
      await life.until('the chain', () => life.seen('pocket') === 'running')
    }
    it('is needed first, and then answers without another container', async () => {
      expect((await row('pocket-full')).blocked).toBe('no-own-node')
      await own()
      expect(await row('pocket-full')).toMatchObject({ blocked: null, isOwnNode: true, nodeIds: ['pocket'] })
      expect(await start('pocket-full')).toBeNull()
      expect(room.nodeOf('pocket')).toBe('pocket')
      expect(room.usesOwnNode()).toBe(true)
      expect(life.nodes.backendUrl('pocket', 'REST')).toBe('http://gate:9100/r/pocket/part')
      expect(life.nodes.backendUrl('pocket', 'COMET_BFT')).toBe('http://gate:9100/s/pocket/part')
      const ports = life.state.state.nodes['pocket']?.ports
      expect(room.asked('pocket')?.endpoint.origins.rest).toBe(`http://127.0.0.1:${ports?.['1317']}`)
      // CometBFT takes WebSockets at one path alone.
      const gated = room.gated(() => false).find((each) => each.service.id === 'pocket')
      expect([gated?.origins.http, gated?.origins.rest]).toEqual(['http://pocket:26657', 'http://pocket:1317'])
      for (const asked of [gated, room.asked('pocket')?.endpoint]) expect(asked?.secret.paths.websocket).toBe('/websocket')
      expect(calls(/pocket-full/)).toEqual([])
      expect(await remove('pocket-full', true)).toBeNull()
      expect(room.nodeOf('pocket')).toBeUndefined()
      expect(life.seen('pocket')).toBe('running')
    })
    it('the removal of the chain takes started entries with it', async () => {
      await own()
      await started()
      life.nodes.removeLocalChain()
      await run('local-chain-remove')
      expect(calls(/^removeVolume/)).toContain(`removeVolume hearth-${INSTALL}-${FUSE}-data`)
      expect((await row()).stage).toBe('none')
      expect(scene.engine.stateOf(nameOf(NODE))).toBeUndefined()
    })
  })
})
