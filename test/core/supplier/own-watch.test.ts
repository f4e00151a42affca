import { describe, expect, it } from 'vitest'
import type { ChainBlock, SupplierRecord } from '#main/core/ports/chain.ts'
import type { MovementRow } from '#main/core/ports/store.ts'
import type { IntentRow } from '#shared/model/intent.ts'
import type { OwnSupplier } from '#main/core/supplier/watch.ts'
import { createOwnWatch } from '#main/core/supplier/own-watch.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { scene, signer } from './scene.ts'

const owner = signer('owner', 'owner')
const operator = signer('operator', 'operator')
const watched = signer('watched', 'owner', 'watch')
const keys = [owner, operator, watched]
const record = (more: Partial<SupplierRecord> = {}): SupplierRecord => ({
  ownerAddress: owner.address,
  operatorAddress: operator.address,
  stakeUpokt: 60_000_000_000n,
  services: [],
  pending: [],
  unstakeSessionEndHeight: 0,
  ...more,
})
const moved = (height: number, address: string, kind: MovementRow['kind'], upokt: bigint, txHash: string): MovementRow => ({
  network: 'local',
  height,
  position: `tx:${txHash}:${kind}`,
  address,
  deltaUpokt: upokt,
  kind,
  txHash,
  claim: undefined,
  timeMs: height * 1000,
})

function setup() {
  const at = scene(keys)
  at.chain.heightNow = 1
  let supplier: { operatorAddress: string; record: SupplierRecord | undefined; height: number } = {
    operatorAddress: operator.address,
    record: record(),
    height: 10,
  }
  const others: OwnSupplier[] = []
  const actions = new Map<string, { action: string; code: number }>()
  at.chain.block = (height): Promise<ChainBlock> =>
    Promise.resolve({
      height,
      hash: 'H',
      timeMs: 1,
      blockEvents: [],
      txs: [...actions].map(([hash, { action, code }], index) => ({
        index,
        hash,
        code,
        codespace: '',
        log: '',
        gasUsed: 1n,
        gasWanted: 1n,
        events: code === 0 ? [{ type: 'message', attributes: { action } }] : [],
      })),
    })
  const life = () => {
    const { state } = at.life()
    const watch = createOwnWatch({
      network: () => 'local',
      store: at.store,
      state,
      clock: at.clock,
      log: createTestLog(),
      last: () => ({ height: supplier.height, suppliers: [supplier, ...others] }),
    })
    return { watch, look: (height: number) => watch.look(at.chain, height, PARAMS, keys), told: () => state.state.health.ownChanges }
  }
  return { at, actions, others, life, put: (now: Partial<typeof supplier>) => (supplier = { ...supplier, ...now }) }
}
const ours = (txHash: string): [string, IntentRow] => [txHash, { id: txHash, txHash, status: 'included', facts: {} } as IntentRow]

describe('transactions that Hearth did not send', () => {
  it('are told, with what left and when; what was there before the first look is not', async () => {
    const { at, life } = setup()
    at.movements.push(moved(5, owner.address, 'transfer', -9n, 'OLD'))
    const { look, told } = life()
    await look(10)
    expect(told()).toEqual([])
    at.movements.push(
      moved(11, owner.address, 'fee', -1n, 'THEFT'),
      moved(11, owner.address, 'transfer', -5_000_000n, 'THEFT'),
      moved(11, owner.address, 'transfer', 7n, 'GIFT'),
      moved(11, watched.address, 'stake', -4n, 'STAKE'),
    )
    await look(11)
    expect(told()).toMatchObject([
      { kind: 'staked', hash: 'STAKE', height: 11, facts: { address: watched.address, upokt: '4' } },
      { kind: 'sent', hash: 'THEFT', height: 11, atMs: 11_000, facts: { address: owner.address, upokt: '5000000' } },
    ])
  })
  it('are those of nobody here: not of an intent, not of the miner', async () => {
    const { at, actions, life } = setup()
    const { look, told } = life()
    await look(10)
    at.rows.set(...ours('SENT'))
    at.claims.push({ claimTxHash: 'CLAIM', proofTxHash: 'PROOF', stage: 'claimed' } as never)
    actions.set('CLAIM2', { action: '/pocket.proof.MsgCreateClaim', code: 0 })
    actions.set('FAILED', { action: '', code: 5 })
    at.movements.push(
      moved(12, owner.address, 'transfer', -5n, 'SENT'),
      moved(12, operator.address, 'fee', -1n, 'CLAIM'),
      moved(12, operator.address, 'fee', -1n, 'PROOF'),
      moved(12, operator.address, 'proof-fee', -1n, 'PROOF'),
      moved(12, operator.address, 'fee', -1n, 'CLAIM2'),
      moved(12, operator.address, 'fee', -1n, 'FAILED'),
    )
    await look(12)
    expect(told()).toEqual([])
  })
  it('of the operator are told when they are no claim; of the owner even when they failed', async () => {
    const { at, actions, life } = setup()
    const { look, told } = life()
    await look(10)
    actions.set('APP', { action: '/pocket.application.MsgDelegateToGateway', code: 0 })
    actions.set('TRY', { action: '', code: 5 })
    at.movements.push(moved(12, operator.address, 'fee', -1n, 'APP'), moved(13, owner.address, 'fee', -1n, 'TRY'))
    await look(13)
    expect(told().map((change) => [change.kind, change.hash, change.facts['failed'], change.facts['action']])).toEqual([
      ['transaction', 'APP', '', '/pocket.application.MsgDelegateToGateway'],
      ['transaction', 'TRY', 'yes', ''],
    ])
  })
  it('are told once, outlive a restart, and go when they were seen', async () => {
    const { at, life } = setup()
    const first = life()
    await first.look(10)
    at.movements.push(moved(11, owner.address, 'transfer', -5n, 'ONE'), moved(11, watched.address, 'transfer', -6n, 'TWO'))
    await first.look(11)
    await first.look(11)
    expect(first.told()).toHaveLength(2)
    const second = life()
    await second.watch.resume()
    expect(second.told()).toHaveLength(2)
    await second.watch.seen([second.told()[0]?.id ?? ''])
    expect(second.told()).toHaveLength(1)
    // Blocks that are read again raise nothing again.
    const kept = JSON.parse(at.settings.get('own-watch local') ?? '') as { movementHeight: number }
    at.settings.set('own-watch local', JSON.stringify({ ...kept, movementHeight: 10 }))
    const third = life()
    await third.watch.resume()
    await third.look(12)
    expect(third.told()).toHaveLength(1)
  })
  it('are found in more than one page of movements', async () => {
    const { at, life } = setup()
    const { look, told } = life()
    await look(10)
    // The page ends inside block 50, which holds hundreds.
    for (let count = 0; count < 600; count += 1) {
      at.rows.set(...ours(`OURS${count}`))
      at.movements.push(moved(count < 30 ? 60 : 50, owner.address, 'transfer', -1n, count === 599 ? 'THEFT' : `OURS${count}`))
    }
    await look(60)
    expect(told().map((change) => change.hash)).toEqual(['THEFT'])
  })
})

describe('changes of the record that Hearth did not send', () => {
  it('are told once the blocks that could explain them are read', async () => {
    const { put, life } = setup()
    const { look, told } = life()
    await look(10)
    put({ record: record({ ownerAddress: 'thief' }), height: 14 })
    await look(13)
    expect(told()).toEqual([])
    await look(14)
    expect(told()).toMatchObject([{ kind: 'owner-changed', hash: null, height: 14, facts: { newOwnerAddress: 'thief' } }])
    await look(15)
    expect(told()).toHaveLength(1)
  })
  it('wait for blocks and for transactions on their way that may explain them', async () => {
    const { at, put, life } = setup()
    const { look, told } = life()
    await look(10)
    // The host answered from a newer block than the head that was being looked at.
    put({ record: record({ stakeUpokt: 61_000_000_000n }), height: 12 })
    at.chain.heightNow = 14
    await look(12)
    await look(13)
    expect(told()).toEqual([])
    const sent = {
      id: 'tx',
      status: 'broadcast',
      txHash: 'TX',
      kind: 'change-stake',
      facts: { operatorAddress: operator.address },
    } as unknown as IntentRow
    at.rows.set('tx', sent)
    await look(14)
    expect(told()).toEqual([])
    at.rows.set('tx', { ...sent, status: 'included', includedHeight: 14 })
    await look(15)
    expect(told()).toEqual([])
  })
  it('are told although something older of ours would explain the same', async () => {
    const { at, put, life } = setup()
    const { look, told } = life()
    await look(10)
    at.rows.set('tx', {
      id: 'tx',
      status: 'included',
      includedHeight: 12,
      kind: 'change-stake',
      facts: { operatorAddress: operator.address },
    } as unknown as IntentRow)
    put({ height: 20 })
    await look(20)
    put({ record: record({ stakeUpokt: 61_000_000_000n }), height: 30 })
    await look(30)
    expect(told().map((change) => change.kind)).toEqual(['stake-raised'])
  })
  it('are no change when a slash explains them', async () => {
    const { at, put, life } = setup()
    const { look, told } = life()
    await look(10)
    at.claims.push({ operatorAddress: operator.address, stage: 'expired', settledHeight: 12, slashedUpokt: 7n } as never)
    put({ record: record({ stakeUpokt: 59_999_999_993n }), height: 12 })
    await look(12)
    expect(told()).toEqual([])
    put({ record: record({ stakeUpokt: 59_999_999_986n }), height: 13 })
    await look(13)
    expect(told()).toMatchObject([{ kind: 'stake-lowered', facts: { upokt: '7' } }])
  })
  it('begin anew with a chain that began anew, and with a damaged row', async () => {
    const { at, put, life } = setup()
    const { look, told } = life()
    await look(100)
    put({ record: undefined, height: 3 })
    at.movements.push(moved(2, owner.address, 'transfer', -5n, 'GENESIS'))
    await look(3)
    expect(told()).toEqual([])
    at.settings.set('own-watch local', '{')
    const next = life()
    await next.look(4)
    expect(next.told()).toEqual([])
    await next.watch.clear()
    expect(at.settings.get('own-watch local')).toBe('')
  })
})

describe('several suppliers', () => {
  const second = signer('second', 'operator')
  const theirs = (more: Partial<SupplierRecord> = {}): SupplierRecord => record({ operatorAddress: second.address, ...more })

  it('are watched each, also the one that is not in view; a new one is no change', async () => {
    const { others, put, life } = setup()
    const { look, told } = life()
    await look(10)
    others.push({ operatorAddress: second.address, record: undefined })
    put({ height: 11 })
    await look(11)
    expect(told()).toEqual([])
    others[0] = { operatorAddress: second.address, record: theirs() }
    put({ height: 12 })
    await look(12)
    expect(told()).toMatchObject([{ kind: 'supplier-created', facts: { operatorAddress: second.address } }])
    others[0] = { operatorAddress: second.address, record: theirs({ ownerAddress: 'thief' }) }
    put({ height: 13, record: record({ stakeUpokt: 61_000_000_000n }) })
    await look(13)
    expect(told().map((change) => [change.kind, change.facts['operatorAddress']])).toEqual([
      ['owner-changed', second.address],
      ['stake-raised', operator.address],
      ['supplier-created', second.address],
    ])
  })

  it('explain nothing to each other: a slash, a transaction in a block or on its way is of one alone', async () => {
    const { at, others, put, life } = setup()
    others.push({ operatorAddress: second.address, record: theirs() })
    const { look, told } = life()
    await look(10)
    const sent = { id: 'tx', txHash: 'TX', kind: 'change-stake', facts: { operatorAddress: operator.address } }
    at.rows.set('tx', { ...sent, status: 'broadcast' } as unknown as IntentRow)
    at.claims.push({ operatorAddress: operator.address, stage: 'expired', settledHeight: 12, slashedUpokt: 7n } as never)
    others[0] = { operatorAddress: second.address, record: theirs({ stakeUpokt: 59_999_999_993n }) }
    put({ height: 12, record: record({ stakeUpokt: 61_000_000_000n }) })
    await look(12)
    expect(told().map((change) => [change.kind, change.facts['operatorAddress']])).toEqual([['stake-lowered', second.address]])
    at.rows.set('tx', { ...sent, status: 'included', includedHeight: 12 } as unknown as IntentRow)
    put({ height: 13 })
    await look(13)
    expect(told()).toHaveLength(1)
  })

  it('go on from a row that knew one', async () => {
    const { at, put, life } = setup()
    const first = life()
    await first.look(10)
    const { records, ...rest } = JSON.parse(at.settings.get('own-watch local') ?? '') as { records: Record<string, unknown> }
    at.settings.set('own-watch local', JSON.stringify({ ...rest, record: records[operator.address] }))
    put({ height: 11, record: record({ ownerAddress: 'thief' }) })
    const later = life()
    await later.watch.resume()
    await later.look(11)
    expect(later.told()).toMatchObject([{ kind: 'owner-changed' }])
  })
})
