import { formatPokt } from '#shared/model/money.ts'
import type { DecodedTx } from '#main/core/ports/tx.ts'
import type { SignRequest } from '#main/core/ports/vault.ts'
import { dangerSentence } from './danger-words.ts'
import { describeMessage, type MessageWords } from './describe-messages.ts'
import { plainText } from './html.ts'
import { exact, row, type KnownAddress, type SheetRow } from './sheet-rows.ts'

export type { KnownAddress, SheetRow } from './sheet-rows.ts'

/** What a person reads before signing. Made from the decoded bytes; only `reading` comes from elsewhere and is labelled so. */
export interface TxSheet {
  title: string
  /** Label of the button: act and amount. */
  act: string
  rows: SheetRow[]
  /** Exact remaining facts of the bytes, so that no byte is without its place in the text. */
  technical: { term: string; text: string }[]
  /** Hearth's own reading of the balance, not part of what is signed. */
  reading: { term: string; text: string }[]
  /** Hearth's own words about what it can cost, worst first; not part of what is signed. */
  dangers: { level: 'info' | 'warn' | 'bad'; text: string }[]
}

const RANK = { bad: 0, warn: 1, info: 2 } as const

/**
 * Puts a decoded transaction into plain words. Pure.
 * @param decoded read strictly from the bytes to be signed; exactly one message
 * @param context Hearth's own facts, shown apart
 * @param known which addresses are keys of this vault
 */
export function describeTx(decoded: DecodedTx, context: SignRequest['context'], known: KnownAddress): TxSheet {
  const [message] = decoded.messages
  if (!message || decoded.messages.length !== 1) throw new Error('a sheet shows exactly one message')
  const words = describeMessage(message, context, known)
  const rows: SheetRow[] = [
    ...words.rows,
    row('Network fee', `At most ${exact(decoded.feeUpokt)}`, {
      notes: ['Paid by the signer, also when the network refuses the transaction in a block.'],
    }),
    ...(decoded.memo === ''
      ? []
      : [row('Public note', plainText(decoded.memo), { notes: ['Everybody can read it on the chain, for ever.'] })]),
  ]
  return {
    title: words.title,
    act: words.act,
    rows,
    technical: [
      { term: 'Chain', text: plainText(decoded.chainId) },
      { term: 'Account number', text: decoded.accountNumber.toString() },
      { term: 'Sequence', text: decoded.sequence.toString() },
      { term: 'Gas, at most', text: decoded.gasLimit.toString() },
      { term: 'Valid until block', text: decoded.timeoutHeight === 0 ? 'no end' : String(decoded.timeoutHeight) },
      ...(decoded.timeoutAtMs === undefined ? [] : [{ term: 'Valid until', text: new Date(decoded.timeoutAtMs).toISOString() }]),
      ...(decoded.unordered === true ? [{ term: 'Order', text: 'apart from the row of sequences' }] : []),
      { term: 'Public key of the signer', text: plainText(decoded.pubKeyHex) },
      { term: 'Message', text: message.kind },
    ],
    reading: balanceLines(context.balanceUpokt, words.leaves, decoded.feeUpokt),
    dangers: [...(context.dangers ?? [])]
      .sort((a, b) => RANK[a.level] - RANK[b.level])
      .map((danger) => ({ level: danger.level, text: dangerSentence(danger) })),
  }
}

/** All that the sheet says, as text: for tests, and for reading it aloud. */
export function sheetText(sheet: TxSheet): string {
  return [
    sheet.title,
    ...sheet.rows.map((one) => [one.term, one.strong, one.address ?? '', one.value ?? '', ...one.notes].join(' | ')),
    ...sheet.technical.map((one) => `${one.term}: ${one.text}`),
    ...sheet.reading.map((one) => `${one.term}: ${one.text}`),
    ...sheet.dangers.map((one) => `${one.level}: ${one.text}`),
    sheet.act,
  ].join('\n')
}

/** Lines of the side column. Says "not known" rather than counting with a figure that is not one. */
function balanceLines(balanceUpokt: string, leaves: MessageWords['leaves'], feeUpokt: bigint): TxSheet['reading'] {
  const minus = (upokt: bigint): string => `− ${formatPokt(upokt, 6)}`
  const spent = [
    ...(leaves.upokt === 0n ? [] : [{ term: leaves.term, text: minus(leaves.upokt) }]),
    { term: 'Network fee, at most', text: minus(feeUpokt) },
  ]
  if (!/^\d{1,30}$/.test(balanceUpokt)) return [{ term: 'Now', text: 'not known' }, ...spent]
  const left = BigInt(balanceUpokt) - leaves.upokt - feeUpokt
  const now = { term: 'Now', text: formatPokt(BigInt(balanceUpokt), 6) }
  if (leaves.exactly) return [now, ...spent, { term: 'Left, at least', text: formatPokt(left, 6) }]
  return [
    now,
    ...spent,
    { term: 'Left, before the staking fee', text: left < 0n ? 'depends on what is staked already' : `at least ${formatPokt(left, 6)}` },
  ]
}
