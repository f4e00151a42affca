import { HearthError } from '#shared/api/errors.ts'
import type { AppState, NetworkId } from '#shared/api/state.ts'
import { keepVolumes } from '#main/core/nodes/kept-volumes.ts'
import type { ContainerSpec, Engine } from '#main/core/ports/engine.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, type StatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock, createTestLog, type TestClock } from '#test/fakes/clock.ts'
import { createFakeEngine, type FakeEngine } from '#test/fakes/engine.ts'

/** An engine whose volumes are watched, with a Hearth that can be started anew or killed. */
export const PREFIX = 'hearth-inst-'
export const DAY = 24 * 60 * 60_000
const IMAGE = 'repo/x:1'

/** What outlives a run of Hearth, and what one is made of. */
export interface VolumesScene {
  raw: FakeEngine
  clock: TestClock
  settings: Map<string, string>
  activity: string[]
  here: { endpoint: string; id: string | undefined; place: string }
  storeFails: boolean
  state: StatePublisher
  engine: Engine
}
export const on = {} as VolumesScene

/** Hearth starts. @param dieAt number of the call to engine, record or place at which it is killed */
export function begin(network: NetworkId | null = 'mainnet', dieAt = Infinity): { calls: () => number } {
  let calls = 0
  const mortal =
    <Args extends unknown[], T>(run: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> => {
      calls += 1
      return calls >= dieAt ? new Promise(() => undefined) : run(...args)
    }
  on.state = createStatePublisher(initialState({ version: '0', shell: 'web', host: 'h', network, startedAtMs: 1, notice: null }), on.clock)
  const own = {
    ...on.raw,
    list: mortal(() => on.raw.list()),
    volume: mortal((name: string) => on.raw.volume(name)),
    ensureVolume: mortal((name: string, options: { memory: boolean }) => on.raw.ensureVolume(name, options)),
    removeVolume: mortal((name: string) => on.raw.removeVolume(name)),
    create: mortal((spec: ContainerSpec) => on.raw.create(spec)),
    remove: mortal((name: string) => on.raw.remove(name)),
    probe: mortal(async () => {
      const found = await on.raw.probe()
      return found.kind === 'ready'
        ? { ...found, endpoint: on.here.endpoint, ...(on.here.id === undefined ? {} : { id: on.here.id }) }
        : found
    }),
  }
  on.engine = keepVolumes(own, {
    network,
    installId: 'inst',
    store: {
      setting: mortal((key) => Promise.resolve(on.settings.get(key))),
      setSetting: mortal((key, value) => {
        if (on.storeFails) return Promise.reject(new HearthError('store-busy'))
        on.settings.set(key, value)
        return Promise.resolve()
      }),
    },
    state: on.state,
    clock: on.clock,
    log: createTestLog(),
    activity: (text, facts, _actor, level) => void on.activity.push(`${text} ${level} ${facts?.['volume']}`),
    place: mortal(() => Promise.resolve(on.here.place)),
  })
  return { calls: () => calls }
}

export const specOf = (nodeId: string, volumes: string[]): ContainerSpec => ({
  name: `${PREFIX}${nodeId}`,
  nodeId,
  image: IMAGE,
  command: ['x'],
  ports: [],
  mounts: volumes.map((volume, at) => ({ kind: 'volume', volume, path: `/v${at}` })),
  networks: [],
  restart: 'no',
  memoryBytes: 1_000_000,
  stopGraceSeconds: 1,
  logDriver: 'default',
  specHash: 'h',
})
/** As the loop does it: volumes, container, and the list of the next round. */
export async function make(nodeId: string, disk: string[], memory: string[] = []): Promise<void> {
  for (const name of memory) await on.engine.ensureVolume(name, { memory: true })
  for (const name of disk) await on.engine.ensureVolume(name, { memory: false })
  await on.engine.create(specOf(nodeId, [...disk, ...memory]))
  await on.engine.list()
}
export const MINER = `${PREFIX}miner`
export const KEYS = `${PREFIX}keys`
/** What somebody else takes away, as `docker container prune` and `docker volume prune` do. */
export async function prune(nodeId = 'miner', ...volumes: string[]): Promise<void> {
  await on.raw.remove(`${PREFIX}${nodeId}`)
  for (const volume of volumes.length > 0 ? volumes : [MINER, KEYS]) await on.raw.removeVolume(volume)
}
export const lost = (): string[] => (on.state.state.engine.lost ?? []).map((each) => each.nodeId)
export const chain = (fields: Partial<AppState['clock']>, status: AppState['supplier']['status'] = 'active'): void => {
  on.state.patch('supplier', { status, operatorAddress: 'pokt1operator', asOf: { height: 45, atMs: 1 } })
  on.state.patch('clock', { height: 45, ...fields })
}
/** A minute later the engine is asked about what no container holds. */
export async function look(): Promise<void> {
  await on.clock.advance(60_000)
  await on.engine.list()
}

/** A machine on which nothing was made yet. */
export function fresh(): void {
  on.clock = createTestClock()
  on.raw = createFakeEngine({ now: () => on.clock.now() })
  on.raw.publish(IMAGE, { local: true })
  on.settings = new Map()
  on.activity = []
  on.here = { endpoint: 'unix:///a', id: 'one', place: 'pc' }
  on.storeFails = false
  begin()
}
