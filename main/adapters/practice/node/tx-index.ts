import type { ChainTx, TxLookup } from '#main/core/ports/chain.ts'

/** How many transactions of the network itself are remembered by hash; what users signed is never forgotten. */
const INSIDE_KEPT = 1_000

export interface TxRecord {
  hash: string
  signed: boolean
  found: Extract<TxLookup, { kind: 'included' }>
}

export interface TxIndex {
  add(height: number, tx: ChainTx, signed: boolean): void
  find(hash: string): Extract<TxLookup, { kind: 'included' }> | undefined
  records(): TxRecord[]
}

/** Transactions in blocks, by their hash. */
export function createTxIndex(kept: TxRecord[] = []): TxIndex {
  const signed = new Map<string, TxRecord>()
  const inside = new Map<string, TxRecord>()
  const put = (record: TxRecord): void => {
    ;(record.signed ? signed : inside).set(record.hash, record)
    // A map gives its entries in the order in which they came: the first is the oldest.
    if (inside.size > INSIDE_KEPT) for (const [oldest] of [...inside].slice(0, INSIDE_KEPT / 10)) inside.delete(oldest)
  }
  for (const record of kept) put(record)
  return {
    add(height, tx, isSigned) {
      const { code, codespace, log, gasUsed } = tx
      put({ hash: tx.hash, signed: isSigned, found: { kind: 'included', height, code, codespace, log, gasUsed } })
    },
    find: (hash) => (signed.get(hash) ?? inside.get(hash))?.found,
    records: () => [...signed.values(), ...inside.values()],
  }
}
