import type { RoleReads } from './roles.ts'

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

/** How hard it is for a relay of a service to be mined, as it stands since `sinceHeight`. */
export interface ServiceDifficulty {
  serviceId: string
  /** 64 hex digits; a relay whose hash is at most this is mined. */
  targetHash: string
  relaysAverage: bigint
  sinceHeight: number
}

/**
 * What governs beyond `ChainParams`, by name: amounts in upokt and counts as whole numbers, shares and probabilities as exact decimals.
 * A name that a chain of another version does not know is left out.
 */
export interface Governing {
  values: Record<string, string>
  difficulties: ServiceDifficulty[]
  supplyUpokt: bigint | undefined
}

export interface UpgradePlan {
  name: string
  height: number
}

/** What the chain's own record of a supplier says that can be proven; its services lie in rows of their own. */
export interface ProvenSupplier {
  ownerAddress: string
  operatorAddress: string
  stakeUpokt: bigint
  /** 0 = not unbonding. */
  unstakeSessionEndHeight: number
}

/** How something was proven: by which signed header, and who brought it. */
export interface ProofFacts {
  /** The header that signs the state is one above it. */
  headerHeight: number
  /** Upper-case hex. */
  headerHash: string
  /** Power of the validators whose signatures were checked: no more than were needed. */
  signedPower: bigint
  totalPower: bigint
  signers: number
  validators: number
  host: string
}

/** A value with the height whose state it was proven to be part of. */
export interface Proven<T> {
  value: T
  height: number
  how?: ProofFacts
}

/** Where proofs begin: a block that is trusted, by its hash (upper-case hex). */
export interface TrustRoot {
  chainId: string
  height: number
  hash: string
}

/**
 * Reads whose answers are checked by hashes against headers that the chain's validators signed: nobody between can change them. Reject `proof-invalid` when what came
 * is not what was signed, `chain-unreachable` when nothing came.
 */
export interface ProvenReads {
  balance(address: string): Promise<Proven<bigint>>
  supplier(operatorAddress: string): Promise<Proven<ProvenSupplier | undefined>>
  /** Those of the named claims that are there. That there are no others cannot be proven. */
  claims(operatorAddress: string, sessionIds: string[]): Promise<Proven<PendingClaim[]>>
  /** Proves the block at a height by its signatures. @returns its hash */
  block(height: number): Promise<string>
  /** The newest header that was proven. */
  newest(): { height: number; hash: string } | undefined
}

export type BroadcastResult =
  | { kind: 'accepted'; hash: string }
  /** Code 19: the same bytes already wait in the mempool. Success pending. */
  | { kind: 'already-known'; hash: string }
  | { kind: 'refused'; hash: string; code: number; codespace: string; log: string }

export type TxLookup =
  | { kind: 'absent' }
  | { kind: 'included'; height: number; code: number; codespace: string; log: string; gasUsed: bigint }

export interface Chain extends RoleReads {
  head(): Promise<ChainHead>
  fingerprint(): Promise<Fingerprint>
  params(): Promise<ChainParams>
  account(address: string): Promise<AccountInfo | undefined>
  /** Balance in upokt, at a past height when given. */
  balance(address: string, height?: number): Promise<bigint>
  supplier(operatorAddress: string): Promise<SupplierRecord | undefined>
  services(): Promise<ServiceInfo[]>
  session(applicationAddress: string, serviceId: string, height?: number): Promise<SessionInfo>
  pendingClaims(operatorAddress: string): Promise<PendingClaim[]>
  /**
   * @param naming when given, only what names one of these addresses has to be there: the events of a transaction that names none may be left out, and the attributes of an event
   *   of the block itself, which keeps its place and its type
   */
  block(height: number, naming?: ReadonlySet<string>): Promise<ChainBlock>
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
  /** What else governs; chains that cannot tell lack the method. */
  governing?(): Promise<Governing>
  /** The planned upgrade, if there is one; chains that cannot tell lack the method. `height` is where software of now stops. */
  upgradePlan?(): Promise<UpgradePlan | undefined>
  /** At which height the upgrade of this name was carried out; undefined when it was not. Chains that cannot tell lack the method. */
  appliedUpgrade?(name: string): Promise<number | undefined>
  /** Hash of a block from its header alone, computed here: a small question, to compare what several endpoints hold. Chains of one machine lack it. */
  blockHash?(height: number): Promise<string>
  /** Time of a block from its header alone, UTC ms; chains that cannot tell lack the method. */
  blockTimeMs?(height: number): Promise<number>
  /** Reads with proofs from a trusted block on; chains that have none lack the method. */
  proven?(root: TrustRoot): ProvenReads
  /**
   * What ends a transaction, and the least gas price, taken only where hosts of two owners say it, or a node of this machine; rejects `chain-unreachable` with detail.alone while one owner alone says it.
   * Chains that are one owner's lack the method: nobody is there to second.
   */
  seconded?(): Pick<Chain, 'account' | 'tx' | 'broadcast' | 'minimumGasPrice'>
  /** New-block hints until the signal aborts; heights remain the truth. */
  watch(onHint: (height: number) => void, signal: AbortSignal): Promise<void>
}

/** Where a chain answers. */
export interface ChainEndpoints {
  rpcUrl: string
  restUrl: string
  /** Where a relay miner asks it; Hearth itself does not. */
  grpcUrl?: string | undefined
}

/** One of several. `own`: a node of this machine, which checked every block itself. */
export interface PoolEndpoint extends ChainEndpoints {
  own: boolean
}

/** Makes a chain client; chosen by the shell, so that the core knows no transport. */
export type ConnectChain = (endpoints: ChainEndpoints) => Chain
