import { describe, expect, it } from 'vitest'
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
