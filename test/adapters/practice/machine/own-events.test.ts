import { expect, test } from 'vitest'
import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'
import { createOwnEvents } from '#main/adapters/practice/own-events.ts'

const MINE = `practice1${'q'.repeat(38)}`
const THEIRS = `practice1${'p'.repeat(38)}`
const MODULE = `practice1${'z'.repeat(38)}`
const keep = createOwnEvents(new Set([THEIRS, MODULE]))

const event = (type: string, attributes: ChainEvent['attributes']): ChainEvent => ({ type, attributes })
const tx = (hash: string, events: ChainEvent[]) => ({
  index: 0,
  hash,
  code: 0,
  codespace: '',
  log: '',
  gasUsed: 1n,
  gasWanted: 1n,
  events,
})
const block = (txs: ChainBlock['txs'], blockEvents: ChainEvent[]): ChainBlock => ({ height: 7, hash: 'AA', timeMs: 1, txs, blockEvents })

test('what names the user stays whole, what concerns strangers and modules alone goes', () => {
  const paid = event('coin_received', { receiver: MINE, amount: '5upokt' })
  const nested = event('pocket.tokenomics.EventClaimSettled', {
    reward_distribution: { [MINE]: '5upokt' },
    supplier_operator_address: THEIRS,
  })
  const shares = event('pocket.supplier.EventSupplierStaked', { supplier: { services: [{ rev_share: [{ address: MINE }] }] } })
  const theirs = event('coin_received', { receiver: THEIRS, amount: '5upokt' })
  const internal = event('transfer', { sender: MODULE, recipient: MODULE, amount: '1upokt' })
  const mine = tx('01', [event('tx', { fee_payer: MINE }), theirs, internal])
  expect(keep(block([mine, tx('02', [theirs])], [paid, nested, shares, theirs, internal]))).toEqual(block([mine], [paid, nested, shares]))
})

test('what Pocket says of the network stays, what says nothing of anybody goes', () => {
  const difficulty = event('pocket.service.EventRelayMiningDifficultyUpdated', { service_id: 'eth', new_target_hash_hex_encoded: 'ff' })
  const mint = event('mint', { bonded_ratio: '0.1', amount: '0' })
  expect(keep(block([], [mint, difficulty])).blockEvents).toEqual([difficulty])
})
