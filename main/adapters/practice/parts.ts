import type { ChainBlock, ChainParams, Governing, PendingClaim, ServiceInfo, SessionInfo, SupplierRecord } from '#main/core/ports/chain.ts'
import type { ApplicationRecord, GatewayRecord, RoleRules } from '#main/core/ports/roles.ts'
import type { ContainerSpec, ExecResult } from '#main/core/ports/engine.ts'
import type { Message } from '#main/core/ports/tx.ts'

/**
 * Practice is a small Pocket network and a container engine inside Hearth. These are the seams between its parts: the clock, the ledger (pure chain state), the programs that
 * containers run, and the machine that joins them behind the ports of the core.
 */

/** Time of the practised network. `now()` runs at `speed`, stands while paused, and never goes back. */
export interface PracticeClock {
  /** UTC ms of the practised world. */
  now(): number
  /** Waits practised time, never shorter than `floorMs` of real time so that nothing spins at high speed. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  readonly speed: number
  readonly paused: boolean
  /** 1 to 600. Rejects `invalid-request` for anything else. */
  setSpeed(speed: number): void
  setPaused(paused: boolean): void
  /** Moves the practised time forward at once. Rejects `invalid-request` for a moment that has passed. */
  jumpTo(ms: number): void
}

/** Everything that a chain's first block decides. Amounts in upokt. */
export interface PracticeGenesis {
  chainId: string
  /** Of addresses: `pokt` in replays of real chains, `practice` in Practice. */
  addressPrefix: string
  genesisTimeMs: number
  blockMs: number
  accounts: { address: string; upokt: bigint }[]
  /** Share the proposer's part of each settlement by their stake (onchain facts 5.4). */
  validators: { address: string; stakeUpokt: bigint; commission: string }[]
  daoAddress: string
  services: ServiceInfo[]
  params: PracticeParams
  /** upokt per gas, exact decimal. */
  minimumGasPrice: string
}

/** Parameters beyond those that the core reads. Decimals are exact text, as the chain has them. */
export interface PracticeParams extends Omit<ChainParams, 'height'> {
  applicationUnbondingPeriodSessions: number
  gatewayUnbondingPeriodSessions: number
  gatewayMinStakeUpokt: bigint
  numSuppliersPerSession: number
  proofRequestProbability: string
  proofRequirementThresholdUpokt: bigint
  globalInflationPerClaim: string
  mintRatio: string
  mintEqualsBurn: { supplier: string; proposer: string; dao: string; sourceOwner: string; application: string }
  mintAllocation: { supplier: string; proposer: string; dao: string; sourceOwner: string; application: string }
  overservicingBonusMultiplier: string
  targetNumRelays: bigint
  addServiceFeeUpokt: bigint
}

/** What a transaction of the practised chain can hold: what users sign, and what miners, gateways, faucet and government do. */
export type PracticeMessage =
  | Message
  | { kind: 'multi-send'; fromAddress: string; outputs: { address: string; amountUpokt: bigint }[] }
  | { kind: 'unstake-application'; address: string }
  | { kind: 'stake-gateway'; address: string; stakeUpokt: bigint }
  | { kind: 'unstake-gateway'; address: string }
  | { kind: 'delegate'; applicationAddress: string; gatewayAddress: string }
  | { kind: 'undelegate'; applicationAddress: string; gatewayAddress: string }
  | { kind: 'add-service'; ownerAddress: string; id: string; name: string; computeUnitsPerRelay: bigint }
  | { kind: 'create-claim'; operatorAddress: string; session: SessionInfo; relays: bigint; computeUnits: bigint; rootHex: string }
  | { kind: 'submit-proof'; operatorAddress: string; session: SessionInfo; valid: boolean }
  | { kind: 'update-params'; authority: string; params: Partial<PracticeParams> }

export interface PracticeTx {
  /** Upper-case hex. */
  hash: string
  messages: PracticeMessage[]
  feePayer: string
  feeUpokt: bigint
  gasWanted: bigint
  gasUsed: bigint
  /** Of the signer, compressed, hex: known to the chain from its first transaction on. */
  pubKeyHex: string | undefined
  /** Leaves the signer's sequence as it is, as the transactions of relay miners do (onchain facts 2.1). */
  unordered?: boolean
  /** What each signer signed as their sequence, in the order of the signers: a wrong one is refused with sdk/32. Absent: whatever is next. */
  sequences?: bigint[]
  /** Base64, in the order of the signers; events show them. */
  signatures?: string[]
}

/** Pure state of the practised chain: the same genesis and the same blocks give the same state and events, to the upokt. */
export interface Ledger {
  readonly genesis: PracticeGenesis
  readonly height: number
  readonly timeMs: number
  readonly hash: string
  /** Runs one block: BeginBlock, each transaction (a failing one keeps its fee), EndBlock with activations, unbondings and settlement. */
  deliver(block: { timeMs: number; hash?: string; proposer?: string; txs: PracticeTx[] }): ChainBlock
  /** Whether the messages would pass now, run on a copy. `log` is in the chain's own words. */
  tryRun(tx: PracticeTx): { code: number; codespace: string; log: string; gasUsed: bigint }
  params(): ChainParams
  governing(): Governing
  practiceParams(): PracticeParams
  balance(address: string, height?: number): bigint
  account(address: string): { accountNumber: bigint; sequence: bigint; pubKeyHex: string | undefined } | undefined
  supplier(operatorAddress: string): SupplierRecord | undefined
  suppliers(): SupplierRecord[]
  application(address: string): ApplicationRecord | undefined
  gateway(address: string): GatewayRecord | undefined
  gateways(): GatewayRecord[]
  roleRules(): RoleRules
  services(): ServiceInfo[]
  /** 32-byte target hash in hex that holds for a session that starts at `height`. */
  difficulty(serviceId: string, height: number): string
  /** Price of one relay that holds for a session that starts at `height`; undefined for a service that is not known. */
  computeUnitsPerRelay(serviceId: string, height: number): bigint | undefined
  session(applicationAddress: string, serviceId: string, height?: number): SessionInfo
  pendingClaims(operatorAddress: string): PendingClaim[]
  /** Blocks are kept as far back as `keepBlocks`; undefined beyond. */
  block(height: number): ChainBlock | undefined
  /** Everything, as plain JSON text (bigint as decimal text), and back through `restoreLedger`. */
  save(): string
}

/** A running container as its program sees it. */
export interface ContainerHandle {
  readonly spec: ContainerSpec
  /** Files of the container's own layer and of its volumes. */
  readFile(path: string): Uint8Array | undefined
  /** Rejects `disk-full`. `mode` is octal, 0644 unless told. */
  writeFile(path: string, content: Uint8Array, mode?: number): void
  removeTree(path: string): void
  /** Full paths of all files under a folder; empty when there are none. */
  list(folder: string): string[]
  log(stream: 'out' | 'err', text: string): void
  /** Ends the container with an exit code, as a crash or a natural end does. */
  exit(code: number): void
  /** Other containers on the same network, by alias. */
  peer(alias: string): { program: Program; handle: ContainerHandle } | undefined
  readonly clock: PracticeClock
  /** Aborts when this run of the container is over, however it ended: a program's loops and waits end with it. */
  readonly signal: AbortSignal
}

/** What runs in a container. One per start. */
export interface Program {
  start(handle: ContainerHandle): void
  /** SIGTERM: called once; the container ends when it returns or the grace is over. */
  stop(): Promise<void> | void
  exec(command: string[], options: { stdin?: string; user?: string }): Promise<ExecResult> | ExecResult
  /** An HTTP request to a published port, or from a container on the same network. Undefined: nothing listens there. */
  http?(
    port: number,
    request: { method: string; path: string; headers: Record<string, string>; body: Uint8Array },
  ): Promise<{ status: number; body: Uint8Array } | undefined> | undefined
  usage(): { cpuPercent: number; memoryBytes: number; diskBytes: number; netBytes: number }
}

/** Chooses the program of a container by its image and command. Undefined: a plain one that waits. */
export type ChooseProgram = (spec: ContainerSpec) => Program | undefined
