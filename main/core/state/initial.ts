import { NO_HEALTH } from '#shared/api/health.ts'
import type { AppState } from '#shared/api/state.ts'

/** The state before anything was read: everything says that it is not known. */
export function initialState(app: AppState['app']): AppState {
  return {
    app,
    practice: null,
    vault: { kind: 'absent', needed: null },
    custody: { revision: 0, unlock: 'ask', unlockProblem: null, backupAtMs: null, drillAtMs: null },
    engine: { kind: 'unknown', name: '', version: '', endpoint: '', detail: '', clockOffsetMs: 0, memoryBytes: 0, atMs: 0 },
    chain: { status: 'none', chainId: '', height: 0, hash: '', blockTimeMs: 0, medianBlockMs: null, readAtMs: 0, params: null },
    keys: {},
    nodes: {},
    tasks: {},
    intents: {},
    balances: {},
    supplier: {
      status: 'unknown',
      operatorAddress: '',
      ownerAddress: '',
      stakeUpokt: '0',
      services: [],
      pending: [],
      unstakeSessionEndHeight: 0,
      unbondingEndHeight: 0,
      differences: [],
      asOf: null,
    },
    suppliers: {},
    clock: { lanes: [], verdict: 'nothing-to-lose', facts: {}, height: 0, atMs: 0 },
    earnings: {
      revision: 0,
      settledUpokt: '0',
      todayUpokt: '0',
      claimsSettled: 0,
      claimsLost: 0,
      pendingUpokt: '0',
      readHeight: 0,
      firstHeight: 0,
      ledger: { status: 'unchecked', atHeight: 0, atMs: 0, rows: [] },
    },
    relays: { revision: 0, last: null },
    bundle: null,
    health: structuredClone(NO_HEALTH),
    attention: {},
    settings: {},
    elsewhere: {},
    leftOut: {},
  }
}
