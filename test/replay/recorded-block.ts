import { decodeBlock } from '#main/adapters/cosmos/decode.ts'
import type { PracticeTx } from '#main/adapters/practice/parts.ts'
import type { ChainBlock } from '#main/core/ports/chain.ts'
import { readTx } from './read-tx.ts'

/** A block of a real chain, and its transactions as the ledger runs them. */
export interface RecordedBlock {
  block: ChainBlock
  txs: PracticeTx[]
}

/** A block with its transactions: from the answers of `block` and `block_results`. */
export function recordedBlock(block: unknown, results: unknown): RecordedBlock {
  const decoded = decodeBlock(block, results)
  const { txs } = (block as { block: { data: { txs: string[] | null } } }).block.data
  return {
    block: decoded,
    txs: decoded.txs.map((tx, index) => {
      const payer = tx.events.find((event) => event.type === 'tx' && 'fee_payer' in event.attributes)?.attributes.fee_payer
      return readTx(Buffer.from(txs?.[index] ?? '', 'base64'), tx, String(payer))
    }),
  }
}
