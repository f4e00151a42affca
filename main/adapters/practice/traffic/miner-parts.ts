import type { TxCodec } from '#main/core/ports/tx.ts'
import type { ChainNode } from '../node/chain-node.ts'
import type { ContainerHandle } from '../parts.ts'
import type { MinerCounters } from './miner-counters.ts'
import type { Fields } from './miner-log.ts'
import type { MinerArguments, MinerSettings } from './miner-settings.ts'
import type { SessionTrees } from './session-trees.ts'

/** A supplier that a miner answers for, and the key that signs in its name. */
export interface MinerOperator {
  address: string
  privateKey: Uint8Array
}

/** What the parts of a running miner share. */
export interface RunningMiner {
  readonly handle: ContainerHandle
  readonly node: ChainNode
  readonly codec: TxCodec
  readonly arguments: MinerArguments
  readonly settings: MinerSettings
  /** By address, in the order of the configuration; there is at least one. */
  readonly operators: ReadonlyMap<string, MinerOperator>
  readonly counters: MinerCounters
  readonly trees: SessionTrees
  /** Newest block that its subscription brought. */
  height: number
  log: (level: 'info' | 'warn' | 'error', message: string, fields?: Fields) => void
}

/** An error that the miner answers with, instead of an answer from the backend (offchain facts 2.10). */
export class RelayRefusal extends Error {
  override readonly name = 'RelayRefusal'
  readonly codespace: string
  readonly code: number
  /** The registered description; `message` is the whole text. */
  readonly description: string
  constructor(codespace: string, code: number, description: string, about = '') {
    super(about === '' ? description : `${about}: ${description}`)
    this.codespace = codespace
    this.code = code
    this.description = description
  }
}
