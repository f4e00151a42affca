import { describe, expect, it } from 'vitest'
import { readBlock } from '#main/core/earnings/read-block.ts'
import { readOwnTx } from '#main/core/earnings/read-txs.ts'
import { historyPage } from '#main/core/wallet/history.ts'
import type { BlockRows, MovementRow, OwnTxRow, Store } from '#main/core/ports/store.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { addressOf, recordedBlock, recordedHeights } from '../earnings/recorded-chain.ts'

const NETWORK = 'local'
const SEND = '/cosmos.bank.v1beta1.MsgSend'

const moved = (
  height: number,
  position: string,
  address: string,
  kind: MovementRow['kind'],
  deltaUpokt: bigint,
  hash?: string,
): MovementRow => ({
  network: NETWORK,
  height,
  position,
  address,
  deltaUpokt,
  kind,
  txHash: hash,
  claim:
    kind === 'reward'
      ? { operatorAddress: 'op', applicationAddress: position, serviceId: 'anvil', sessionEndHeight: height - 8, opReason: 'R' }
      : undefined,
  timeMs: height * 1_000,
})
const block = (height: number, movements: MovementRow[], txs: OwnTxRow[] = []): BlockRows => ({
  network: NETWORK,
  height,
  hash: `H${height}`,
  timeMs: height * 1_000,
  claims: [],
  movements,
  txs,
})

async function filled(blocks: BlockRows[]): Promise<Store> {
  const store = await openTestStore()
  await store.setCursor({ network: NETWORK, height: 1, hash: 'H1' })
  const last = blocks.at(-1)?.height ?? 1
  for (let height = 2; height <= last; height += 1)
    await store.applyBlock(blocks.find((each) => each.height === height) ?? block(height, []))
  return store
}

const ask = (store: Store, more: Partial<Parameters<typeof historyPage>[2]> = {}) =>
  historyPage(store, NETWORK, { filter: 'all', limit: 25, ...more }, undefined)

describe('a line of history', () => {
  it('is one transaction of one address, its fee beside it, with what it held', async () => {
    const tx = { hash: 'AA', failed: false, messages: [{ type: SEND, facts: { fromAddress: 'owner', toAddress: 'op', upokt: '500' } }] }
    const store = await filled([
      block(
        3,
        [
          moved(3, 'tx:0:0', 'owner', 'fee', -7n, 'AA'),
          moved(3, 'tx:0:3', 'owner', 'transfer', -500n, 'AA'),
          moved(3, 'tx:0:4', 'op', 'transfer', 500n, 'AA'),
        ],
        [tx],
      ),
    ])
    const { rows, next } = await ask(store)
    expect(next).toBeNull()
    expect(rows).toMatchObject([
      { address: 'owner', deltaUpokt: '-500', feeUpokt: '7', kind: 'transfer', hash: 'AA', messages: tx.messages, sentBy: 'elsewhere' },
      { address: 'op', deltaUpokt: '500', feeUpokt: '0', kind: 'transfer', hash: 'AA', sentBy: null },
    ])
    const sent = await ask(store, { filter: 'sent', address: 'owner' })
    expect(sent.rows).toMatchObject([{ deltaUpokt: '-500', feeUpokt: '7' }])
    expect((await ask(store, { filter: 'fees' })).rows).toMatchObject([{ address: 'owner', deltaUpokt: '0', feeUpokt: '7' }])
    expect((await ask(store, { filter: 'pay' })).rows).toEqual([])
  })

  it('is the pay of a session to one address, over all its claims', async () => {
    const store = await filled([
      block(20, [
        moved(20, 'end:1:0', 'owner', 'reward', 80n),
        moved(20, 'end:1:1', 'op', 'reward', 20n),
        moved(20, 'end:2:0', 'owner', 'reward', 8n),
      ]),
    ])
    const { rows } = await ask(store, { filter: 'pay' })
    expect(rows.map((row) => [row.address, row.deltaUpokt, row.pay?.claims, row.pay?.sessionEndHeight])).toEqual([
      ['owner', '88', 2, 12],
      ['op', '20', 1, 12],
    ])
  })

  it('knows what Hearth and the relay miner sent, and what neither did', async () => {
    const claim = { type: '/pocket.proof.MsgCreateClaim', facts: { count: '2' } }
    const store = await filled([
      block(
        2,
        [
          moved(2, 'tx:0:0', 'op', 'fee', -1n, 'MINER'),
          moved(2, 'tx:1:0', 'op', 'fee', -1n, 'OTHER'),
          moved(2, 'tx:2:0', 'op', 'fee', -1n, 'OLD'),
        ],
        [
          { hash: 'MINER', failed: false, messages: [claim] },
          { hash: 'OTHER', failed: false, messages: [{ type: SEND, facts: {} }] },
        ],
      ),
    ])
    expect((await ask(store)).rows.map((row) => [row.hash, row.sentBy])).toEqual([
      ['MINER', 'miner'],
      ['OTHER', 'elsewhere'],
      ['OLD', null],
    ])
  })
})

it('pages never part a line, give every line once, and stand still while blocks come in', async () => {
  const blocks = Array.from({ length: 60 }, (_, index) => {
    const height = index + 2
    return block(
      height,
      ['A', 'B', 'C'].flatMap((name, tx) => [
        moved(height, `tx:${tx}:0`, 'owner', 'fee', -1n, `${name}${height}`),
        moved(height, `tx:${tx}:5`, 'owner', 'transfer', -10n, `${name}${height}`),
      ]),
    )
  })
  const store = await filled(blocks)
  const seen: string[] = []
  let cursor: { height: number; position: string; address: string } | undefined
  let revision: number | undefined
  let pages = 0
  for (;;) {
    const page = await ask(store, { limit: 10, ...(cursor ? { cursor } : {}), ...(revision === undefined ? {} : { revision }) })
    for (const row of page.rows) {
      expect([row.deltaUpokt, row.feeUpokt]).toEqual(['-10', '1'])
      seen.push(row.hash ?? '')
    }
    revision = page.revision
    pages += 1
    await store.applyBlock(block(61 + pages, [moved(61 + pages, 'tx:0:0', 'owner', 'transfer', 1n, `NEW${pages}`)]))
    if (page.next === null) break
    cursor = page.next
  }
  expect(pages).toBeGreaterThan(10)
  expect(seen).toHaveLength(180)
  expect(new Set(seen).size).toBe(180)
  expect(seen.some((hash) => hash.startsWith('NEW'))).toBe(false)
})

describe('messages of recorded blocks', () => {
  const every = recordedHeights('default').map((height) => recordedBlock('default', height))

  it('are told for each transaction that moved coins of ours, and for no other', () => {
    const watched = new Set([addressOf('default', 'op1'), addressOf('default', 'op2')])
    let told = 0
    for (const one of every) {
      const { movements, txs } = readBlock(NETWORK, one, watched)
      told += txs?.length ?? 0
      expect(new Set((txs ?? []).map((tx) => tx.hash))).toEqual(new Set(movements.flatMap((row) => row.txHash ?? [])))
    }
    expect(told).toBeGreaterThan(5)
  })

  it('name their type, and claims their session; a failed one says that it failed', () => {
    const told = every.flatMap((one) => one.txs.map(readOwnTx))
    const types = new Set(told.flatMap((tx) => tx.messages.map((message) => message.type)))
    expect(types).toContain('/pocket.proof.MsgCreateClaim')
    expect(types).toContain('/pocket.proof.MsgSubmitProof')
    const claim = told.flatMap((tx) => tx.messages).find((message) => message.type === '/pocket.proof.MsgCreateClaim')
    expect(claim?.facts).toMatchObject({ services: 'anvil', count: '1' })
    expect(Number(claim?.facts['sessionEndHeight'])).toBeGreaterThan(0)
    const failed = told.filter((tx) => tx.failed)
    expect(failed.length).toBeGreaterThan(0)
    expect(failed[0]?.messages[0]?.facts['log']).toMatch(/./)
  })
})
