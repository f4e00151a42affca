import type { ServiceInfo, UpgradePlan } from '#main/core/ports/chain.ts'
import type { ScenarioId } from '#shared/practice/scenario-ids.ts'
import type { History } from '../history/history.ts'
import type { PastOptions } from '../history/mainnet-past.ts'
import type { InsideTx } from '../node/chain-node.ts'
import type { Ledger, PracticeGenesis, PracticeMessage } from '../parts.ts'

/** What a scenario may do to the practised world before the user comes in. Amounts are upokt. */
export interface ScenarioWorld {
  /** The user's own addresses. Throws HearthError `key-unknown` when there are none. */
  keys(): { owner: string; operator: string }
  readonly ledger: Ledger
  services(): readonly ServiceInfo[]
  /** Services that the user has a backend for. */
  servedHere(): readonly string[]
  /** The least stake of a supplier, by the genesis. */
  minimumStake(): bigint
  /** Only before the first block. */
  changeGenesis(change: (genesis: PracticeGenesis) => PracticeGenesis): void
  /** The user's supplier: the owner stakes, the operator adds its services, and they become active. */
  stake(options?: StakeOptions): void
  /** Sessions pass, from here to the end of one; the miner of the user claims and proves them as told. Claims of the last ones stay open. */
  sessions(count: number, work: Work): void
  /** Blocks pass; what is open is claimed and proven. */
  blocks(count: number): void
  /** In a block of its own, now. Throws when the chain refuses it: then the scenario is wrong. */
  act(payer: string, ...messages: PracticeMessage[]): void
  /** So many blocks after the user came in. */
  later(inBlocks: number, payer: string, ...messages: PracticeMessage[]): void
  /** One more application, with a stake of its own; its account is there from the first block on, so only before that. @returns its address */
  addApplication(serviceId: string, stakeUpokt: bigint): string
  /** Somebody with enough to pay for a transaction of the network's. */
  payer(): string
  /** The network's own decision: parameters, or the price of a service. */
  government(): string
  upgrade(name: string, inBlocks: number): void
  effect(effect: Effect): void
  /** Years pass under mainnet's rules; only before the first block. */
  past(years: number, options?: Partial<Pick<PastOptions, 'ownerPercent'>>): void
}

export interface StakeOptions {
  stakeUpokt?: bigint
  /** All services of the network that the user can serve, when absent. */
  services?: readonly string[]
  /** What the operator holds before it pays anything. */
  operatorUpokt?: bigint
  ownerPercent?: number
  /** Where gateways are told to send relays; the relay miner of Practice when absent. */
  endpointUrl?: string
}

export interface Work {
  /** For each application in whose session we are. */
  relays: number
  proofs?: 'sent' | 'missing' | 'wrong' | 'no-claim'
  /** So many others of each session claim the same. */
  rivals?: number
  /** Of this application alone. */
  application?: string
}

/** What happens around the chain; the machine does it to engine, backend and line. */
export type Effect =
  | { kind: 'disk'; freeBytes: number; bytesPerDay: number }
  | { kind: 'engine-clock'; offsetMs: number }
  /** Practised time that the backend is behind. */
  | { kind: 'backend-behind'; ms: number }
  /** Nobody reaches the relay miner from outside. */
  | { kind: 'unreachable' }
  | { kind: 'stop'; nodeId: string }
  | { kind: 'containers'; names: readonly string[] }
  | { kind: 'speed'; speed: number }

/** A world as the user finds it. */
export interface PracticeStart {
  ledger: Ledger
  /** What lies before the ledger's own blocks; see `withPast`, which has been applied. */
  history: History | undefined
  /** From which the history is made again after a restart. */
  past: PastOptions | undefined
  upgrade: UpgradePlan | undefined
  later: { height: number; tx: InsideTx }[]
  effects: Effect[]
}

/** A named situation to practise. */
export interface Scenario {
  id: ScenarioId
  /** Whether the user must have keys of Practice first. */
  needsKeys: boolean
  build(world: ScenarioWorld): void
  /** What Hearth must show, by check and key, and where the fix is. */
  shouldSee: { check: string; key: string; fix: string }
}
