import { createChainNode } from '#main/adapters/practice/node/chain-node.ts'
import { connectPracticeChain } from '#main/adapters/practice/node/chain-port.ts'
import { MAINNET_LIKE } from '#main/adapters/practice/history/mainnet-rules.ts'
import { sendLater } from '#main/adapters/practice/scenarios/later.ts'
import type { ScenarioInput } from '#main/adapters/practice/scenarios/play.ts'
import type { Effect, PracticeStart } from '#main/adapters/practice/scenarios/world.ts'
import { buildPopulation } from '#main/adapters/practice/traffic/population.ts'
import { runChecks } from '#main/core/checks/index.ts'
import { createHealthReadings } from '#main/core/checks/readings/readings.ts'
import { createEarnings } from '#main/core/earnings/earnings.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Net } from '#main/core/ports/net.ts'
import type { Store } from '#main/core/ports/store.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { createSessionClock } from '#main/core/relays/session-clock.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, type StatePublisher } from '#main/core/state/publisher.ts'
import { createSupplierWatch } from '#main/core/supplier/watch.ts'
import { createPlanFollower } from '#main/core/updates/plan-follower.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { AppState, NodeState } from '#shared/api/state.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { bank, codec, handClock, person, START_MS, validator } from '../traffic/world.ts'

/** The rooms of the core that make attention, on a practised chain as a scenario leaves it; engine, backend and line are as the scenario's effects say. */

export const owner = person('scenario owner')
export const operator = person('scenario operator')
const RELAY_PORT = 8551
const BACKEND_PORT = 8545
const DAY_MS = 86_400_000

/** Practice as it is without any scenario: mainnet's economy, sessions of ten blocks, everybody else on their way to stake. */
export function practiceInput(keys: ScenarioInput['keys'] = { owner: owner.address, operator: operator.address }): ScenarioInput {
  const params = {
    ...MAINNET_LIKE,
    numBlocksPerSession: 10,
    gracePeriodEndOffsetBlocks: 1,
    claimWindowOpenOffsetBlocks: 1,
    claimWindowCloseOffsetBlocks: 4,
    proofWindowOpenOffsetBlocks: 0,
    proofWindowCloseOffsetBlocks: 4,
    supplierUnbondingPeriodSessions: 1,
  }
  const population = buildPopulation({ seed: 'stage', codec, ...params, sessionMs: 60_000, competitors: 6 })
  return {
    genesis: {
      chainId: 'hearth-practice-1',
      addressPrefix: 'practice',
      genesisTimeMs: START_MS,
      blockMs: 6_000,
      accounts: [{ address: bank.address, upokt: 10n ** 17n }, { address: validator.address, upokt: 0n }, ...population.accounts],
      validators: [{ address: validator.address, stakeUpokt: 10n ** 12n, commission: '0.1' }],
      daoAddress: bank.address,
      services: population.services,
      params: { ...params, targetNumRelays: population.targetNumRelays },
      minimumGasPrice: '0.000001',
    },
    opening: population.opening,
    applications: population.applications,
    keys,
    servedHere: ['anvil'],
    endpointUrl: `http://127.0.0.1:${RELAY_PORT}`,
    nowMs: START_MS,
  }
}

export interface Stage {
  state: StatePublisher
  chain: Chain
  /** Time of the practised world. */
  clock: Clock
  /** Looks at the head, as the core does after a new one. */
  look(): Promise<void>
  /** Blocks pass, and the last one is looked at. */
  pass(blocks: number): Promise<void>
  /** Every attention row that was ever there, by check: its keys and fixes. */
  seen: Map<string, Set<string>>
}

export function createStage(start: PracticeStart, store: Store): Stage {
  const { ledger } = start
  const clock = handClock(ledger.timeMs)
  const node = createChainNode({ ledger, clock, codec, seed: 'stage', proposer: () => validator.address })
  sendLater(node, start.later)
  const chain: Chain = { ...connectPracticeChain(node), upgradePlan: () => Promise.resolve(start.upgrade) }
  const log = createTestLog()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'practice', startedAtMs: START_MS, notice: null }),
    clock,
  )
  const network = (): 'practice' => 'practice'
  const keys: PublicKeyInfo[] = [
    { ...keyOf('owner', owner.address), createdAtMs: 1 },
    { ...keyOf('operator', operator.address), createdAtMs: 2 },
  ]
  const net = lineOf(start.effects, () => clock.now())
  const watch = createSupplierWatch({ state, clock, network: () => 'practice', served: () => ledger.services().map(({ id }) => id) })
  const heads = { require: () => chain, params: () => ledger.params() }
  const earnings = createEarnings({
    heads,
    store,
    state,
    clock,
    log,
    network,
    keys: () => Promise.resolve(keys),
    records: () => watch.records(),
  })
  const sessionClock = createSessionClock({ state, store, clock, network, params: () => ledger.params(), served: () => undefined })
  const unused = (): never => {
    throw new Error('no container runs on this stage')
  }
  const plans = createPlanFollower({
    state,
    clock,
    log,
    heads: { current: () => chain },
    nodes: { logs: unused },
    rows: () => [],
    running: unused,
    change: unused,
    add: unused,
  } as unknown as Parameters<typeof createPlanFollower>[0])
  const health = createHealthReadings({ store, net, clock, log, state, network, served: () => undefined, records: () => watch.records() })
  const seen: Stage['seen'] = new Map()
  for (const each of nodes()) state.put('nodes', each.id, each)
  const skew = start.effects.find((effect) => effect.kind === 'engine-clock')
  state.patch('engine', { kind: 'ready', clockOffsetMs: skew?.offsetMs ?? 0 })

  const look = async (): Promise<void> => {
    const params = ledger.params()
    state.patch('chain', {
      status: 'ready',
      height: ledger.height,
      blockTimeMs: ledger.timeMs,
      medianBlockMs: ledger.genesis.blockMs,
      params: chainParams(params),
    })
    await watch.read(chain, ledger.height, params, keys)
    await earnings.catchUp(chain, ledger.height)
    await sessionClock.update(ledger.height)
    await health.read(chain, ledger.height, params, true)
    await plans.read()
    await health.stop()
    runChecks(state, clock.now())
    for (const row of Object.values(state.state.attention))
      seen.set(row.id, (seen.get(row.id) ?? new Set<string>()).add(`${row.key} ${row.fix}`))
  }
  return {
    state,
    chain,
    clock,
    look,
    seen,
    async pass(blocks) {
      for (let made = 0; made < blocks; made += 1) {
        clock.jumpTo(node.nextDueMs())
        node.produceDue()
      }
      await look()
    },
  }
}

function keyOf(role: PublicKeyInfo['role'], address: string): PublicKeyInfo {
  return { id: role, role, name: role, network: 'practice', address, pubKeyHex: '', wordsConfirmedAtMs: 1, createdAtMs: 1 } as PublicKeyInfo
}

function chainParams({ height: atHeight, ...params }: ReturnType<PracticeStart['ledger']['params']>): AppState['chain']['params'] {
  const text = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  )
  return { atHeight, ...text } as AppState['chain']['params']
}

function nodes(): NodeState[] {
  const node = (id: string, kind: NodeState['kind'], port: number): NodeState => ({
    id,
    catalogId: id,
    title: id === 'backend' ? 'Test backend' : id,
    kind,
    wanted: 'running',
    wantedBy: 'user',
    seen: 'running',
    reason: null,
    error: null,
    image: '',
    digest: '',
    version: '',
    ports: { [port]: port },
    startedAtMs: 1,
    restarts: 0,
    height: null,
    cpuPercent: null,
    memoryBytes: null,
    memoryLimitBytes: null,
    lastLines: [],
    atMs: 1,
  })
  return [node('backend', 'backend', BACKEND_PORT), node('miner', 'relay-miner', RELAY_PORT)]
}

/** What answers on this machine, and how much room it has. */
function lineOf(effects: readonly Effect[], nowMs: () => number): Net {
  const behindMs = effects.find((effect) => effect.kind === 'backend-behind')?.ms ?? 0
  const disk = effects.find((effect) => effect.kind === 'disk')
  const startMs = nowMs()
  return {
    post(url) {
      if (!url.startsWith('http://127.0.0.1:')) return Promise.reject(new HearthError('no-network', { reason: 'no answer in time' }))
      const timestamp = Math.floor((nowMs() - behindMs) / 1000).toString(16)
      const body = url.includes(`:${BACKEND_PORT}`) ? `{"result":{"number":"0x64","timestamp":"0x${timestamp}"}}` : 'refused'
      return Promise.resolve({ status: 200, body: new TextEncoder().encode(body) })
    },
    portFree: () => Promise.resolve(true),
    freeDiskBytes: () => Promise.resolve(disk ? disk.freeBytes - ((nowMs() - startMs) / DAY_MS) * disk.bytesPerDay : 5e11),
  }
}
