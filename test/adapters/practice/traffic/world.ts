import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { createLedger } from '#main/adapters/practice/chain/ledger.ts'
import { createChainNode, type ChainNode, type InsideTx } from '#main/adapters/practice/node/chain-node.ts'
import type { ContainerHandle, PracticeClock, PracticeGenesis, PracticeParams, Program } from '#main/adapters/practice/parts.ts'
import { buildPopulation, type Population, type PopulationOptions } from '#main/adapters/practice/traffic/population.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import type { ServiceInfo } from '#main/core/ports/chain.ts'
import type { Message, TxDraft } from '#main/core/ports/tx.ts'
import { MINER_PATHS, MINER_TEMPLATE, minerCommand, renderMinerConfig } from '#main/core/relays/miner-config.ts'

/** A small practised network for tests: real ledger, real node, a clock that is moved by hand. */

export const codec = createTxCodec('practice')
export const CHAIN_ID = 'hearth-practice-test'
export const START_MS = Date.UTC(2026, 5, 3, 12)

export interface Person {
  privateKey: Uint8Array
  pubKeyHex: string
  address: string
}

export function person(who: string): Person {
  const privateKey = sha256(utf8ToBytes(`test/${who}`))
  const pubKeyHex = bytesToHex(secp256k1.getPublicKey(privateKey, true))
  return { privateKey, pubKeyHex, address: codec.addressOf(pubKeyHex) }
}

export function sign(doc: Uint8Array, by: Person): Uint8Array {
  return codec.assemble(doc, secp256k1.sign(sha256(doc), by.privateKey, { prehash: false, lowS: true }))
}

export const bank = person('bank')
const dao = person('dao')
export const validator = person('validator')

const PARAMS: PracticeParams = {
  numBlocksPerSession: 10,
  gracePeriodEndOffsetBlocks: 1,
  claimWindowOpenOffsetBlocks: 1,
  claimWindowCloseOffsetBlocks: 4,
  proofWindowOpenOffsetBlocks: 0,
  proofWindowCloseOffsetBlocks: 4,
  sessionGridAnchorHeight: 1,
  sessionNumberAtAnchor: 1,
  supplierUnbondingPeriodSessions: 1,
  computeUnitsToTokensMultiplier: 145_990n,
  computeUnitCostGranularity: 1_000_000n,
  supplierMinStakeUpokt: 59_500_000_000n,
  supplierStakingFeeUpokt: 1n,
  applicationMinStakeUpokt: 1_000_000_000n,
  proofMissingPenaltyUpokt: 1n,
  proofSubmissionFeeUpokt: 1n,
  applicationUnbondingPeriodSessions: 1,
  gatewayUnbondingPeriodSessions: 1,
  gatewayMinStakeUpokt: 5_000_000_000n,
  numSuppliersPerSession: 50,
  proofRequestProbability: '0.01',
  proofRequirementThresholdUpokt: 100n,
  globalInflationPerClaim: '0.000001',
  mintRatio: '0.975',
  mintEqualsBurn: { supplier: '0.79', proposer: '0.14', dao: '0.045', sourceOwner: '0.025', application: '0' },
  mintAllocation: { supplier: '0.8', proposer: '0', dao: '0.1', sourceOwner: '0.1', application: '0' },
  overservicingBonusMultiplier: '1',
  targetNumRelays: 100_000n,
  addServiceFeeUpokt: 1_000_000_000n,
}

/** Time stands until a test moves it; sleepers wake when their time has come. */
export interface HandClock extends PracticeClock {
  advance(ms: number): void
}

export function handClock(startMs = START_MS): HandClock {
  let nowMs = startMs
  const sleepers = new Set<{ untilMs: number; wake: () => void }>()
  const wakeAll = (): void => {
    for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake()
  }
  return {
    now: () => nowMs,
    speed: 1,
    paused: false,
    setSpeed: () => undefined,
    setPaused: () => undefined,
    jumpTo(ms) {
      nowMs = ms
      wakeAll()
    },
    advance(ms) {
      nowMs += ms
      wakeAll()
    },
    async sleep(ms, signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const sleeper = { untilMs: nowMs + ms, wake: resolve }
      sleepers.add(sleeper)
      signal?.addEventListener('abort', () => resolve(), { once: true })
      if (signal?.aborted === true || ms <= 0) resolve()
      await promise
      sleepers.delete(sleeper)
    },
  }
}

export interface TestWorld {
  clock: HandClock
  node: ChainNode
  population: Population
  genesis: PracticeGenesis
  /** Moves the clock to each next block and makes it. */
  blocks: (count: number) => void
  /** Makes blocks until the height is reached. */
  untilHeight: (height: number) => void
  /** In the next block. */
  give: (address: string, upokt: bigint) => void
}

export interface WorldOptions {
  seed?: string
  blockMs?: number
  params?: Partial<PracticeParams>
  population?: Partial<PopulationOptions>
  accounts?: { address: string; upokt: bigint }[]
  /** Without it nobody else lives there. */
  peopled?: boolean
}

/** A genesis with a rich bank and one validator. */
export function makeGenesis(options: {
  blockMs: number
  genesisTimeMs?: number
  params?: Partial<PracticeParams>
  accounts?: { address: string; upokt: bigint }[]
  services: (Omit<ServiceInfo, 'ownerAddress'> & { ownerAddress?: string })[]
}): PracticeGenesis {
  return {
    chainId: CHAIN_ID,
    addressPrefix: 'practice',
    genesisTimeMs: options.genesisTimeMs ?? START_MS,
    blockMs: options.blockMs,
    accounts: [{ address: bank.address, upokt: 10n ** 17n }, ...(options.accounts ?? [])],
    validators: [{ address: validator.address, stakeUpokt: 900_000_000n, commission: '0.1' }],
    daoAddress: dao.address,
    services: options.services.map((service) => ({ ownerAddress: bank.address, ...service })),
    params: { ...PARAMS, ...options.params },
    minimumGasPrice: '0.000001',
  }
}

const SERVICES = [{ id: 'anvil', name: 'Anvil test chain', computeUnitsPerRelay: 100n }]

export function makeWorld(options: WorldOptions = {}): TestWorld {
  const { seed = 'seed', blockMs = 1_000, peopled = true } = options
  const params = { ...PARAMS, ...options.params }
  const population = buildPopulation({
    seed,
    codec,
    supplierMinStakeUpokt: params.supplierMinStakeUpokt,
    applicationMinStakeUpokt: params.applicationMinStakeUpokt,
    gatewayMinStakeUpokt: params.gatewayMinStakeUpokt,
    sessionMs: params.numBlocksPerSession * blockMs,
    services: SERVICES,
    ...(peopled ? {} : { competitors: 0, applications: 0 }),
    ...options.population,
  })
  const genesis = makeGenesis({
    blockMs,
    params: {
      ...params,
      targetNumRelays: options.params?.targetNumRelays ?? (peopled ? population.targetNumRelays : params.targetNumRelays),
    },
    accounts: [...population.accounts, ...(options.accounts ?? [])],
    services: population.services,
  })
  const clock = handClock()
  const node = createChainNode({ ledger: createLedger(genesis), clock, codec, seed, proposer: () => validator.address })
  if (peopled) for (const tx of population.opening) node.submit(tx)
  const blocks = (count: number): void => {
    for (let made = 0; made < count; made += 1) {
      clock.advance(Math.max(0, node.nextDueMs() - clock.now()))
      node.produceDue()
    }
  }
  return {
    clock,
    node,
    population,
    genesis,
    blocks,
    untilHeight: (height) => blocks(height - node.ledger.height),
    give(address, upokt) {
      node.submit({
        messages: [{ kind: 'send', fromAddress: bank.address, toAddress: address, amountUpokt: upokt }],
        feePayer: bank.address,
      })
      blocks(1)
    },
  }
}

export function draftOf(world: Pick<TestWorld, 'node'>, from: Person, messages: Message[], change: Partial<TxDraft> = {}): TxDraft {
  const account = world.node.ledger.account(from.address)
  return {
    messages,
    memo: '',
    chainId: CHAIN_ID,
    accountNumber: account?.accountNumber ?? 0n,
    sequence: account?.sequence ?? 0n,
    pubKeyHex: from.pubKeyHex,
    feeUpokt: 1_000n,
    gasLimit: 400_000n,
    timeoutHeight: 0,
    ...change,
  }
}

/** A transaction inside the network that must succeed. */
export function mustSubmit(world: TestWorld, tx: InsideTx): void {
  const hash = world.node.submit(tx)
  world.blocks(1)
  const found = world.node.lookUp(hash)
  if (found.kind !== 'included' || found.code !== 0)
    throw new Error(
      `${tx.messages[0]?.kind}: ${JSON.stringify(found, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
    )
}

/** Container files that outlive a container, by path. */
export type Files = Map<string, Uint8Array>

export interface TestHandle extends ContainerHandle {
  readonly lines: string[]
  readonly exitCode: number | undefined
  end(): void
}

export function testHandle(parts: { clock: PracticeClock; files: Files; command?: string[]; peers?: Record<string, Program> }): TestHandle {
  const abort = new AbortController()
  const lines: string[] = []
  let exitCode: number | undefined
  const end = (): void => abort.abort()
  const handle: TestHandle = {
    spec: {
      name: 'hearth-test-relayminer',
      nodeId: 'relayminer',
      image: 'pocketd',
      command: parts.command ?? minerCommand({ chainId: CHAIN_ID, gasPrice: '0.00001', nodeGrpcUrl: 'tcp://pocket:9090' }),
      ports: [],
      mounts: [],
      networks: [{ name: 'net', aliases: ['relayminer'] }],
      restart: 'no',
      memoryBytes: 0,
      stopGraceSeconds: 35,
      logDriver: 'default',
      specHash: '1',
    },
    clock: parts.clock,
    signal: abort.signal,
    lines,
    get exitCode() {
      return exitCode
    },
    readFile: (path) => parts.files.get(path)?.slice(),
    writeFile: (path, content) => void parts.files.set(path, content.slice()),
    removeTree(path) {
      for (const known of parts.files.keys()) if (known === path || known.startsWith(`${path}/`)) parts.files.delete(known)
    },
    list: (folder) => [...parts.files.keys()].filter((path) => path.startsWith(`${folder}/`)),
    log: (_stream, text) => void lines.push(text),
    exit(code) {
      exitCode ??= code
      end()
    },
    peer(alias) {
      const program = parts.peers?.[alias]
      return program && { program, handle }
    },
    end,
  }
  return handle
}

/** The name that an operator's key has in a keyring of several. */
export const keyNameOf = ({ address }: Person): string => `operator-${address.slice(-8)}`

/** A key as the keeper leaves it for the miner. */
export function keyFile(name: string, { privateKey, address }: Person): [string, Uint8Array] {
  const key = { name, privateKeyHex: bytesToHex(privateKey), address }
  return [`${MINER_PATHS.keys}/keyring-test/${name}.info`, utf8ToBytes(JSON.stringify(key))]
}

/** Puts what Hearth writes before the miner's start into its files: for one operator, or for several whose keys are all default ones. */
export function minerFiles(operators: Person | readonly Person[], services = ['anvil']): Files {
  const template = readFileSync(join(import.meta.dirname, '../../../../resources/templates', MINER_TEMPLATE), 'utf8')
  const keys = 'address' in operators ? [{ name: 'operator', of: operators }] : operators.map((of) => ({ name: keyNameOf(of), of }))
  const yaml = renderMinerConfig(
    {
      signingKeyNames: keys.map((key) => key.name),
      nodeRpcUrl: 'tcp://pocket:26657',
      nodeGrpcUrl: 'tcp://pocket:9090',
      services: services.map((serviceId) => ({ serviceId, backendUrl: 'http://backend:8545' })),
    },
    template,
  )
  return new Map([[MINER_PATHS.config, utf8ToBytes(yaml)], ...keys.map(({ name, of }) => keyFile(name, of))])
}

/** A backend that answers every call, until it is told otherwise. */
export function testBackend(): Program & { answer: { status: number; text: string } | undefined; asked: string[] } {
  return {
    answer: { status: 200, text: '{"jsonrpc":"2.0","id":1,"result":"0x10"}' },
    asked: [],
    start: () => undefined,
    stop: () => undefined,
    exec: () => ({ exitCode: 0, stdout: '', stderr: '' }),
    usage: () => ({ cpuPercent: 0, memoryBytes: 0, diskBytes: 0, netBytes: 0 }),
    http(_port, request) {
      this.asked.push(`${request.method} ${request.path} ${new TextDecoder().decode(request.body)}`)
      const { answer } = this
      return Promise.resolve(answer && { status: answer.status, body: utf8ToBytes(answer.text) })
    },
  }
}

export const silent: Program = {
  start: () => undefined,
  stop: () => undefined,
  exec: () => ({ exitCode: 0, stdout: '', stderr: '' }),
  usage: () => ({ cpuPercent: 0, memoryBytes: 0, diskBytes: 0, netBytes: 0 }),
}
