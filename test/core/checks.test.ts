import { describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { CHECKS, runChecks } from '#main/core/checks/index.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { SICK_HEALTH } from './checks/sick.ts'

const well = (): AppState => initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null })
const asOf = { height: 9, atMs: 1 }
/** One state per check in which exactly that check speaks. */
const SICK: Record<string, (state: AppState) => void> = {
  'keys-needed': (s) =>
    (s.vault = { kind: 'locked', needed: { reason: 'after-restart', sinceMs: 1, claimsAtRisk: 2, deadlineHeight: 40, deadlineMs: 5 } }),
  'ledger-different': (s) =>
    (s.earnings.ledger = {
      status: 'different',
      atHeight: 9,
      atMs: 1,
      rows: [{ address: 'a', label: 'Owner', ledgerUpokt: '2', balanceUpokt: '1', differenceUpokt: '1' }],
    }),
  'supplier-below-minimum': (s) => (s.supplier = { ...s.supplier, status: 'below-minimum' }),
  'operator-low': (s) => {
    s.supplier = { ...s.supplier, status: 'staked-no-services', operatorAddress: 'op' }
    s.balances = { op: { address: 'op', upokt: '3', asOf } }
  },
  'update-trouble': (s) =>
    (s.health = {
      ...s.health,
      updates: {
        revision: 1,
        ready: 0,
        upgrade: null,
        swapping: null,
        rolledBack: { title: 'Ingress', toVersion: '2', atMs: 1 },
        tooOld: null,
      },
    }),
  'engine-gone': (s) => (s.engine = { ...s.engine, kind: 'not-started' }),
  'node-failing': (s) =>
    (s.nodes = {
      miner: {
        id: 'miner',
        catalogId: 'relay-miner',
        title: 'Relay miner',
        kind: 'relay-miner',
        wanted: 'running',
        wantedBy: 'user',
        seen: 'failing',
        reason: null,
        error: null,
        image: '',
        digest: '',
        version: '',
        ports: {},
        startedAtMs: null,
        restarts: 5,
        height: null,
        cpuPercent: null,
        memoryBytes: null,
        memoryLimitBytes: null,
        lastLines: [],
        atMs: 1,
      },
    }),
  'drill-due': (s) => {
    s.custody = { ...s.custody, backupAtMs: 1 }
    s.keys = {
      k: {
        id: 'k',
        kind: 'key' as const,
        role: 'owner' as const,
        name: 'Savings',
        address: 'a',
        network: 'local' as const,
        createdAtMs: 100 - 30 * 86_400_000,
        wordsConfirmedAtMs: 2,
        fenced: null,
      },
    }
  },
  'key-fenced': (s) => {
    SICK['node-failing']?.(s)
    for (const node of Object.values(s.nodes)) node.seen = 'starting'
    s.keys = {
      k: {
        id: 'k',
        kind: 'key',
        role: 'operator',
        name: 'Operator',
        network: 'local',
        address: 'op',
        wordsConfirmedAtMs: 1,
        createdAtMs: 1,
        fenced: 'moved',
      },
    }
  },
  'chain-stalled': (s) => (s.chain = { ...s.chain, status: 'stalled', height: 9 }),
  'endpoint-other-chain': (s) => {
    const host = { rpcUrl: 'https://a', grpcUrl: '', host: 'a', from: 'user' as const, height: 5, latencyMs: 1, agrees: null, error: '' }
    s.chain = { ...s.chain, endpoints: { 0: { ...host, status: 'other-chain' } } }
  },
  'chain-not-confirmed': (s) =>
    (s.chain = { ...s.chain, known: 'first-use', found: { chainId: 'pocket', block1Hash: 'AA', genesisTime: '', hosts: ['a', 'b'] } }),
  'supplier-differs': (s) =>
    (s.supplier = { ...s.supplier, status: 'active-differs', differences: [{ serviceId: 'anvil', key: 'staked-not-served', facts: {} }] }),
  'engine-clock': (s) => (s.engine = { ...s.engine, kind: 'ready', clockOffsetMs: -12_000 }),
  ...Object.fromEntries(Object.values(SICK_HEALTH).map((sick) => [sick.check, (s: AppState) => sick.make(s)])),
}

describe('checks', () => {
  it('say nothing when all is well', () => {
    for (const check of CHECKS) expect(check.look(well(), 1), check.id).toBeUndefined()
  })
  it.each(CHECKS.map((check) => [check.id, check] as const))('%s speaks for its own fault and no other does', (id) => {
    const sick = well()
    SICK[id]?.(sick)
    expect(CHECKS.filter((check) => check.look(sick, 1)).map((check) => check.id)).toEqual([id])
  })
  it('node-failing says so when the cause is a lack of memory', () => {
    const sick = well()
    SICK['node-failing']?.(sick)
    for (const node of Object.values(sick.nodes)) node.reason = { key: 'stops-trying', facts: { cause: 'memory', limitMb: '1024' } }
    expect(CHECKS.flatMap((check) => check.look(sick, 1) ?? [])).toMatchObject([{ key: 'node-failing-memory', facts: { limitMb: '1024' } }])
  })
  it('engine-gone speaks of an engine that answers, and not about its containers', () => {
    const sick = well()
    SICK['node-failing']?.(sick)
    for (const node of Object.values(sick.nodes)) node.seen = 'unknown'
    sick.engine = { ...sick.engine, kind: 'ready' }
    expect(CHECKS.flatMap((check) => check.look(sick, 1) ?? [])).toMatchObject([{ key: 'engine-silent', level: 'bad' }])
  })
  it('keep the time at which a finding began and clear it when it is cured', () => {
    const publisher = createStatePublisher(well(), createTestClock())
    publisher.patch('engine', { kind: 'absent' })
    runChecks(publisher, 100)
    runChecks(publisher, 200)
    expect(publisher.state.attention['engine-gone']?.sinceMs).toBe(100)
    publisher.patch('engine', { kind: 'ready' })
    runChecks(publisher, 300)
    expect(publisher.state.attention['engine-gone']).toBeUndefined()
  })
})
