import { describe, expect, it } from 'vitest'
import { DANGERS, readDangers } from '#shared/model/danger.ts'
import type { SupplierRecord, SupplierService } from '#main/core/ports/chain.ts'
import type { Message } from '#main/core/ports/tx.ts'
import { dangersOf, type Situation } from '#main/core/supplier/dangers.ts'
import { dangerSentence } from '#main/adapters/vault/danger-words.ts'
import { PARAMS } from '#test/fakes/chain.ts'

const service = (serviceId: string, shares: Record<string, number> = { own: 100 }): SupplierService => ({
  serviceId,
  endpoints: [{ url: 'https://relay.example.org', rpcType: 'JSON_RPC' }],
  revShare: Object.entries(shares).map(([address, percent]) => ({ address, percent })),
})
const record = (more: Partial<SupplierRecord> = {}): SupplierRecord => ({
  ownerAddress: 'own',
  operatorAddress: 'op',
  stakeUpokt: 60_000_000_000n,
  services: [service('anvil'), service('eth')],
  pending: [],
  unstakeSessionEndHeight: 0,
  ...more,
})
/** Height 25 in a session 21 to 30: services go off at 31. A claim of the session that ended at 20 settles at 30, one of 30 at 40. */
const situation = (more: Partial<Situation> = {}): Situation => ({
  height: 25,
  params: PARAMS,
  timeOf: (height) => 1_700_000_000_000 + height * 60_000,
  record: record(),
  claims: [],
  servedSessionEnds: [],
  operator: { address: 'op', hasPubKey: true, upokt: 5_000_000n, daysLeft: undefined, perDayUpokt: undefined },
  own: new Set(['own', 'op']),
  ...more,
})
const stake = (more: Partial<Extract<Message, { kind: 'stake-supplier' }>> = {}): Message => ({
  kind: 'stake-supplier',
  signer: 'own',
  ownerAddress: 'own',
  operatorAddress: 'op',
  stakeUpokt: undefined,
  services: [],
  ...more,
})
const unstake: Message = { kind: 'unstake-supplier', signer: 'own', operatorAddress: 'op' }
const claim = (sessionEndHeight: number, upokt: bigint | undefined, serviceId = 'anvil', isProven = true) => ({
  serviceId,
  sessionEndHeight,
  upokt,
  isProven,
})
const factsOf = (message: Message, key: string, where: Situation): Record<string, string> | undefined =>
  dangersOf(message, where).find((each) => each.key === key)?.facts

describe('an unstake', () => {
  it('says which claims it throws away, with what they are worth and when the last one settles', () => {
    const where = situation({ claims: [claim(20, 1_000n), claim(30, 2_500n), claim(30, 500n, 'eth')] })
    // The claim of 20 settles at 30, before the services go off at 31.
    expect(factsOf(unstake, 'open-claims-discarded', where)).toEqual({ claims: '2', upokt: '3000', settleHeight: '40' })
    expect(dangersOf(unstake, where)[0]?.level).toBe('bad')
  })
  it('does not add up what it does not know', () => {
    expect(factsOf(unstake, 'open-claims-discarded', situation({ claims: [claim(30, 1n), claim(30, undefined)] }))).toMatchObject({
      claims: '2',
      upokt: '',
    })
  })
  it('says what is served and not claimed, what still needs a proof, and where the stake goes when', () => {
    const where = situation({ servedSessionEnds: [10, 30], claims: [claim(20, 1n, 'anvil', false)] })
    expect(factsOf(unstake, 'open-sessions-discarded', where)).toEqual({ sessions: '1', endHeight: '30' })
    expect(factsOf(unstake, 'claims-still-slashable', where)).toEqual({ claims: '1' })
    expect(factsOf(unstake, 'services-off', where)).toMatchObject({ services: 'anvil, eth', height: '31' })
    expect(factsOf(unstake, 'stake-comes-back', where)).toEqual({
      ownerAddress: 'own',
      height: '40',
      ms: String(1_700_000_000_000 + 40 * 60_000),
    })
    expect(factsOf(unstake, 'open-claims-discarded', where)).toBeUndefined()
  })
  it('counts the session of the next block, which takes it at the earliest', () => {
    expect(factsOf(unstake, 'services-off', situation({ height: 30 }))).toMatchObject({ height: '41' })
  })
})

describe('a change of services', () => {
  const kept = { serviceId: 'eth', endpoints: [], revShare: [{ address: 'own', percent: 100 }] }
  it('tells new shares from open claims, and only where they change', () => {
    const where = situation({ claims: [claim(30, 700n), claim(30, 900n, 'eth'), claim(20, 5n)] })
    const services = [{ serviceId: 'anvil', endpoints: [], revShare: [{ address: 'op', percent: 100 }] }, kept]
    expect(factsOf(stake({ signer: 'op', services }), 'open-claims-reshared', where)).toEqual({ claims: '1', upokt: '700' })
    expect(
      factsOf(stake({ signer: 'op', services: [{ ...kept, serviceId: 'anvil' }, kept] }), 'open-claims-reshared', where),
    ).toBeUndefined()
  })
  it('tells what is dropped, until when it is on, and that its claims are lost', () => {
    const where = situation({ claims: [claim(30, 700n)] })
    const found = dangersOf(stake({ signer: 'op', services: [kept] }), where)
    expect(found.map((each) => [each.key, each.level])).toEqual([
      ['open-claims-discarded', 'bad'],
      ['services-off', 'warn'],
      ['operator-runway', 'info'],
    ])
    expect(found[1]?.facts).toMatchObject({ services: 'anvil', height: '31' })
  })
  it('tells when something new begins', () => {
    const services = [kept, { ...kept, serviceId: 'anvil' }, { ...kept, serviceId: 'poly' }]
    expect(factsOf(stake({ signer: 'op', services }), 'services-on', situation())).toMatchObject({ services: 'poly', height: '31' })
  })
})

describe('a stake', () => {
  const min = PARAMS.supplierMinStakeUpokt
  it('at exactly the minimum, or with little above it, is told with the penalty', () => {
    expect(factsOf(stake({ stakeUpokt: min }), 'stake-at-minimum', situation())).toEqual({ minUpokt: String(min), penaltyUpokt: '1' })
    // Three upokt above: the fourth missed proof takes it below.
    expect(factsOf(stake({ stakeUpokt: min + 3n }), 'stake-margin-thin', situation())).toEqual({
      marginUpokt: '3',
      penaltyUpokt: '1',
      proofs: '4',
    })
    expect(factsOf(stake({ stakeUpokt: min + 5_000_000n }), 'stake-margin-thin', situation())).toBeUndefined()
  })
  it('that is lowered is told with the one who gets it; one that is raised by the operator with the one who gets it back', () => {
    expect(factsOf(stake({ stakeUpokt: 59_900_000_000n }), 'lowered-stake-paid-to', situation())).toEqual({
      upokt: '100000000',
      ownerAddress: 'own',
    })
    const raise = stake({ signer: 'op', stakeUpokt: 60_000_000_007n })
    expect(factsOf(raise, 'raise-belongs-to-owner', situation())).toEqual({ upokt: '7', ownerAddress: 'own' })
    expect(factsOf({ ...raise, signer: 'own' } as Message, 'raise-belongs-to-owner', situation())).toBeUndefined()
  })
  it('of an owner that is not ours, or that is given away, is told loudest', () => {
    const where = situation({ own: new Set(['op']) })
    expect(dangersOf(stake({ signer: 'op', stakeUpokt: 60_000_000_001n }), where)[0]).toMatchObject({
      key: 'owner-elsewhere',
      level: 'bad',
    })
    expect(dangersOf(stake({ ownerAddress: 'other' }), situation())[0]).toEqual({
      key: 'owner-forever',
      level: 'bad',
      facts: { newOwnerAddress: 'other', upokt: '60000000000' },
    })
  })
  it('tells of an operator that never signed, and of one whose wallet does not last', () => {
    const operator = { address: 'op', hasPubKey: false, upokt: 9_000n, daysLeft: 12, perDayUpokt: 700n }
    const found = dangersOf(stake({ stakeUpokt: 61_000_000_000n }), situation({ record: undefined, operator }))
    expect(found.find((each) => each.key === 'operator-without-key')?.facts).toEqual({ address: 'op' })
    expect(found.find((each) => each.key === 'operator-runway')).toEqual({
      key: 'operator-runway',
      level: 'warn',
      facts: { address: 'op', upokt: '9000', days: '12', perDayUpokt: '700' },
    })
    expect(factsOf(stake({ signer: 'op', services: [] }), 'operator-without-key', situation({ operator }))).toBeUndefined()
  })
  it('that takes an unstake back says that nothing is served; one below the minimum says what frees it', () => {
    const leaving = record({ stakeUpokt: min - 4n, unstakeSessionEndHeight: 20 })
    expect(factsOf(stake({ stakeUpokt: min + 5_000_000n }), 'services-stay-off', situation({ record: leaving }))).toEqual({})
    expect(factsOf(stake({ stakeUpokt: min + 5_000_000n }), 'rescue-amount', situation({ record: leaving }))).toEqual({
      missingUpokt: '4',
      minUpokt: String(min),
    })
  })
})

describe('the confirm sheet', () => {
  it('has a sentence with its facts for each danger, and shows foreign letters as codes', () => {
    for (const key of DANGERS) {
      const sentence = dangerSentence({ key, level: 'warn', facts: {} })
      expect(sentence, key).toMatch(/^.{15,}\.$/)
      expect(sentence, key).not.toMatch(/[{}]/)
    }
    expect(dangerSentence({ key: 'services-off', level: 'warn', facts: { services: 'an\u202Evil', height: '31', ms: '' } })).toBe(
      'an⟨U+202E⟩vil end with this session, at block 31. Serve them until then.',
    )
    expect(
      dangerSentence({ key: 'open-claims-discarded', level: 'bad', facts: { claims: '1', upokt: '2500000', settleHeight: '40' } }),
    ).toBe(
      '1 claim on chain, worth 2.5 POKT, would be thrown away unpaid. The last of them settles at block 40: wait for it and nothing is lost.',
    )
  })
})

it('a list that was kept as text is read back, and nothing else is', () => {
  const list = dangersOf(unstake, situation({ claims: [claim(30, 1n)] }))
  expect(readDangers(JSON.stringify(list))).toEqual(list)
  for (const text of [undefined, '', '{', '[{"key":"other","level":"bad","facts":{}}]', '"x"']) expect(readDangers(text)).toEqual([])
})

describe('a payment', () => {
  const send: Message = { kind: 'send', fromAddress: 'op', toAddress: 'x', amountUpokt: 1n }
  const left = (leftUpokt: bigint, daysLeft: number | undefined): Partial<Situation> => ({
    emptied: { address: 'op', leftUpokt, leastUpokt: 100n, daysLeft, leastDays: 14 },
  })
  it('out of the wallet of an operator is told when it leaves too little, and not when enough stays', () => {
    expect(dangersOf(send, situation())).toEqual([])
    expect(dangersOf(send, situation(left(100n, undefined)))).toEqual([])
    expect(dangersOf(send, situation(left(100n, 14)))).toEqual([])
    expect(dangersOf(send, situation(left(100n, 13)))).toMatchObject([{ key: 'operator-emptied', level: 'warn', facts: { days: '13' } }])
    const [empty] = dangersOf(send, situation(left(99n, undefined)))
    expect(empty).toEqual({ key: 'operator-emptied', level: 'bad', facts: { address: 'op', upokt: '99', days: '' } })
    expect(empty && dangerSentence(empty)).toMatch(/^It leaves 0\.000099 POKT to the operator op, which pays/)
  })
})
