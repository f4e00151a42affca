import { afterEach } from 'vitest'
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
import { BUNDLE_CATALOG, CATALOG } from '#shared/catalog/index.ts'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { isSwapping, repositoryOf, type UpdateRow } from '#shared/model/update.ts'
import { createTestLog } from '#test/fakes/clock.ts'

/** The image that node, keeper and miner share. */
export const IMAGE = repositoryOf(POCKETD_IMAGE.reference)
export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
export const OLD = `${IMAGE}@${digest('a')}`
export const NEW = `${IMAGE}@${digest('b')}`
export const NEXT = `${IMAGE}@${digest('c')}`
/** A container of another image. */
export const INGRESS = CATALOG.find((entry) => entry.nodeId === 'ingress')?.image.reference ?? ''
export const INGRESS_IMAGE = repositoryOf(INGRESS)
export const HOUR = 3_600_000
export const DAY = 24 * HOUR

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
    nodes: (network) => Promise.resolve([...nodes.values()].filter((row) => row.network === network)),
    putNode: (row) => Promise.resolve(void nodes.set(`${row.network} ${row.id}`, row)),
    pinNode(network, id, imagePin) {
      const row = nodes.get(`${network} ${id}`)
      if (row) nodes.set(`${network} ${id}`, { ...row, imagePin })
      return Promise.resolve()
    },
    updates: (network) => Promise.resolve(updates.filter((row) => row.network === network)),
    putUpdate(row) {
      updates = [row, ...updates.filter((other) => other.id !== row.id)]
      return Promise.resolve()
    },
  }
  return store as Store
}

/**
 * A node and a miner whose containers are as wanted at once, and a clock that runs by itself.
 * @param options.broken any other node image makes no block @param options.quicker how many looks pass at once @param options.ingress a container of another image is there too
 * @param options.alone there is no node of the chain, as beside a network of others
 */
export async function makeWorld(options: { broken?: boolean; quicker?: number; ingress?: boolean; alone?: boolean } = {}) {
  const store = memoryStore()
  const log = createTestLog()
  const state = createStatePublisher(
    initialState({ version: '1', shell: 'web', host: 'h', network: 'local', startedAtMs: 0, notice: null }),
    { now: () => 0, sleep: () => new Promise(() => undefined) },
  )
  const pins = new Map<string, string>()
  for (const id of [...(options.alone === true ? [] : ['pocket']), 'keeper', 'miner', ...(options.ingress === true ? ['ingress'] : [])]) {
    const imagePin = id === 'ingress' ? `${INGRESS_IMAGE}@${digest('a')}` : OLD
    await store.putNode({ id, network: 'local', wanted: 'running', wantedBy: 'user', imagePin, ports: {}, updatedAtMs: 0 })
    pins.set(id, imagePin)
  }
  const world = {
    now: Date.UTC(2026, 10, 20, 13, 30),
    height: 100,
    medianBlockMs: 60_000,
    broken: options.broken ?? false,
    quicker: options.quicker ?? 1,
    /** Upgrades that the chain has carried out, with their heights; and whether its hosts are away. */
    applied: {} as Record<string, number>,
    away: false,
    plan: undefined as { name: string; height: number } | undefined,
    stands: false,
    verdict: 'nothing-to-lose' as AppState['clock']['verdict'],
    logs: [] as string[],
    digests: { [POCKETD_IMAGE.reference]: digest('a') } as Record<string, string>,
    missing: new Set<string>(),
    /** Run, and do not answer. */
    unwell: new Set<string>(),
    /** Were given up, as long as they are made of the old image. */
    failing: new Set<string>(),
    pinned: [] as string[],
  }
  const isBroken = (): boolean => world.broken && pins.get(options.alone === true ? 'miner' : 'pocket') !== OLD
  const show = (): void => {
    state.patch('chain', { status: 'ready', height: world.height, medianBlockMs: world.medianBlockMs, blockTimeMs: world.now })
    state.patch('clock', { verdict: world.verdict, height: world.height })
    for (const id of pins.keys()) {
      const isGivenUp = world.failing.has(id) && pins.get(id) === OLD
      const seen = isBroken() || isGivenUp ? 'failing' : world.unwell.has(id) ? 'starting' : 'running'
      state.put('nodes', id, { id, seen, wanted: 'running', reason: null } as AppState['nodes'][string])
    }
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
    catalog: options.alone === true ? BUNDLE_CATALOG : CATALOG,
    imageOverrides: {},
    activity: () => undefined,
    tasks: createTasks(state, clock, log),
    heads: {
      current: () =>
        ({
          upgradePlan: () => Promise.resolve(world.plan),
          appliedUpgrade: (name: string) =>
            world.away ? Promise.reject(new HearthError('chain-unreachable')) : Promise.resolve(world.applied[name]),
        }) as never,
    },
    engine: {
      image: (reference: string) => Promise.resolve(fetched.has(reference) ? info(reference) : undefined),
      async pull(reference: string) {
        await Promise.resolve()
        if (world.missing.has(reference)) throw new HearthError('image-unavailable', { reference, reason: 'manifest unknown' })
        const pin = reference.includes('@') ? reference : `${repositoryOf(reference)}@${world.digests[reference] ?? digest('c')}`
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
      seen: (id) => (pins.has(id) ? ({ id, state: 'running', startedAtMs: 1, restartCount: 0 } as SeenContainer) : undefined),
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

/** The registry has another build of what runs. */
export const offerNew = async ({ world: facts, handlers }: Awaited<ReturnType<typeof makeWorld>>, letter = 'b'): Promise<void> => {
  facts.digests[POCKETD_IMAGE.reference] = digest(letter)
  await handlers['updates.check']({})
}
