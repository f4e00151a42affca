import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { BUNDLE_CATALOG, CATALOG } from '#shared/catalog/index.ts'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import { ingress } from '#shared/catalog/entries/ingress.ts'
import { localChainRulesSchema } from '#shared/networks/local.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import type { ServingKey, ServingNow } from '#main/core/keys/serving-keys.ts'
import { CHAIN_HOME, READY_FILE } from '#main/core/nodes/make-chain.ts'
import { createNodes, type Nodes } from '#main/core/nodes/nodes.ts'
import { keepVolumes } from '#main/core/nodes/kept-volumes.ts'
import { ownNames } from '#main/core/nodes/own-names.ts'
import type { CatalogueNodes } from '#main/core/nodes/catalogue-nodes.ts'
import type { Engine } from '#main/core/ports/engine.ts'
import type { ChainRow, NodeRow, Store } from '#main/core/ports/store.ts'
import type { Net } from '#main/core/ports/net.ts'
import type { RehearsalKeys } from '#main/core/ports/vault.ts'
import type { MinerHost } from '#main/core/relays/miner-host.ts'
import type { MinerStart } from '#main/core/relays/miner-setup.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, type StatePublisher } from '#main/core/state/publisher.ts'
import { createTasks, type Tasks } from '#main/core/tasks/tasks.ts'
import { createFakeChain } from '#test/fakes/chain.ts'
import { createTestClock, createTestLog, type TestClock } from '#test/fakes/clock.ts'
import { createFakeEngine, type FakeEngine } from '#test/fakes/engine.ts'
import { servingNow } from '#test/fakes/serving-keys.ts'

const recorded = (name: string): Uint8Array => new Uint8Array(readFileSync(join(import.meta.dirname, '../../fixtures/pocketd-init', name)))

export const INSTALL = 'scene'
export const nameOf = (nodeId: string): string => `hearth-${INSTALL}-${nodeId}`
export const IMAGES = [POCKETD_IMAGE.reference, anvil.image.reference, ingress.image.reference] as const

const KEYRING = '/keys/keyring-test'

/** What is other in an engine whose volumes are watched. */
const WATCHED: ReadonlySet<string | symbol> = new Set<keyof Engine>(['probe', 'list', 'ensureVolume', 'removeVolume'])

/** What outlives a run of the app: the record, the engine with its containers, the machine, the clock. */
export interface Scene {
  engine: FakeEngine
  clock: TestClock
  rows: Map<string, NodeRow>
  chains: Map<string, ChainRow>
  settings: Map<string, string>
  /** Ports of this machine that are taken by others. */
  takenPorts: Set<number>
  freeDiskBytes: number
  /** Whether each node's program does its work (answers) while its container runs. */
  working: Set<string>
  /** Commands of pocketd that were run in the node's container. */
  pocketd: string[]
  /** A command of pocketd that fails. */
  failPocketd: string | undefined
  miner: MinerStart | undefined
  /** Height on the miner's metrics page where it does not follow the chain. */
  minerHeight: number | 'none' | undefined
  /** Relays on the same page. */
  served: number
  /** Whether the ingress has the file that makes it refuse. */
  refusing: boolean
  /** What happens when the keeper asks for its keys. */
  giveKey: (missing: readonly ServingKey[]) => Promise<boolean>
  /** Operators that the miner signs for. */
  serving: ServingNow
  /** Names that the miner's configuration was asked for with, the last time. */
  configured: readonly string[]
  /** Makes the configuration name them, as the real one does. */
  namesKeys: boolean
  keysAsked: number
  /** Looks into the keyring. */
  keyLooks: number
  /** Names that are not found there any more. */
  lostKeys: Set<string>
  /** The setting of this name. */
  startNodes: boolean
  readyCalls: number
  /** With one the scene is on Mainnet, with no node of the chain on this machine. */
  minerHost: Pick<MinerHost, 'look' | 'urls' | 'left'> | undefined
  /** There, the height of the chain while it can be read. */
  chainHeight: number | undefined
  /** Nodes of the signed catalogue, where a test has some. */
  catalogue: ((parts: CatalogueParts) => CatalogueNodes) | undefined
  /** Lines of the log of activity. */
  activity: Record<string, string>[]
  /** Fingerprint of machine and data folder. */
  place: string
  /** Starts the app anew on all this. @param dieAt number of the call to engine or record before which the process is killed */
  start(dieAt?: number): Life
  /** Puts an operator key where the key process would. */
  putKey(name?: string): Promise<void>
}

/** What a test's catalogue is made of. */
export interface CatalogueParts {
  engine: Engine
  store: Store
  net: Net
  state: StatePublisher
  tasks: Tasks
  nodes: () => Nodes
}

/** One run of the app. */
export interface Life {
  nodes: Nodes
  state: StatePublisher
  tasks: Tasks
  /** Calls to engine and record so far. */
  readonly points: number
  /** Lets time pass in small steps, so that loops and waits run. */
  pass(ms: number): Promise<void>
  /** Lets time pass until something holds. */
  until(what: string, done: () => boolean, limitMs?: number): Promise<void>
  seen(nodeId: string): string | undefined
  /** Ends the run like a killed process: nothing is tidied up. */
  kill(): void
  /** Ends the run as Hearth ends itself. */
  end(): Promise<void>
}

/** A machine with an engine and both images in the registry. */
export function createScene(): Scene {
  const clock = createTestClock()
  const engine = createFakeEngine({ now: () => clock.now() })
  for (const image of IMAGES) engine.publish(image)
  const rules = localChainRulesSchema.parse({})
  const chain = createFakeChain(() => '')
  engine.disk = () => Promise.resolve({ freeBytes: scene.freeDiskBytes, usedBytes: 0 })
  const scene: Scene = {
    engine,
    clock,
    rows: new Map(),
    chains: new Map(),
    settings: new Map(),
    takenPorts: new Set(),
    freeDiskBytes: 50 * 1024 ** 3,
    working: new Set(['pocket', 'backend', 'miner', 'ingress']),
    pocketd: [],
    failPocketd: undefined,
    miner: undefined,
    minerHeight: undefined,
    served: 0,
    refusing: false,
    giveKey: () => Promise.resolve(false),
    serving: servingNow('pokt1operator0first'),
    configured: [],
    namesKeys: false,
    keysAsked: 0,
    keyLooks: 0,
    lostKeys: new Set(),
    startNodes: true,
    readyCalls: 0,
    minerHost: undefined,
    chainHeight: undefined,
    catalogue: undefined,
    activity: [],
    place: 'here',
    start: (dieAt) => startLife(dieAt),
    putKey: (name = scene.serving.keys[0]?.name ?? '') =>
      engine.writeFile(nameOf('keeper'), `${KEYRING}/${name}.info`, new Uint8Array([1]), { mode: 0o600, uid: 1025, gid: 1025 }),
  }
  const exists = (container: string, path: string): Promise<boolean> =>
    engine.readFile(container, path).then(
      () => true,
      () => false,
    )
  const put = (container: string, path: string, content: Uint8Array): Promise<void> =>
    engine.writeFile(container, path, content, { mode: 0o600, uid: 1025, gid: 1025 })
  engine.execScript = async (container, command) => {
    const [program = '', ...rest] = command
    const ended = (exitCode: number, stdout = '') => ({ exitCode, stdout, stderr: exitCode === 0 ? '' : 'refused' })
    if (command.at(-1) === '/tmp/refusing') scene.refusing = program === 'touch'
    if (program === 'ls') {
      scene.keyLooks += 1
      const names = scene.serving.keys.filter((key) => !scene.lostKeys.has(key.name)).map((key) => `${key.name}.info`)
      const there = await Promise.all(names.map((name) => exists(container, `${rest[0]}/${name}`)))
      return there.includes(true) ? ended(0, `0123.address\n${names.filter((_, at) => there[at]).join('\n')}\n`) : ended(2)
    }
    if (program === 'test') return ended((await exists(container, rest[1] ?? '')) ? 0 : 1)
    if (program === 'touch') await put(container, rest[0] ?? '', new Uint8Array())
    if (program !== 'pocketd') return ended(0)
    const line = command.slice(1, 4).join(' ')
    scene.pocketd.push(line)
    if (scene.failPocketd !== undefined && line.startsWith(scene.failPocketd)) return ended(1)
    if (rest[0] === 'init')
      for (const file of ['genesis.json', 'config.toml', 'app.toml']) await put(container, `${CHAIN_HOME}/config/${file}`, recorded(file))
    if (rest[0] === 'tx') return ended(0, '{"code":0,"txhash":"AB"}')
    return ended(0, rest[1] === 'show' ? `pokt1${rest[2]}` : '')
  }

  const store = {
    setting: (key: string) => Promise.resolve(scene.settings.get(key)),
    setSetting: (key: string, value: string) => Promise.resolve(void scene.settings.set(key, value)),
    nodes: (network: string) =>
      Promise.resolve([...scene.rows.values()].filter((row) => row.network === network).map((row) => structuredClone(row))),
    putNode: (row: NodeRow) => Promise.resolve(void scene.rows.set(row.id, structuredClone(row))),
    removeNodes: () => Promise.resolve(scene.rows.clear()),
    removeNode: (_network: string, nodeId: string) => Promise.resolve(void scene.rows.delete(nodeId)),
    chain: (network: string) => Promise.resolve(scene.chains.get(network)),
    putChain: (row: ChainRow) => Promise.resolve(void scene.chains.set(row.network, structuredClone(row))),
    removeChain: (network: string) => Promise.resolve(void scene.chains.delete(network)),
  } as unknown as Store

  /** Host port of a node, if its container runs. */
  const answering = async (nodeId: string, url: string): Promise<boolean> => {
    const port = Number(new URL(url).port)
    const spec = engine.specOf(nameOf(nodeId))
    const seen = (await engine.list()).find((container) => container.nodeId === nodeId)
    return seen?.state === 'running' && scene.working.has(nodeId) && (spec?.ports.some((entry) => entry.hostPort === port) ?? false)
  }
  const net: Net = {
    async post(url) {
      if (await answering('ingress', url)) return { status: scene.refusing ? 503 : 404, body: new Uint8Array() }
      const text = (await answering('backend', url))
        ? '{"jsonrpc":"2.0","id":1,"result":"0x10"}'
        : (await answering('miner', url))
          ? `${scene.minerHeight === 'none' ? '' : `relayminer_block_height_current ${scene.minerHeight ?? chain.heightNow}`}\nrelayminer_requests_success_total{service_id="anvil"} ${scene.served}\n`
          : undefined
      if (text === undefined) throw new HearthError('no-network', { endpoint: url })
      return { status: 200, body: new TextEncoder().encode(text) }
    },
    portFree: (port) => Promise.resolve(!scene.takenPorts.has(port)),
    freeDiskBytes: () => Promise.resolve(scene.freeDiskBytes),
  }

  function startLife(dieAt = Infinity): Life {
    const abort = new AbortController()
    let points = 0
    /** A killed process makes no more calls, and hears no more answers. */
    const mortal = <T extends object>(part: T): T =>
      new Proxy(part, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name)
          if (typeof member !== 'function' || name === 'follow') return member
          return (...given: unknown[]): unknown => {
            points += 1
            if (points >= dieAt) return new Promise(() => undefined)
            return Reflect.apply(member, target, given)
          }
        },
      })
    const state = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: clock.now(), notice: null }),
      clock,
    )
    const log = createTestLog()
    const tasks = createTasks(state, clock, log)
    /** The chain makes blocks while the node's container runs with a whole home. */
    const look = async (): Promise<void> => {
      const pocket = (await engine.list().catch(() => [])).find((container) => container.nodeId === 'pocket')
      const runs = pocket?.state === 'running' && scene.working.has('pocket') && (await exists(pocket.name, READY_FILE))
      if (runs) chain.heightNow += 1
      if (scene.chainHeight !== undefined) return state.patch('chain', { status: 'ready', height: scene.chainHeight })
      const height = runs ? chain.heightNow : state.state.chain.height
      state.patch('chain', { status: runs ? 'ready' : nodes.endpoints() ? 'starting' : 'none', height })
    }
    const heads = {
      current: () => (state.state.chain.status === 'ready' ? chain : undefined),
      require: () => chain,
      wake: () => undefined,
      forget: () => undefined,
    } as unknown as Heads
    const [dying, mortalStore] = [mortal(engine), mortal(store)]
    const network = scene.minerHost ? 'mainnet' : 'local'
    // Tests change the engine's members while it runs.
    const asItIs = Object.fromEntries(
      Object.keys(engine).map((name) => [
        name,
        (...given: unknown[]) => (Reflect.get(dying, name) as (...given: unknown[]) => unknown)(...given),
      ]),
    ) as unknown as Engine
    const kept = keepVolumes(ownNames(asItIs, INSTALL), {
      network,
      installId: INSTALL,
      store: mortalStore,
      state,
      clock,
      log,
      activity: (text, facts, _actor, level) => void scene.activity.push({ text, level: level ?? 'info', ...facts }),
      place: () => Promise.resolve(scene.place),
    })
    const mortalEngine = new Proxy<Engine>(dying, {
      get: (target, name): unknown => Reflect.get(WATCHED.has(name) ? kept : target, name),
    })
    const parts = { engine: mortalEngine, store: mortalStore, net, state, tasks, nodes: () => nodes }
    const nodes: Nodes = createNodes({
      engine: mortalEngine,
      store: mortalStore,
      catalogue: scene.catalogue?.(parts),
      net,
      state,
      tasks,
      clock,
      log,
      heads,
      rehearsal: {
        ensure: () => Promise.resolve({ address: 'pokt1application', pubKeyHex: '02' }),
        forget: () => Promise.resolve(),
      } as unknown as RehearsalKeys,
      installId: INSTALL,
      catalog: scene.minerHost ? BUNDLE_CATALOG : CATALOG,
      rules,
      imageOverrides: {},
      network: () => network,
      ...(scene.minerHost && { minerHost: scene.minerHost }),
      minerConfig: (keys) => {
        const names = keys.map((key) => key.name)
        scene.configured = names
        return Promise.resolve(
          scene.miner && scene.namesKeys ? { ...scene.miner, yaml: `${scene.miner.yaml} ${names.join(' ')}` } : scene.miner,
        )
      },
      ingressConfig: () => '{}',
      onChainReady: () => Promise.resolve(void (scene.readyCalls += 1)),
      onChainRemoved: () => Promise.resolve(),
      servingKeys: { read: () => Promise.resolve(scene.serving) },
      giveKeys: (missing) => {
        scene.keysAsked += 1
        return scene.giveKey(missing)
      },
      startNodes: () => scene.startNodes,
    })
    const watch = async (): Promise<void> => {
      while (!abort.signal.aborted) {
        await look()
        await clock.sleep(1_000, abort.signal)
      }
    }
    void watch()
    const running = nodes.run(abort.signal)
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 100) {
        await clock.advance(100)
        // The engine in memory takes a few turns of the event loop for what a real one does in milliseconds.
        for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    return {
      get points() {
        return points
      },
      nodes,
      state,
      tasks,
      pass,
      async until(what, done, limitMs = 180_000) {
        for (let passed = 0; !done(); passed += 100) {
          if (passed > limitMs)
            throw new Error(
              `waited for ${what}; ${JSON.stringify({ nodes: state.state.nodes, tasks: state.state.tasks, log: log.lines.slice(-5) })}`,
            )
          await pass(100)
        }
      },
      seen: (nodeId) => state.state.nodes[nodeId]?.seen,
      kill() {
        dieAt = 0
        abort.abort()
        tasks.cancelAll()
      },
      async end() {
        tasks.cancelAll()
        await tasks.settled()
        abort.abort()
        await running
      },
    }
  }
  return scene
}
