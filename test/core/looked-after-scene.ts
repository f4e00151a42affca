import { createLookedAfter, type LookedAt } from '#main/core/looked-after.ts'
import type { NetworkRooms } from '#main/core/network-shape.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import type { NetworkId, NodeState } from '#shared/api/state.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { node } from '#test/shells/support/desktop-state.ts'

type Place = Omit<LookedAt, 'rooms'>
/** Between two looks. */
export const LOOK = 2_000

/** Rooms that do nothing but tell what is asked of them, and never two at a time for one network. */
export async function setup(first: NetworkId | null = 'practice') {
  const turning = createTestClock()
  const world = { backMs: 0 }
  const clock = { ...turning, now: () => turning.now() - world.backMs }
  const log = createTestLog()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: first, startedAtMs: 0, notice: null }),
    clock,
  )
  const settings = new Map<string, string>()
  const wanted = new Map<string, 'running' | 'stopped'>()
  const said: string[] = []
  const live = new Map<string, number>()
  const places = new Map<string, Place>()
  const self = {
    refuses: '' as string,
    beginRefuses: '' as string,
    storeRefuses: false,
    nodesRefuse: false,
    stopRefuses: '' as string,
    /** What the making of rooms waits for. */
    gate: Promise.resolve(),
    sheetsRefuse: false,
  }
  const make = async (place: Place): Promise<NetworkRooms> => {
    const name = place.network ?? 'none'
    await self.gate
    if (self.refuses === name) throw new Error(`no rooms for ${name}`)
    said.push(`make ${name}`)
    live.set(name, (live.get(name) ?? 0) + 1)
    if ((live.get(name) ?? 0) > 1) throw new Error(`${name} has two rooms`)
    places.set(name, place)
    return {
      begin() {
        said.push(`begin ${name}`)
        return self.beginRefuses === name ? Promise.reject(new Error(`no begin for ${name}`)) : Promise.resolve()
      },
      closeSheets() {
        said.push(`sheets ${name}`)
        return self.sheetsRefuse ? Promise.reject(new Error('the sheet stays')) : Promise.resolve()
      },
      stop() {
        said.push(`stop ${name}`)
        live.set(name, (live.get(name) ?? 0) - 1)
        return self.stopRefuses === name ? Promise.reject(new Error('a loop failed')) : Promise.resolve()
      },
    } as NetworkRooms
  }
  const store = {
    nodes: (network: string) => {
      if (self.nodesRefuse) return Promise.reject(new Error('the disk does not answer'))
      const is = wanted.get(network)
      return Promise.resolve(is === undefined ? [] : [{ id: 'miner', network, wanted: is } as NodeRow])
    },
    setSetting: (key: string, value: string) => {
      if (self.storeRefuses) return Promise.reject(new Error('disk full'))
      settings.set(key, value)
      return Promise.resolve()
    },
  }
  const tasks = createTasks(state, clock, log)
  const networks = await createLookedAfter({ first, make, published: state, tasks, store, clock, log })
  const abort = new AbortController()
  const began = Promise.withResolvers<void>()
  const running = networks.run(abort.signal, began.promise)
  const seen = (network: string, fields: Partial<NodeState>): void =>
    places.get(network)?.state.put('nodes', 'miner', { ...node('miner', 'relay-miner', 'Relay miner'), ...fields })
  return {
    clock,
    world,
    log,
    state,
    settings,
    wanted,
    said,
    live,
    places,
    self,
    networks,
    tasks,
    began,
    seen,
    begin: async () => {
      await networks.begin()
      began.resolve()
      await clock.advance(1)
    },
    stop: async () => {
      abort.abort()
      await running
      await networks.stop()
    },
  }
}
