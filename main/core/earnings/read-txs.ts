import type { ChainEvent, ChainTx } from '../ports/chain.ts'
import type { OwnTxRow, TxMessage } from '../ports/store.ts'
import { bankUpokt, numberOf, textOf } from './event-values.ts'
import { claimOf } from './read-claims.ts'

/** More messages than this are counted and not listed; a miner's bundle is one line however many claims it holds. */
const LISTED = 20
const SERVICES_CHARACTERS = 200

/**
 * What a transaction was for, from its events alone: type of every message, and of those that move coins or claims what they moved. Pure.
 * @returns its messages; those of a transaction that failed carry no type, for the chain tells none
 */
export function readOwnTx(tx: ChainTx): OwnTxRow {
  if (tx.code !== 0) return { hash: tx.hash, failed: true, messages: [{ type: '', facts: { log: tx.log.slice(0, 200) } }] }
  const byIndex = new Map<number, ChainEvent[]>()
  for (const event of tx.events) {
    const index = numberOf(event, 'msg_index')
    if (index === undefined) continue
    const known = byIndex.get(index)
    if (known) known.push(event)
    else byIndex.set(index, [event])
  }
  const messages = [...byIndex.entries()].sort(([a], [b]) => a - b).map(([, events]) => readMessage(events))
  const joined = joinClaims(messages)
  return {
    hash: tx.hash,
    failed: false,
    messages: joined.length > LISTED ? [...joined.slice(0, LISTED), { type: '', facts: { more: String(joined.length - LISTED) } }] : joined,
  }
}

function readMessage(events: ChainEvent[]): TxMessage {
  const action = events.find((event) => event.type === 'message' && textOf(event, 'action') !== undefined)
  const type = (action && textOf(action, 'action')) ?? ''
  const claim = events.find((event) => event.type.startsWith('pocket.proof.Event') && claimOf(event) !== undefined)
  const identity = claim && claimOf(claim)
  if (identity) {
    const { operatorAddress, serviceId, sessionEndHeight } = identity
    return { type, facts: { operatorAddress, services: serviceId, sessionEndHeight: String(sessionEndHeight), count: '1' } }
  }
  const transfer = events.find((event) => event.type === 'transfer')
  if (!transfer) return { type, facts: {} }
  const upokt = events.filter((event) => event.type === 'transfer').reduce((sum, event) => sum + bankUpokt(event), 0n)
  return {
    type,
    facts: { fromAddress: textOf(transfer, 'sender') ?? '', toAddress: textOf(transfer, 'recipient') ?? '', upokt: upokt.toString() },
  }
}

/** Claims, or proofs, of one session in one line. */
function joinClaims(messages: TxMessage[]): TxMessage[] {
  const lines = new Map<string, TxMessage>()
  for (const [index, message] of messages.entries()) {
    const { sessionEndHeight, operatorAddress, services } = message.facts
    const key = sessionEndHeight === undefined ? String(index) : `${message.type} ${operatorAddress} ${sessionEndHeight}`
    const before = lines.get(key)
    if (!before) lines.set(key, message)
    else {
      const listed = new Set([...(before.facts['services'] ?? '').split(', '), services ?? ''])
      const facts = {
        ...before.facts,
        count: String(Number(before.facts['count']) + 1),
        services: [...listed].join(', ').slice(0, SERVICES_CHARACTERS),
      }
      lines.set(key, { type: message.type, facts })
    }
  }
  return [...lines.values()]
}
