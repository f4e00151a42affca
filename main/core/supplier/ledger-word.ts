import type { IntentRow } from '#shared/model/intent.ts'
import type { Store } from '../ports/store.ts'

/** What the ledger knows of a transaction of ours: it reads the blocks themselves, not a node's index of them. */
export type LedgerWord = { kind: 'in-block'; height: number; failed: boolean } | { kind: 'absent' } | { kind: 'not-read' }

/** More movements of one address than this in the life of a transaction are not looked through. */
const MOVEMENTS = 1_000

/** @returns `absent` only where every block that could hold it was read for its signer, `not-read` while that cannot be said */
export async function ledgerWord(
  row: IntentRow,
  txHash: string,
  store: Pick<Store, 'ownTxs' | 'movements' | 'watched' | 'cursor'>,
): Promise<LedgerWord> {
  const { network, signerAddress: address, timeoutHeight } = row
  // Before the question: what is read meanwhile is not missed.
  const cursor = await store.cursor(network)
  const [found] = await store.ownTxs(network, [txHash])
  if (found !== undefined) {
    const paid = await store.movements({ network, address, limit: MOVEMENTS, beforeHeight: timeoutHeight + 1 })
    const height = paid.find((each) => each.txHash === txHash)?.height
    return height === undefined ? { kind: 'not-read' } : { kind: 'in-block', height, failed: found.failed }
  }
  const isWatched = (await store.watched(network)).some((each) => each.address === address)
  return isWatched && (cursor?.height ?? 0) >= timeoutHeight ? { kind: 'absent' } : { kind: 'not-read' }
}
