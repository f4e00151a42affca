import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import type { Chain, ConnectChain, UpgradePlan } from '#main/core/ports/chain.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { ContainerSpec, Engine } from '#main/core/ports/engine.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { Net } from '#main/core/ports/net.ts'
import type { Reach } from '#main/core/ports/reach.ts'
import type { PracticeControls } from '#main/core/ports/practice.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import { releaseOfPlan } from '#shared/catalog/releases.ts'
import { localChainRulesSchema, PRACTICE_CHAIN_ID, type LocalChainRules } from '#shared/networks/local.ts'
import { createPracticeEngine } from './engine/engine.ts'
import type { PracticeEngineControl } from './engine/control.ts'
import { createBackendControl } from './engine/programs/anvil.ts'
import type { ChainHost } from './engine/programs/node.ts'
import { createChooseProgram, isKeeperSpec } from './engine/programs/choose.ts'
import { createIngressProgram, type IngressProgram } from './engine/programs/ingress.ts'
import { LATEST_PRACTICE_MS, speedSchema } from '#shared/practice/controls.ts'
import { foundNetwork, networkId, noNetwork, restoreNetwork, type NetworkParts, type PracticeNetwork } from './network.ts'
import type { ContainerHandle, PracticeClock, Program } from './parts.ts'
import type { PracticeWorld } from './world.ts'
import { createNodeHost } from './node-host.ts'
import { createPracticeNet, createPracticeReach } from './practice-net.ts'
import { readGenesis } from './read-genesis.ts'
import { createPracticeClock } from './time/practice-clock.ts'
import { GOOD_LINK, type Link } from './traffic/gateways.ts'
import { createMiner, type MinerProgram } from './traffic/miner.ts'
import { createControls } from './controls.ts'

/** Pace of the practised chain at x1: a session is a minute. */
const BLOCK_MS = 6_000
const DISK_BYTES = 512 * 2 ** 30
/** A fast line: who begins should see layers arrive, not wait for them. */
const BYTES_PER_SECOND = { honest: 60_000_000, slow: 60_000 }
/** What the user did must outlive a kill: the core wrote it down at once, and Practice must not be behind it. Saving takes at most a fiftieth of the time, however much there is. */
const SAVE_EVERY_MS = 1_000
const SAVE_SHARE = 50
/** Shortest real wait of what the core does again and again. */
const CORE_FLOOR_MS = 50
/** What the images of the catalogue weigh, unpacked and by layer. */
const IMAGES = [
  { part: 'pocketd', sizeBytes: 139_000_000, layerBytes: [31_000_000, 17_500_000, 412_000] },
  { part: 'caddy', sizeBytes: 45_000_000, layerBytes: [3_400_000, 12_600_000] },
  { part: 'foundry', sizeBytes: 52_000_000, layerBytes: [12_800_000, 6_400_000] },
]

/** Where Practice is kept between two starts of Hearth; one text, replaced as a whole. */
export interface PracticeFile {
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
  /** Puts a file that cannot be read out of the way. */
  setAside(): Promise<void>
}

/** Practice behind the ports of the core. */
export interface PracticeMachine {
  engine: Engine
  connectChain: ConnectChain
  net: Net
  reach: Reach
  clock: Clock
  codec: TxCodec
  rules: LocalChainRules
  catalog: CatalogEntry[]
  imageOverrides: Record<string, string>
  practice: PracticeControls
  stop(): Promise<void>
}

const upgradeSchema = z.strictObject({ name: z.string(), height: z.number().int() })
const savedSchema = z.strictObject({
  version: z.literal(1),
  clock: z.strictObject({ atMs: z.number().int().min(0).max(LATEST_PRACTICE_MS), speed: speedSchema, paused: z.boolean() }),
  engine: z.string(),
  network: z
    .strictObject({
      id: z.string(),
      ledger: z.string(),
      node: z.string(),
      gateways: z.string(),
      base: z.string(),
      past: z.string().optional(),
      upgrade: upgradeSchema.optional(),
    })
    .nullable(),
  scenario: z.string().nullable(),
})

/**
 * A small Pocket network and a container engine inside Hearth. While Hearth does not run, the time of Practice stands.
 * @param parts.clock of this machine @param parts.codec for addresses of Practice
 * A file that cannot be read is put aside, logged, and Practice begins anew: nothing in it is worth anything.
 */
export async function createPractice(parts: {
  file: PracticeFile
  installId: string
  clock: Clock
  log: Log
  codec: TxCodec
}): Promise<PracticeMachine> {
  const { file, log, codec } = parts
  const saved = await load(file, log)
  const clock = createPracticeClock({ startMs: saved?.clock ?? parts.clock.now() })
  const backend = createBackendControl()
  const rules = localChainRulesSchema.parse({ chainId: PRACTICE_CHAIN_ID, blockMs: BLOCK_MS })
  const miners = new Set<MinerProgram>()
  let ingress: IngressProgram | undefined
  let link: Partial<Link> | undefined
  let network: PracticeNetwork | undefined
  let changed = false

  /** What the node of here was last made of. */
  let nodeImage: string | undefined
  const hasSoftwareOf = (plan: UpgradePlan): boolean => {
    const release = releaseOfPlan(plan.name)
    const image = release && engine.images.find(release.reference)
    return nodeImage === undefined || (image !== undefined && (nodeImage === image.imageId || nodeImage.endsWith(`@${image.digest}`)))
  }
  /** The release that a plan asks for is in the practised registry by then. */
  const publishRelease = (plan: UpgradePlan | undefined): void => {
    const release = plan && releaseOfPlan(plan.name)
    if (!release) return
    const { part: _part, ...sizes } = IMAGES[0] ?? raise()
    engine.images.publish({ reference: release.reference, ...sizes })
  }
  const networkParts: NetworkParts = {
    clock,
    codec,
    addressPrefix: 'practice',
    hasSoftwareOf,
    // Gateways reach a miner through the ingress alone, where one was ever started.
    served: () => (ingress?.serving !== false ? [...miners].filter((miner) => miner.serving) : []),
    link: () => ({ ...GOOD_LINK, latencyMs: GOOD_LINK.latencyMs + backend.latencyMs, lagBlocks: backend.lagBlocks, ...link }),
  }
  const replace = (next: PracticeNetwork): void => {
    const isRunning = network?.node.running ?? false
    network?.stop()
    network = next
    publishRelease(next.upgrade)
    next.node.setRunning(isRunning)
    changed = true
  }
  if (saved?.network) {
    try {
      network = restoreNetwork(networkParts, saved.network)
    } catch (error) {
      log.error('the practised network could not be read again', error)
    }
  }

  const onChainStart = (genesisJson: string, handle: ContainerHandle): ChainHost => {
    nodeImage = handle.spec.image
    const appToml = new TextDecoder().decode(handle.readFile('/home/pocket/.pocket/config/app.toml') ?? new Uint8Array())
    const minimumGasPrice = /^minimum-gas-prices\s*=\s*"([0-9.]+)upokt"/m.exec(appToml)?.[1] ?? '0'
    const genesis = readGenesis(genesisJson, { addressPrefix: 'practice', blockMs: rules.blockMs, minimumGasPrice })
    if (network?.id !== networkId(genesis)) replace(foundNetwork(networkParts, genesis))
    if (!network) throw noNetwork()
    return createNodeHost(
      () => network,
      richest(genesis.accounts),
      () => clock.speed,
    )
  }
  const chooseMiner = (_spec: ContainerSpec): Program | undefined => {
    if (!network) return undefined
    const miner = createMiner({ node: network.node, codec })
    for (const other of miners) if (!other.serving) miners.delete(other)
    miners.add(miner)
    return miner
  }
  const chooseIngress = (): Program => {
    ingress = createIngressProgram()
    return ingress
  }
  const makeEngine = (savedEngine: string | undefined): PracticeEngineControl =>
    createPracticeEngine({
      clock,
      choose: createChooseProgram({ addressPrefix: 'practice', onChainStart, backend, miner: chooseMiner, ingress: chooseIngress }),
      registry: CATALOG.map((entry) => {
        const { part: _part, ...sizes } = IMAGES.find((image) => entry.image.reference.includes(image.part)) ?? IMAGES[0] ?? raise()
        return { reference: entry.image.reference, ...sizes }
      }),
      installId: parts.installId,
      ...(savedEngine === undefined ? {} : { saved: savedEngine }),
      diskBytes: DISK_BYTES,
      bytesPerSecond: BYTES_PER_SECOND,
      name: 'Practice',
      onChange: () => {
        changed = true
      },
    })
  let engine: PracticeEngineControl
  try {
    engine = makeEngine(saved?.engine)
  } catch (error) {
    if (!(error instanceof HearthError && error.code === 'store-damaged')) throw error
    log.error('the containers of Practice could not be read and begin anew', error)
    await file.setAside()
    engine = makeEngine(undefined)
  }
  publishRelease(network?.upgrade)
  await engine.openKeySocket((name) => {
    const spec = engine.specOf(name)
    return spec !== undefined && isKeeperSpec(spec)
  })
  engine.boot()

  const world: PracticeWorld = {
    clock,
    engine,
    backend,
    rules,
    parts: networkParts,
    network: () => network,
    replace,
    miners: () => [...miners],
    setLink(next) {
      link = next
    },
  }
  const controls = createControls(world, saved?.scenario ?? null)

  const save = async (): Promise<void> => {
    changed = false
    const text = JSON.stringify({
      version: 1,
      clock: clock.save(),
      engine: engine.save(),
      network: network?.save() ?? null,
      scenario: controls.view().scenario,
    } satisfies z.input<typeof savedSchema>)
    await file.write(text)
  }
  const abort = new AbortController()
  const saving = (async () => {
    let height = 0
    let tookMs = 0
    while (!abort.signal.aborted) {
      await parts.clock.sleep(Math.max(SAVE_EVERY_MS, tookMs * SAVE_SHARE), abort.signal)
      const now = network?.ledger.height ?? 0
      if (abort.signal.aborted || (!changed && now === height)) continue
      height = now
      const beganMs = parts.clock.now()
      await save().catch((error: unknown) => log.error('Practice could not be saved', error))
      tookMs = parts.clock.now() - beganMs
    }
  })()

  return {
    engine: engine.engine,
    connectChain: (): Chain => chainOf(() => network),
    net: createPracticeNet(engine),
    reach: createPracticeReach(engine),
    clock: coreClock(clock, parts.clock),
    codec,
    rules,
    catalog: CATALOG,
    imageOverrides: {},
    practice: controls,
    async stop() {
      abort.abort()
      await saving
      await save().catch((error: unknown) => log.error('Practice could not be saved', error))
      network?.stop()
      await engine.close()
    },
  }
}

/**
 * The clock that the core works by: it tells practised time, and waits practised time where that runs. Pauses of loops never last longer than they say in real time, so that
 * everything can still be done while the time of Practice stands.
 */
function coreClock(practised: PracticeClock, real: Clock): Clock {
  return {
    now: () => practised.now(),
    sleep: (ms, signal) => real.sleep(Math.max(Math.min(ms, CORE_FLOOR_MS), ms / (practised.paused ? 1 : practised.speed)), signal),
  }
}

/** Asks the network that is there at the time of each question: a chain that was made anew is met under the same address. */
function chainOf(network: () => PracticeNetwork | undefined): Chain {
  const chain = (): Chain => {
    const found = network()
    if (!found) throw noNetwork()
    return found.chain()
  }
  return {
    head: async () => chain().head(),
    fingerprint: async () => chain().fingerprint(),
    params: async () => chain().params(),
    account: async (address) => chain().account(address),
    balance: async (address, height) => chain().balance(address, height),
    supplier: async (operatorAddress) => chain().supplier(operatorAddress),
    services: async () => chain().services(),
    application: async (address) => chain().application(address),
    gateway: async (address) => chain().gateway(address),
    gateways: async () => chain().gateways(),
    roleRules: async () => chain().roleRules(),
    morseAccount: async (morseAddress) => chain().morseAccount(morseAddress),
    session: async (application, serviceId, height) => chain().session(application, serviceId, height),
    pendingClaims: async (operatorAddress) => chain().pendingClaims(operatorAddress),
    block: async (height) => chain().block(height),
    minimumGasPrice: async () => chain().minimumGasPrice(),
    simulate: async (txBytes) => chain().simulate(txBytes),
    broadcast: async (txBytes) => chain().broadcast(txBytes),
    tx: async (hash) => chain().tx(hash),
    watch: async (onHint, signal) => chain().watch(onHint, signal),
    heightsOf: async (addresses, from, to) => (await chain().heightsOf?.(addresses, from, to)) ?? [],
    upgradePlan: async () => chain().upgradePlan?.(),
    governing: async () => (await chain().governing?.()) ?? { values: {}, difficulties: [], supplyUpokt: undefined },
  }
}

/** The faucet is the account with the most: it is made to give. */
function richest(accounts: { address: string; upokt: bigint }[]): string {
  return accounts.reduce((best, account) => (account.upokt > best.upokt ? account : best), { address: '', upokt: -1n }).address
}

function raise(): never {
  throw new Error('no image is known')
}

async function load(file: PracticeFile, log: Log): Promise<z.infer<typeof savedSchema> | undefined> {
  const text = await file.read()
  if (text === undefined) return undefined
  try {
    return savedSchema.parse(JSON.parse(text))
  } catch (error) {
    log.error('the file of Practice could not be read and was put aside', error)
    await file.setAside()
    return undefined
  }
}
