import { describe, expect, it } from 'vitest'
import { moduleAddress } from '#main/adapters/practice/chain/addresses.ts'
import type { PracticeMessage, PracticeParams } from '#main/adapters/practice/parts.ts'
import { addressOf, claim, eventsOf, POKT, proof, service, SmallChain, stakeApplication, stakeSupplier } from './small-chain.ts'

const PEOPLE = ['app', 'gate', 'op', 'rich']

describe('transfers', () => {
  it('keep the codes of the SDK when they fail', () => {
    const chain = new SmallChain(PEOPLE)
    const send = (amountUpokt: bigint, toAddress = addressOf('new')): PracticeMessage => ({
      kind: 'send',
      fromAddress: addressOf('app'),
      toAddress,
      amountUpokt,
    })
    expect(chain.refused('app', send(2_000_000n * POKT))).toBe(
      'sdk/5 failed to execute message; message index: 0: spendable balance 999999999999upokt is smaller than 2000000000000upokt: insufficient funds',
    )
    expect(chain.refused('app', send(0n))).toMatch(/^sdk\/10 /)
    expect(chain.refused('app', send(1n, 'practice1nonsense'))).toMatch(/^sdk\/7 .*invalid address$/)
    expect(chain.refused('app', send(1n, moduleAddress('gov', 'practice')))).toMatch(
      /^sdk\/4 .*is not allowed to receive funds: unauthorized$/,
    )
    expect(chain.ledger.account(addressOf('new'))).toBeUndefined()
    chain.run('app', send(5n))
    expect(chain.ledger.balance(addressOf('new'))).toBe(5n)
    expect(chain.ledger.account(addressOf('new'))).toMatchObject({ sequence: 0n, pubKeyHex: undefined })
  })
  it('happen altogether or not at all, and the fee is paid either way', () => {
    const chain = new SmallChain(PEOPLE)
    const messages: PracticeMessage[] = [
      { kind: 'multi-send', fromAddress: addressOf('app'), outputs: [{ address: addressOf('new'), amountUpokt: 5n }] },
      { kind: 'unstake-application', address: addressOf('app') },
    ]
    expect(chain.refused('app', ...messages)).toContain('message index: 1: rpc error: code = NotFound desc = application with address')
    expect(chain.ledger.balance(addressOf('new'))).toBe(0n)
    expect(chain.ledger.account(addressOf('new'))).toBeUndefined()
    expect(chain.ledger.account(addressOf('app'))?.sequence).toBe(1n)
    expect(chain.ledger.balance(addressOf('app'))).toBe(1_000_000n * POKT - 1n)
  })
})

describe('applications', () => {
  it('stake more each time, for one service, above the minimum', () => {
    const chain = new SmallChain(PEOPLE)
    expect(chain.refused('app', stakeApplication('app', 10n))).toContain(
      `application "${addressOf('app')}" must stake at least 1000000000upokt: invalid application stake`,
    )
    expect(chain.refused('app', stakeApplication('app', 2000n * POKT, ['eth', 'poly']))).toContain(
      'application must have exactly one service',
    )
    chain.run('app', stakeApplication('app', 2000n * POKT))
    expect(chain.refused('app', stakeApplication('app', 2000n * POKT))).toContain(
      'stake amount 2000000000upokt must be higher than previous stake amount 2000000000upokt: invalid application stake',
    )
    chain.run('app', { kind: 'unstake-application', address: addressOf('app') })
    expect(chain.refused('app', { kind: 'unstake-application', address: addressOf('app') })).toContain('application is in unbonding period')
    const { txs } = chain.run('app', stakeApplication('app', 2001n * POKT))
    expect(eventsOf(txs[0]?.events ?? [], 'EventApplicationUnbondingCanceled')).toHaveLength(1)
  })
  it('change their service with the next session', () => {
    const chain = new SmallChain(PEOPLE, { addServiceFeeUpokt: 1n })
    chain.run('rich', { kind: 'add-service', ownerAddress: addressOf('rich'), id: 'poly', name: 'Polygon', computeUnitsPerRelay: 10n })
    chain.run('op', stakeSupplier('op', 'op', 'op', { services: [service([['op', 100]]), service([['op', 100]], 'poly')] }))
    chain.run('app', stakeApplication('app', 2000n * POKT))
    chain.to(12)
    chain.run('app', stakeApplication('app', 2001n * POKT, ['poly']))
    expect(chain.ledger.session(addressOf('app'), 'eth').serviceId).toBe('eth')
    expect(() => chain.ledger.session(addressOf('app'), 'poly')).toThrow(
      `application "${addressOf('app')}" not staked for service ID "poly"`,
    )
    chain.to(21)
    expect(chain.ledger.session(addressOf('app'), 'poly').startHeight).toBe(21)
    expect(() => chain.ledger.session(addressOf('app'), 'eth')).toThrow('not staked for service ID "eth"')
    // The sessions before stay what they were.
    expect(chain.ledger.session(addressOf('app'), 'eth', 15).suppliers).toEqual([addressOf('op')])
  })
  it('hand relays to gateways, and leave those that leave', () => {
    const chain = new SmallChain(PEOPLE)
    const delegation = { applicationAddress: addressOf('app'), gatewayAddress: addressOf('gate') }
    chain.run('app', stakeApplication('app', 2000n * POKT))
    expect(chain.refused('app', { kind: 'delegate', ...delegation })).toContain(
      `gateway with address: "${addressOf('gate')}": gateway not found`,
    )
    expect(chain.refused('gate', { kind: 'stake-gateway', address: addressOf('gate'), stakeUpokt: 1n })).toContain(
      'must stake at least 5000000000upokt: invalid gateway stake',
    )
    chain.run('gate', { kind: 'stake-gateway', address: addressOf('gate'), stakeUpokt: 5000n * POKT })
    chain.run('app', { kind: 'delegate', ...delegation })
    expect(chain.refused('app', { kind: 'delegate', ...delegation })).toContain('AlreadyExists')
    expect(chain.ledger.application(addressOf('app'))?.delegatedGateways).toEqual([addressOf('gate')])
    chain.run('app', { kind: 'undelegate', ...delegation })
    expect(chain.refused('app', { kind: 'undelegate', ...delegation })).toContain('application not delegated to gateway')
    chain.to(10)
    chain.run('app', { kind: 'delegate', ...delegation })
    chain.run('gate', { kind: 'unstake-gateway', address: addressOf('gate') })
    expect(chain.refused('gate', { kind: 'unstake-gateway', address: addressOf('gate') })).toContain('gateway is in unbonding period')
    chain.to(21)
    expect(chain.ledger.application(addressOf('app'))?.delegatedGateways).toEqual([])
    expect(chain.refused('app', { kind: 'delegate', ...delegation })).toContain('gateway is no longer active')
    const before = chain.ledger.balance(addressOf('gate'))
    chain.to(29)
    expect(eventsOf(chain.block().blockEvents, 'EventGatewayUnbondingEnd')).toHaveLength(1)
    expect(chain.ledger.balance(addressOf('gate')) - before).toBe(5000n * POKT)
  })
})

describe('services', () => {
  const add = (by: string, more: Partial<Extract<PracticeMessage, { kind: 'add-service' }>> = {}): PracticeMessage => ({
    kind: 'add-service',
    ownerAddress: addressOf(by),
    id: 'poly',
    name: 'Polygon PoS',
    computeUnitsPerRelay: 1200n,
    ...more,
  })
  it('cost a fee, belong to one owner, and are checked', () => {
    const chain = new SmallChain(PEOPLE)
    expect(chain.refused('rich', add('rich', { id: 'no spaces' }))).toContain(
      "service ID 'no spaces' contains invalid characters: invalid service ID",
    )
    expect(chain.refused('rich', add('rich', { computeUnitsPerRelay: 0n }))).toContain(
      'compute units per relay must be greater than 0: invalid compute units per relay',
    )
    const before = chain.ledger.balance(addressOf('rich'))
    chain.run('rich', add('rich'))
    expect(before - chain.ledger.balance(addressOf('rich'))).toBe(3_500n * POKT + 1n)
    expect(chain.refused('app', add('app'))).toContain('does not match the new owner address')
    expect(chain.ledger.services().map(({ id }) => id)).toEqual(['eth', 'poly'])
    const poor = new SmallChain(PEOPLE, { addServiceFeeUpokt: 1_000_000n * POKT })
    expect(poor.refused('rich', add('rich'))).toContain(
      'account has 999999999999, but the service fee is 1000000000000upokt: not enough funds to add service',
    )
  })
  it('a new price counts for sessions that start after it', () => {
    const chain = new SmallChain(PEOPLE)
    chain.run('rich', add('rich'))
    chain.to(12)
    chain.run('rich', add('rich', { computeUnitsPerRelay: 2400n }))
    expect(chain.ledger.computeUnitsPerRelay('poly', 20)).toBe(1200n)
    expect(chain.ledger.computeUnitsPerRelay('poly', 21)).toBe(2400n)
    expect(chain.ledger.computeUnitsPerRelay('nope', 21)).toBeUndefined()
  })
})

describe('parameters', () => {
  const change = (params: Partial<PracticeParams>): PracticeMessage => ({
    kind: 'update-params',
    authority: moduleAddress('gov', 'practice'),
    params,
  })
  it('that measure time wait for the next session, others do not; prices count from the next session on', () => {
    const chain = new SmallChain(PEOPLE, { proofRequestProbability: '1' })
    chain.send('op', stakeSupplier('op', 'op', 'op', { services: [service([['op', 100]])] }))
    chain.run('app', stakeApplication('app', 50_000n * POKT))
    chain.to(14)
    chain.run('rich', change({ numBlocksPerSession: 20, supplierStakingFeeUpokt: 7n, computeUnitsToTokensMultiplier: 1_459_900n }))
    expect(chain.ledger.params()).toMatchObject({
      numBlocksPerSession: 10,
      supplierStakingFeeUpokt: 7n,
      computeUnitsToTokensMultiplier: 1_459_900n,
    })
    chain.to(21)
    expect(chain.ledger.params()).toMatchObject({ numBlocksPerSession: 20, sessionGridAnchorHeight: 21, sessionNumberAtAnchor: 3 })
    expect(chain.ledger.session(addressOf('app'), 'eth')).toMatchObject({ startHeight: 21, endHeight: 40, sessionNumber: 3 })
    expect(chain.ledger.session(addressOf('app'), 'eth', 20)).toMatchObject({ startHeight: 11, endHeight: 20, sessionNumber: 2 })
    // A session that began under the old price is paid by it.
    const { txs } = chain.run('op', claim(chain.ledger, 'op', 'app', 11, 1000n))
    expect(eventsOf(txs[0]?.events ?? [], 'EventClaimCreated')).toMatchObject([{ claimed_upokt: '277381upokt' }])
    chain.to(25)
    chain.run('op', proof(chain.ledger, 'op', 'app', 11))
    chain.to(29)
    expect(eventsOf(chain.block().blockEvents, 'EventClaimSettled')).toMatchObject([{ claimed_upokt: '277381upokt' }])
    chain.to(41)
    const later = chain.run('op', claim(chain.ledger, 'op', 'app', 21, 1000n))
    expect(eventsOf(later.txs[0]?.events ?? [], 'EventClaimCreated')).toMatchObject([{ claimed_upokt: '2773810upokt' }])
  })
  it('two changes in one session both count', () => {
    const chain = new SmallChain(PEOPLE)
    chain.run('rich', change({ numBlocksPerSession: 15 }))
    chain.run('rich', change({ gracePeriodEndOffsetBlocks: 3 }))
    chain.to(11)
    expect(chain.ledger.params()).toMatchObject({ numBlocksPerSession: 15, gracePeriodEndOffsetBlocks: 3 })
  })
  it('are changed by government alone, and must be possible', () => {
    const chain = new SmallChain(PEOPLE)
    const other: PracticeMessage = { kind: 'update-params', authority: addressOf('rich'), params: { supplierStakingFeeUpokt: 0n } }
    expect(chain.refused('rich', other)).toContain('invalid authority; expected')
    for (const params of [{ numBlocksPerSession: 0 }, { claimWindowOpenOffsetBlocks: -1 }, { computeUnitCostGranularity: 0n }]) {
      expect(chain.refused('rich', change(params))).toContain('the provided param is invalid')
    }
  })
})
