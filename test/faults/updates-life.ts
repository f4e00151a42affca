import { join } from 'node:path'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createSettings } from '#main/core/settings/settings.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import type { UpdateDeps } from '#main/core/updates/book.ts'
import { updateHandlers } from '#main/core/updates/handlers.ts'
import { createUpdates } from '#main/core/updates/updates.ts'
import type { AppState } from '#shared/api/state.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { isOpen, repositoryOf } from '#shared/model/update.ts'
import { serveLife } from './life.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }
const IMAGE = repositoryOf(POCKETD_IMAGE.reference)
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
const OLD = `${IMAGE}@${digest('a')}`
const NEW = `${IMAGE}@${digest('b')}`
const NODES = ['pocket', 'miner']
/** Of real time: a busy disk may take long for one row. */
const LIFE_MS = 240_000

/**
 * One life of an update, in the real database: begins it unless it was begun, and goes on to its end. Containers are as wanted at once; with `broken` the new image makes no
 * block. args: data folder, 'good' | 'broken'. Answers with how it ended, what runs, and how many updates there were.
 */
await serveLife(async (args) => {
  const [dataDir, way] = args as [string, 'good' | 'broken']
  const store = await openStore({ file: join(dataDir, 'hearth.db'), clock: systemClock, log: quiet })
  const app = { version: '1', shell: 'web' as const, host: 'h', network: 'local' as const, startedAtMs: 0, notice: null }
  const state = createStatePublisher(initialState(app), systemClock)
  const pins = new Map((await store.nodes('local')).map((row) => [row.id, row.imagePin]))
  // Time and chain go on from where the life before ended.
  const before = await store.updates('local')
  let height = Math.max(100, ...before.map((row) => row.stageHeight))
  const beganMs = Date.now()
  const abort = new AbortController()
  const show = (): void => {
    state.patch('chain', { status: 'ready', height, medianBlockMs: 1_000 })
    for (const id of NODES) {
      const failing = way === 'broken' && pins.get('pocket') === NEW
      state.put('nodes', id, { id, seen: failing ? 'failing' : 'running', wanted: 'running', reason: null } as AppState['nodes'][string])
    }
  }
  let now = Math.max(Date.now(), ...before.map((row) => row.stageAtMs))
  const clock = {
    now: () => now,
    async sleep(ms: number) {
      now += ms
      if (Date.now() - beganMs > LIFE_MS) abort.abort()
      if (!(way === 'broken' && pins.get('pocket') === NEW)) height += 1
      show()
      await new Promise((resolve) => setImmediate(resolve))
      const [last] = updates.book.rows()
      if (last && last.reason !== 'first' && !isOpen(last)) abort.abort()
    },
  }
  if (pins.size === 0)
    for (const id of NODES) {
      await store.putNode({ id, network: 'local', wanted: 'running', wantedBy: 'user', imagePin: OLD, ports: {}, updatedAtMs: 0 })
      pins.set(id, OLD)
    }
  state.patch('engine', { kind: 'ready' })
  show()
  const fetched = new Set([OLD])
  const info = (reference: string) => ({ imageId: reference, digest: reference.split('@')[1], sizeBytes: 1 })
  const deps: UpdateDeps = {
    network: 'local',
    store,
    state,
    clock,
    log: quiet,
    catalog: CATALOG,
    imageOverrides: {},
    activity: () => undefined,
    settings: await createSettings({ store, state, log: quiet, version: '1' }),
    tasks: createTasks(state, clock, quiet),
    heads: { current: () => undefined },
    engine: {
      image: (reference: string) => Promise.resolve(fetched.has(reference) ? info(reference) : undefined),
      pull: (reference: string) => Promise.resolve(fetched.add(reference) && info(reference)),
      offeredDigest: (reference: string) => Promise.resolve(reference === POCKETD_IMAGE.reference ? digest('b') : undefined),
    } as unknown as UpdateDeps['engine'],
    nodes: {
      logs: () => Promise.resolve([]),
      async pin(nodeIds, pin) {
        for (const id of nodeIds) {
          await store.pinNode('local', id, pin, now)
          pins.set(id, pin)
        }
        show()
      },
      runs: (id) => pins.get(id),
      seen: (id) => ({ id, state: 'running', startedAtMs: 1 }) as SeenContainer,
      wake: () => undefined,
    },
  }
  const updates = createUpdates(deps)
  const running = updates.run(abort.signal)
  const isBegun = (): boolean => updates.book.rows().some((row) => row.reason !== 'first')
  while (!abort.signal.aborted && updates.book.offers().length === 0 && !isBegun()) await new Promise((resolve) => setTimeout(resolve, 1))
  if (!isBegun()) await updateHandlers(updates.book, deps)['updates.start']({ image: IMAGE, when: 'now' })
  await running
  const rows = (await store.updates('local')).filter((row) => row.reason !== 'first')
  const made = (await store.nodes('local')).map((row) => (row.imagePin === NEW ? 'new' : 'old'))
  await store.close()
  return [rows[0]?.stage, made.join(), rows.length]
})
