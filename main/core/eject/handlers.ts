import { HearthError } from '#shared/api/errors.ts'
import type { AppState, NetworkId } from '#shared/api/state.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { Backends } from '../backends/wire-backends.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import type { NetworkRooms } from '../network-shape.ts'
import type { GiveKeys } from '../keys/give-key.ts'
import type { ServingKeys } from '../keys/serving-keys.ts'
import type { Clock } from '../ports/clock.ts'
import type { EjectFolder } from '../ports/eject-folder.ts'
import type { Engine } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { Nodes } from '../nodes/nodes.ts'
import type { MinerSetup } from '../relays/miner-setup.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { projectName, type EjectDeps } from './contents.ts'
import { contentsNow, eject, previewEject } from './eject.ts'
import { createHandOvers, type HandOvers } from './hand-over.ts'

/** What starts a container, or takes away what another one uses now. */
const HELD = [
  'nodes.start',
  'nodes.restart',
  'nodes.keepRunning',
  'bundle.start',
  'bundle.remove',
  'localChain.start',
  'localChain.remove',
  'backends.startEntry',
  'backends.removeEntry',
  // Its door would be another than the one that relays come through.
  'leave.begin',
  'leave.cancel',
] as const satisfies (keyof NetworkRooms['handlers'])[]

export interface EjectRoom {
  handlers: Pick<Handlers, 'eject.preview' | 'eject.write' | 'eject.handOver' | 'eject.takeBack'>
  /** The same handlers, but that what was handed over is not touched: those reject `handed-over` (detail.path). */
  guarded(handlers: NetworkRooms['handlers']): NetworkRooms['handlers']
  /** The same, but that a key is given to no miner beside one that runs from the files. */
  guardedKeys(giveKeys: GiveKeys): GiveKeys
  handOvers: HandOvers
}

/** Leaving Hearth, and coming back, made of the rooms of one network. */
export function createEjectRoom(deps: {
  rooms: {
    network: NetworkId | null
    store: Store
    state: StatePublisher
    /** Of this machine. */
    clock: Clock
    log: Log
    installId: string
    ejectFolder: EjectFolder
    template(name: string): string
    activity(text: string, facts: Record<string, string>): void
  }
  world: { engine: Engine; catalog: CatalogEntry[]; imageOverrides: Record<string, string> }
  miner: Pick<MinerSetup, 'config'>
  servingKeys: ServingKeys
  nodes: Pick<Nodes, 'start' | 'stop' | 'wake' | 'insideUrls'>
  behind: Backends['behind']
  heads: Pick<Heads, 'current'>
}): EjectRoom {
  const { rooms, world, miner, nodes, heads } = deps
  const handOvers = createHandOvers({
    network: rooms.network,
    project: projectName(rooms.installId),
    store: rooms.store,
    nodes,
    engine: world.engine,
    state: rooms.state,
    clock: rooms.clock,
    log: rooms.log,
    activity: (text, facts) => rooms.activity(text, facts),
  })
  const ejectDeps: EjectDeps = {
    store: rooms.store,
    folder: rooms.ejectFolder,
    template: (file) => rooms.template(file),
    installId: rooms.installId,
    network: () => rooms.network,
    catalog: world.catalog,
    imageOverrides: world.imageOverrides,
    minerConfig: () => miner.config(),
    servingKeys: deps.servingKeys,
    minimumGasPrice: async () => heads.current()?.minimumGasPrice(),
    hostRpcUrl: () => nodes.insideUrls()?.rpcUrl,
    behind: () => deps.behind(),
    isRootless: async () => {
      const probe = await world.engine.probe()
      return probe.kind === 'ready' && probe.rootless === true
    },
    state: () => rooms.state.state,
    clock: rooms.clock,
  }
  const mustBeOurs = (): void => {
    const path = handOvers.now()?.path
    if (handOvers.isOut()) throw new HearthError('handed-over', { path: path ?? '' })
  }
  return {
    handOvers,
    handlers: {
      'eject.preview': async () => {
        const { preview, contents } = await previewEject(ejectDeps)
        const written = handOvers.written()
        const isThere = written !== null && preview.taken.includes(written.path.split(/[\\/]/).at(-1) ?? '')
        return {
          ...preview,
          written:
            written && isThere ? { path: written.path, atMs: written.atMs, isStale: written.fingerprint !== contents.fingerprint } : null,
          handOver: handOvers.now(),
        }
      },
      'eject.write': async (wish) => {
        const { written, contents } = await eject(ejectDeps, wish)
        await handOvers.noteWritten({ path: written.path, fingerprint: contents.fingerprint, withMiner: contents.withMiner })
        rooms.activity('ejected', { path: written.path })
        return written
      },
      'eject.handOver': async ({ when }) => {
        mustBeStill(rooms.state.state)
        const contents = await contentsNow(ejectDeps, false)
        // While the chain does not answer it cannot be told whether something changed.
        await handOvers.begin(when, contents.withMiner ? contents.fingerprint : undefined)
        rooms.activity('hand-over-begun', { path: handOvers.now()?.path ?? '' })
        return {}
      },
      'eject.takeBack': async (_input, signal) => {
        await handOvers.takeBack(signal)
        return {}
      },
    },
    guardedKeys: (giveKeys) => async (missing, othersThere) => {
      if (handOvers.isOut()) return false
      // SECURITY: S18 one key, one machine: the files may be run without a word to Hearth.
      await handOvers.mustNotRun()
      return giveKeys(missing, othersThere)
    },
    guarded(handlers) {
      const held = HELD.map((name) => {
        const run = handlers[name] as (input: unknown, signal?: AbortSignal) => Promise<unknown>
        return [
          name,
          async (input: unknown, signal?: AbortSignal) => {
            mustBeOurs()
            return run(input, signal)
          },
        ]
      })
      return { ...handlers, ...(Object.fromEntries(held) as Partial<NetworkRooms['handlers']>) }
    },
  }
}

/** What makes or removes containers goes on by itself, and would begin anew what was handed over. */
const MAKING: ReadonlySet<string> = new Set([
  'local-chain-start',
  'local-chain-remove',
  'bundle-start',
  'bundle-remove',
  'backend-start',
  'backend-remove',
])

/** Rejects `backend-busy`, and `not-now` (problem 'leaving') while the supplier is being unstaked safely. */
function mustBeStill({ tasks }: Pick<AppState, 'tasks'>): void {
  const running = Object.values(tasks).filter((task) => task.status === 'running')
  if (running.some((task) => MAKING.has(task.kind))) throw new HearthError('backend-busy')
  if (running.some((task) => task.kind === 'safe-unstake')) throw new HearthError('not-now', { problem: 'leaving' })
}
