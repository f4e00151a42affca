import { describe, expect, it } from 'vitest'
import { requests } from '#shared/api/requests.ts'
import type { TxWish } from '#shared/api/requests.ts'
import type { SupplierRecord, SupplierService } from '#main/core/ports/chain.ts'
import { createBounds } from '#main/core/state/bounds.ts'
import { fingerprintOf, offeredBy, wholeRecord } from '#main/core/supplier/whole-record.ts'
import { checkWish } from '#main/core/supplier/wishes.ts'
import { createFakeChain, PARAMS } from '#test/fakes/chain.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { codec, signer } from './scene.ts'

const owner = signer('own', 'owner')
const operator = signer('op', 'operator')
const other = signer('other', 'owner')

/** Every one with shares and endpoints of its own. */
const service = (at: number): SupplierService => ({
  serviceId: `svc-${at}`,
  endpoints: [
    { url: `https://relay-${at}.example.org/${'p'.repeat(120)}`, rpcType: 'JSON_RPC' },
    { url: `wss://relay-${at}.example.org/ws`, rpcType: 'WEBSOCKET' },
    { url: `https://second-${at}.example.org`, rpcType: 'JSON_RPC' },
  ],
  revShare: [
    { address: owner.address, percent: 99 - at },
    { address: other.address, percent: 1 + at },
  ],
})
const many = Array.from({ length: 28 }, (_, at) => service(at))
const record = (more: Partial<SupplierRecord> = {}): SupplierRecord => ({
  ownerAddress: owner.address,
  operatorAddress: operator.address,
  stakeUpokt: 60_000_000_000n,
  services: many,
  pending: [],
  unstakeSessionEndHeight: 0,
  ...more,
})

function chainWith(existing: SupplierRecord | undefined) {
  const chain = createFakeChain((bytes) => codec.hash(bytes))
  if (existing) chain.suppliers.set(operator.address, existing)
  chain.services = () =>
    Promise.resolve(many.map(({ serviceId }) => ({ id: serviceId, name: serviceId, computeUnitsPerRelay: 1n, ownerAddress: 'x' })))
  return chain
}
const asWish = (services: readonly SupplierService[], basedOn?: string): TxWish => ({
  kind: 'stake-services',
  operatorKeyId: operator.id,
  ownerAddress: owner.address,
  services: services.map(({ serviceId, endpoints, revShare }) => {
    const [first, ...more] = endpoints as { url: string; rpcType: 'JSON_RPC' }[]
    return { serviceId, url: first?.url ?? '', rpcType: first?.rpcType ?? 'JSON_RPC', moreEndpoints: more, revShare }
  }),
  ...(basedOn === undefined ? {} : { basedOn }),
})

describe('the whole record of a supplier', () => {
  it('has every service with its own endpoints and shares where the published state leaves some out', async () => {
    const chain = chainWith(record())
    const published = createBounds().object('supplier', { services: many })
    expect(published.leftOut).toBeGreaterThan(0)
    const answer = await wholeRecord({ chain, codec }, operator.address)
    expect(requests['supplier.record'].output.safeParse(answer).success).toBe(true)
    expect(answer.record?.offered).toEqual(many)
    expect(answer.record?.active).toEqual(many)
    expect(answer.record?.offeredFromHeight).toBeNull()
    expect(answer.atHeight).toBe(chain.heightNow)
  })

  it('offers what begins with the next session, not what ends there', async () => {
    const next = [service(3), service(7)]
    const chain = chainWith(record({ pending: next.map((each) => ({ service: each, activationHeight: 21 })) }))
    const answer = await wholeRecord({ chain, codec }, operator.address)
    expect(answer.record).toMatchObject({ active: many, offered: next, offeredFromHeight: 21 })
  })

  it('takes the newest of two that wait for one service', () => {
    const newer = { ...service(1), endpoints: [{ url: 'https://new.example.org', rpcType: 'JSON_RPC' }] }
    const pending = [
      { service: newer, activationHeight: 31 },
      { service: service(1), activationHeight: 21 },
    ]
    expect(offeredBy({ services: [], pending })).toEqual({ services: [newer], fromHeight: 31 })
  })

  it('says when there is none, and refuses what is no address', async () => {
    expect(await wholeRecord({ chain: chainWith(undefined), codec }, operator.address)).toEqual({ atHeight: 5, record: null })
    expect((await rejection(wholeRecord({ chain: chainWith(undefined), codec }, 'nonsense'))).code).toBe('address-invalid')
  })

  it('has one fingerprint whatever the order, and another for each change', () => {
    const before = fingerprintOf(many)
    expect(fingerprintOf([...many].reverse())).toBe(before)
    expect(fingerprintOf(many.slice(1))).not.toBe(before)
    const reshared = many.map((each, at) => (at === 27 ? { ...each, revShare: [{ address: owner.address, percent: 100 }] } : each))
    expect(fingerprintOf(reshared)).not.toBe(before)
  })
})

describe('a wish that began with a record', () => {
  const judge = (chain: ReturnType<typeof chainWith>, wish: TxWish) =>
    checkWish(wish, { chain, params: PARAMS, codec, keys: [owner, operator], network: 'local' })

  it('keeps each service as it is, also one that Hearth itself would not make', async () => {
    const chain = chainWith(record())
    const { record: whole } = await wholeRecord({ chain, codec }, operator.address)
    const checked = await judge(chain, asWish(whole?.offered ?? [], whole?.basedOn))
    expect(checked.message).toMatchObject({ kind: 'stake-supplier', services: many })
  })

  it('is judged where it changes something', async () => {
    const changed = { ...service(0), endpoints: service(0).endpoints.map((each) => ({ ...each, url: each.url.replace('relay', 'other') })) }
    const refused = await rejection(judge(chainWith(record()), asWish([changed, ...many.slice(1)])))
    expect(refused).toMatchObject({ code: 'endpoint-invalid', detail: { problem: 'type-twice', serviceId: 'svc-0' } })
  })

  it('is refused once the chain holds another: a service that nobody saw would be dropped', async () => {
    const basedOn = fingerprintOf(many.slice(1))
    const refused = await rejection(judge(chainWith(record()), asWish(many.slice(1), basedOn)))
    expect(refused).toMatchObject({ code: 'not-now', detail: { problem: 'record-changed' } })
  })
})
