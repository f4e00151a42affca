import { requests, type RequestName } from '#shared/api/requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { AppState, NetworkId } from '#shared/api/state.ts'
import { containersMark, NETWORKS } from '#shared/networks/index.ts'
import type { App } from './app-shape.ts'
import { createDispatcher, type Handlers } from './dispatch.ts'
import { engineHandlers, mustBeKnownEngine } from './engine/handlers.ts'
import { createBackupFiles } from './keys/backup-files.ts'
import { keyHandlers } from './keys/key-handlers.ts'
import { startAnewHandlers } from './start-anew.ts'
import { createAlerts } from './alerts/alerts.ts'
import { createKeys } from './keys/keys.ts'
import { settingsHandlers } from './settings/handlers.ts'
import { createSettings } from './settings/settings.ts'
import { isForTheChosen, NETWORK_REQUESTS } from './network-requests.ts'
import { createLookedAfter, type LookedAt } from './looked-after.ts'
import { createNetworkRooms } from './network-rooms.ts'
import { keepVolumes } from './nodes/kept-volumes.ts'
import { ownNames } from './nodes/own-names.ts'
import { noteOn, type NetworkRooms, type NoteActivity, type World } from './network-shape.ts'
import type { Clock } from './ports/clock.ts'
import type { EngineFinder } from './ports/engine-finder.ts'
import type { EjectFolder } from './ports/eject-folder.ts'
import type { HttpsPost } from './ports/https-post.ts'
import type { Log } from './ports/log.ts'
import type { MetricsStore } from './ports/metrics.ts'
import type { Records } from './ports/records.ts'
import type { Store } from './ports/store.ts'
import type { RehearsalKeys, Vault } from './ports/vault.ts'
import { quietEngine } from './quiet-engine.ts'
import { createRecordCare } from './records/care.ts'
import { createRoomsLater, type RoomsLater } from './rooms-later.ts'
import { shellRequests } from './shell-requests.ts'
import { initialState } from './state/initial.ts'
import { createStatePublisher } from './state/publisher.ts'
import { createLongRequests } from './tasks/long-requests.ts'
import { createTasks } from './tasks/tasks.ts'
import { unlessCancelled } from './unless-cancelled.ts'

/** Everything outside the core. */
export interface Ports {
  vault: Vault
  rehearsal: RehearsalKeys
  store: Store
  records: Records
  metrics: MetricsStore
  clock: Clock
  log: Log
  /** Text of a file under resources/templates. */
  template(name: string): string
  /** Bytes of a file under resources/catalog; throws where there is none. */
  catalogFile?(name: string): Uint8Array
  ejectFolder: EjectFolder
  https: HttpsPost
  engines: EngineFinder
  /** What is outside for one network; without one, the container engine of this machine. Asked anew each time the user chooses. */
  world(network: NetworkId | null): Promise<World>
}

export interface AppOptions {
  version: string
  shell: AppState['app']['shell']
  host: string
  installId: string
  /** Address at which the shell serves a ticket of the confirm surface. */
  surfaceUrl(token: string): string
  /** Sentence key when the store had to be cured at start. */
  notice: string | null
  /** The first state is what is stored about program, vault, keys and settings; what the network's rooms know joins it a moment later. */
  roomsLater?: boolean
}

/**
 * The whole application: wires vault, store and the rooms of every network that is looked after to the request table; requests go to those of the chosen one. Returns at once; what takes time goes on behind.
 * Everything that was wanted before a crash is taken up again from the store.
 */
export async function createApp(ports: Ports, options: AppOptions): Promise<App> {
  const { vault, rehearsal, store, clock, log } = ports
  const known = offered(await store.setting('network'))
  const state = createStatePublisher(
    initialState({
      version: options.version,
      shell: options.shell,
      host: options.host,
      network: known,
      startedAtMs: clock.now(),
      notice: options.notice,
    }),
    clock,
  )
  const tasks = createTasks(state, clock, log)
  const longRequests = createLongRequests(state, clock)
  const settings = await createSettings({ store, state, log, version: options.version })
  const keys = createKeys({ vault, store, state, clock, log, autoLockMinutes: () => settings.get('autoLockMinutes') })

  const backupFiles = createBackupFiles({ vault, clock })

  const activity: NoteActivity = (text, facts = {}, actor = 'you', level = 'info') => {
    store.addActivity({ atMs: clock.now(), actor, level, text, facts }).catch((error: unknown) => log.error('activity', error))
  }

  const recordCare = createRecordCare({ records: ports.records, store, settings, tasks, clock, log, activity })

  const makeRooms = async ({ network, state: own, tasks: ownTasks }: Omit<LookedAt, 'rooms'>): Promise<NetworkRooms> => {
    const world = await ports.world(network)
    const installId = containersMark(options.installId, network)
    const engine = keepVolumes(
      ownNames(
        quietEngine(world.engine, () => own.isShown, clock),
        installId,
      ),
      {
        network,
        installId,
        store,
        state: own,
        clock,
        log,
        activity: noteOn(network, activity),
        place: () => vault.place(),
      },
    )
    return createNetworkRooms({
      network,
      world: { ...world, engine },
      vault,
      rehearsal,
      store,
      state: own,
      tasks: ownTasks,
      keys,
      clock,
      log,
      installId,
      surfaceUrl: (token) => options.surfaceUrl(token),
      template: (name) => ports.template(name),
      catalogFile: ports.catalogFile && ((name) => ports.catalogFile?.(name) ?? new Uint8Array()),
      activity: noteOn(network, activity),
      settings,
      ejectFolder: ports.ejectFolder,
      metrics: ports.metrics,
    })
  }
  let later: RoomsLater | undefined
  const networks = await createLookedAfter({
    first: known,
    ...(options.roomsLater === true && {
      firstRooms: (place) => {
        later = createRoomsLater(() => makeRooms(place), clock)
        return later.rooms
      },
    }),
    make: makeRooms,
    published: state,
    tasks,
    store,
    clock,
    log,
  })
  const wakeAll = (): void => {
    for (const { rooms } of networks.all()) rooms.wake()
  }
  /** Each network has a way to the engine of its own. */
  const checkEngine: Handlers['engine.check'] = (input, signal) => {
    for (const { rooms } of networks.all())
      if (rooms !== networks.rooms)
        void rooms.handlers['engine.check']({}).catch((error: unknown) => log.error('a look at the engine', error))
    return networks.rooms.handlers['engine.check'](input, signal)
  }
  const roomsOfIntent = async (intentId: string): Promise<NetworkRooms> =>
    networks.of((await store.intent(intentId))?.network ?? '')?.rooms ?? networks.rooms
  settings.onChange((changed) => {
    if (changed.includes('autoLockMinutes')) keys.autoLockChanged()
    if (changed.includes('engineEndpoint')) checkEngine({}).catch((error: unknown) => log.error('after another engine was chosen', error))
    // What a container is started with may be another now.
    wakeAll()
  })
  const alerts = createAlerts({ settings, state, watched: () => networks.all(), store, https: ports.https, clock, log })
  const abort = new AbortController()
  vault.onLock(() => {
    keys.refresh().catch((error: unknown) => log.error('after a lock', error))
  })

  const handlers: Handlers = {
    ...forwarded(() => networks.rooms),
    ...recordCare.handlers,
    ...backupFiles.handlers,
    ...startAnewHandlers({ state, records: ports.records, rooms: () => networks.rooms, activity }),
    ...keyHandlers({
      keys,
      vault,
      state,
      surfaceUrl: (token) => options.surfaceUrl(token),
      pendingClaims: (address) => networks.rooms.pendingClaims(address),
      wake: wakeAll,
    }),
    ...settingsHandlers({
      settings,
      mayUseEngine: (endpoint) => mustBeKnownEngine(endpoint, { finder: ports.engines, settings, state }),
      onChanged: (names) => activity('settings-changed', { names: names.join(', ').slice(0, 300) }),
    }),
    'alerts.test': async (_input, signal) => {
      await unlessCancelled(signal, () => alerts.test())
      return {}
    },
    'state.get': () => {
      later?.looked()
      return Promise.resolve(state.snapshot())
    },
    ...shellRequests,
    ...engineHandlers({
      finder: ports.engines,
      settings,
      state,
      tasks,
      store,
      clock,
      check: () => checkEngine({}),
      activity,
    }),
    'state.resume': ({ startedAtMs, seq }) => Promise.resolve(state.resume(startedAtMs, seq)),
    'engine.check': checkEngine,
    'app.chooseNetwork': async ({ network: wanted }) => {
      const id = offered(wanted)
      if (id === null) throw new HearthError('not-allowed', { network: wanted })
      if (id === state.state.app.network) return {}
      await networks.choose(id)
      // Before the answer: whatever the page asks next, it asks of this network.
      state.flush()
      activity('network-chosen', { network: id })
      return {}
    },
    'nodes.stop': ({ network, ...wish }, signal) => {
      const rooms = network === undefined ? networks.rooms : networks.of(network)?.rooms
      if (!rooms) throw new HearthError('not-allowed', { network: network ?? '' })
      return rooms.handlers['nodes.stop'](wish, signal)
    },
    'vault.create': async ({ password }) => {
      await keys.create(password)
      activity('vault-created')
      return {}
    },
    'vault.unlock': async ({ password }, signal) => {
      try {
        await unlessCancelled(signal, () => keys.unlock(password))
      } catch (error) {
        // The derivation would go on and open the vault after all: its process is ended.
        if (signal?.aborted) await keys.giveUpUnlock()
        throw error
      }
      wakeAll()
      return {}
    },
    'vault.lock': async () => {
      await keys.lock()
      return {}
    },
    'keys.open': async ({ name, role, mode }) => {
      if (state.state.app.network === null) throw new HearthError('no-network')
      const ticket = await keys.openNewKey({ name, role, mode })
      return { surfaceUrl: options.surfaceUrl(ticket.token), expiresAtMs: ticket.expiresAtMs }
    },
    'tasks.cancel': ({ taskId }) => {
      if (!longRequests.cancel(taskId)) networks.cancelTask(taskId)
      return Promise.resolve({})
    },
    'tasks.dismiss': ({ taskId }) => {
      networks.dismissTask(taskId)
      return Promise.resolve({})
    },
    'activity.list': async ({ beforeId, limit }) => ({
      rows: await store.activity({ ...(beforeId === undefined ? {} : { beforeId }), limit }),
    }),
  }

  await keys.refresh()
  await networks.begin()
  const looking = networks.run(abort.signal, later?.joined ?? Promise.resolve())
  const alerting = alerts.run(abort.signal)
  const caring = recordCare.run(abort.signal)

  const dispatch = createDispatcher(handlers, log, longRequests, (name, input, shown) => {
    const { network } = state.state.app
    if (shown !== network && isForTheChosen(name, input))
      throw new HearthError('network-changed', { shown: shown ?? '', network: network ?? '' })
  })

  return {
    ...(later === undefined ? {} : { joined: later.joined }),
    call(name, input, signal, shown) {
      // Reading is no sign of a person: the page reads by itself.
      if (Object.hasOwn(requests, name) && requests[name as RequestName].writes) keys.touch()
      return dispatch(name, input, signal, shown)
    },
    subscribe: (listener) => state.subscribe(listener),
    async surface(token, method, body) {
      const { page, outcome } = await vault.surface(token, method, body)
      if (outcome) {
        await keys.take(outcome)
        if (outcome.kind === 'backup-made') backupFiles.written(token, outcome.path)
        if (outcome.kind === 'signed') {
          // The page of the surface is already made; how the sending went is told through state.
          const { intentId, txBytes } = outcome
          roomsOfIntent(intentId)
            .then((rooms) => rooms.signed(intentId, txBytes))
            .catch((error: unknown) => log.error('sending a signed transaction', error))
        }
        if (outcome.kind === 'refused') await (await roomsOfIntent(outcome.intentId)).discard(outcome.intentId)
        if (outcome.kind === 'key-made') {
          activity('key-made', { role: outcome.key.role, name: outcome.key.name, address: outcome.key.address })
          wakeAll()
        }
        if (outcome.kind === 'restored') wakeAll()
      }
      return { status: page.status, html: page.html }
    },
    async stop() {
      abort.abort()
      tasks.cancelAll()
      await Promise.all([alerting, caring, looking])
      keys.stop()
      await tasks.settled()
      await networks.stop()
      await vault.stop()
      await ports.metrics.close()
      await store.close()
    },
  }
}

/** Requests about the chosen network go to the rooms that are there when they come. */
function forwarded(rooms: () => NetworkRooms): NetworkRooms['handlers'] {
  const entries = NETWORK_REQUESTS.map((name) => [
    name,
    (input: never, signal?: AbortSignal) => (rooms().handlers[name] as (input: never, signal?: AbortSignal) => unknown)(input, signal),
  ])
  return Object.fromEntries(entries) as NetworkRooms['handlers']
}

/** @returns the network when this version knows it */
function offered(id: string | undefined): NetworkId | null {
  return NETWORKS.find((network) => network.id === id)?.id ?? null
}
