import type { ChainBlock } from '#main/core/ports/chain.ts'
import { balanceOf, module, setBalance } from '../chain/bank.ts'
import { beginBlock, QuietBegin } from '../chain/begin-block.ts'
import { endBlock } from '../chain/end-block.ts'
import type { Frame } from '../chain/frame.ts'
import { blockHash } from '../chain/hashes.ts'
import { logBalances } from '../chain/make-state.ts'
import { chainTx, runTx } from '../chain/run-tx.ts'
import { SessionBook } from '../chain/sessions.ts'
import type { ChainState } from '../chain/state.ts'
import type { PracticeTx } from '../parts.ts'

/** The practised chain's own code on a state that may leave out blocks in which nothing happens. */
export interface SparseLedger {
  readonly state: ChainState
  /** Makes the block at a height above the state's; those between are passed over. */
  deliverAt(height: number, txs: PracticeTx[]): ChainBlock
}

export const timeAt = (state: ChainState, height: number): number => state.genesis.genesisTimeMs + (height - 1) * state.genesis.blockMs

export function createSparseLedger(state: ChainState): SparseLedger {
  const book = new SessionBook()
  const quiet = new QuietBegin()
  return {
    state,
    deliverAt(height, txs) {
      passOver(state, height - 1)
      state.height = height
      state.timeMs = timeAt(state, height)
      const begin: Frame = { state, height, events: [], mark: { mode: 'BeginBlock' } }
      beginBlock(begin, quiet)
      const made = txs.map((tx, index) => chainTx(tx, index, runTx({ state, height }, book, tx)))
      endBlock({ state, height, events: begin.events, mark: { mode: 'EndBlock' } })
      logBalances(state)
      return { height, hash: blockHash(state, height), timeMs: state.timeMs, txs: made, blockEvents: begin.events }
    },
  }
}

/** What quiet blocks do all the same: the first of them hands on the fees of the block before, and recorded parameters begin to hold. */
export function passOver(state: ChainState, height: number): void {
  if (height <= state.height) return
  const collector = module(state, 'fee_collector')
  const fees = balanceOf(state, collector)
  if (fees > 0n) {
    const distribution = module(state, 'distribution')
    setBalance(state, collector, 0n)
    setBalance(state, distribution, balanceOf(state, distribution) + fees)
  }
  for (const entry of state.paramsHistory) if (entry.height > state.height && entry.height <= height) state.live = entry.params
  state.height = height
  state.timeMs = timeAt(state, height)
}
