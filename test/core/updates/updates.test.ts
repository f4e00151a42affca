import { afterEach, describe, expect, test } from 'vitest'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import type { NodeRow, Store } from '#main/core/ports/store.ts'
import { createSettings, type Settings } from '#main/core/settings/settings.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import type { UpdateDeps } from '#main/core/updates/book.ts'
import { updateHandlers } from '#main/core/updates/handlers.ts'
import { createUpdates } from '#main/core/updates/updates.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { isSwapping, repositoryOf, type UpdateRow } from '#shared/model/update.ts'
import { createTestLog } from '#test/fakes/clock.ts'

const IMAGE = repositoryOf(POCKETD_IMAGE.reference)
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
const OLD = `${IMAGE}@${digest('a')}`
const NEW = `${IMAGE}@${digest('b')}`
const NEXT = `${IMAGE}@${digest('c')}`
const HOUR = 3_600_000
const DAY = 24 * HOUR

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of open.splice(0)) await end()
})

/** What the room needs of a store; that a real one keeps it through a kill is tried by test/faults/updates.ts. */
function memoryStore(): Store {
  const settings = new Map<string, string>()
  const nodes = new Map<string, NodeRow>()
  let updates: UpdateRow[] = []
  const store: Partial<Store> = {
    setting: (key) => Promise.resolve(settings.get(key)),
    setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
    nodes: () => Promise.resolve([...nodes.values()]),
    putNode: (row) => Promise.resolve(void nodes.set(row.id, row)),
    pinNode(_network, id, imagePin) {
      const row = nodes.get(id)
      if (row) nodes.set(id, { ...row, imagePin })
      return Promise.resolve()
    },
    updates: () => Promise.resolve(updates),
    putUpdate(row) {
      updates = [row, ...updates.filter((other) => other.id !== row.id)]
      return Promise.resolve()
    },
  }
  return store as Store
}

/** A node and a miner whose containers are as wanted at once, and a clock that runs by itself. */
async function makeWorld(options: { broken?: boolean; quicker?: number } = {}) {
  const store = memoryStore()
  const log = createTestLog()
  const state = createStatePublisher(
    initialState({ version: '1', shell: 'web', host: 'h', network: 'local', startedAtMs: 0, notice: null }),
    { now: () => 0, sleep: () => new Promise(() => undefined) },
  )
  const pins = new Map<string, string>()
  for (const id of ['pocket', 'keeper', 'miner']) {
    await store.putNode({ id, network: 'local', wanted: 'running', wantedBy: 'user', imagePin: OLD, ports: {}, updatedAtMs: 0 })
    pins.set(id, OLD)
  }
  const world = {
    now: Date.UTC(2026, 10, 20, 13, 30),
    height: 100,
    quicker: options.quicker ?? 1,
    plan: undefined as { name: string; height: number } | undefined,
    stands: false,
    verdict: 'nothing-to-lose' as AppState['clock']['verdict'],
    logs: [] as string[],
    digests: { [POCKETD_IMAGE.reference]: digest('a') } as Record<string, string>,
    missing: new Set<string>(),
    pinned: [] as string[],
  }
  const isBroken = (): boolean => options.broken === true && pins.get('pocket') !== OLD
  const show = (): void => {
    state.patch('chain', { status: 'ready', height: world.height, medianBlockMs: 60_000, blockTimeMs: world.now })
    state.patch('clock', { verdict: world.verdict, height: world.height })
    for (const id of pins.keys())
      state.put('nodes', id, { id, seen: isBroken() ? 'failing' : 'running', wanted: 'running', reason: null } as AppState['nodes'][string])
  }
  const clock = {
    now: () => world.now,
    async sleep(ms: number, signal?: AbortSignal) {
      // Days pass in a few looks, but not while something is being watched.
      world.now += updates.book.rows().some(isSwapping) ? ms : ms * world.quicker
      if (!isBroken() && !world.stands) world.height += 1
      show()
      await new Promise((resolve) => setImmediate(resolve))
      if (signal?.aborted) return
    },
  }
  const fetched = new Set([OLD])
  const info = (reference: string) => ({ imageId: `id-${reference}`, digest: reference.split('@')[1], sizeBytes: 7 })
  const removed: string[] = []
  const settings: Settings = await createSettings({ store, state, log, version: '1' })
  const abort = new AbortController()
  state.patch('engine', { kind: 'ready' })
  show()
  const deps: UpdateDeps = {
    network: 'local',
    store,
    state,
    clock,
    log,
    settings,
    catalog: CATALOG,
    imageOverrides: {},
    activity: () => undefined,
    tasks: createTasks(state, clock, log),
    heads: { current: () => ({ upgradePlan: () => Promise.resolve(world.plan) }) as never },
    engine: {
      image: (reference: string) => Promise.resolve(fetched.has(reference) ? info(reference) : undefined),
      async pull(reference: string) {
        await Promise.resolve()
        if (world.missing.has(reference)) throw new HearthError('image-unavailable', { reference, reason: 'manifest unknown' })
        const pin = reference.includes('@') ? reference : `${IMAGE}@${world.digests[reference] ?? digest('c')}`
        fetched.add(pin)
        return info(pin)
      },
      list: () => Promise.resolve([...pins.values()].map((pin) => ({ image: `id-${pin}` }) as SeenContainer)),
      offeredDigest: (reference: string) => Promise.resolve(world.digests[reference]),
      removeImage: (pin: string) => Promise.resolve(fetched.delete(pin) && removed.push(pin) > 0),
    } as unknown as UpdateDeps['engine'],
    nodes: {
      logs: () => Promise.resolve(world.logs.map((text) => ({ timeMs: 0, stream: 'err' as const, text }))),
      async pin(nodeIds, pin) {
        for (const id of nodeIds) {
          await store.pinNode('local', id, pin, world.now)
          pins.set(id, pin)
          world.pinned.push(`${id} ${pin.slice(-1)} at ${world.height}`)
        }
        show()
      },
      runs: (id) => pins.get(id),
      seen: (id) => ({ id, state: 'running', startedAtMs: 1, restartCount: 0 }) as SeenContainer,
      wake: () => undefined,
    },
    hourOf: (ms) => new Date(ms).getUTCHours(),
  }
  const updates = createUpdates(deps)
  const handlers = updateHandlers(updates.book, deps)
  const running = updates.run(abort.signal)
  open.push(async () => {
    abort.abort()
    await running
  })
  const rows = (): UpdateRow[] => updates.book.rows().filter((row) => row.reason !== 'first')
  const until = async (what: string, done: () => boolean): Promise<void> => {
    for (let looks = 0; !done(); looks += 1) {
      if (looks > 4_000) throw new Error(`never: ${what}; ${JSON.stringify(rows().map((row) => [row.stage, updates.book.waits(row.id)]))}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await until('the first look', () => updates.book.memory().lookedAtMs !== null && updates.book.running().length > 0)
  return { world, state, store, settings, updates, handlers, rows, until, pins, removed, fetched }
}

const offerNew = async ({ world: facts, handlers }: Awaited<ReturnType<typeof makeWorld>>, letter = 'b'): Promise<void> => {
  facts.digests[POCKETD_IMAGE.reference] = digest(letter)
  await handlers['updates.check']({})
}

describe('an update', () => {
  test('is fetched by digest, changes the node first, then the miner, never the keeper with its key, and stays in the history', async () => {
    const here = await makeWorld()
    await offerNew(here)
    await here.handlers['updates.start']({ image: IMAGE, when: 'now' })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    expect(here.world.pinned.map((line) => line.split(' at ')[0])).toEqual(['pocket b', 'miner b'])
    expect(Object.fromEntries(here.pins)).toEqual({ pocket: NEW, keeper: OLD, miner: NEW })
    const { history, running } = await here.handlers['updates.list']({})
    expect(history.map((row) => [row.reason, row.stage, row.noWayBack])).toEqual([
      ['rebuild', 'done', null],
      ['first', 'done', 'not-done'],
    ])
    expect(running).toMatchObject([{ digest: digest('b'), offer: null }])
  })

  test('that does not work is taken back by itself, is said, and is not tried again by itself', async () => {
    const here = await makeWorld({ broken: true, quicker: 400 })
    await here.settings.set({ updatesAuto: 'all', updatesDelayDays: 0, updatesHour: 14 })
    await offerNew(here)
    await here.until('the way back', () => here.rows()[0]?.stage === 'rolled-back')
    expect([here.pins.get('pocket'), here.pins.get('miner')]).toEqual([OLD, OLD])
    await here.until('it is said', () => here.state.state.health.updates?.rolledBack !== null)
    const at = here.world.now
    await here.until('two more days', () => here.world.now > at + 2 * DAY)
    expect(here.rows()).toHaveLength(1)
  })

  test('waits for a quiet moment, can be postponed, hurried and skipped', async () => {
    const here = await makeWorld()
    here.world.verdict = 'cannot-tell'
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'quiet' })
    await here.until('it waits', () => here.updates.book.waits(id) === 'quiet')
    await expect(here.handlers['updates.start']({ image: IMAGE, when: 'now' })).rejects.toMatchObject({ code: 'update-blocked' })
    await here.handlers['updates.postpone']({ id, days: 1 })
    await here.until('the day', () => here.updates.book.waits(id) === 'time')
    expect(here.world.pinned).toEqual([])
    await here.handlers['updates.skip']({ image: IMAGE, skipped: true })
    expect(here.rows()[0]?.stage).toBe('skipped')
    expect((await here.handlers['updates.list']({})).running[0]?.offer?.skipped).toBe(true)
    await here.handlers['updates.skip']({ image: IMAGE, skipped: false })
    await here.handlers['updates.start']({ image: IMAGE, when: 'now' })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
  })

  test('is done by itself when the user wants that: after the days, at the hour', async () => {
    const here = await makeWorld({ quicker: 400 })
    await here.settings.set({ updatesAuto: 'all', updatesDelayDays: 2, updatesHour: 4 })
    await offerNew(here)
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    const begun = here.rows()[0]?.dueAtMs ?? 0
    expect(new Date(begun).getUTCHours()).toBe(4)
    expect(begun).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 22, 13, 30))
  })

  test('of security alone leaves the others to the user', async () => {
    const here = await makeWorld({ quicker: 400 })
    await here.settings.set({ updatesAuto: 'security', updatesDelayDays: 0, updatesHour: 14 })
    await offerNew(here)
    const at = here.world.now
    await here.until('two days', () => here.world.now > at + 2 * DAY)
    expect(here.rows()).toEqual([])
    expect(here.state.state.health.updates?.ready).toBe(1)
  })

  test('can be undone for a week, then its old image is removed with consent alone', async () => {
    const here = await makeWorld()
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'now' })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    expect((await here.handlers['updates.list']({})).unused).toEqual([])
    await here.handlers['updates.undo']({ id })
    await here.until('the way back', () => here.rows().length === 2 && here.rows()[0]?.stage === 'done')
    expect([here.pins.get('pocket'), here.pins.get('miner')]).toEqual([OLD, OLD])
    await expect(here.handlers['updates.undo']({ id })).rejects.toMatchObject({ code: 'update-no-way-back' })
    here.world.now += 8 * DAY
    expect((await here.handlers['updates.list']({})).unused).toMatchObject([{ pin: NEW }])
    expect(here.removed).toEqual([])
    await here.handlers['updates.removeUnused']({})
    expect(here.removed).toEqual([NEW])
    expect(here.fetched.has(OLD)).toBe(true)
  })
})

describe('an upgrade of the chain', () => {
  const needed = 'ERR UPGRADE "v0.1.99" NEEDED at height: 400: module=x/upgrade'
  test('is fetched ahead, done at its height alone, holds signatures meanwhile, and has no way back', async () => {
    const here = await makeWorld()
    here.world.plan = { name: 'v0.1.99', height: 400 }
    await here.until('the image', () => here.state.state.health.updates?.upgrade === 'ready')
    expect(here.world.height).toBeLessThan(300)
    await here.until('the height', () => here.world.height >= 399)
    here.world.stands = true
    expect(here.world.pinned).toEqual([])
    expect(() => here.updates.mustBeStill()).not.toThrow()
    here.world.logs = [needed]
    await here.until('the node', () => here.world.pinned.length > 0)
    expect(() => here.updates.mustBeStill()).toThrow(HearthError)
    here.world.stands = false
    here.world.logs = []
    here.world.plan = undefined
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    expect(here.world.pinned.map((line) => line.split(' at ')[0])).toEqual(['pocket c', 'miner c'])
    expect(here.updates.ofPin(NEXT)).toEqual({ reference: `${IMAGE}:0.1.99`, version: '0.1.99' })
    expect((await here.handlers['updates.list']({})).history[0]?.noWayBack).toBe('migrated')
    await expect(here.handlers['updates.undo']({ id: here.rows()[0]?.id ?? '' })).rejects.toMatchObject({
      code: 'update-no-way-back',
      detail: { problem: 'migrated' },
    })
    expect(() => here.updates.mustBeStill()).not.toThrow()
  })

  test('that the chain takes back is called off, and one that is moved is done at the new height', async () => {
    const here = await makeWorld()
    here.world.plan = { name: 'v0.1.99', height: 4_000 }
    await here.until('the first plan', () => here.rows()[0]?.stage === 'fetched')
    here.world.plan = { name: 'v0.1.99', height: 5_000 }
    await here.until('the second', () => here.rows().some((row) => row.plan?.height === 5_000 && row.stage === 'fetched'))
    here.world.plan = undefined
    await here.until('none', () => here.rows().every((row) => row.stage === 'withdrawn'))
    expect(here.world.pinned).toEqual([])
  })

  test('whose software cannot be had is said, and fetched as soon as it is there', async () => {
    const here = await makeWorld()
    here.world.missing.add(`${IMAGE}:0.1.99`)
    here.world.plan = { name: 'v0.1.99', height: 40_000 }
    await here.until('it is said', () => here.state.state.health.updates?.upgrade === 'missing')
    here.world.missing.clear()
    await here.until('it is there', () => here.state.state.health.updates?.upgrade === 'ready')
  })

  test('that came while Hearth was off is learnt from the node that stands', async () => {
    const here = await makeWorld()
    here.world.stands = true
    here.world.logs = ['x', 'panic: error during handshake: error on replay: UPGRADE "v0.1.99" NEEDED at height: 100: ']
    here.state.patch('chain', { status: 'stalled' })
    await here.until('it is begun', () => {
      here.state.patch('chain', { status: 'stalled' })
      return here.world.pinned.length > 0
    })
    expect(here.rows()[0]).toMatchObject({ reason: 'upgrade', plan: { name: 'v0.1.99', height: 100 } })
  })

  test('that is near holds every other update', async () => {
    const here = await makeWorld()
    here.world.plan = { name: 'v0.1.99', height: 111 }
    here.world.stands = true
    await here.until('the image', () => here.state.state.health.updates?.upgrade === 'ready')
    await offerNew(here)
    await expect(here.handlers['updates.start']({ image: IMAGE, when: 'now' })).rejects.toMatchObject({
      code: 'update-blocked',
      detail: { problem: 'busy' },
    })
  })
})
