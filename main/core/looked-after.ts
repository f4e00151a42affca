import type { NetworkId } from '#shared/api/state.ts'
import { OF_THIS_PC } from '#shared/model/finding-order.ts'
import { NETWORKS } from '#shared/networks/index.ts'
import type { NetworkRooms } from './network-shape.ts'
import type { Clock } from './ports/clock.ts'
import type { Log } from './ports/log.ts'
import type { Store } from './ports/store.ts'
import { elsewhereOf, isUp } from './state/elsewhere.ts'
import { createNetworkState, type NetworkState } from './state/network-state.ts'
import type { StatePublisher } from './state/publisher.ts'
import { createTasks, type Tasks } from './tasks/tasks.ts'

/** How often is looked which networks want something, and how they are. */
const LOOK_MS = 2_000
/** After the rooms of a network could not be made. */
const AGAIN_MS = 30_000
/** Networks whose containers run on the engine of this machine, whichever is chosen. Practice is a part of Hearth and rests while it is not chosen. */
const REAL = NETWORKS.flatMap(({ id }) => (id === 'practice' ? [] : [id]))

/** A network that is looked after: its rooms, and what they alone write to. */
export interface LookedAt {
  network: NetworkId | null
  state: NetworkState
  tasks: Tasks
  rooms: NetworkRooms
}

/** Every network that Hearth looks after: the one that the page shows, and each other on which something is wanted running. */
export interface LookedAfter {
  /** Of the chosen network. */
  readonly rooms: NetworkRooms
  /** All of them, the chosen one first. */
  all(): LookedAt[]
  /** Undefined for a network that nobody looks after. */
  of(network: string): LookedAt | undefined
  /** Begins with the chosen one. */
  begin(): Promise<void>
  /** Shows another network. One on which something runs is looked after from then on as before, out of sight. Rejects what keeps the rooms of the other from being made: then nothing has changed. */
  choose(network: NetworkId): Promise<void>
  /** Looks after the others until the signal aborts. Rejects nothing. @param after when the chosen one has begun, or cannot */
  run(signal: AbortSignal, after: Promise<unknown>): Promise<void>
  cancelTask(taskId: string): void
  dismissTask(taskId: string): void
  /** Ends all rooms. */
  stop(): Promise<void>
}

/**
 * @param first the network chosen at the start @param firstRooms its rooms, if they are made another way
 * @param tasks those of the whole program
 * @param make makes the rooms of a network over its own state and tasks; they do not run yet
 */
export async function createLookedAfter(deps: {
  first: NetworkId | null
  firstRooms?: (place: Omit<LookedAt, 'rooms'>) => NetworkRooms
  make: (place: Omit<LookedAt, 'rooms'>) => Promise<NetworkRooms>
  published: StatePublisher
  tasks: Tasks
  store: Pick<Store, 'nodes' | 'setSetting'>
  clock: Clock
  log: Log
}): Promise<LookedAfter> {
  const { published, store, clock, log } = deps
  const others = new Map<NetworkId, LookedAt>()
  const failed = new Map<NetworkId, number>()
  let turn: Promise<unknown> = Promise.resolve()
  /** Networks come and go one at a time: no network ever has two rooms, and none is shown half. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  const placeOf = (network: NetworkId | null): Omit<LookedAt, 'rooms'> => {
    const state = createNetworkState(published, network)
    return { network, state, tasks: createTasks(state, clock, log) }
  }
  const begun = async (network: NetworkId): Promise<LookedAt> => {
    const place = placeOf(network)
    const looked: LookedAt = { ...place, rooms: await deps.make(place) }
    try {
      await looked.rooms.begin()
    } catch (error) {
      await looked.rooms.stop()
      throw error
    }
    return looked
  }
  const firstPlace = placeOf(deps.first)
  firstPlace.state.show()
  let chosen: LookedAt = { ...firstPlace, rooms: deps.firstRooms?.(firstPlace) ?? (await deps.make(firstPlace)) }

  const end = async ({ tasks, rooms }: LookedAt): Promise<void> => {
    tasks.cancelAll()
    await tasks.settled()
    await rooms.stop()
  }
  /** The same where whoever asked has what it wanted all the same. */
  const ended = (looked: LookedAt): Promise<void> =>
    end(looked).catch((error: unknown) => void log.error('the end of a network', error, { network: looked.network ?? '' }))
  const isWanted = async (network: NetworkId): Promise<boolean> => (await store.nodes(network)).some((row) => row.wanted === 'running')
  /** Also while something still ends there, a task is under way or a transaction is not in a block yet: it is brought to its end. */
  const isBusy = ({ state: { state } }: LookedAt): boolean =>
    Object.values(state.nodes).some(isUp) ||
    Object.values(state.tasks).some((task) => task.status === 'running') ||
    Object.values(state.intents).some((intent) => intent.status === 'signed' || intent.status === 'broadcast')
  const publish = (): void => {
    // What is found in Practice is of its own machine.
    const shown = chosen.network === 'practice' ? {} : chosen.state.state.attention
    const told = new Set(Object.keys(shown).filter((id) => OF_THIS_PC.has(id)))
    for (const network of REAL) {
      const looked = others.get(network)
      if (looked || failed.has(network)) published.put('elsewhere', network, elsewhereOf(network, looked?.state.state, told))
      else published.remove('elsewhere', network)
    }
  }

  const take = async (network: NetworkId): Promise<void> => {
    const failedAtMs = failed.get(network)
    if (failedAtMs !== undefined && Math.abs(clock.now() - failedAtMs) < AGAIN_MS) return
    try {
      others.set(network, await begun(network))
      failed.delete(network)
      log.info('a network that is not chosen is looked after', { network })
    } catch (error) {
      if (failedAtMs === undefined) log.error('a network that is not chosen could not be looked after', error, { network })
      failed.set(network, clock.now())
    }
  }
  const look = async (signal: AbortSignal): Promise<void> => {
    for (const network of REAL) {
      // The program ends: nothing is begun that would only be waited for.
      if (signal.aborted) return
      if (network === chosen.network) continue
      const wanted = await isWanted(network)
      const looked = others.get(network)
      if (!looked) {
        if (wanted) await take(network)
        else failed.delete(network)
      } else if (!wanted && !isBusy(looked)) {
        others.delete(network)
        publish()
        await ended(looked)
        log.info('nothing is wanted on a network that is not chosen; it is left', { network })
      }
    }
  }
  const ownerOf = (taskId: string): Tasks =>
    [chosen, ...others.values()].find(({ state }) => Object.hasOwn(state.state.tasks, taskId))?.tasks ?? deps.tasks

  return {
    get rooms() {
      return chosen.rooms
    },
    all: () => [chosen, ...others.values()],
    of: (network) => [chosen, ...others.values()].find((looked) => looked.network === network),
    begin: () => chosen.rooms.begin(),
    choose: (network) =>
      inTurn(async () => {
        const before = chosen
        if (before.network === network) return
        // What was asked to be signed on one network is not signed beside another.
        await before.rooms.closeSheets()
        const next = others.get(network) ?? (await begun(network))
        try {
          await store.setSetting('network', network)
        } catch (error) {
          if (!others.has(network)) await end(next)
          throw error
        }
        // In one breath: no page ever has a part of one network and a part of another.
        others.delete(network)
        failed.delete(network)
        before.state.hide()
        published.patch('app', { network })
        next.state.show()
        chosen = next
        const { network: left } = before
        // Kept before anything is asked that can fail: rooms that nobody knew of would go on, and the network would get others beside them.
        const mayGoOn = left !== null && left !== 'practice'
        if (mayGoOn) others.set(left, before)
        const goesOn = mayGoOn && (isBusy(before) || (await isWanted(left).catch(() => true)))
        if (!goesOn && left !== null) others.delete(left)
        publish()
        if (!goesOn) await ended(before)
      }),
    async run(signal, after) {
      await after.catch(() => undefined)
      while (!signal.aborted) {
        await inTurn(() => look(signal)).catch((error: unknown) => log.error('other networks', error))
        publish()
        await clock.sleep(LOOK_MS, signal)
      }
    },
    cancelTask: (taskId) => ownerOf(taskId).cancel(taskId),
    dismissTask: (taskId) => ownerOf(taskId).dismiss(taskId),
    stop: () =>
      inTurn(async () => {
        const all = [chosen, ...others.values()]
        others.clear()
        await Promise.all(all.map(ended))
      }),
  }
}
