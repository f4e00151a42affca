import type { PracticeGenesis } from '../parts.ts'
import { addressFault, fixedAddresses } from './addresses.ts'
import { BalanceLog } from './balance-log.ts'
import { module, openAccount, setBalance } from './bank.ts'
import type { ChainState } from './state.ts'
import { Journal, Table } from './tables.ts'

/** Accounts of modules that exist from the first block on, in the order of their numbers; the others open with their first coin. */
const GENESIS_MODULES = ['fee_collector', 'distribution', 'mint', 'bonded_tokens_pool', 'not_bonded_tokens_pool', 'gov'] as const

export function emptyState(genesis: PracticeGenesis, recordedSessionIds: ReadonlyMap<string, string> = new Map()): ChainState {
  const journal = new Journal()
  return {
    genesis,
    fixed: fixedAddresses(genesis),
    journal,
    height: 0,
    timeMs: genesis.genesisTimeMs,
    live: genesis.params,
    paramsHistory: [],
    accounts: new Table(journal),
    balances: new Table(journal),
    counters: new Table(journal),
    suppliers: new Table(journal),
    unbonding: new Table(journal),
    applications: new Table(journal),
    gateways: new Table(journal),
    services: new Table(journal),
    relayCosts: new Table(journal),
    difficulties: new Table(journal),
    claims: new Table(journal),
    claimsByEnd: new Map(),
    proofs: new Table(journal),
    givenHashes: new Map(),
    balanceLogs: new Map(),
    touched: new Set(),
    suppliersVersion: 0,
    recordedSessionIds,
  }
}

/** The chain before its first block. @throws when the genesis names an address of another network, or one twice */
export function genesisState(genesis: PracticeGenesis, recordedSessionIds?: ReadonlyMap<string, string>): ChainState {
  const state = emptyState(genesis, recordedSessionIds)
  let supply = 0n
  for (const { address, upokt } of genesis.accounts) {
    const fault = addressFault(address, genesis.addressPrefix)
    if (fault !== undefined) throw new Error(`genesis account ${address}: ${fault}`)
    if (state.accounts.has(address)) throw new Error(`genesis account ${address} is there twice`)
    if (upokt < 0n) throw new Error(`genesis account ${address} holds less than nothing`)
    openAccount(state, address)
    setBalance(state, address, upokt)
    supply += upokt
  }
  for (const name of GENESIS_MODULES) openAccount(state, module(state, name), name)
  const bonded = genesis.validators.reduce((sum, { stakeUpokt }) => sum + stakeUpokt, 0n)
  setBalance(state, module(state, 'bonded_tokens_pool'), bonded)
  state.counters.set('supply', supply + bonded)
  for (const service of genesis.services) state.services.set(service.id, service)
  logBalances(state)
  return state
}

/** Writes down what changed in this block. */
export function logBalances(state: ChainState): void {
  for (const address of state.touched) {
    const upokt = state.balances.get(address) ?? 0n
    let log = state.balanceLogs.get(address)
    if (log === undefined) {
      log = new BalanceLog()
      state.balanceLogs.set(address, log)
    }
    if (log.latest() !== upokt) log.add(state.height, upokt)
  }
  state.touched.clear()
}
