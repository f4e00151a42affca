import type { RequestOutput, RequestParsed } from '#shared/api/requests.ts'
import type { HistoryRow } from '#shared/api/wallet-requests.ts'
import { sessionAt, type SessionRules } from '#shared/model/session.ts'
import type { MovementPlace, MovementRow, OwnTxRow, Store } from '../ports/store.ts'

/** Lines of the wallet's history, made from movements and from what their transactions held. */

type Question = RequestParsed<'wallet.history'>
type Answer = Omit<RequestOutput<'wallet.history'>, 'names'>

const KINDS: Record<Question['filter'], MovementRow['kind'][] | undefined> = {
  all: undefined,
  pay: ['reward'],
  fees: ['fee', 'proof-fee'],
  sent: ['transfer'],
}
/** Movements read at a time; a page ends between two blocks, so that no line is cut. */
const CHUNK = 200
const MINER_TYPES: ReadonlySet<string> = new Set(['/pocket.proof.MsgCreateClaim', '/pocket.proof.MsgSubmitProof'])

const isFee = (row: MovementRow): boolean => row.kind === 'fee' || row.kind === 'proof-fee'

/** Movements that are one line: those of one address in one transaction, or of one session in one settlement. */
function lineOf(row: MovementRow): string {
  if (row.txHash !== undefined) return `${row.txHash} ${row.address}`
  if (row.kind === 'reward' && row.claim) return `pay ${row.height} ${row.claim.sessionEndHeight} ${row.address}`
  return `${row.height} ${row.position} ${row.address}`
}

/**
 * @param hashes of transactions that Hearth sent @param rules for session numbers
 * @returns lines in the order of the movements. Pure
 */
export function historyLines(
  movements: readonly MovementRow[],
  txs: ReadonlyMap<string, OwnTxRow>,
  hashes: ReadonlySet<string>,
  rules: SessionRules | undefined,
): HistoryRow[] {
  const lines = new Map<string, MovementRow[]>()
  for (const row of movements) {
    const key = lineOf(row)
    const known = lines.get(key)
    if (known) known.push(row)
    else lines.set(key, [row])
  }
  return [...lines.entries()].flatMap(([key, rows]): HistoryRow[] => {
    const [first] = rows
    if (!first) return []
    const tx = first.txHash === undefined ? undefined : txs.get(first.txHash)
    const feeUpokt = -rows.filter(isFee).reduce((sum, row) => sum + row.deltaUpokt, 0n)
    const moved = rows.filter((row) => !isFee(row))
    const deltaUpokt = moved.reduce((sum, row) => sum + row.deltaUpokt, 0n)
    const claims = new Set(rows.flatMap((row) => (row.claim ? [`${row.claim.applicationAddress} ${row.claim.serviceId}`] : [])))
    const services = new Set(rows.flatMap((row) => (row.claim ? [row.claim.serviceId] : [])))
    const end = first.claim?.sessionEndHeight
    return [
      {
        key,
        height: first.height,
        atMs: first.timeMs,
        address: first.address,
        kind: (moved[0] ?? first).kind,
        deltaUpokt: deltaUpokt.toString(),
        feeUpokt: feeUpokt.toString(),
        hash: first.txHash ?? null,
        failed: tx?.failed ?? false,
        sentBy: feeUpokt > 0n || deltaUpokt < 0n ? senderOf(first, tx, hashes) : null,
        messages: tx?.messages ?? [],
        pay:
          first.kind === 'reward' && end !== undefined
            ? {
                sessionEndHeight: end,
                sessionNumber: rules && end >= rules.sessionGridAnchorHeight ? sessionAt(end, rules).number : null,
                claims: claims.size,
                services: [...services].join(', ').slice(0, 200),
              }
            : null,
      },
    ]
  })
}

function senderOf(row: MovementRow, tx: OwnTxRow | undefined, hashes: ReadonlySet<string>): HistoryRow['sentBy'] {
  if (row.txHash === undefined) return null
  if (hashes.has(row.txHash)) return 'hearth'
  // Without its messages nothing can be said of who sent it: the watch of own addresses has its own word.
  if (!tx) return row.kind === 'proof-fee' ? 'miner' : null
  if (tx.failed) return null
  return tx.messages.every((message) => MINER_TYPES.has(message.type)) ? 'miner' : 'elsewhere'
}

/** A page of history; see the request `wallet.history`. */
export async function historyPage(store: Store, network: string, question: Question, rules: SessionRules | undefined): Promise<Answer> {
  const kinds = KINDS[question.filter]
  const movements: MovementRow[] = []
  let after: MovementPlace | undefined = question.cursor
  let revision = question.revision
  let next: MovementPlace | undefined
  for (;;) {
    const page = await store.movementsPage({
      network,
      limit: CHUNK,
      ...(question.address === undefined ? {} : { address: question.address }),
      ...(kinds ? { kinds } : {}),
      ...(after ? { after } : {}),
      ...(revision === undefined ? {} : { revision }),
    })
    revision = page.revision
    movements.push(...page.rows)
    const end = endOfPage(movements, question.limit, page.next === undefined)
    if (end !== undefined) {
      const last = movements[end - 1]
      if (end < movements.length || page.next !== undefined)
        next = last && { height: last.height, position: last.position, address: last.address }
      movements.length = end
      break
    }
    after = page.next
  }
  const whole = question.filter === 'sent' ? await withFees(store, network, movements) : movements
  const txHashes = [...new Set(whole.flatMap((row) => row.txHash ?? []))]
  const [txs, intents] = await Promise.all([store.ownTxs(network, txHashes), store.intents(network)])
  const sent = new Set(intents.flatMap((intent) => intent.txHash ?? []))
  return {
    rows: historyLines(whole, new Map(txs.map((tx) => [tx.hash, tx])), sent, rules),
    next: next ?? null,
    revision,
  }
}

/** How many of the movements make whole lines, about `limit` of them; undefined = read on. */
function endOfPage(movements: readonly MovementRow[], limit: number, isAll: boolean): number | undefined {
  const lines = new Set<string>()
  for (const [index, row] of movements.entries()) {
    const before = movements[index - 1]
    if (before && row.height !== before.height && lines.size >= limit) return index
    lines.add(lineOf(row))
  }
  return isAll ? movements.length : undefined
}

/** What a transfer cost stands in other rows of its block. */
async function withFees(store: Store, network: string, transfers: readonly MovementRow[]): Promise<MovementRow[]> {
  const rows: MovementRow[] = []
  const seen = new Set<string>()
  for (const row of transfers) {
    rows.push(row)
    const line = lineOf(row)
    if (seen.has(line) || row.deltaUpokt >= 0n || row.txHash === undefined) continue
    seen.add(line)
    const page = await store.movementsPage({
      network,
      address: row.address,
      kinds: ['fee', 'proof-fee'],
      after: { height: row.height, position: '', address: '' },
      revision: row.height,
      limit: CHUNK,
    })
    rows.push(...page.rows.filter((fee) => fee.height === row.height && fee.txHash === row.txHash))
  }
  return rows
}
