/** What the core needs of a Pocket chain. Amounts are upokt as bigint, heights are numbers (they stay far under 2^53), times UTC ms. */

export interface ChainHead {
  height: number
  timeMs: number
  hash: string
  catchingUp: boolean
}

export interface Fingerprint {
  chainId: string
  /** Hash of block 1, upper-case hex. Local chains and mainnet may share a chain id, never this. */
  block1Hash: string
  genesisTime: string
}

/** Parameters that hold at `height`. Everything is read from the chain; nothing here has a default. */
export interface ChainParams {
  height: number
  numBlocksPerSession: number
  gracePeriodEndOffsetBlocks: number
  claimWindowOpenOffsetBlocks: number
  claimWindowCloseOffsetBlocks: number
  proofWindowOpenOffsetBlocks: number
  proofWindowCloseOffsetBlocks: number
  sessionGridAnchorHeight: number
  sessionNumberAtAnchor: number
  supplierUnbondingPeriodSessions: number
  computeUnitsToTokensMultiplier: bigint
  computeUnitCostGranularity: bigint
  supplierMinStakeUpokt: bigint
  supplierStakingFeeUpokt: bigint
  applicationMinStakeUpokt: bigint
  proofMissingPenaltyUpokt: bigint
  proofSubmissionFeeUpokt: bigint
}

export interface AccountInfo {
  accountNumber: bigint
  sequence: bigint
  /** Compressed secp256k1 key, 33 bytes hex, once the account has signed something. */
  pubKeyHex: string | undefined
}

export interface ServiceShare {
  address: string
  percent: number
}

export interface SupplierService {
  serviceId: string
  endpoints: { url: string; rpcType: string }[]
  revShare: ServiceShare[]
}

export interface SupplierRecord {
  ownerAddress: string
  operatorAddress: string
  stakeUpokt: bigint
  services: SupplierService[]
  /** Configs that are recorded and not yet active, with their activation height. */
  pending: { service: SupplierService; activationHeight: number }[]
  /** 0 = not unbonding. */
  unstakeSessionEndHeight: number
}

export interface ServiceInfo {
  id: string
  name: string
  computeUnitsPerRelay: bigint
  ownerAddress: string
}

export interface SessionInfo {
  sessionId: string
  sessionNumber: number
  startHeight: number
  endHeight: number
  applicationAddress: string
  serviceId: string
  /** Operator addresses. */
  suppliers: string[]
  delegatedGateways: string[]
}

export interface PendingClaim {
  operatorAddress: string
  applicationAddress: string
  serviceId: string
  sessionId: string
  sessionEndHeight: number
  computeUnits: bigint
  relays: bigint
  proofStatus: 'pending' | 'validated' | 'invalid'
}

/** A decoded event: attribute values parsed, native ones as they stand. */
export interface ChainEvent {
  type: string
  attributes: Record<string, unknown>
}

export interface ChainTx {
  index: number
  hash: string
  code: number
  codespace: string
  log: string
  gasUsed: bigint
  gasWanted: bigint
  events: ChainEvent[]
}

export interface ChainBlock {
  height: number
  hash: string
  timeMs: number
  txs: ChainTx[]
  /** Events of BeginBlock and EndBlock. */
  blockEvents: ChainEvent[]
}

export interface UpgradePlan {
  name: string
  height: number
}

export type BroadcastResult =
  | { kind: 'accepted'; hash: string }
  /** Code 19: the same bytes already wait in the mempool. Success pending. */
  | { kind: 'already-known'; hash: string }
  | { kind: 'refused'; hash: string; code: number; codespace: string; log: string }

export type TxLookup =
  | { kind: 'absent' }
  | { kind: 'included'; height: number; code: number; codespace: string; log: string; gasUsed: bigint }

export interface Chain {
  head(): Promise<ChainHead>
  fingerprint(): Promise<Fingerprint>
  params(): Promise<ChainParams>
  account(address: string): Promise<AccountInfo | undefined>
  /** Balance in upokt, at a past height when given. */
  balance(address: string, height?: number): Promise<bigint>
  supplier(operatorAddress: string): Promise<SupplierRecord | undefined>
  services(): Promise<ServiceInfo[]>
  application(address: string): Promise<{ stakeUpokt: bigint; serviceIds: string[]; delegatedGateways: string[] } | undefined>
  session(applicationAddress: string, serviceId: string, height?: number): Promise<SessionInfo>
  pendingClaims(operatorAddress: string): Promise<PendingClaim[]>
  block(height: number): Promise<ChainBlock>
  /** upokt per gas as an exact decimal string, the node's own minimum. */
  minimumGasPrice(): Promise<string>
  /** Gas used by a trial run. Rejects `tx-refused` with detail.log. */
  simulate(txBytes: Uint8Array): Promise<bigint>
  broadcast(txBytes: Uint8Array): Promise<BroadcastResult>
  tx(hash: string): Promise<TxLookup>
  /**
   * Heights from `from` to `to`, both included, whose block has an event that names one of the addresses, in order. A chain that cannot tell lacks the method: then every
   * block is read. Nothing may be left out; a height too many does no harm.
   */
  heightsOf?(addresses: string[], from: number, to: number): Promise<number[]>
  /** The planned upgrade, if there is one; chains that cannot tell lack the method. `height` is where software of now stops. */
  upgradePlan?(): Promise<UpgradePlan | undefined>
  /** New-block hints until the signal aborts; heights remain the truth. */
  watch(onHint: (height: number) => void, signal: AbortSignal): Promise<void>
}

/** Where a chain answers. */
export interface ChainEndpoints {
  rpcUrl: string
  restUrl: string
}

/** Makes a chain client; chosen by the shell, so that the core knows no transport. */
export type ConnectChain = (endpoints: ChainEndpoints) => Chain
