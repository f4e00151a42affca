import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { TxWish } from '#shared/api/requests.ts'
import type { SupplierRecord } from '#main/core/ports/chain.ts'
import type { GatewayRecord, MorseAccount, RoleRules } from '#main/core/ports/roles.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { checkWish, type CheckedWish } from '#main/core/supplier/wishes.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createFakeChain, PARAMS, ROLE_RULES } from '#test/fakes/chain.ts'

const OWNER = 'pokt1r5v5srda7xfth3hn2s26txvrcrntldjuxdc0t8'
const OPERATOR = 'pokt1vtad8680vhdfqvxx0f2yaxa6agdylelm9gry5w'
const OTHER = 'pokt1sr6k0yjfj38wx2hanxgw7c3f4nam5s69sln9cg'
const MORSE = '1325B850C2871916EAE203F0EFC3C8987F64E5E3'
const MIN = PARAMS.supplierMinStakeUpokt
const codec = createTxCodec()
const key = (id: string, role: PublicKeyInfo['role'], address: string, kind: PublicKeyInfo['kind'] = 'key'): PublicKeyInfo => ({
  id,
  role,
  name: id,
  network: 'local',
  address,
  pubKeyHex: kind === 'morse' ? 'ab'.repeat(32) : '02'.padEnd(66, '0'),
  kind,
  origin: 'made',
  hdPath: undefined,
  hasWords: true,
  createdAtMs: 1,
  wordsConfirmedAtMs: 1,
})
const keys = [
  key('own', 'owner', OWNER),
  key('op', 'operator', OPERATOR),
  key('other', 'owner', OTHER),
  key('watched', 'owner', OWNER, 'watch'),
  key('old', 'morse', MORSE, 'morse'),
]
const supplier = (more: Partial<SupplierRecord> = {}): SupplierRecord => ({
  ownerAddress: OWNER,
  operatorAddress: OPERATOR,
  stakeUpokt: 60_000_000_000n,
  services: [],
  pending: [],
  unstakeSessionEndHeight: 0,
  ...more,
})

interface Setup {
  record?: SupplierRecord
  application?: { stakeUpokt: bigint; delegatedGateways: string[]; unstakeSessionEndHeight?: number }
  gateway?: Partial<GatewayRecord>
  serviceOwner?: string
  morse?: Record<string, Partial<MorseAccount>>
  rules?: Partial<RoleRules>
}
function check(wish: TxWish, setup: Setup = {}): Promise<CheckedWish> {
  const { record, application, gateway, serviceOwner = OTHER, morse = {}, rules = {} } = setup
  const chain = createFakeChain((bytes) => codec.hash(bytes))
  if (record) chain.suppliers.set(OPERATOR, record)
  chain.application = () =>
    Promise.resolve(application && { unstakeSessionEndHeight: 0, ...application, serviceIds: ['anvil'], spendLimitUpokt: undefined })
  chain.gateway = (address) => Promise.resolve(gateway && { address, stakeUpokt: 5_000_000_000n, unstakeSessionEndHeight: 0, ...gateway })
  chain.roleRules = () => Promise.resolve({ ...ROLE_RULES, ...rules })
  chain.morseAccount = (morseAddress) =>
    Promise.resolve(
      morse[morseAddress] && {
        morseAddress,
        balanceUpokt: 7n,
        supplierStakeUpokt: 0n,
        applicationStakeUpokt: 0n,
        morseOutputAddress: '',
        unstakedAtMs: 0,
        claimedAtHeight: 0,
        claimedBy: '',
        ...morse[morseAddress],
      },
    )
  chain.services = () => Promise.resolve([{ id: 'anvil', name: 'Anvil', computeUnitsPerRelay: 100n, ownerAddress: serviceOwner }])
  return checkWish(wish, { chain, params: PARAMS, codec, keys, network: 'local', stakeMarginUpokt: 5_000_000n })
}
async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (error instanceof HearthError) return [error.code, error.detail['problem'] ?? error.detail['reason'] ?? ''].join(' ').trim()
    throw error
  }
  throw new Error('was accepted')
}
const operatorAddress = OPERATOR
const leaving = supplier({ unstakeSessionEndHeight: 30 })
const slashed = supplier({ stakeUpokt: MIN - 3_000_000n })

describe('a stake that stands', () => {
  it('is raised by owner or operator, who pay only the difference', async () => {
    const wish = (keyId: string, amountPokt: string): TxWish => ({ kind: 'change-stake', keyId, operatorAddress, amountPokt })
    const byOperator = await check(wish('op', '60001'), { record: supplier() })
    expect(byOperator.message).toMatchObject({ signer: OPERATOR, ownerAddress: OWNER, stakeUpokt: 60_001_000_000n, services: [] })
    expect(byOperator.spendsUpokt).toBe(1_000_001n)
    expect((await check(wish('own', '59500'), { record: supplier() })).spendsUpokt).toBe(1n)
    expect(await refusal(check(wish('own', '59499'), { record: supplier() }))).toBe('amount-too-small')
    expect(await refusal(check(wish('own', '60000'), { record: supplier() }))).toBe('not-now same-stake')
    expect(await refusal(check(wish('other', '60001'), { record: supplier() }))).toBe('supplier-foreign-owner')
    expect(await refusal(check(wish('own', '60001'), { record: leaving }))).toBe('tx-refused unbonding')
    expect(await refusal(check(wish('own', '60001')))).toBe('supplier-absent')
  })
  it('is never raised by the way out of an unstake', async () => {
    const wish: TxWish = { kind: 'stake-owner', ownerKeyId: 'own', operatorAddress, amountPokt: '60000' }
    expect(await refusal(check(wish, { record: leaving }))).toBe('tx-refused unbonding')
  })
  it('is rescued by the owner alone, to the minimum and the usual margin', async () => {
    const wish = (keyId: string, amountPokt?: string): TxWish => ({ kind: 'rescue', keyId, operatorAddress, amountPokt })
    const checked = await check(wish('own'), { record: slashed })
    expect(checked.message).toMatchObject({ signer: OWNER, stakeUpokt: MIN + 5_000_000n })
    expect(checked.spendsUpokt).toBe(8_000_001n)
    expect((await check(wish('own', '59500'), { record: { ...slashed, unstakeSessionEndHeight: 20 } })).spendsUpokt).toBe(3_000_001n)
    expect(await refusal(check(wish('own', '59499'), { record: slashed }))).toBe('amount-too-small')
    expect(await refusal(check(wish('op'), { record: slashed }))).toBe('not-permitted rescue')
    expect(await refusal(check(wish('own'), { record: supplier() }))).toBe('not-now not-below-minimum')
  })
  it('goes to another owner by the word of the owner', async () => {
    const wish = (keyId: string, newOwnerAddress: string): TxWish => ({ kind: 'change-owner', keyId, operatorAddress, newOwnerAddress })
    expect((await check(wish('own', OTHER), { record: supplier() })).message).toEqual({
      kind: 'stake-supplier',
      signer: OWNER,
      ownerAddress: OTHER,
      operatorAddress: OPERATOR,
      stakeUpokt: undefined,
      services: [],
    })
    expect(await refusal(check(wish('op', OTHER), { record: supplier() }))).toBe('not-permitted change-owner')
    expect(await refusal(check(wish('own', OWNER), { record: supplier() }))).toBe('not-now same-owner')
    expect(await refusal(check(wish('own', 'pokt1no'), { record: supplier() }))).toBe('address-invalid not-an-address')
  })
})

describe('an unstake', () => {
  it('is taken back by the owner, with the stake as it is', async () => {
    const wish = (keyId: string): TxWish => ({ kind: 'cancel-unstake', keyId, operatorAddress })
    const checked = await check(wish('own'), { record: leaving })
    expect(checked.message).toMatchObject({ signer: OWNER, stakeUpokt: 60_000_000_000n, services: [] })
    expect(checked.spendsUpokt).toBe(1n)
    expect(await refusal(check(wish('op'), { record: leaving }))).toBe('not-permitted cancel-unstake')
    expect(await refusal(check(wish('own'), { record: supplier() }))).toBe('not-now not-unstaking')
    expect(await refusal(check(wish('own'), { record: { ...slashed, unstakeSessionEndHeight: 30 } }))).toBe('not-now needs-rescue')
  })
})

describe('services by the operator', () => {
  const wish = (more: Partial<Extract<TxWish, { kind: 'stake-services' }>> = {}): TxWish => ({
    kind: 'stake-services',
    operatorKeyId: 'op',
    ownerAddress: OWNER,
    services: [
      {
        serviceId: 'anvil',
        url: 'https://relay.example.org',
        rpcType: 'JSON_RPC',
        moreEndpoints: [{ url: 'wss://relay.example.org', rpcType: 'WEBSOCKET' }],
        revShare: [{ address: OWNER, percent: 100 }],
      },
    ],
    ...more,
  })
  it('can have several addresses, one of each kind', async () => {
    const { message } = await check(wish(), { record: supplier() })
    expect(message.kind === 'stake-supplier' && message.services[0]?.endpoints).toEqual([
      { url: 'https://relay.example.org', rpcType: 'JSON_RPC' },
      { url: 'wss://relay.example.org', rpcType: 'WEBSOCKET' },
    ])
    const [service] = (wish() as Extract<TxWish, { kind: 'stake-services' }>).services
    if (!service) throw new Error('no service')
    const twice = { ...service, moreEndpoints: [{ url: 'https://other.example.org', rpcType: 'JSON_RPC' as const }] }
    expect(await refusal(check(wish({ services: [twice] }), { record: supplier() }))).toBe('endpoint-invalid type-twice')
    const wrong = { ...service, moreEndpoints: [{ url: 'https://relay.example.org', rpcType: 'WEBSOCKET' as const }] }
    expect(await refusal(check(wish({ services: [wrong] }), { record: supplier() }))).toBe('endpoint-invalid scheme')
  })
  it('create the supplier as well when the operator pays', async () => {
    const checked = await check(wish({ amountPokt: '59505' }))
    expect(checked.message).toMatchObject({ signer: OPERATOR, ownerAddress: OWNER, stakeUpokt: 59_505_000_000n })
    expect(checked.spendsUpokt).toBe(59_505_000_001n)
    expect(await refusal(check(wish({ amountPokt: '59499' })))).toBe('amount-too-small')
    expect(await refusal(check(wish(), { record: leaving }))).toBe('tx-refused unbonding')
  })
})

describe('services, applications and gateways', () => {
  it('a service is added or changed by its owner', async () => {
    const wish = (more: Partial<Extract<TxWish, { kind: 'add-service' }>> = {}): TxWish => ({
      kind: 'add-service',
      keyId: 'own',
      serviceId: 'mine',
      name: ' My service ',
      computeUnits: '1200',
      ...more,
    })
    expect((await check(wish())).message).toEqual({
      kind: 'add-service',
      ownerAddress: OWNER,
      id: 'mine',
      name: 'My service',
      computeUnitsPerRelay: 1200n,
    })
    for (const computeUnits of ['0', '2097153', '1.5', '-1', 'x', ''])
      expect(await refusal(check(wish({ computeUnits })))).toBe('amount-invalid compute-units')
    expect(await refusal(check(wish({ serviceId: 'a b' })))).toBe('endpoint-invalid service-id')
    expect(await refusal(check(wish({ serviceId: 'anvil' })))).toBe('not-permitted service-owner')
    expect((await check(wish({ serviceId: 'anvil' }), { serviceOwner: OWNER })).message).toMatchObject({ id: 'anvil' })
    // A new one costs the network's fee, and the chain wants to see more than that; a change is free.
    expect((await check(wish())).spendsUpokt).toBe(ROLE_RULES.addServiceFeeUpokt + 1n)
    expect((await check(wish({ serviceId: 'anvil' }), { serviceOwner: OWNER })).spendsUpokt).toBe(0n)
    const same = wish({ serviceId: 'anvil', name: 'Anvil', computeUnits: '100' })
    expect(await refusal(check(same, { serviceOwner: OWNER }))).toBe('not-now same-service')
  })
  it('a service is given away by its owner', async () => {
    const wish: TxWish = { kind: 'transfer-service', keyId: 'own', serviceId: 'anvil', newOwnerAddress: OTHER }
    expect((await check(wish, { serviceOwner: OWNER })).message).toMatchObject({ serviceId: 'anvil', newOwnerAddress: OTHER })
    expect(await refusal(check(wish))).toBe('not-permitted service-owner')
    expect(await refusal(check({ ...wish, serviceId: 'nowhere' }))).toBe('endpoint-invalid service-unknown')
  })
  it('an application’s stake grows with every change', async () => {
    const wish = (amountPokt: string, spendLimitPokt?: string): TxWish => ({
      kind: 'stake-application',
      keyId: 'own',
      serviceId: 'anvil',
      amountPokt,
      spendLimitPokt,
    })
    const application = { stakeUpokt: 5_000_000n, delegatedGateways: [] }
    expect((await check(wish('6'), { application })).spendsUpokt).toBe(1_000_000n)
    expect(await refusal(check(wish('5'), { application }))).toBe('amount-too-small')
    expect(await refusal(check(wish('0.9')))).toBe('amount-too-small')
    expect((await check(wish('6', '2'))).message).toMatchObject({ spendLimitUpokt: 2_000_000n })
    expect((await check(wish('6', '0'))).message).toMatchObject({ spendLimitUpokt: 0n })
    expect((await check(wish('6'))).message).not.toHaveProperty('spendLimitUpokt')
    expect(await refusal(check(wish('6', '0.5')))).toBe('amount-too-small')
  })
  it('delegations and unstakes need an application that is there', async () => {
    const wish = (kind: 'delegate' | 'undelegate'): TxWish => ({ kind, keyId: 'own', gatewayAddress: OTHER })
    const application = { stakeUpokt: 5_000_000n, delegatedGateways: [OTHER] }
    expect((await check(wish('undelegate'), { application })).message).toMatchObject({ applicationAddress: OWNER, gatewayAddress: OTHER })
    expect(await refusal(check(wish('delegate'), { application }))).toBe('not-now already-delegated')
    expect(await refusal(check(wish('undelegate'), { application: { ...application, delegatedGateways: [] } }))).toBe(
      'not-now not-delegated',
    )
    expect(await refusal(check(wish('delegate')))).toBe('not-now no-application')
    expect(await refusal(check({ kind: 'unstake-application', keyId: 'own' }))).toBe('not-now no-application')
    const ending = { ...application, unstakeSessionEndHeight: 30 }
    expect(await refusal(check({ kind: 'unstake-application', keyId: 'own' }, { application: ending }))).toBe(
      'tx-refused application-unbonding',
    )
  })
  it('a delegation needs a gateway that stays, and room for it', async () => {
    const wish: TxWish = { kind: 'delegate', keyId: 'own', gatewayAddress: OTHER }
    const application = { stakeUpokt: 5_000_000n, delegatedGateways: [] }
    expect((await check(wish, { application, gateway: {} })).message).toMatchObject({ kind: 'delegate', gatewayAddress: OTHER })
    expect(await refusal(check(wish, { application }))).toBe('tx-refused gateway-unknown')
    expect(await refusal(check(wish, { application, gateway: { unstakeSessionEndHeight: 30 } }))).toBe('tx-refused gateway-inactive')
    const full = { ...application, delegatedGateways: ['a', 'b'] }
    expect(await refusal(check(wish, { application: full, gateway: {} }))).toBe('tx-refused delegation-limit')
  })
  it('a gateway’s stake reaches the minimum and grows; only the difference is taken', async () => {
    const wish = (amountPokt: string): TxWish => ({ kind: 'stake-gateway', keyId: 'own', amountPokt })
    const fresh = await check(wish('5000'))
    expect(fresh).toMatchObject({ message: { stakeUpokt: 5_000_000_000n }, spendsUpokt: 5_000_000_000n })
    expect(await refusal(check(wish('4999.999999')))).toBe('amount-too-small')
    expect((await check(wish('5001'), { gateway: {} })).spendsUpokt).toBe(1_000_000n)
    expect(await refusal(check(wish('5000'), { gateway: {} }))).toBe('amount-too-small')
    const unstake: TxWish = { kind: 'unstake-gateway', keyId: 'own' }
    expect((await check(unstake, { gateway: {} })).message).toEqual({ kind: 'unstake-gateway', address: OWNER })
    expect(await refusal(check(unstake))).toBe('not-now no-gateway')
    expect(await refusal(check(unstake, { gateway: { unstakeSessionEndHeight: 30 } }))).toBe('tx-refused gateway-unbonding')
  })
})

describe('what lay on the old network', () => {
  it('is claimed with the Morse key inside the message', async () => {
    const claim: TxWish = { kind: 'claim-morse-account', keyId: 'own', morseKeyId: 'old', toAddress: OTHER }
    const checked = await check(claim, { morse: { [MORSE]: {} } })
    expect(await refusal(check(claim))).toBe('tx-refused morse-unknown')
    expect(await refusal(check(claim, { morse: { [MORSE]: { claimedAtHeight: 9 } } }))).toBe('tx-refused morse-claimed')
    expect(await refusal(check(claim, { morse: { [MORSE]: {} }, rules: { morseClaimsOpen: false } }))).toBe('tx-refused morse-closed')
    expect(checked).toMatchObject({
      facts: { amountUpokt: '7' },
      morseKeyId: 'old',
      message: { signer: OWNER, toAddress: OTHER, morsePubKeyHex: 'ab'.repeat(32), morseSignatureHex: '' },
    })
    for (const [stakes, problem] of [
      [{ supplierStakeUpokt: 1n }, 'morse-is-node'],
      [{ applicationStakeUpokt: 1n }, 'morse-is-application'],
    ] as const)
      expect(await refusal(check(claim, { morse: { [MORSE]: stakes } }))).toBe(`not-now ${problem}`)
    expect(await refusal(check({ kind: 'claim-morse-account', keyId: 'own', morseKeyId: 'op', toAddress: OTHER }))).toBe('key-unknown')
    expect(await refusal(check({ kind: 'claim-morse-account', keyId: 'old', morseKeyId: 'old', toAddress: OTHER }))).toBe('key-unknown')
  })
  it('an application is claimed for one service, to the address that is it from then on', async () => {
    const claim: TxWish = { kind: 'claim-morse-application', keyId: 'own', morseKeyId: 'old', toAddress: OTHER, serviceId: 'anvil' }
    const morse = { [MORSE]: { applicationStakeUpokt: 2_000_000_000n } }
    const checked = await check(claim, { morse, application: { stakeUpokt: 5n, delegatedGateways: [] } })
    expect(checked).toMatchObject({
      morseKeyId: 'old',
      spendsUpokt: 0n,
      message: { signer: OWNER, toAddress: OTHER, serviceId: 'anvil', morsePubKeyHex: 'ab'.repeat(32), morseSignatureHex: '' },
      facts: { amountUpokt: '2000000000', toAddress: OTHER, morseAddress: MORSE, services: 'anvil' },
      role: { application: { stakeUpokt: 5n }, morse: { applicationStakeUpokt: 2_000_000_000n } },
    })
    expect(await refusal(check(claim, { morse: { [MORSE]: {} } }))).toBe('not-now morse-no-application')
    expect(await refusal(check(claim, { morse: { [MORSE]: { applicationStakeUpokt: 1n, supplierStakeUpokt: 1n } } }))).toBe(
      'not-now morse-is-node',
    )
    expect(await refusal(check(claim))).toBe('tx-refused morse-unknown')
    expect(await refusal(check({ ...claim, serviceId: 'nowhere' }, { morse }))).toBe('endpoint-invalid service-unknown')
    expect(await refusal(check({ ...claim, toAddress: 'pokt1x' }, { morse }))).toBe('address-invalid not-an-address')
    expect(await refusal(check({ ...claim, keyId: 'old' }, { morse }))).toBe('key-unknown')
  })
  it('a node is claimed by the operator, by its own key or by that of its output', async () => {
    const wish = (keyId: string, morseNodeAddress?: string): TxWish => ({
      kind: 'claim-morse-supplier',
      keyId,
      morseKeyId: 'old',
      ownerAddress: OWNER,
      operatorAddress,
      morseNodeAddress,
      services: [
        { serviceId: 'anvil', url: 'https://relay.example.org', rpcType: 'JSON_RPC', revShare: [{ address: OWNER, percent: 100 }] },
      ],
    })
    const node = { supplierStakeUpokt: 60_000_000_000n }
    const morse = { [MORSE]: node, ['A'.repeat(40)]: { ...node, morseOutputAddress: MORSE } }
    expect((await check(wish('op'), { morse })).message).toMatchObject({ morseNodeAddress: MORSE, signerIsOutput: false })
    expect((await check(wish('op', 'a'.repeat(40)), { morse })).message).toMatchObject({
      morseNodeAddress: 'A'.repeat(40),
      signerIsOutput: true,
    })
    expect(await refusal(check(wish('op'), { morse: { [MORSE]: {} } }))).toBe('not-now morse-no-node')
    expect(await refusal(check(wish('op'), { morse: { [MORSE]: { ...node, applicationStakeUpokt: 1n } } }))).toBe(
      'not-now morse-is-application',
    )
    const output = 'B'.repeat(40)
    const custody = (claimedBy: string) => ({
      [MORSE]: { ...node, morseOutputAddress: output },
      [output]: { claimedAtHeight: 4, claimedBy },
    })
    expect(await refusal(check(wish('op'), { morse: custody(OTHER) }))).toBe('tx-refused morse-owner-first')
    expect((await check(wish('op'), { morse: custody(OWNER) })).message).toMatchObject({ signerIsOutput: false })
    expect(await refusal(check(wish('own')))).toBe('not-permitted services')
    expect(await refusal(check(wish('op', 'xyz')))).toBe('address-invalid morse-address')
  })
})

it('a watched owner signs outside', async () => {
  const checked = await check({ kind: 'change-stake', keyId: 'watched', operatorAddress, amountPokt: '60001' }, { record: supplier() })
  expect(checked.key.kind).toBe('watch')
})
