import { describe, expect, it } from 'vitest'
import type { SupplierRecord, SupplierService } from '#main/core/ports/chain.ts'
import { recordChanges, seenRecord, type Explanations } from '#main/core/supplier/own-changes.ts'

const service = (serviceId: string, percent = 100): SupplierService => ({
  serviceId,
  endpoints: [{ url: 'https://relay.example.org', rpcType: 'JSON_RPC' }],
  revShare: [{ address: 'own', percent }],
})
const record = (more: Partial<SupplierRecord> = {}): SupplierRecord => ({
  ownerAddress: 'own',
  operatorAddress: 'op',
  stakeUpokt: 60_000n,
  services: [service('anvil')],
  pending: [],
  unstakeSessionEndHeight: 0,
  ...more,
})
const why = (more: Partial<Explanations> = {}): Explanations => ({
  sent: [],
  slashedUpokt: 0n,
  minStakeUpokt: 50_000n,
  numBlocksPerSession: 10,
  own: new Set(['own', 'op']),
  ...more,
})
const changes = (before: SupplierRecord | undefined, now: SupplierRecord | undefined, explained: Partial<Explanations> = {}) =>
  recordChanges(seenRecord('op', before, 100), seenRecord('op', now, 105), why(explained))
const kinds = (...args: Parameters<typeof changes>): string[] => changes(...args).map((change) => change.kind)

describe('changes of the record that nobody here sent', () => {
  it.each([
    ['owner-changed', record(), record({ ownerAddress: 'thief' })],
    ['stake-raised', record(), record({ stakeUpokt: 61_000n })],
    ['stake-lowered', record(), record({ stakeUpokt: 59_000n })],
    ['services-changed', record(), record({ pending: [{ service: service('eth'), activationHeight: 111 }] })],
    ['services-changed', record(), record({ pending: [{ service: service('anvil', 99), activationHeight: 111 }] })],
    ['services-changed', record(), record({ services: [] })],
    ['unstake-begun', record(), record({ unstakeSessionEndHeight: 110 })],
    ['unstake-cancelled', record({ unstakeSessionEndHeight: 90, services: [] }), record({ services: [] })],
    ['supplier-created', undefined, record({ ownerAddress: 'thief' })],
    ['supplier-gone', record(), undefined],
  ])('%s is told', (kind, before, now) => {
    expect(kinds(before, now)).toEqual([kind])
  })
  it('tell the figures', () => {
    expect(changes(record(), record({ stakeUpokt: 59_000n }))[0]?.facts).toEqual({
      operatorAddress: 'op',
      upokt: '1000',
      ownerAddress: 'own',
    })
    expect(changes(record(), record({ ownerAddress: 'thief' }))[0]?.facts).toEqual({
      operatorAddress: 'op',
      ownerAddress: 'own',
      newOwnerAddress: 'thief',
    })
    expect(changes(record(), record({ pending: [{ service: service('eth'), activationHeight: 111 }] }))[0]?.facts).toMatchObject({
      services: 'eth',
    })
  })
})

describe('changes that explain themselves', () => {
  const sent = (kind: Explanations['sent'][number]['kind'], includedHeight = 103): Partial<Explanations> => ({
    sent: [{ kind, includedHeight }],
  })
  it('by what Hearth sent in between, and not by what it sent before', () => {
    expect(kinds(record(), record({ stakeUpokt: 61_000n }), sent('change-stake'))).toEqual([])
    expect(kinds(record(), record({ stakeUpokt: 61_000n }), sent('change-stake', 100))).toEqual(['stake-raised'])
    expect(kinds(record(), record({ stakeUpokt: 61_000n }), sent('send'))).toEqual(['stake-raised'])
    expect(kinds(record(), record({ ownerAddress: 'other' }), sent('change-owner'))).toEqual([])
    expect(kinds(record(), record({ ownerAddress: 'other' }), sent('stake-services'))).toEqual(['owner-changed'])
    expect(kinds(record(), record({ unstakeSessionEndHeight: 110 }), sent('unstake'))).toEqual([])
    expect(kinds(undefined, record(), sent('stake-owner'))).toEqual([])
    expect(kinds(record(), record({ pending: [{ service: service('eth'), activationHeight: 111 }] }), sent('stake-services'))).toEqual([])
  })
  it('by the network: activation, slash, forced unstake, end of unbonding', () => {
    const waiting = record({ services: [], pending: [{ service: service('anvil'), activationHeight: 101 }] })
    expect(kinds(waiting, record())).toEqual([])
    expect(kinds(record(), record({ stakeUpokt: 59_700n }), { slashedUpokt: 300n })).toEqual([])
    expect(changes(record(), record({ stakeUpokt: 59_000n }), { slashedUpokt: 300n })[0]?.facts['upokt']).toBe('700')
    expect(
      kinds(record({ stakeUpokt: 50_001n }), record({ stakeUpokt: 49_999n, unstakeSessionEndHeight: 110, services: [] }), {
        slashedUpokt: 2n,
      }),
    ).toEqual([])
    expect(kinds(record({ unstakeSessionEndHeight: 90 }), undefined)).toEqual([])
    expect(kinds(record({ unstakeSessionEndHeight: 90 }), record({ unstakeSessionEndHeight: 90, services: [] }))).toEqual([])
    expect(kinds(undefined, undefined)).toEqual([])
  })
  it('by services sent in the session before, which end with it', () => {
    const two = record({ services: [service('anvil'), service('eth')] })
    expect(kinds(two, record(), sent('stake-services', 95))).toEqual([])
    expect(kinds(two, record(), sent('stake-services', 80))).toEqual(['services-changed'])
  })
  it('says nothing when another operator is looked at', () => {
    expect(recordChanges(seenRecord('op', record(), 1), seenRecord('other', undefined, 2), why())).toEqual([])
  })
})
