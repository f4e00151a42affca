import type { AppState } from '#shared/api/state.ts'
import { SICK_OWN } from './sick-own.ts'
import { SICK_VOLUMES } from './sick-volumes.ts'

/** Time at which the sick states are looked at. */
export const NOW = 1_795_367_527_051
const DAY = 86_400_000

interface Sick {
  check: string
  level: 'info' | 'warn' | 'bad'
  fix: AppState['attention'][string]['fix']
  make(state: AppState): void
}

const loss = (claims: number, upokt: string, claimedUpokt: string) => ({
  claims,
  upokt,
  claimedUpokt,
  serviceId: 'anvil',
  applicationAddress: 'pokt1application',
  height: 8,
  atMs: NOW - 1_000,
})
const service = { serviceId: 'anvil', endpoints: [{ url: 'https://relay.example.org', rpcType: 'JSON_RPC' }], revShare: [] }
const lane = (stage: AppState['clock']['lanes'][number]['stage']): AppState['clock']['lanes'][number] => ({
  number: 3,
  start: 21,
  end: 30,
  graceEnd: 31,
  claimOpen: 32,
  claimClose: 36,
  proofOpen: 36,
  proofClose: 40,
  settle: 40,
  stage,
  relays: '5',
  claimedUpokt: '7000',
  settledUpokt: null,
  claimHeight: 32,
  proofHeight: null,
})
const operatorWith = (s: AppState, upokt: string, daysLeft: number): void => {
  s.supplier = { ...s.supplier, status: 'staked-no-services', operatorAddress: 'pokt1operator' }
  s.balances = { pokt1operator: { address: 'pokt1operator', upokt, asOf: { height: 9, atMs: NOW } } }
  s.health.operatorSpending = { pokt1operator: { upoktPerDay: '400', daysLeft } }
}
const changed = (s: AppState, what: string, before: string, after: string): void => {
  s.chain.height = 25
  s.health.changes = [{ what, before, after, seenHeight: 24, effectHeight: 31, atMs: NOW }]
}
/** A head at 25 with blocks of a minute. */
const head = (s: AppState): void => {
  s.chain = { ...s.chain, height: 25, blockTimeMs: NOW, medianBlockMs: 60_000 }
}

/** Containers without a row: whether ingress and relay miner run. */
const unlisted = (s: AppState, [ingress, miner]: [boolean, boolean]): void => {
  s.engine = {
    ...s.engine,
    kind: 'ready',
    unlisted: [
      { id: 'ingress', title: 'Ingress', isUp: ingress },
      { id: 'miner', title: 'Relay miner', isUp: miner },
    ],
  }
}

/** A relay miner whose host does not answer, beside another host. */
const askedAt = (s: AppState, host: string, other: 'good' | 'behind'): void => {
  s.nodes = { miner: { kind: 'relay-miner', title: 'Relay miner', wanted: 'running', seen: 'running' } as AppState['nodes'][string] }
  // Long before any time at which a test looks.
  s.bundle = { host, chosen: false, badSinceMs: -3_600_000 }
  const known = { height: 5, latencyMs: 1, agrees: null, error: '', from: 'public' as const }
  s.chain = {
    ...s.chain,
    endpoints: {
      0: { ...known, rpcUrl: 'https://a', grpcUrl: 'https://ga:443', host: 'a', status: 'behind' },
      1: { ...known, rpcUrl: 'https://b', grpcUrl: 'https://gb:443', host: 'b', status: other },
      2: { ...known, rpcUrl: 'https://c', grpcUrl: '', host: 'c', status: 'good' },
    },
  }
}

/** A staked service whose attached endpoint fails. */
const attached = (why: AppState['health']['backendsFailing'][number]['why'], facts: Record<string, string>): Sick => ({
  check: 'attached-failing',
  level: 'bad',
  fix: 'nodes',
  make: (s) => {
    s.engine = { ...s.engine, kind: 'ready' }
    s.supplier = { ...s.supplier, services: [service] as AppState['supplier']['services'] }
    s.health.backendsFailing = [
      { serviceId: 'gnosis', title: 'Gnosis Chain', why: 'no-answer', facts: { host: 'node.lan', reason: 'ECONNREFUSED' } },
      { serviceId: 'anvil', title: 'Anvil', why, facts },
    ]
  },
})

const UPDATES = { revision: 1, ready: 0, upgrade: null, swapping: null, rolledBack: null, tooOld: null }

/** By key of the sentence: a state in which it is said, by which check, how loudly, and where it sends the user. */
export const SICK_HEALTH: Record<string, Sick> = {
  ...SICK_OWN,
  ...SICK_VOLUMES,
  'supplier-stuck': {
    check: 'supplier-below-minimum',
    level: 'bad',
    fix: 'supplier',
    make: (s) => {
      s.chain.height = 40
      s.supplier = { ...s.supplier, status: 'below-minimum', stakeUpokt: '59499999999', unstakeSessionEndHeight: 30 }
    },
  },
  'proof-missed': { check: 'proof-missed', level: 'bad', fix: 'earnings', make: (s) => (s.health.losses.slashed = loss(2, '2', '900')) },
  'operator-runway': { check: 'operator-low', level: 'warn', fix: 'supplier', make: (s) => operatorWith(s, '8000', 20) },
  'disk-filling': {
    check: 'disk-full',
    level: 'bad',
    fix: 'nodes',
    make: (s) => (s.health.disk = { freeBytes: 40 * 1024 ** 3, bytesPerDay: 45 * 1024 ** 3, fullAtMs: NOW + DAY, atMs: NOW }),
  },
  'disk-nearly-full': {
    check: 'disk-full',
    level: 'bad',
    fix: 'nodes',
    make: (s) => (s.health.disk = { freeBytes: 1024 ** 3, bytesPerDay: 0, fullAtMs: null, atMs: NOW }),
  },
  'engine-disk-nearly-full': {
    check: 'disk-full',
    level: 'bad',
    fix: 'engine',
    make: (s) => (s.health.engineDisk = { freeBytes: 1024 ** 3, atMs: NOW }),
  },
  'endpoint-down': {
    check: 'endpoint-down',
    level: 'bad',
    fix: 'supplier',
    make: (s) => (s.health.endpointsDown = [{ url: 'https://relay.example.org', sinceMs: NOW, reason: 'ECONNREFUSED' }]),
  },
  'self-test-here': {
    check: 'self-test-failed',
    level: 'bad',
    fix: 'test-relays',
    make: (s) => selfTest(s, 'loopback'),
  },
  'self-test-public': {
    check: 'self-test-failed',
    level: 'bad',
    fix: 'test-relays',
    make: (s) => selfTest(s, 'public'),
  },
  'gateways-silent': {
    check: 'endpoint-down',
    level: 'warn',
    fix: 'supplier',
    make: (s) => {
      s.supplier = { ...s.supplier, status: 'active' }
      s.nodes = { miner: { kind: 'relay-miner', wanted: 'running', seen: 'running' } as AppState['nodes'][string] }
      s.health.gatewaysSilent = { sessions: 2, sinceMs: NOW }
    },
  },
  'containers-unlisted-miner': {
    check: 'containers-unlisted',
    level: 'bad',
    fix: 'nodes',
    make: (s) => unlisted(s, [false, true]),
  },
  'containers-unlisted-down': {
    check: 'containers-unlisted',
    level: 'warn',
    fix: 'nodes',
    make: (s) => unlisted(s, [false, false]),
  },
  'containers-unlisted': {
    check: 'containers-unlisted',
    level: 'warn',
    fix: 'nodes',
    make: (s) => unlisted(s, [true, false]),
  },
  'miner-host-down': {
    check: 'miner-host-down',
    level: 'bad',
    fix: 'nodes',
    make: (s) => askedAt(s, 'a', 'good'),
  },
  'miner-host-down-alone': {
    check: 'miner-host-down',
    level: 'bad',
    fix: 'nodes',
    make: (s) => askedAt(s, 'a', 'behind'),
  },
  'miner-host-none': {
    check: 'miner-host-down',
    level: 'bad',
    fix: 'nodes',
    make: (s) => askedAt(s, '', 'behind'),
  },
  'miner-host-flickers': {
    check: 'miner-host-down',
    level: 'warn',
    fix: 'nodes',
    make: (s) => {
      askedAt(s, 'a', 'good')
      s.bundle = { ...s.bundle!, flickers: true }
    },
  },
  'miner-host-changed': {
    check: 'miner-host-changed',
    level: 'info',
    fix: 'nodes',
    make: (s) => {
      s.bundle = { host: 'b', chosen: false, changed: { from: 'a', atMs: NOW - 23 * 3_600_000, why: 'silent' } }
    },
  },
  'miner-host-stands-in': {
    check: 'miner-host-changed',
    level: 'warn',
    fix: 'nodes',
    make: (s) => {
      s.bundle = { host: 'b', chosen: false, standsInFor: 'a', changed: { from: 'c', atMs: NOW - 30 * 3_600_000, why: 'silent' } }
    },
  },
  'miner-deaf': {
    check: 'miner-deaf',
    level: 'bad',
    fix: 'nodes',
    make: (s) => {
      const reason = { key: 'deaf', facts: { blocks: '7', height: '93' } }
      s.nodes = {
        miner: {
          kind: 'relay-miner',
          title: 'Relay miner',
          wanted: 'running',
          seen: 'running',
          reason,
        } as unknown as unknown as AppState['nodes'][string],
      }
    },
  },
  'attached-no-answer': attached('no-answer', { host: '192.168.1.9:8545', reason: 'ECONNREFUSED' }),
  'attached-other-chain': attached('other-chain', { host: '192.168.1.9:8545', found: '1', expected: '31337' }),
  'attached-unreached': attached('unreached', { reason: 'HTTP 502' }),
  'attached-wrong-answers': attached('wrong-answers', { question: 'eth_blockNumber' }),
  'attached-behind': attached('behind', { minutes: '12', height: '1200' }),
  'attached-no-secret': attached('no-secret', { reason: 'they are not on this PC any more' }),
  'attached-gate': attached('gate', { reason: 'port-taken' }),
  'backend-behind': {
    check: 'backend-behind',
    level: 'bad',
    fix: 'nodes',
    make: (s) => (s.health.backendsBehind = [{ nodeId: 'backend', title: 'Test backend', height: 100, behindMs: 600_000 }]),
  },
  'claims-discarded': {
    check: 'claims-discarded',
    level: 'bad',
    fix: 'earnings',
    make: (s) => (s.health.losses.discarded = loss(1, '7000', '7000')),
  },
  'unstake-open-claims': {
    check: 'claims-discarded',
    level: 'warn',
    fix: 'supplier',
    make: (s) => {
      s.supplier = { ...s.supplier, status: 'unstaking', unstakeSessionEndHeight: 30 }
      s.health.unstakedOpen = [{ operatorAddress: 'pokt1operator', claims: 1, claimedUpokt: '7000', settleHeight: 40 }]
    },
  },
  'upgrade-planned': {
    check: 'upgrade-planned',
    level: 'warn',
    fix: 'updates',
    make: (s) => {
      head(s)
      s.health.upgrade = { name: 'v0.1.36', height: 500 }
    },
  },
  'upgrade-planned-height': {
    check: 'upgrade-planned',
    level: 'warn',
    fix: 'updates',
    make: (s) => {
      s.chain.height = 25
      s.health.upgrade = { name: 'v0.1.36', height: 500 }
    },
  },
  'software-too-old': {
    check: 'update-trouble',
    level: 'bad',
    fix: 'updates',
    make: (s) => (s.health.updates = { ...UPDATES, tooOld: { version: '0.1.35', needed: '0.1.36', height: 480 } }),
  },
  'upgrade-failed': {
    check: 'update-trouble',
    level: 'bad',
    fix: 'updates',
    make: (s) => {
      s.health.upgrade = { name: 'v0.1.36', height: 500 }
      s.health.updates = { ...UPDATES, upgrade: 'failed' }
    },
  },
  'upgrade-missing': {
    check: 'update-trouble',
    level: 'warn',
    fix: 'updates',
    make: (s) => {
      s.chain = { ...s.chain, height: 25, medianBlockMs: 600_000 }
      s.health.upgrade = { name: 'v0.1.36', height: 500 }
      s.health.updates = { ...UPDATES, upgrade: 'missing' }
    },
  },
  'service-price-falls': {
    check: 'service-price',
    level: 'bad',
    fix: 'supplier',
    make: (s) => {
      s.supplier = { ...s.supplier, services: [service] }
      changed(s, 'service:anvil', '1900', '190')
    },
  },
  'service-price-fell': {
    check: 'service-price',
    level: 'warn',
    fix: 'supplier',
    make: (s) => {
      s.supplier = { ...s.supplier, services: [service] }
      changed(s, 'service:anvil', '1000', '700')
      s.chain.height = 31
    },
  },
  'minimum-above-stake': {
    check: 'parameter-change',
    level: 'bad',
    fix: 'supplier',
    make: (s) => {
      s.supplier.stakeUpokt = '59500000000'
      changed(s, 'supplierMinStakeUpokt', '59500000000', '60000000000')
    },
  },
  'minimum-changed': {
    check: 'parameter-change',
    level: 'info',
    fix: 'supplier',
    make: (s) => changed(s, 'supplierMinStakeUpokt', '59500000000', '15000000000'),
  },
  'pay-changed': {
    check: 'parameter-change',
    level: 'info',
    fix: 'earnings',
    make: (s) => changed(s, 'computeUnitsToTokensMultiplier', '145990', '131391'),
  },
  'penalty-changed': {
    check: 'parameter-change',
    level: 'warn',
    fix: 'supplier',
    make: (s) => changed(s, 'proofMissingPenaltyUpokt', '1', '320000000'),
  },
  'fee-changed': {
    check: 'parameter-change',
    level: 'warn',
    fix: 'supplier',
    make: (s) => changed(s, 'proofSubmissionFeeUpokt', '1', '1000000'),
  },
  'unbonding-changed': {
    check: 'parameter-change',
    level: 'info',
    fix: 'supplier',
    make: (s) => changed(s, 'supplierUnbondingPeriodSessions', '1429', '3000'),
  },
  'timing-changed': { check: 'parameter-change', level: 'warn', fix: 'home', make: (s) => changed(s, 'numBlocksPerSession', '60', '20') },
  overserviced: {
    check: 'overserviced',
    level: 'warn',
    fix: 'earnings',
    make: (s) => (s.health.losses.overserviced = loss(3, '2747240235', '2982000000')),
  },
  'first-claim': {
    check: 'first-claim',
    level: 'info',
    fix: 'earnings',
    make: (s) => {
      head(s)
      s.clock.lanes = [lane('claimed')]
    },
  },
}

function selfTest(s: AppState, path: 'loopback' | 'public'): void {
  s.supplier = { ...s.supplier, status: 'active' }
  s.nodes = { miner: { kind: 'relay-miner', wanted: 'running', seen: 'running' } as AppState['nodes'][string] }
  const last = { atMs: NOW, ok: false, serviceId: 'anvil', failedStage: 'port', finding: 'closed', failures: 2, latencyMs: null } as const
  s.health.selfTests = { revision: 2, last: { [path]: last } }
}
