import { describe, expect, it } from 'vitest'
import type { Danger } from '#shared/model/danger.ts'
import type { Message } from '#main/core/ports/tx.ts'
import { dangersOf, type Situation } from '#main/core/supplier/dangers.ts'
import type { RoleFacts } from '#main/core/supplier/wish-parts.ts'
import { dangerSentence } from '#main/adapters/vault/danger-words.ts'
import { PARAMS, ROLE_RULES } from '#test/fakes/chain.ts'

/** Height 25, in a session 21 to 30 that settles at 40; applications and gateways unbond for three sessions of ten blocks. */
const told = (message: Message, role: Omit<RoleFacts, 'rules'> = {}, more: Partial<Situation> = {}): Danger[] =>
  dangersOf(message, {
    height: 25,
    params: PARAMS,
    timeOf: (height) => 1_700_000_000_000 + height * 60_000,
    record: undefined,
    claims: [],
    servedSessionEnds: [],
    operator: { address: '', hasPubKey: undefined, upokt: undefined, daysLeft: undefined, perDayUpokt: undefined },
    own: new Set(['own', 'op']),
    role: { rules: ROLE_RULES, ...role },
    operators: new Set(['other', 'op']),
    ...more,
  })
const keysOf = (dangers: Danger[]): string[] => dangers.map((each) => each.key)
const ms = (height: number): string => String(1_700_000_000_000 + height * 60_000)
const application = {
  stakeUpokt: 9_000_000n,
  serviceIds: ['anvil'],
  delegatedGateways: [],
  unstakeSessionEndHeight: 0,
  spendLimitUpokt: undefined,
}
const gateway = { address: 'gate', stakeUpokt: 5_000_000_000n, unstakeSessionEndHeight: 0 }
const stakeApp: Extract<Message, { kind: 'stake-application' }> = {
  kind: 'stake-application',
  address: 'app',
  stakeUpokt: 10_000_000n,
  serviceIds: ['anvil'],
}

describe('a service', () => {
  const add: Message = { kind: 'add-service', ownerAddress: 'own', id: 'mine', name: '', computeUnitsPerRelay: 1_300n }
  it('that is new costs the fee that the chain asks for now', () => {
    expect(told(add)).toEqual([{ key: 'service-fee', level: 'warn', facts: { upokt: '1000000000' } }])
    expect(dangerSentence(told(add)[0] as Danger)).toContain('1,000 POKT')
  })
  it('that is changed costs nothing, and says from which block its price holds', () => {
    const service = { id: 'mine', name: '', computeUnitsPerRelay: 1_200n, ownerAddress: 'own' }
    expect(told(add, { service })).toEqual([
      { key: 'service-price', level: 'warn', facts: { serviceId: 'mine', before: '1200', after: '1300', height: '31', ms: ms(31) } },
    ])
    expect(told(add, { service: { ...service, computeUnitsPerRelay: 1_300n } })).toEqual([])
  })
  it('that is given away says to whom', () => {
    const give: Message = { kind: 'transfer-service', ownerAddress: 'own', serviceId: 'mine', newOwnerAddress: 'other' }
    expect(told(give)[0]?.facts).toEqual({ newOwnerAddress: 'other', serviceId: 'mine' })
  })
})

describe('an application', () => {
  it('at exactly the minimum is sent away by its first relay; a upokt above it says nothing', () => {
    const min = ROLE_RULES.applicationMinStakeUpokt
    expect(told({ ...stakeApp, stakeUpokt: min })).toEqual([
      { key: 'application-at-minimum', level: 'warn', facts: { minUpokt: String(min) } },
    ])
    expect(told({ ...stakeApp, stakeUpokt: min + 1n })).toEqual([])
  })
  it('that takes another service, or takes its unstake back, says so', () => {
    const before = { ...application, serviceIds: ['eth'], unstakeSessionEndHeight: 30 }
    expect(told(stakeApp, { application: before })).toEqual([
      { key: 'application-service', level: 'warn', facts: { before: 'eth', after: 'anvil', height: '31', ms: ms(31) } },
      { key: 'unstake-taken-back', level: 'warn', facts: {} },
    ])
  })
  it('of the supplier’s own operator is warned of', () => {
    expect(keysOf(told({ ...stakeApp, address: 'op' }))).toEqual(['operator-has-two-jobs'])
    expect(told({ ...stakeApp, address: '' }, {}, { operators: new Set() })).toEqual([])
  })
  it('that ends says what happens to open sessions, to gateways, and when the rest comes back', () => {
    const end: Message = { kind: 'unstake-application', address: 'app' }
    const found = told(end, { application: { ...application, delegatedGateways: ['a', 'b'] } })
    expect(found).toEqual([
      { key: 'application-ends', level: 'warn', facts: { sessions: '3', upokt: '9000000', endHeight: '30', height: '60', ms: ms(60) } },
      // What is sent up to 30 is claimed and settles at 40.
      { key: 'application-still-pays', level: 'info', facts: { endHeight: '30', settleHeight: '40' } },
      { key: 'application-leaves-gateways', level: 'info', facts: { gateways: '2', endHeight: '30' } },
    ])
    expect(keysOf(told(end, { application }))).toEqual(['application-ends', 'application-still-pays'])
    // Asked for in the last block of a session, it is taken in the next one.
    expect(told(end, { application }, { height: 30 })[0]?.facts).toMatchObject({ endHeight: '40', height: '70' })
  })
  it('that delegates says how much the gateway may spend', () => {
    const delegate: Message = { kind: 'delegate', applicationAddress: 'app', gatewayAddress: 'gate' }
    expect(told(delegate, { application })[0]).toMatchObject({
      key: 'delegation-spends',
      facts: { gatewayAddress: 'gate', upokt: '9000000' },
    })
    expect(told(delegate, { application: { ...application, spendLimitUpokt: 0n } })[0]?.key).toBe('delegation-spends')
    const limited = told(delegate, { application: { ...application, spendLimitUpokt: 2_000_000n } })[0]
    expect(limited).toMatchObject({ key: 'delegation-spends-limited', facts: { limitUpokt: '2000000' } })
    const undelegate: Message = { kind: 'undelegate', applicationAddress: 'app', gatewayAddress: 'gate' }
    expect(told(undelegate)[0]).toEqual({
      key: 'delegation-ends',
      level: 'info',
      facts: { gatewayAddress: 'gate', height: '30', ms: ms(30) },
    })
  })
})

describe('a gateway', () => {
  it('that ends says when applications lose it, and when its stake comes back', () => {
    expect(told({ kind: 'unstake-gateway', address: 'gate' }, { gateway })).toEqual([
      { key: 'gateway-ends', level: 'warn', facts: { sessions: '3', upokt: '5000000000', endHeight: '30', height: '60', ms: ms(60) } },
    ])
  })
  it('that is raised takes an unstake back', () => {
    const raise: Message = { kind: 'stake-gateway', address: 'gate', stakeUpokt: 6_000_000_000n }
    expect(told(raise, { gateway })).toEqual([])
    expect(keysOf(told(raise, { gateway: { ...gateway, unstakeSessionEndHeight: 30 } }))).toEqual(['unstake-taken-back'])
  })
})

describe('the old network', () => {
  const morse = {
    morseAddress: 'A'.repeat(40),
    balanceUpokt: 7_000_000n,
    supplierStakeUpokt: 60_000_000_000n,
    applicationStakeUpokt: 0n,
    morseOutputAddress: '',
    unstakedAtMs: 0,
    claimedAtHeight: 0,
    claimedBy: '',
  }
  const keyed = { morsePubKeyHex: '', morseSignatureHex: '' }
  it('an account says how much goes to whom', () => {
    const found = told({ kind: 'claim-morse-account', signer: 'own', toAddress: 'own', ...keyed }, { morse })
    expect(found).toContainEqual({ key: 'morse-once', level: 'warn', facts: { upokt: '7000000', toAddress: 'own' } })
    expect(keysOf(found)).toContain('morse-untried')
  })
  it('a node says who owns its stake, or that it is paid out when it is below the minimum of now', () => {
    const claim: Message = {
      kind: 'claim-morse-supplier',
      signer: 'op',
      ownerAddress: 'own',
      operatorAddress: 'op',
      morseNodeAddress: morse.morseAddress,
      signerIsOutput: false,
      services: [],
      ...keyed,
    }
    expect(told(claim, { morse })).toContainEqual({
      key: 'morse-node',
      level: 'info',
      facts: { upokt: '60000000000', ownerAddress: 'own', balanceUpokt: '7000000', operatorAddress: 'op' },
    })
    const small = told(claim, { morse: { ...morse, supplierStakeUpokt: PARAMS.supplierMinStakeUpokt - 1n } })
    expect(small).toContainEqual({
      key: 'morse-below-minimum',
      level: 'warn',
      facts: { upokt: '59499999999', minUpokt: '59500000000', ownerAddress: 'own' },
    })
    expect(told({ ...claim, ownerAddress: 'other' }, { morse })[0]?.key).toBe('owner-elsewhere')
    const asked = told(claim, { morse: { ...morse, unstakedAtMs: 1_750_000_000_000 } })
    expect(keysOf(asked)).toEqual(['morse-untried', 'morse-unstaking'])
  })
  it('an application says what is staked and spent, what it is added to, or that it is paid out', () => {
    const claim: Message = { kind: 'claim-morse-application', signer: 'own', toAddress: 'own', serviceId: 'eth', ...keyed }
    const min = ROLE_RULES.applicationMinStakeUpokt
    const old = { ...morse, supplierStakeUpokt: 0n, applicationStakeUpokt: min }
    const found = told(claim, { morse: old })
    expect(keysOf(found)).toEqual(['morse-untried', 'morse-application'])
    expect(found[1]?.facts).toEqual({ upokt: String(min), balanceUpokt: '7000000', toAddress: 'own', serviceId: 'eth' })
    expect(dangerSentence(found[1] as Danger)).toContain('becomes an application of own for eth')
    const small = told(claim, { morse: { ...old, applicationStakeUpokt: min - 1n } })
    expect(small[1]).toEqual({
      key: 'morse-below-minimum',
      level: 'warn',
      facts: { upokt: String(min - 1n), minUpokt: String(min), ownerAddress: 'own' },
    })
    // Added to what is staked it reaches the minimum; another service takes the place of the one before, and an unstake is taken back.
    const grows = told(claim, {
      morse: { ...old, applicationStakeUpokt: 1n },
      application: { ...application, stakeUpokt: min, unstakeSessionEndHeight: 30 },
    })
    expect(keysOf(grows)).toEqual(['morse-untried', 'morse-application-grows', 'application-service', 'unstake-taken-back'])
    expect(grows[1]?.facts).toEqual({ upokt: '1', afterUpokt: String(min + 1n), toAddress: 'own' })
    expect(grows[2]?.facts).toMatchObject({ before: 'anvil', after: 'eth', height: '31' })
    expect(keysOf(told({ ...claim, toAddress: 'op' }, { morse: old }))).toContain('operator-has-two-jobs')
    const asked = told(claim, { morse: { ...old, unstakedAtMs: 1_750_000_000_000 } })
    expect(keysOf(asked)).toEqual(['morse-untried', 'morse-unstaking'])
    expect(dangerSentence(asked[1] as Danger)).toContain('2025-06-15 15:06 UTC')
  })
})
