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
import type { NodeRow, Store } from '#main/core/ports/store.ts'
import type { Snapshots } from '#main/core/ports/snapshots.ts'
import { createScene, INSTALL, nameOf, type Life, type Scene } from '#test/core/nodes/scene.ts'
import { rejection } from '#test/fakes/rejection.ts'

const catalog = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY)
const GB = 1024 ** 3
const FUSE = 'fuse-nethermind'
const NODE = 'fuse-nethermind-fuse'
const GNOSIS = 'gnosis-nethermind-lighthouse'
const KEY = 'backend-entries:local'
const wait = new AbortController().signal

describe('the data of a started entry', () => {
  let scene: Scene
  let life: Life
  let room: CatalogueRoom
  let freeDiskBytes: number
  let isLeaving: boolean
  let pcReads: number
  /** The process ends right after it wrote the first row. */
  let diesAfterRow: boolean
  let atDiscard: Started[] | undefined
  let atPc: () => Promise<void>
  let isDiskKnown = true
  let beforePiece: () => Promise<void> = () => Promise.resolve()
  let fetches = 0
  let limits: (number | undefined)[] = []

  const wishes = (): Started[] => JSON.parse(scene.settings.get(KEY) ?? '[]') as Started[]
  const wish = (fields: Partial<Started> = {}): Started => ({
    entryId: FUSE,
    stage: 'starting',
    snapshot: null,
    hasData: false,
    withData: false,
    ...fields,
  })
  const snapshots: Snapshots = {
    fetch: () => Promise.resolve(void (fetches += 1)),
    async *contents(_name, { limitBytes }) {
      limits.push(limitBytes)
      await beforePiece()
      yield await Promise.resolve(new Uint8Array(512))
    },
    discard: () => Promise.resolve(void (atDiscard = wishes())),
    keepOnly: () => Promise.resolve(),
  }
  const begin = async (...before: Started[]): Promise<void> => {
    if (before.length > 0) scene.settings.set(KEY, JSON.stringify(before))
    scene.catalogue = (parts) => {
      const store = Object.assign(Object.create(parts.store) as Store, {
        putNode: async (row: NodeRow) => {
          await parts.store.putNode(row)
          if (diesAfterRow) await new Promise(() => undefined)
        },
      })
      room = createCatalogueRoom({
        ...parts,
        store,
        net: {
          portFree: (port) => parts.net.portFree(port),
          freeDiskBytes: () => (isDiskKnown ? parts.net.freeDiskBytes() : Promise.reject(new Error('no such disk'))),
        },
        clock: scene.clock,
        names: namesOf(INSTALL),
        network: 'local',
        imageOverrides: {},
        mayStart: true,
        catalog: () => catalog,
        started: createStartedEntries(parts.store, 'local'),
        snapshots,
        line: {
          http: () => Promise.reject(new HearthError('backend-unreachable', { host: 'x', reason: 'none' })),
          websocket: () => Promise.reject(new HearthError('backend-unreachable', { host: 'x', reason: 'none' })),
        },
        parts: { of: () => 'part' },
        pc: async () => {
          pcReads += 1
          await atPc()
          return { freeDiskBytes, memoryBytes: 64 * GB, cpus: 8, architecture: 'amd64' }
        },
        serviceIds: () => Promise.resolve(['fuse']),
        isLeaving: () => isLeaving,
        startNode: (nodeId) => parts.nodes().start(nodeId),
        stopNode: (nodeId) => parts.nodes().stop(nodeId),
        activity: () => undefined,
        wake: () => parts.nodes().wake(),
      })
      return room
    }
    life = scene.start()
    await room.load()
    await life.pass(1_000)
  }
  const start = async (entryId = FUSE, snapshot: Started['snapshot'] = null): Promise<string | null> =>
    (await room.handlers['backends.startEntry']({ entryId, snapshot }, wait)).taskId
  const remove = async (withData = false): Promise<string | null> =>
    (await room.handlers['backends.removeEntry']({ entryId: FUSE, withData }, wait)).taskId
  const row = async (entryId = FUSE): Promise<EntryRow> =>
    (await room.handlers['backends.catalogue']({}, wait)).rows.find((each) => each.entryId === entryId) ?? expect.unreachable(entryId)
  const taskOf = (kind: string) => Object.values(life.state.state.tasks).find((task) => task.kind === kind)
  const run = async (kind: string): Promise<void> =>
    life.until(`the end of ${kind}`, () => (taskOf(kind)?.status ?? 'running') !== 'running')
  const volumesGone = (): string[] => scene.engine.calls.filter((call) => call.startsWith('removeVolume'))

  beforeEach(() => {
    scene = createScene()
    scene.engine.publish('docker.io/fusenet/node:nethermind-v1.36.2')
    freeDiskBytes = 2_000 * GB
    isLeaving = false
    pcReads = 0
    diesAfterRow = false
    atDiscard = undefined
    atPc = () => Promise.resolve()
  })
  afterEach(() => life.end())

  it('stays when a start that had it is asked for again, and then cancelled', async () => {
    await begin(wish({ hasData: true }))
    scene.engine.pullMood = 'slow'
    life.tasks.cancel((await start()) ?? '')
    await run('backend-start')
    expect((await row()).stage).toBe('kept')
    expect(volumesGone()).toEqual([])
  })
  it('goes when it was there in part alone, whatever was asked', async () => {
    await begin(wish())
    await remove(false)
    await run('backend-remove')
    expect((await row()).stage).toBe('none')
    expect(volumesGone().length).toBe(3)
  })
  it('of a start that had all of it stays when that is removed without it', async () => {
    await begin(wish({ hasData: true }))
    await remove(false)
    await run('backend-remove')
    expect((await row()).stage).toBe('kept')
    expect(volumesGone()).toEqual([])
  })
  it('is not asked of the disk a second time', async () => {
    freeDiskBytes = 1 * GB
    await begin(wish({ stage: 'kept', hasData: true }))
    expect((await row()).lacks).toEqual([])
    expect((await row(GNOSIS)).lacks.map((lack) => lack.what)).toEqual(['disk'])
    await start()
    await run('backend-start')
    expect(taskOf('backend-start')?.status).toBe('done')
    expect((await rejection(start(GNOSIS))).code).toBe('backend-too-big')
  })
  it('is known before the rows, with which the containers run', async () => {
    await begin()
    diesAfterRow = true
    await start()
    await life.until('the first row', () => scene.rows.has(NODE))
    expect(wishes()).toMatchObject([{ stage: 'starting', hasData: true }])
    life.kill()
    diesAfterRow = false
    await begin()
    await remove(false)
    await run('backend-remove')
    expect((await row()).stage).toBe('kept')
    expect(volumesGone()).toEqual([])
  })
  /** Starts from a snapshot. @returns pieces that were unpacked */
  const startFromSnapshot = async (): Promise<number> => {
    const entry = catalog.entries.find((each) => each.id === FUSE) ?? expect.unreachable()
    const { snapshot } = entry
    let pieces = 0
    entry.snapshot = { kind: 'listing', url: 'https://snapshots.example/', into: 'data:deep/down' }
    scene.engine.unpack = async (_name, _folder, tar) => {
      for await (const piece of tar) pieces += piece.length / 512
    }
    await start(FUSE, { url: 'http://127.0.0.1:1/x.tar', sha256: 'ab'.repeat(32) })
    await run('backend-start')
    entry.snapshot = snapshot
    return pieces
  }
  it('is neither fetched nor unpacked where nobody tells what room there is', async () => {
    await begin()
    scene.engine.disk = () => Promise.reject(new HearthError('engine-failed', { reason: 'x' }))
    isDiskKnown = false
    fetches = 0
    limits = []
    expect([await startFromSnapshot(), fetches]).toEqual([0, 0])
    expect(taskOf('backend-start')?.error).toMatchObject({ code: 'disk-full', detail: { reason: 'unknown' } })
    // What this PC has is the limit where the engine does not say what it has.
    isDiskKnown = true
    expect(await startFromSnapshot()).toBe(1)
    expect(limits).toEqual([scene.freeDiskBytes - 2 * GB])
  })
  it('is not unpacked beyond what is left when others write to the disk meanwhile', async () => {
    await begin()
    let free = 40 * GB
    scene.engine.disk = () => Promise.resolve({ freeBytes: free, usedBytes: 0 })
    atDiscard = undefined
    beforePiece = async () => {
      free = GB
      await scene.clock.advance(10_000)
    }
    expect(await startFromSnapshot()).toBe(0)
    beforePiece = () => Promise.resolve()
    expect(taskOf('backend-start')?.error?.code).toBe('disk-full')
    // It is kept for another try.
    expect(atDiscard).toBeUndefined()
  })
  it('is known before the file that it came from is thrown away', async () => {
    await begin()
    expect(await startFromSnapshot()).toBe(1)
    expect(atDiscard).toMatchObject([{ stage: 'starting', hasData: true }])
  })
  it('is taken away in the end when the engine went away while a cancelled start was undone', async () => {
    await begin()
    scene.engine.pullMood = 'slow'
    const taskId = await start()
    const taken = scene.engine.remove.bind(scene.engine)
    scene.engine.remove = () => Promise.reject(new HearthError('engine-not-started'))
    life.tasks.cancel(taskId ?? '')
    await run('backend-start')
    expect(taskOf('backend-start')?.status).toBe('cancelled')
    expect((await row()).stage).toBe('removing')
    scene.engine.remove = taken
    await life.pass(31_000)
    room.round()
    await run('backend-remove')
    expect((await row()).stage).toBe('none')
  })
  it('is let go of although somebody starts the node while it is stopped for its removal', async () => {
    scene.working.add(NODE)
    await begin()
    await start()
    await life.until('the node', () => scene.engine.stateOf(nameOf(NODE)) === 'running')
    await life.until('the end of its start', () => taskOf('backend-start')?.status !== 'running', 300_000)
    const list = scene.engine.list.bind(scene.engine)
    let looks = 0
    // Behind the removal's back, after it wrote its wish and before it sees the containers.
    scene.engine.list = () => {
      const found = scene.rows.get(NODE)
      if (found?.wanted === 'stopped' && (looks += 1) === 1) scene.rows.set(NODE, { ...found, wanted: 'running' })
      return list()
    }
    await remove(false)
    await run('backend-remove')
    expect(looks).toBeGreaterThan(0)
    expect((await row()).stage).toBe('kept')
  })
  it('is not believed to be there when it was removed while a start looked at this PC', async () => {
    await begin(wish({ stage: 'kept', hasData: true }))
    atPc = async () => {
      await remove(true)
      await run('backend-remove')
    }
    expect((await rejection(start())).code).toBe('backend-busy')
    expect(wishes()).toEqual([])
  })
  it('two that are asked at once do not both begin', async () => {
    await begin()
    scene.engine.pullMood = 'slow'
    let open = (): void => undefined
    const both = new Promise<void>((resolve) => (open = resolve))
    atPc = () => {
      if (pcReads === 2) open()
      return both
    }
    const ends = await Promise.allSettled([start(FUSE), start(GNOSIS)])
    expect(ends).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'backend-busy' } }])
    expect(wishes().map((each) => each.entryId)).toEqual([FUSE])
  })
  it('waits for another network’s start, and the removal of the chain does not wait for what never began', async () => {
    await begin(wish())
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    life.tasks.start('backend-start', [], () => ended)
    room.round()
    expect((await rejection(start())).code).toBe('backend-busy')
    await room.leave()
    expect(wishes()).toEqual([wish()])
    end()
    await life.pass(1_000)
    room.round()
    await life.until('its own start', () => wishes()[0]?.stage === 'made')
  })
  it('is not begun with while the chain is being removed', async () => {
    await begin(wish())
    isLeaving = true
    room.round()
    expect(taskOf('backend-start')).toBeUndefined()
    expect((await rejection(start())).code).toBe('backend-busy')
    expect((await rejection(remove())).code).toBe('backend-busy')
    expect(wishes()).toEqual([wish()])
  })
  it('an entry that is no longer in the catalogue keeps no other waiting', async () => {
    await begin(wish({ entryId: 'gone' }), wish())
    room.round()
    expect(taskOf('backend-start')?.facts['entryId']).toBe(FUSE)
    await run('backend-start')
  })
  it('reads what this PC has once for all rows', async () => {
    await begin()
    await row()
    expect(pcReads).toBe(1)
  })
})
