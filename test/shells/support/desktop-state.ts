import type { AppState, ElsewhereState, MapSliceName, NetworkId, ObjectSliceName } from '#shared/api/state.ts'
import type { ClockLane, Verdict } from '#shared/model/clock-schema.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createShellApp, type ShellApp } from '#test/fakes/shell-app.ts'

/** An app whose state the test writes. */
export interface StateApp extends ShellApp {
  readonly state: AppState
  set<S extends ObjectSliceName>(slice: S, value: AppState[S]): void
  put<S extends MapSliceName>(slice: S, id: string, value: AppState[S][string] | undefined): void
  choose(key: string, value: string | number | boolean): void
  verdict(verdict: Verdict, facts?: Record<string, string>, lanes?: ClockLane[]): void
}

/** A staked supplier on mainnet whose two nodes run, with nothing due. */
export function servingState(): AppState {
  const state = initialState({ version: '0.1.0', shell: 'electron', host: 'pc', network: 'mainnet', startedAtMs: 1, notice: null })
  return {
    ...state,
    vault: { kind: 'unlocked', needed: null },
    engine: { ...state.engine, kind: 'ready' },
    chain: { ...state.chain, status: 'ready', height: 107, medianBlockMs: 60_000 },
    nodes: { anvil: node('anvil', 'backend', 'Anvil'), miner: node('miner', 'relay-miner', 'Relay miner') },
    clock: { lanes: [lane(101, 'serving')], verdict: 'safe', facts: { miner: 'running' }, height: 107, atMs: 10 },
  }
}

export function node(id: string, kind: AppState['nodes'][string]['kind'], title: string): AppState['nodes'][string] {
  return {
    id,
    catalogId: id,
    title,
    kind,
    wanted: 'running',
    wantedBy: 'user',
    seen: 'running',
    reason: null,
    error: null,
    image: '',
    digest: '',
    version: '',
    ports: {},
    startedAtMs: 1,
    restarts: 0,
    height: null,
    cpuPercent: null,
    memoryBytes: null,
    memoryLimitBytes: null,
    lastLines: [],
    atMs: 1,
  }
}

/** A network that is not chosen, whose relay miner and ingress run with nothing due. */
export function elsewhere(network: NetworkId, more: Partial<ElsewhereState> = {}): ElsewhereState {
  return {
    network,
    isLookedAfter: true,
    up: { miner: 'Relay miner', ingress: 'Ingress' },
    down: [],
    needsKey: false,
    clock: { verdict: 'safe', facts: { miner: 'running' }, height: 107 },
    medianBlockMs: 60_000,
    findings: [],
    findingsCount: 0,
    ...more,
  }
}

/** A session of 20 blocks. */
export function lane(start: number, stage: ClockLane['stage']): ClockLane {
  const end = start + 19
  return {
    number: (start - 1) / 20,
    start,
    end,
    graceEnd: end + 1,
    claimOpen: end + 2,
    claimClose: end + 6,
    proofOpen: end + 6,
    proofClose: end + 10,
    settle: end + 11,
    stage,
    relays: '10',
    claimedUpokt: null,
    settledUpokt: null,
    claimHeight: null,
    proofHeight: null,
  }
}

export function finding(
  id: string,
  level: 'info' | 'warn' | 'bad',
  more: Partial<AppState['attention'][string]> = {},
): AppState['attention'][string] {
  return { id, level, key: id, facts: {}, fix: 'supplier', sinceMs: 0, ...more }
}

export function createStateApp(first: AppState = servingState()): StateApp {
  let seq = 1
  let state = first
  const app = createShellApp((name) => (name === 'state.get' ? { ok: true, value: { seq, state } } : { ok: true, value: {} }))
  const set: StateApp['set'] = (slice, value) => {
    seq += 1
    state = { ...state, [slice]: value }
    app.push({ seq, changes: [{ slice, value }] })
  }
  const put: StateApp['put'] = (slice, id, value) => {
    seq += 1
    const map: Record<string, unknown> = { ...state[slice] }
    if (value === undefined) delete map[id]
    else map[id] = value
    state = { ...state, [slice]: map }
    app.push({ seq, changes: [{ slice, id, ...(value === undefined ? {} : { value }) }] })
  }
  return Object.defineProperty(
    Object.assign(app, {
      set,
      put,
      choose: (key: string, value: string | number | boolean) => put('settings', key, { value, problem: null }),
      verdict: (verdict: Verdict, facts: Record<string, string> = {}, lanes: ClockLane[] = state.clock.lanes) =>
        set('clock', { ...state.clock, verdict, facts: { miner: 'running', ...facts }, lanes, atMs: state.clock.atMs + 1 }),
    }),
    'state',
    { get: () => state },
  ) as StateApp
}
