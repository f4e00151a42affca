import type { PendingClaim, ServiceInfo, SupplierService } from '#main/core/ports/chain.ts'
import type { PracticeGenesis, PracticeParams } from '../parts.ts'
import type { FixedAddresses } from './addresses.ts'
import type { BalanceLog } from './balance-log.ts'
import type { Journal, Table } from './tables.ts'

/** Everything the practised chain knows. Records are replaced, never changed. Amounts are upokt. */

export interface AccountState {
  number: bigint
  sequence: bigint
  pubKeyHex: string | undefined
  module: string | undefined
}

/** A service of a supplier, from one height until before another (0: no end). */
export interface ConfigUpdate {
  service: SupplierService
  activationHeight: number
  deactivationHeight: number
}

export interface SupplierState {
  ownerAddress: string
  operatorAddress: string
  stakeUpokt: bigint
  /** 0 = not unbonding. */
  unstakeSessionEndHeight: number
  /** By service, then by height. */
  configs: readonly ConfigUpdate[]
}

export interface ApplicationState {
  address: string
  stakeUpokt: bigint
  serviceId: string
  gateways: readonly string[]
  /** By session end height. */
  pendingUndelegations: Readonly<Record<string, readonly string[]>>
  unstakeSessionEndHeight: number
  /** Empty: never another service than this. */
  history: readonly { serviceId: string; activationHeight: number; deactivationHeight: number }[]
}

export interface GatewayState {
  address: string
  stakeUpokt: bigint
  unstakeSessionEndHeight: number
}

export interface ClaimState {
  operatorAddress: string
  applicationAddress: string
  serviceId: string
  sessionId: string
  sessionStartHeight: number
  sessionEndHeight: number
  relays: bigint
  computeUnits: bigint
  rootHex: string
  proofStatus: PendingClaim['proofStatus']
}

/** A proof lives until the end of its block. */
export interface ProofState {
  claimKey: string
  valid: boolean
}

export interface DifficultyState {
  height: number
  relaysAverage: bigint
  targetHash: bigint
}

export interface ChainState {
  genesis: PracticeGenesis
  /** What follows from the genesis. */
  fixed: FixedAddresses
  journal: Journal
  height: number
  timeMs: number
  /** What holds now. */
  live: PracticeParams
  /** What holds from a height on, oldest first; empty until the first change. */
  paramsHistory: readonly { height: number; params: PracticeParams }[]
  accounts: Table<string, AccountState>
  balances: Table<string, bigint>
  counters: Table<'account-number' | 'supply', bigint>
  suppliers: Table<string, SupplierState>
  /** Operators that the sweep at session ends looks at. */
  unbonding: Table<string, true>
  applications: Table<string, ApplicationState>
  gateways: Table<string, GatewayState>
  services: Table<string, ServiceInfo>
  /** Compute units per relay from a height on, oldest first. */
  relayCosts: Table<string, readonly { height: number; computeUnits: bigint }[]>
  difficulties: Table<string, readonly DifficultyState[]>
  claims: Table<string, ClaimState>
  claimsByEnd: Map<number, Set<string>>
  proofs: Table<string, ProofState>
  /** Hashes that were given; all others follow from the genesis. */
  givenHashes: Map<number, string>
  balanceLogs: Map<string, BalanceLog>
  /** Addresses whose balance may have changed in this block. */
  touched: Set<string>
  /** Counts changes of suppliers, so that what was worked out from them can be thrown away. */
  suppliersVersion: number
  /** Session ids of a recording whose block hashes are not all known, by `application/service/start height`. */
  recordedSessionIds: ReadonlyMap<string, string>
}

export const claimKey = (sessionId: string, operatorAddress: string): string => `${sessionId}/${operatorAddress}`

export function putClaim(state: ChainState, claim: ClaimState): void {
  const key = claimKey(claim.sessionId, claim.operatorAddress)
  state.claims.set(key, claim)
  const known = state.claimsByEnd.get(claim.sessionEndHeight)
  if (known?.has(key)) return
  const keys = known ?? new Set<string>()
  if (!known) state.claimsByEnd.set(claim.sessionEndHeight, keys)
  keys.add(key)
  state.journal.note(() => {
    keys.delete(key)
    if (keys.size === 0) state.claimsByEnd.delete(claim.sessionEndHeight)
  })
}

/** Only at the end of a block, where nothing is taken back. */
export function removeClaim(state: ChainState, claim: ClaimState): void {
  const key = claimKey(claim.sessionId, claim.operatorAddress)
  state.claims.delete(key)
  const keys = state.claimsByEnd.get(claim.sessionEndHeight)
  keys?.delete(key)
  if (keys?.size === 0) state.claimsByEnd.delete(claim.sessionEndHeight)
}

export function putSupplier(state: ChainState, supplier: SupplierState): void {
  state.suppliers.set(supplier.operatorAddress, supplier)
  state.suppliersVersion += 1
}

/** Parameters of sessions and prices that held at a height (onchain facts 5.2). */
export function paramsAt(state: ChainState, height: number): PracticeParams {
  const { paramsHistory } = state
  for (let index = paramsHistory.length - 1; index >= 0; index -= 1) {
    const entry = paramsHistory[index]
    if (entry !== undefined && entry.height <= height) return entry.params
  }
  return state.live
}

export const isActive = (config: { activationHeight: number; deactivationHeight: number }, height: number): boolean =>
  config.activationHeight <= height && (config.deactivationHeight === 0 || height < config.deactivationHeight)

/** Configurations in the order of the chain's store. */
export function sortedConfigs(configs: readonly ConfigUpdate[]): ConfigUpdate[] {
  return [...configs].sort((a, b) => {
    const [left, right] = [`${a.service.serviceId}/`, `${b.service.serviceId}/`]
    if (left !== right) return left < right ? -1 : 1
    return a.activationHeight - b.activationHeight
  })
}
