import type { PracticeTx } from '../parts.ts'
import { isTimedOut, type Waiting } from './check-tx.ts'

/** A transaction that waits for a block. */
export interface WaitingTx {
  tx: PracticeTx
  timeoutHeight: number
  /** Of the signer, for what users signed; what happens inside the network has none. */
  sequence: bigint | undefined
}

export interface Mempool {
  add(entry: WaitingTx): void
  has(hash: string): boolean
  /** What waits of one account already. */
  waiting(address: string): Waiting
  /** All of it for the block of `height`, those that came too late dropped. */
  take(height: number): WaitingTx[]
  /** In the order in which they came. */
  entries(): WaitingTx[]
}

/** First come, first in. */
export function createMempool(kept: WaitingTx[] = []): Mempool {
  let queue = kept
  return {
    add: (entry) => void queue.push(entry),
    has: (hash) => queue.some((entry) => entry.tx.hash === hash),
    waiting(address) {
      const own = queue.filter((entry) => entry.sequence !== undefined && entry.tx.feePayer === address)
      return { count: BigInt(own.length), feesUpokt: own.reduce((total, entry) => total + entry.tx.feeUpokt, 0n) }
    },
    take(height) {
      const taken = queue.filter((entry) => !isTimedOut(entry.timeoutHeight, height))
      queue = []
      // What users signed comes first: what the network does for the same account must not push its sequence aside.
      return [...taken.filter((entry) => entry.sequence !== undefined), ...taken.filter((entry) => entry.sequence === undefined)]
    },
    entries: () => queue,
  }
}
