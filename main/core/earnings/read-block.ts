import { isSupplierReward } from '#shared/model/claim.ts'
import type { ChainBlock, ChainEvent, ChainTx } from '../ports/chain.ts'
import type { BlockRows, MovementRow } from '../ports/store.ts'
import { bankUpokt, coinOf, numberOf, readCoin, textOf } from './event-values.ts'
import { claimOf, readClaims, type PlacedEvent } from './read-claims.ts'
import { readOwnTx } from './read-txs.ts'

const SETTLED = 'pocket.tokenomics.EventClaimSettled'
const BATCH = 'pocket.tokenomics.EventSettlementBatch'

/**
 * Turns a block into ledger rows. Pure: the same block and addresses give the same rows, each keyed by its place in the block.
 *
 * Rewards come from the claims themselves (`reward_distribution_detailed`, onchain facts 4.3), never from the bank transfers of the settlement, which are sums over many
 * claims. Everything else that reaches or leaves a watched address comes from `coin_spent` and `coin_received`.
 * @param watched addresses whose balance is accounted for; claims of operators among them are kept from the start, with all recipients of their rewards, and claims of
 *   others from the settlement in which they pay one of them
 */
export function readBlock(network: string, block: ChainBlock, watched: ReadonlySet<string>): BlockRows {
  const events: PlacedEvent[] = [
    // A failed transaction keeps only what it paid before it failed; whatever else it might carry never happened.
    ...block.txs.flatMap((tx) => (tx.code === 0 ? tx.events.map((event) => ({ event, txHash: tx.hash })) : [])),
    ...block.blockEvents.map((event) => ({ event, txHash: undefined })),
  ]
  const movements = [...block.txs.flatMap((tx) => txMovements(network, block, tx, watched)), ...blockMovements(network, block, watched)]
  const ours = new Set(movements.flatMap((row) => row.txHash ?? []))
  return {
    network,
    height: block.height,
    hash: block.hash,
    timeMs: block.timeMs,
    claims: readClaims(network, block, events, (claim, event) => watched.has(claim.operatorAddress) || paysSupplierIncome(event, watched)),
    movements,
    txs: block.txs.filter((tx) => ours.has(tx.hash)).map(readOwnTx),
  }
}

function txMovements(network: string, block: ChainBlock, tx: ChainTx, watched: ReadonlySet<string>): MovementRow[] {
  const actions = messageActions(tx)
  const rows: MovementRow[] = []
  for (const [index, event] of tx.events.entries()) {
    const coin = bankMovement(event)
    if (!coin || !watched.has(coin.address)) continue
    const message = numberOf(event, 'msg_index')
    // Without a message index the coins moved before any message ran: the fee, which a failed transaction pays too.
    if (tx.code !== 0 && message !== undefined) continue
    rows.push({
      network,
      height: block.height,
      position: `tx:${tx.index}:${index}`,
      address: coin.address,
      deltaUpokt: coin.deltaUpokt,
      kind: message === undefined ? (coin.deltaUpokt < 0n ? 'fee' : 'other') : kindOf(actions.get(message) ?? '', coin.deltaUpokt),
      txHash: tx.hash,
      claim: undefined,
      timeMs: block.timeMs,
    })
  }
  return rows
}

/** Message type by message index. */
function messageActions(tx: ChainTx): Map<number, string> {
  const actions = new Map<number, string>()
  for (const event of tx.events) {
    if (event.type !== 'message') continue
    const index = numberOf(event, 'msg_index')
    const action = textOf(event, 'action')
    if (index !== undefined && action !== undefined && !actions.has(index)) actions.set(index, action)
  }
  return actions
}

function kindOf(action: string, deltaUpokt: bigint): MovementRow['kind'] {
  if (action === '/pocket.proof.MsgSubmitProof') return 'proof-fee'
  if (/\.Msg(Stake|Unstake)(Supplier|Application|Gateway)$/.test(action)) return deltaUpokt < 0n ? 'stake' : 'unstake'
  if (action.startsWith('/cosmos.bank.')) return 'transfer'
  return 'other'
}

function blockMovements(network: string, block: ChainBlock, watched: ReadonlySet<string>): MovementRow[] {
  const rows: MovementRow[] = []
  const base = { network, height: block.height, txHash: undefined, timeMs: block.timeMs }
  /** `recipient reason` of every part that a claim of this block names: the bank's sums of these are not counted again. */
  const paidByClaims = new Set<string>()
  for (const [index, event] of block.blockEvents.entries()) {
    if (event.type !== SETTLED) continue
    const claim = claimOf(event)
    for (const [part, { address, opReason, upokt }] of rewardParts(event).entries()) {
      paidByClaims.add(`${address} ${opReason}`)
      const ours = claim !== undefined && watched.has(claim.operatorAddress) && isSupplierReward(opReason)
      if (upokt === 0n || !(ours || watched.has(address))) continue
      rows.push({
        ...base,
        position: `end:${index}:${part}`,
        address,
        deltaUpokt: upokt,
        kind: isSupplierReward(opReason) ? 'reward' : 'other',
        claim: claim && { ...claim, opReason },
      })
    }
  }
  for (const [index, event] of block.blockEvents.entries()) {
    const coin = bankMovement(event)
    if (!coin || !watched.has(coin.address)) continue
    const cause = causeOf(block.blockEvents, index)
    if (cause && isBatchOf(cause, coin) && paidByClaims.has(`${coin.address} ${textOf(cause, 'op_reason')}`)) continue
    const kind = cause?.type.endsWith('UnbondingEnd') && coin.deltaUpokt > 0n ? 'unstake' : 'other'
    rows.push({ ...base, position: `end:${index}`, address: coin.address, deltaUpokt: coin.deltaUpokt, kind, claim: undefined })
  }
  return rows
}

/** The parts of a settled claim, in the order of the event. Absent before v0.1.33: then the bank events below are all that is known, and they are exact. */
function rewardParts(event: ChainEvent): { address: string; opReason: string; upokt: bigint }[] {
  const parts: unknown = event.attributes.reward_distribution_detailed
  if (!Array.isArray(parts)) return []
  return parts.map((part: unknown) => {
    const { recipient_address: address, op_reason: opReason, amount } = (part ?? {}) as Record<string, unknown>
    const upokt = readCoin(amount)
    if (typeof address !== 'string' || typeof opReason !== 'string' || upokt === undefined) {
      throw new Error(`a settled claim holds a reward that cannot be read: ${JSON.stringify(part)}`)
    }
    return { address, opReason, upokt }
  })
}

/** Whether a claim of someone else's operator pays one of ours: its income needs a claim to stand on. */
function paysSupplierIncome(event: ChainEvent, watched: ReadonlySet<string>): boolean {
  return event.type === SETTLED && rewardParts(event).some((part) => watched.has(part.address) && isSupplierReward(part.opReason))
}

/** What a bank event does to an address; undefined for other events and for nothing moved. */
function bankMovement(event: ChainEvent): { address: string; deltaUpokt: bigint } | undefined {
  const spent = event.type === 'coin_spent'
  if (!spent && event.type !== 'coin_received') return undefined
  const address = textOf(event, spent ? 'spender' : 'receiver')
  const upokt = bankUpokt(event)
  if (address === undefined || upokt === 0n) return undefined
  return { address, deltaUpokt: spent ? -upokt : upokt }
}

/** The Pocket event that closes the bank operation an event belongs to: modules move coins first and say why right after. */
function causeOf(events: ChainEvent[], index: number): ChainEvent | undefined {
  for (const event of events.slice(index + 1, index + 8)) {
    if (event.type.startsWith('pocket.')) return event
    // Another operation begins.
    if (event.type === 'coin_spent' || event.type === 'coinbase') return undefined
  }
  return undefined
}

function isBatchOf(event: ChainEvent, coin: { address: string; deltaUpokt: bigint }): boolean {
  return event.type === BATCH && textOf(event, 'recipient') === coin.address && coinOf(event, 'total_amount') === coin.deltaUpokt
}
