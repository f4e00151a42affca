import type { IntentState } from '#shared/api/state.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import type { IntentRow } from '#shared/model/intent.ts'
import { isDoubt } from '../chain/vote.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { TxCodec } from '../ports/tx.ts'
import { ledgerWord } from './ledger-word.ts'
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

/** How long a second owner is waited for, once no block can take it any more. */
const SECOND_BLOCKS = 20

/** Fact of an expired intent: the account went on, perhaps by this transaction, which no node in reach knows; or no second owner said that it was not taken. */
export const OUTCOME = 'outcome'
/** Fact of one under way: one owner alone says that it was not taken, or owners say different things. */
export const WAITS = 'waits'

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
  /** Height since which an intent that is too old for a block waits for a second owner, in this life. */
  const doubtedSince = new Map<string, number>()

  /** SECURITY: S22 that a payment was not taken is never said on the word of one owner, who may keep it for a block of later. */
  const surely = (chain: Chain): Pick<Chain, 'account' | 'tx' | 'broadcast'> => chain.seconded?.() ?? chain
  const known = ({ facts: { [WAITS]: _waits, ...facts } }: IntentRow): IntentRow['facts'] => facts
  /** What became of it is not known yet. @param height newest block @returns the row, at its end when nobody seconds for long */
  const doubt = async (row: IntentRow, height: number): Promise<IntentRow> => {
    if (height > row.timeoutHeight + 1) {
      const since = doubtedSince.get(row.id) ?? height
      doubtedSince.set(row.id, since)
      if (height > since + SECOND_BLOCKS)
        return finish(await change(row, { status: 'expired', facts: { ...known(row), [OUTCOME]: 'unsure' } }))
    }
    return row.facts[WAITS] === undefined ? change(row, { facts: { ...row.facts, [WAITS]: 'second-host' } }) : row
  }

  const include = async (
    row: IntentRow,
    found: { height: number; code: number | undefined; log: string },
    chain: Chain,
  ): Promise<IntentRow> => {
    const params = deps.params() ?? (await chain.params())
    const due = found.code === 0 ? readBackDue(messageOf(row), found.height, params) : undefined
    return finish(
      await change(row, {
        status: found.code === 0 ? 'included' : 'refused',
        includedHeight: found.height,
        code: found.code,
        log: found.log,
        facts: { ...known(row), ...(due === undefined ? {} : { [READ_BACK]: due }) },
      }),
    )
  }

  const messageOf = (row: IntentRow) => codec.decodeSignDoc(row.signDocBytes).messages[0]

  /** Without a place in the account's row, which would tell whether it was taken. */
  const isUnordered = (row: IntentRow): boolean => codec.decodeSignDoc(row.signDocBytes).unordered === true
  /** Whether the place of this transaction in the account's row is taken: by it, or by one that was signed elsewhere. */
  const isPlaceTaken = async (row: IntentRow, chain: Chain): Promise<boolean> => {
    if (isUnordered(row)) return false
    const draft = codec.decodeSignDoc(row.signDocBytes)
    const account = await surely(chain).account(row.signerAddress)
    return account !== undefined && account.sequence > draft.sequence
  }

  /** @param again the bytes may have gone out in an earlier life */
  const sendBytes = async (row: IntentRow, chain: Chain, again: boolean): Promise<IntentRow> => {
    const { txBytes, txHash } = row
    if (!txBytes || txHash === undefined) return row
    faultPoint('tx.before-broadcast')
    const answer = await surely(chain).broadcast(txBytes)
    faultPoint('tx.after-broadcast')
    if (answer.kind === 'refused') {
      // The node's own check refused it: it is in no mempool and nothing was paid. It may still be in a block if it went out in an earlier life: look first.
      const found = await surely(chain).tx(txHash)
      if (found.kind === 'included') return include(row, found, chain)
      // Refused because it was taken already? Then it is only not told yet.
      if (again && (await isPlaceTaken(row, chain))) return row
      return finish(await change(row, { status: 'refused', code: answer.code, log: answer.log, facts: known(row) }))
    }
    log.info('transaction sent', { intent: row.id, hash: txHash, answer: answer.kind })
    return row.status === 'broadcast' ? row : change(row, { status: 'broadcast', facts: known(row) })
  }
  /** Sends, or notes that it is not known whether it was taken: the same bytes go out again at the next head. */
  const send = (row: IntentRow, chain: Chain, again: boolean): Promise<IntentRow> =>
    sendBytes(row, chain, again).catch((error: unknown) => {
      if (!isDoubt(error)) throw error
      return doubt(row, 0)
    })

  const lookBack = async (row: IntentRow, chain: Chain): Promise<void> => {
    const message = messageOf(row)
    if (!message || !('operatorAddress' in message)) return
    const said = isSuperseded(row, await store.intents(row.network))
      ? 'superseded'
      : readBack(message, await chain.supplier(message.operatorAddress))
    await change(row, { facts: { ...row.facts, [READ_BACK]: said } })
    if (said !== 'as-signed') log.warn('read back after its block', { intent: row.id, said })
  }

  /** @returns whether it is over, or must not be sent. Rejects `chain-unreachable` with detail.alone, `chain-disagrees` where what became of it is not known. */
  const hasEnded = async (row: IntentRow, txHash: string, chain: Chain, height: number): Promise<boolean> => {
    // Past its timeout height no block can take it any more.
    const isTooLate = height > row.timeoutHeight + 1
    const said = await chain.tx(txHash)
    const isTaken = said.kind === 'included' && said.code === 0
    if (!isTaken && said.kind === 'absent' && !isTooLate) return false
    const found = isTaken || chain.seconded === undefined ? said : await surely(chain).tx(txHash)
    if (found.kind === 'included') {
      await include(row, found, chain)
      return true
    }
    if (!isTooLate) return false
    // An index can lack what a block has; the blocks were read for the ledger.
    const word = await ledgerWord(row, txHash, store)
    if (word.kind === 'in-block') {
      await include(row, { height: word.height, code: word.failed ? undefined : 0, log: '' }, chain)
      return true
    }
    // Safe to say so, and safe to try again with new bytes.
    const isUnsure = isUnordered(row) ? word.kind === 'not-read' : await isPlaceTaken(row, chain)
    if (isUnsure && height <= row.timeoutHeight + INDEX_BLOCKS) return true
    finish(await change(row, { status: 'expired', facts: { ...known(row), ...(isUnsure ? { [OUTCOME]: 'unsure' } : {}) } }))
    return true
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
    try {
      if (await hasEnded(row, row.txHash, chain, height)) return
    } catch (error) {
      if (!isDoubt(error)) throw error
      await doubt(row, height)
      return
    }
    if (row.status === 'broadcast' && row.facts[WAITS] !== undefined) await change(row, { facts: known(row) })
    // Signed and not known to be sent (killed in between): the very same bytes, so that at most one of them can ever be paid.
    if (row.status === 'signed' && !deps.isHeld()) await send(row, chain, true)
  }

  return {
    send: (row, chain) => send(row, chain, false),
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
