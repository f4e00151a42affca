import { initialState } from '#main/core/state/initial.ts'
import type { AppState, NodeState, TaskState } from '#shared/api/state.ts'
import { sessionClock } from '#shared/model/session-clock.ts'
import { inList } from './in-list.ts'

/** States a page can meet, with figures that fit together: the same chain, the same claims, the same money. Nothing in them is read from anywhere. */

export const OWNER = 'pokt1mrqt5f7qh8uxs27cjm9t7v9e74a9vvdnq5jva4'
export const OPERATOR = 'pokt19a3t4yunp0dlpfjrp7qwnzwlrzd5fzs2gjaaaa'
export const HEIGHT = 137
export const BLOCK_MS = 2_000

export const PARAMS: NonNullable<AppState['chain']['params']> = {
  atHeight: HEIGHT,
  numBlocksPerSession: 10,
  gracePeriodEndOffsetBlocks: 1,
  claimWindowOpenOffsetBlocks: 2,
  claimWindowCloseOffsetBlocks: 4,
  proofWindowOpenOffsetBlocks: 0,
  proofWindowCloseOffsetBlocks: 4,
  sessionGridAnchorHeight: 1,
  sessionNumberAtAnchor: 1,
  supplierUnbondingPeriodSessions: 1,
  computeUnitsToTokensMultiplier: '42000000',
  computeUnitCostGranularity: '1000000',
  supplierMinStakeUpokt: '59500000000',
  supplierStakingFeeUpokt: '1',
  proofMissingPenaltyUpokt: '320000000',
}

/** First start: no vault, no network, an engine. */
export function firstStart(now: number): AppState {
  const state = initialState({ version: '0.1.0', shell: 'web', host: 'oakroom', network: null, startedAtMs: now - 40_000, notice: null })
  state.engine = {
    kind: 'ready',
    name: 'Docker',
    version: '29.1.2',
    endpoint: 'unix:///var/run/docker.sock',
    detail: '',
    clockOffsetMs: 12,
    memoryBytes: 33_400_000_000,
    atMs: now,
  }
  return state
}

/** A vault and no network yet. */
export function choosing(now: number): AppState {
  return { ...firstStart(now), vault: { kind: 'unlocked', needed: null } }
}

/** Local chain chosen and nothing started. */
export function chosen(now: number): AppState {
  const state = choosing(now)
  return { ...state, app: { ...state.app, network: 'local' }, supplier: { ...state.supplier, status: 'unknown' } }
}

const layer = (id: string, total: number, done: number, status: 'waiting' | 'fetching' | 'unpacking' | 'ready') => ({
  id,
  currentBytes: done,
  totalBytes: total,
  status,
})

export function startTask(now: number): TaskState {
  const from = now - 38_000
  const step = (
    key: string,
    status: TaskState['steps'][number]['status'],
    start: number | null,
    end: number | null,
    facts: Record<string, string> = {},
  ) => ({
    key,
    status,
    startedAtMs: start,
    endedAtMs: end,
    facts,
  })
  return {
    id: 'task-1',
    kind: 'local-chain-start',
    status: 'running',
    startedAtMs: from,
    endedAtMs: null,
    cancellable: true,
    steps: [
      step('engine', 'done', from, from + 200, { name: 'Docker', version: '29.1.2' }),
      step('room', 'done', from + 200, from + 600, { freeBytes: '1712000000000', ports: '26657, 9090, 8547' }),
      step('images', 'running', from + 600, null),
      step('genesis', 'waiting', null, null),
      step('start', 'waiting', null, null),
      step('first-block', 'waiting', null, null),
    ],
    pulls: [
      {
        title: 'Pocket node',
        reference: 'ghcr.io/pokt-network/pocketd:0.1.35',
        status: 'fetching',
        layers: [
          layer('9a0d77c1e4b2', 3_400_000, 3_400_000, 'ready'),
          layer('4f2cb019a91e', 11_600_000, 11_600_000, 'ready'),
          layer('b7d0e25513c8', 117_600_000, 102_600_000, 'fetching'),
          layer('06ef91a05d77', 400_000, 0, 'waiting'),
        ],
      },
      {
        title: 'Test backend',
        reference: 'ghcr.io/foundry-rs/foundry:v1.5.0',
        status: 'ready',
        layers: [layer('a1b2c3d4e5f6', 4_600_000, 4_600_000, 'ready'), layer('b1b2c3d4e5f6', 45_400_000, 45_400_000, 'ready')],
      },
    ],
    done: 1,
    total: 2,
    lastLine: 'b7d0e25513c8 Downloading 102.6 MB / 117.6 MB',
    facts: {},
    error: null,
  }
}

/** The Local chain is being fetched. */
export function starting(now: number): AppState {
  return { ...chosen(now), tasks: { 'task-1': startTask(now) } }
}

function node(
  now: number,
  id: string,
  catalogId: string,
  title: string,
  kind: NodeState['kind'],
  more: Partial<NodeState> = {},
): NodeState {
  return {
    id,
    catalogId,
    title,
    kind,
    wanted: 'running',
    wantedBy: 'hearth',
    seen: 'running',
    reason: null,
    error: null,
    image: 'ghcr.io/pokt-network/pocketd:0.1.35',
    digest: 'sha256:7c1e22f0a9b35d41c8f6e0d2b3a495867c1e22f0a9b35d41c8f6e0d2b3a490ab',
    version: '0.1.35',
    ports: {},
    startedAtMs: now - 11 * 60_000,
    restarts: 0,
    height: null,
    cpuPercent: 3.2,
    memoryBytes: 148_000_000,
    memoryLimitBytes: 1_000_000_000,
    lastLines: ['3:04PM INF committed state block_app_hash=7F.. height=137 module=state'],
    atMs: now,
    ...more,
  }
}

function nodes(now: number): AppState['nodes'] {
  return {
    'pocket-1': node(now, 'pocket-1', 'pocket', 'Pocket node', 'chain-node', { ports: { '26657': 26657, '9090': 9090 }, height: HEIGHT }),
    'backend-1': node(now, 'backend-1', 'backend', 'Test backend', 'backend', {
      image: 'ghcr.io/foundry-rs/foundry:v1.5.0',
      version: '1.5.0',
      ports: { '8545': 8547 },
      memoryBytes: 31_000_000,
    }),
    'keeper-1': node(now, 'keeper-1', 'keeper', 'Key keeper', 'keeper', { memoryBytes: 9_000_000, cpuPercent: 0 }),
    'miner-1': node(now, 'miner-1', 'relay-miner', 'Relay miner', 'relay-miner', {
      ports: { '8545': 8645, '9090': 9190 },
      memoryBytes: 88_000_000,
    }),
  }
}

function chain(now: number): AppState['chain'] {
  return {
    status: 'ready',
    chainId: 'hearth-local-7c1e',
    height: HEIGHT,
    hash: '9C417F20AAB1C2D3E4F5061728394A5B6C7D8E9F00112233445566778899E07A',
    blockTimeMs: now - 900,
    medianBlockMs: BLOCK_MS,
    readAtMs: now - 400,
    params: PARAMS,
  }
}

const key = (id: string, role: 'owner' | 'operator', name: string, address: string, now: number) => ({
  id,
  role,
  name,
  network: 'local' as const,
  address,
  wordsConfirmedAtMs: now - 9 * 60_000,
  createdAtMs: now - 10 * 60_000,
  kind: 'key' as const,
  fenced: null,
})
const balance = (address: string, upokt: string, now: number) => ({ address, upokt, asOf: { height: HEIGHT, atMs: now } })

/** The chain runs, keys are made, the owner is funded; staking is next. */
export function halfway(now: number): AppState {
  const all = nodes(now)
  return {
    ...chosen(now),
    chain: chain(now),
    nodes: {
      'pocket-1': all['pocket-1']!,
      'backend-1': all['backend-1']!,
      'miner-1': { ...all['miner-1']!, seen: 'absent', startedAtMs: null, reason: { key: 'waits-for-supplier', facts: {} }, lastLines: [] },
    },
    keys: { k1: key('k1', 'owner', 'Owner', OWNER, now), k2: key('k2', 'operator', 'Operator', OPERATOR, now) },
    balances: { [OWNER]: balance(OWNER, '60000000000', now), [OPERATOR]: balance(OPERATOR, '0', now) },
    supplier: {
      ...chosen(now).supplier,
      status: 'not-staked',
      operatorAddress: OPERATOR,
      ownerAddress: OWNER,
      asOf: { height: HEIGHT, atMs: now },
    },
    suppliers: inList(OPERATOR, OWNER, []),
    clock: { lanes: [], verdict: 'nothing-to-lose', facts: {}, height: HEIGHT, atMs: now },
  }
}

/** Everything serves; sessions were paid. */
export function serving(now: number): AppState {
  const state = halfway(now)
  const service = {
    serviceId: 'anvil',
    endpoints: [{ url: 'http://127.0.0.1:8645', rpcType: 'JSON_RPC' }],
    revShare: [
      { address: OWNER, percent: 80 },
      { address: OPERATOR, percent: 20 },
    ],
  }
  const claim = (sessionEndHeight: number, stage: 'claimed' | 'proven' | 'settled', relays: bigint) => ({
    sessionEndHeight,
    stage,
    relays,
    claimedUpokt: relays * 42n * 100n,
    settledUpokt: stage === 'settled' ? relays * 42n * 97n : undefined,
    claimHeight: sessionEndHeight + 4,
    proofHeight: stage === 'claimed' ? undefined : sessionEndHeight + 8,
    proofRequirement: undefined,
  })
  const clock = sessionClock({
    height: HEIGHT,
    headTimeMs: now - 900,
    nowMs: now,
    medianBlockMs: BLOCK_MS,
    rules: PARAMS,
    claims: [claim(110, 'settled', 60n), claim(120, 'settled', 60n), claim(130, 'claimed', 60n)],
    staked: true,
    minerReadable: true,
    minerRunning: true,
    relaysBySession: new Map([[140, 38n]]),
    stakeUpokt: 59_505_000_000n,
    supplierMinStakeUpokt: 59_500_000_000n,
    proofMissingPenaltyUpokt: 320_000_000n,
  })
  return {
    ...state,
    nodes: nodes(now),
    balances: { [OWNER]: balance(OWNER, '494812340', now), [OPERATOR]: balance(OPERATOR, '27020000', now) },
    supplier: {
      ...state.supplier,
      status: 'active',
      stakeUpokt: '59505000000',
      services: [service],
    },
    suppliers: inList(OPERATOR, OWNER, ['anvil']),
    intents: {
      i1: {
        id: 'i1',
        kind: 'stake-owner',
        status: 'included',
        signerAddress: OWNER,
        facts: { amountUpokt: '59505000000', operatorAddress: OPERATOR, ownerAddress: OWNER, feeUpokt: '200' },
        txHash: '1B0CF5A0E4D3C2B1A09F8E7D6C5B4A39281706F5E4D3C2B1A09F8E7D6C5B4A39',
        timeoutHeight: 90,
        includedHeight: 61,
        error: null,
        createdAtMs: now - 160_000,
        updatedAtMs: now - 150_000,
      },
    },
    clock,
    earnings: {
      revision: 3,
      settledUpokt: '2173920',
      todayUpokt: '2173920',
      claimsSettled: 9,
      claimsLost: 0,
      pendingUpokt: '252000',
      readHeight: HEIGHT,
      firstHeight: 1,
      ledger: {
        status: 'equal',
        atHeight: 133,
        atMs: now - 8_000,
        rows: [
          { address: OWNER, label: 'Owner', ledgerUpokt: '1739136', balanceUpokt: '1739136', differenceUpokt: '0' },
          { address: OPERATOR, label: 'Operator', ledgerUpokt: '434784', balanceUpokt: '434784', differenceUpokt: '0' },
        ],
      },
    },
    relays: {
      revision: 2,
      last: { batchId: 'b2', sent: 60, answered: 60, verified: 60, refused: 0, medianMs: 11.4, sessionId: 'c0ffee', atMs: now - 20_000 },
    },
  }
}

/** The same after a restart of the PC: the miner has no key and claims wait. */
export function keysNeeded(now: number): AppState {
  const state = serving(now)
  const all = nodes(now)
  return {
    ...state,
    vault: {
      kind: 'locked',
      needed: { reason: 'after-restart', sinceMs: now - 90_000, claimsAtRisk: 2, deadlineHeight: 141, deadlineMs: now + 8_000 },
    },
    nodes: {
      ...all,
      'keeper-1': { ...all['keeper-1']!, seen: 'starting', reason: { key: 'needs-key', facts: {} } },
      'miner-1': { ...all['miner-1']!, seen: 'starting', reason: { key: 'waits-for', facts: { nodeId: 'keeper-1' } } },
    },
    attention: {
      'keys-needed': {
        id: 'keys-needed',
        level: 'bad',
        key: 'keys-needed-at-risk',
        facts: { claims: '2', deadlineHeight: '141', deadlineMs: String(now + 8_000) },
        fix: 'unlock',
        sinceMs: now - 90_000,
      },
      'operator-low': {
        id: 'operator-low',
        level: 'bad',
        key: 'operator-low',
        facts: { upokt: '900', address: OPERATOR, height: '137' },
        fix: 'supplier',
        sinceMs: now - 30_000,
      },
    },
  }
}

/** The same in Practice, at ten times the pace. */
function practising(now: number): AppState {
  const state = serving(now)
  state.app.network = 'practice'
  for (const each of Object.values(state.keys)) each.network = 'practice'
  state.practice = {
    nowMs: now,
    atRealMs: now,
    speed: 10,
    paused: false,
    scenario: null,
    next: { kind: 'settlement', atMs: now + 42_000, height: HEIGHT + 21 },
  }
  return state
}

/** Keys in every state that the page of keys can meet: proven and not, watched, moved here and fenced. */
export function keeping(now: number): AppState {
  const state = serving(now)
  const day = 86_400_000
  const owner = key('k1', 'owner', 'Owner', OWNER, now)
  return {
    ...state,
    custody: {
      revision: 1,
      unlock: 'file',
      unlockProblem: {
        code: 'unlock-file-refused',
        detail: { reason: 'mode', path: '/home/ada/.local/share/hearth/vault/unlock.key', mode: '0644' },
      },
      backupAtMs: now - 9 * day,
      drillAtMs: now - 9 * day,
    },
    keys: {
      k1: { ...owner, kind: 'watch', name: 'Hardware wallet', wordsConfirmedAtMs: null, createdAtMs: now - 40 * day },
      k2: { ...key('k2', 'operator', 'Operator', OPERATOR, now), wordsConfirmedAtMs: now - 3 * day, createdAtMs: now - 20 * day },
      k3: {
        ...key('k3', 'operator', 'Operator of the old PC', 'pokt1qz9c7r50v2kaw7kq8cd0tvx9s6ehz5c3n8n2zy', now),
        fenced: 'new-here',
        createdAtMs: now - 3_600_000,
      },
    },
  }
}

export const SCENES = { keeping, firstStart, choosing, chosen, starting, halfway, serving, keysNeeded, practising }
export type SceneName = keyof typeof SCENES
