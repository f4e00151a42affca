import type { IntentState } from '#shared/api/state.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import type { IntentRow } from '#shared/model/intent.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { TxCodec } from '../ports/tx.ts'
import { isReadBackDue, READ_BACK, readBack, readBackDue } from './read-back.ts'

/** Takes a signed transaction to its block, and asks afterwards whether the chain did what was signed. */
export interface Follow {
  /** Sends stored bytes. Rejects `chain-unreachable`; the row then stays as it is and is taken up at the next head. */
  send(row: IntentRow, chain: Chain): Promise<IntentRow>
  /** One look at each of those given. */
  follow(published: readonly IntentState[], chain: Chain, height: number): Promise<void>
}

/** A node's index follows its blocks; one that was made anew from a snapshot never learns of older ones. */
const INDEX_BLOCKS = 20

/** Fact of an expired intent: the account went on, perhaps by this transaction, which no node in reach knows. */
export const OUTCOME = 'outcome'

const UNDER_WAY: ReadonlySet<string> = new Set(['prepared', 'signed', 'broadcast'])

/** Follows what was signed to its block or its end, asking by hash; what the node does not know any more is sent again, as the same bytes. */
export function createFollow(deps: {
  codec: TxCodec
  log: Log
  store: Store
  network: () => string | null
  params: () => ChainParams | undefined
  change: (row: IntentRow, fields: Partial<IntentRow>) => Promise<IntentRow>
  /** Tells whoever waits that it came to its end. */
  finish: (row: IntentRow) => IntentRow
  /** Nothing is sent now; it is looked for all the same. */
  isHeld: () => boolean
}): Follow {
  const { codec, log, store, change, finish } = deps
  let following = false

  const include = async (row: IntentRow, found: { height: number; code: number; log: string }, chain: Chain): Promise<IntentRow> => {
    const params = deps.params() ?? (await chain.params())
    const due = found.code === 0 ? readBackDue(messageOf(row), found.height, params) : undefined
    return finish(
      await change(row, {
        status: found.code === 0 ? 'included' : 'refused',
        includedHeight: found.height,
        code: found.code,
        log: found.log,
        ...(due === undefined ? {} : { facts: { ...row.facts, [READ_BACK]: due } }),
      }),
    )
  }

  const messageOf = (row: IntentRow) => codec.decodeSignDoc(row.signDocBytes).messages[0]

  /** Whether the place of this transaction in the account's row is taken: by it, or by one that was signed elsewhere. Unordered ones have none. */
  const isPlaceTaken = async (row: IntentRow, chain: Chain): Promise<boolean> => {
    const draft = codec.decodeSignDoc(row.signDocBytes)
    if (draft.unordered === true) return false
    const account = await chain.account(row.signerAddress)
    return account !== undefined && account.sequence > draft.sequence
  }

  /** @param again the bytes may have gone out in an earlier life */
  const sendBytes = async (row: IntentRow, chain: Chain, again: boolean): Promise<IntentRow> => {
    const { txBytes, txHash } = row
    if (!txBytes || txHash === undefined) return row
    faultPoint('tx.before-broadcast')
    const answer = await chain.broadcast(txBytes)
    faultPoint('tx.after-broadcast')
    if (answer.kind === 'refused') {
      // The node's own check refused it: it is in no mempool and nothing was paid. It may still be in a block if it went out in an earlier life: look first.
      const found = await chain.tx(txHash)
      if (found.kind === 'included') return include(row, found, chain)
      // Refused because it was taken already? Then it is only not told yet.
      if (again && (await isPlaceTaken(row, chain))) return row
      return finish(await change(row, { status: 'refused', code: answer.code, log: answer.log }))
    }
    log.info('transaction sent', { intent: row.id, hash: txHash, answer: answer.kind })
    return row.status === 'broadcast' ? row : change(row, { status: 'broadcast' })
  }

  const lookBack = async (row: IntentRow, chain: Chain): Promise<void> => {
    const message = messageOf(row)
    if (!message || !('operatorAddress' in message)) return
    const said = isSuperseded(row, await store.intents(row.network))
      ? 'superseded'
      : readBack(message, await chain.supplier(message.operatorAddress))
    await change(row, { facts: { ...row.facts, [READ_BACK]: said } })
    if (said !== 'as-signed') log.warn('read back after its block', { intent: row.id, said })
  }

  const followOne = async (row: IntentRow, chain: Chain, height: number): Promise<void> => {
    // SECURITY: S22 asked of another chain, a payment would be found nowhere and called unpaid.
    if (row.network !== deps.network()) return
    if (isReadBackDue(row, height)) return lookBack(row, chain)
    if (row.status === 'prepared' && height > row.timeoutHeight) {
      finish(await change(row, { status: 'discarded' }))
      return
    }
    if ((row.status !== 'signed' && row.status !== 'broadcast') || row.txHash === undefined) return
    const found = await chain.tx(row.txHash)
    if (found.kind === 'included') {
      await include(row, found, chain)
      return
    }
    // Past its timeout height no block can take it any more: safe to say so, and safe to try again with new bytes.
    if (height > row.timeoutHeight + 1) {
      const isUnsure = await isPlaceTaken(row, chain)
      if (isUnsure && height <= row.timeoutHeight + INDEX_BLOCKS) return
      finish(await change(row, { status: 'expired', ...(isUnsure ? { facts: { ...row.facts, [OUTCOME]: 'unsure' } } : {}) }))
      return
    }
    // Signed and not known to be sent (killed in between): the very same bytes, so that at most one of them can ever be paid.
    if (row.status === 'signed' && !deps.isHeld()) await sendBytes(row, chain, true)
  }

  return {
    send: (row, chain) => sendBytes(row, chain, false),
    async follow(published, chain, height) {
      if (following) return
      following = true
      try {
        for (const each of published) {
          if (!UNDER_WAY.has(each.status) && !isReadBackDue(each, height)) continue
          const row = await store.intent(each.id)
          if (row)
            await followOne(row, chain, height).catch((error: unknown) => log.error('following a transaction', error, { intent: row.id }))
        }
      } finally {
        following = false
      }
    },
  }
}

/** Whether a later transaction of ours about the same supplier has changed what there is to compare. */
function isSuperseded(row: IntentRow, others: readonly IntentRow[]): boolean {
  return others.some(
    (other) =>
      other.id !== row.id &&
      other.status === 'included' &&
      other.facts['operatorAddress'] === row.facts['operatorAddress'] &&
      (other.includedHeight ?? 0) > (row.includedHeight ?? 0),
  )
}
