import { describe, expect, it } from 'vitest'
import type { SupplierRecord } from '#main/core/ports/chain.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { createSupplierWatch } from '#main/core/supplier/watch.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createFakeChain, PARAMS } from '#test/fakes/chain.ts'
import { createTestClock } from '#test/fakes/clock.ts'

const key = (fields: Partial<PublicKeyInfo>): PublicKeyInfo => ({
  id: 'k',
  kind: 'key',
  role: 'operator',
  name: 'k',
  network: 'mainnet',
  address: 'pokt1main',
  pubKeyHex: '',
  origin: 'made',
  hdPath: undefined,
  hasWords: true,
  createdAtMs: 1,
  wordsConfirmedAtMs: 1,
  ...fields,
})

describe('what is read of own addresses', () => {
  it('is asked for keys of this network alone: no host learns of the others, and none of them is taken for the operator', async () => {
    const clock = createTestClock()
    const state = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 1, notice: null }),
      clock,
    )
    const chain = createFakeChain(() => 'H')
    const asked = new Set<string>()
    chain.balance = (address) => Promise.resolve((asked.add(address), 5n))
    chain.supplier = (address) => Promise.resolve((asked.add(address), undefined))
    const watch = createSupplierWatch({ state, clock, served: () => undefined, network: () => 'mainnet' })
    await watch.read(chain, 7, PARAMS, [
      key({}),
      key({ id: 'seen', kind: 'watch', role: 'owner', address: 'pokt1seen', createdAtMs: 2 }),
      key({ id: 'play', network: 'practice', address: 'practice1x', createdAtMs: 9 }),
      key({ id: 'local', network: 'local', address: 'pokt1local', createdAtMs: 8 }),
      key({ id: 'old', kind: 'morse', role: 'morse', address: 'ABCDEF', createdAtMs: 7 }),
    ])
    expect([...asked].sort()).toEqual(['pokt1main', 'pokt1seen'])
    expect(Object.keys(state.state.balances).sort()).toEqual(['pokt1main', 'pokt1seen'])
    expect(state.state.supplier).toMatchObject({ operatorAddress: 'pokt1main', ownerAddress: 'pokt1seen' })
  })
})

const OPERATORS = ['pokt1first', 'pokt1second', 'pokt1third'] as const
const recordOf = (operatorAddress: string, fields: Partial<SupplierRecord> = {}): SupplierRecord => ({
  operatorAddress,
  ownerAddress: `${operatorAddress}-owner`,
  stakeUpokt: PARAMS.supplierMinStakeUpokt,
  services: [{ serviceId: 'eth', endpoints: [], revShare: [] }],
  pending: [],
  unstakeSessionEndHeight: 0,
  ...fields,
})

/** Three operators of one user; the chain has those whose records are given. */
function severalScene(records: SupplierRecord[], options: { served?: string[]; kinds?: PublicKeyInfo['kind'][] } = {}) {
  const clock = createTestClock()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 1, notice: null }),
    clock,
  )
  const chain = createFakeChain(() => 'H')
  chain.balance = () => Promise.resolve(5n)
  const known = new Map(records.map((record) => [record.operatorAddress, record]))
  chain.supplier = (address) => Promise.resolve(known.get(address))
  const kept = new Map<string, string>()
  const store = {
    setting: (name: string) => Promise.resolve(kept.get(name)),
    setSetting: (name: string, value: string) => Promise.resolve(void kept.set(name, value)),
  }
  // The oldest is told last: the order is that of the keys' age.
  const keys = OPERATORS.map((address, index) =>
    key({ id: address, address, kind: options.kinds?.[index] ?? 'key', createdAtMs: index + 1 }),
  ).toReversed()
  const make = () => createSupplierWatch({ state, clock, served: () => options.served, network: () => 'mainnet', store })
  return { state, chain, known, kept, keys, make }
}

describe('several suppliers', () => {
  it('are all read, the oldest key first, and told in short', async () => {
    const scene = severalScene([recordOf('pokt1first'), recordOf('pokt1third', { stakeUpokt: 7n, unstakeSessionEndHeight: 9 })])
    const watch = scene.make()
    expect(watch.last()).toBeUndefined()
    await watch.read(scene.chain, 7, PARAMS, scene.keys)
    expect(watch.last()?.suppliers.map((each) => [each.operatorAddress, each.record?.stakeUpokt])).toEqual([
      ['pokt1first', PARAMS.supplierMinStakeUpokt],
      ['pokt1second', undefined],
      ['pokt1third', 7n],
    ])
    expect(watch.records().map((record) => record.operatorAddress)).toEqual(['pokt1first', 'pokt1third'])
    expect(scene.state.state.suppliers).toEqual({
      pokt1first: {
        ownerAddress: 'pokt1first-owner',
        status: 'active',
        stakeUpokt: PARAMS.supplierMinStakeUpokt.toString(),
        services: ['eth'],
        notServed: [],
        unstakeSessionEndHeight: 0,
        height: 7,
      },
      pokt1second: {
        ownerAddress: '',
        status: 'not-staked',
        stakeUpokt: '0',
        services: [],
        notServed: [],
        unstakeSessionEndHeight: 0,
        height: 7,
      },
      pokt1third: {
        ownerAddress: 'pokt1third-owner',
        status: 'below-minimum',
        stakeUpokt: '7',
        services: ['eth'],
        notServed: [],
        unstakeSessionEndHeight: 9,
        height: 7,
      },
    })
  })

  it('the newest that is staked is in view until another is chosen, also through a restart', async () => {
    const scene = severalScene([recordOf('pokt1first'), recordOf('pokt1second')])
    const watch = scene.make()
    await watch.read(scene.chain, 7, PARAMS, scene.keys)
    expect(scene.state.state.supplier.operatorAddress).toBe('pokt1second')
    expect(watch.record()?.operatorAddress).toBe('pokt1second')

    await watch.choose('pokt1third')
    expect(scene.state.state.supplier).toMatchObject({ operatorAddress: 'pokt1third', status: 'not-staked' })
    expect(watch.record()).toBeUndefined()
    await watch.read(scene.chain, 8, PARAMS, scene.keys)
    expect(scene.state.state.supplier.operatorAddress).toBe('pokt1third')

    const again = scene.make()
    await again.load()
    await again.read(scene.chain, 9, PARAMS, scene.keys)
    expect(scene.state.state.supplier.operatorAddress).toBe('pokt1third')
  })

  it('one that is only watched comes into view by choice alone, unless nothing else is staked', async () => {
    const both = severalScene([recordOf('pokt1first'), recordOf('pokt1second')], { kinds: ['key', 'watch', 'key'] })
    const watch = both.make()
    await watch.read(both.chain, 7, PARAMS, both.keys)
    expect(both.state.state.supplier.operatorAddress).toBe('pokt1first')
    await watch.choose('pokt1second')
    expect(both.state.state.supplier.operatorAddress).toBe('pokt1second')

    const alone = severalScene([recordOf('pokt1second')], { kinds: ['key', 'watch', 'key'] })
    await alone.make().read(alone.chain, 7, PARAMS, alone.keys)
    expect(alone.state.state.supplier.operatorAddress).toBe('pokt1second')
  })

  it('an operator that is not here cannot be chosen, and one whose key is gone is in view no more', async () => {
    const scene = severalScene([recordOf('pokt1first')])
    const watch = scene.make()
    await expect(watch.choose('pokt1first')).rejects.toMatchObject({ code: 'supplier-absent' })
    await watch.read(scene.chain, 7, PARAMS, scene.keys)
    await expect(watch.choose('pokt1strange')).rejects.toMatchObject({ code: 'supplier-absent' })
    expect([...scene.kept.keys()]).toEqual([])

    await watch.choose('pokt1third')
    await watch.read(
      scene.chain,
      8,
      PARAMS,
      scene.keys.filter((each) => each.address !== 'pokt1third'),
    )
    expect(scene.state.state.supplier.operatorAddress).toBe('pokt1first')
    expect(Object.keys(scene.state.state.suppliers).sort()).toEqual(['pokt1first', 'pokt1second'])
  })

  it('a stake on its way is told of the operator that it is for alone', async () => {
    const scene = severalScene([])
    const watch = scene.make()
    const intent = {
      id: 'i',
      kind: 'stake-owner',
      status: 'broadcast',
      signerAddress: 'pokt1owner',
      facts: { operatorAddress: 'pokt1second' },
    }
    scene.state.put('intents', 'i', {
      ...intent,
      kind: 'stake-owner',
      status: 'broadcast',
      txHash: 'H',
      timeoutHeight: 20,
      includedHeight: null,
      error: null,
      createdAtMs: 1,
      updatedAtMs: 1,
    })
    await watch.read(scene.chain, 7, PARAMS, scene.keys)
    const statuses = Object.values(scene.state.state.suppliers).map((each) => each.status)
    expect(statuses).toEqual(['not-staked', 'stake-sent', 'not-staked'])
  })

  it('one that is only watched is served elsewhere: the relay miner here says nothing of it', async () => {
    const scene = severalScene([recordOf('pokt1first'), recordOf('pokt1second')], { served: ['bsc'], kinds: ['key', 'watch', 'key'] })
    await scene.make().read(scene.chain, 7, PARAMS, scene.keys)
    expect(scene.state.state.suppliers['pokt1first']).toMatchObject({ status: 'active-differs', notServed: ['eth'] })
    expect(scene.state.state.suppliers['pokt1second']).toMatchObject({ status: 'active', notServed: [] })
  })

  it('nor of one whose key waits for a word', async () => {
    const scene = severalScene([recordOf('pokt1first')], { served: ['bsc'] })
    const { id, name, address, createdAtMs } = key({ address: 'pokt1first' })
    const fenced = { id, kind: 'key', role: 'operator', name, network: 'mainnet', address, wordsConfirmedAtMs: 1, createdAtMs } as const
    scene.state.put('keys', id, { ...fenced, fenced: 'moved' })
    await scene.make().read(scene.chain, 7, PARAMS, scene.keys)
    expect(scene.state.state.suppliers['pokt1first']).toMatchObject({ status: 'active', notServed: [] })
    scene.state.put('keys', id, { ...fenced, fenced: null })
    await scene.make().read(scene.chain, 8, PARAMS, scene.keys)
    expect(scene.state.state.suppliers['pokt1first']).toMatchObject({ status: 'active-differs', notServed: ['eth'] })
  })
})
