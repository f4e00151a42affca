import { describe, expect, it } from 'vitest'
import { addressOf, claim, eventsOf, POKT, proof, service, SmallChain, stakeApplication, stakeSupplier } from './small-chain.ts'

/** The worked examples of the protocol facts (5.2 to 5.4), through the whole ledger and to the upokt. */

const MAINNET_TIMING = {
  numBlocksPerSession: 20,
  gracePeriodEndOffsetBlocks: 10,
  claimWindowOpenOffsetBlocks: 11,
  claimWindowCloseOffsetBlocks: 10,
  proofWindowOpenOffsetBlocks: 1,
  proofWindowCloseOffsetBlocks: 10,
  supplierUnbondingPeriodSessions: 1429,
}

/** Stakes in the first session; the next one starts at 11 (21 with mainnet's timing). */
function staked(chain: SmallChain, operators: readonly string[], applicationUpokt: bigint): void {
  chain.send('app', stakeApplication('app', applicationUpokt))
  for (const operator of operators) {
    chain.send(
      operator,
      stakeSupplier(operator, operator, 'owner', {
        services: [
          service([
            ['owner', 90],
            [operator, 10],
          ]),
        ],
      }),
    )
  }
  const { txs } = chain.block()
  expect(txs.map(({ log }) => log)).toEqual(txs.map(() => ''))
}

describe('1: mainnet heights', () => {
  // As in the example with A = 831001, N = 20 and h = 883667, moved down by whole sessions: 27 is the seventh block of session 21..40.
  it('claims from E+12 to E+22, proves from E+23 to E+33, settles at E+33', () => {
    const chain = new SmallChain(['app', 'op', 'owner'], { ...MAINNET_TIMING, proofRequestProbability: '1' })
    staked(chain, ['op'], 100_000n * POKT)
    chain.to(27)
    expect(chain.ledger.session(addressOf('app'), 'eth')).toMatchObject({ startHeight: 21, endHeight: 40, sessionNumber: 2 })
    chain.to(50)
    expect(chain.refused('op', claim(chain.ledger, 'op', 'app', 21, 100n))).toContain(
      "current block height (51) is less than the session's earliest claim commit height (52): claim attempted outside of the session's claim window",
    )
    chain.run('op', claim(chain.ledger, 'op', 'app', 21, 100n))
    expect(chain.refused('op', proof(chain.ledger, 'op', 'app', 21))).toContain(
      "current block height (53) is less than session's earliest proof commit height (63)",
    )
    chain.to(61)
    chain.run('op', claim(chain.ledger, 'op', 'app', 21, 90n))
    chain.run('op', proof(chain.ledger, 'op', 'app', 21))
    chain.to(72)
    const settlement = chain.run('op', proof(chain.ledger, 'op', 'app', 21))
    expect(settlement.height).toBe(73)
    expect(eventsOf(settlement.blockEvents, 'EventClaimSettled')).toMatchObject([{ num_relays: '90', session_end_block_height: '40' }])
    expect(chain.refused('op', proof(chain.ledger, 'op', 'app', 21))).toContain(
      'current block height (74) is greater than session proof window close height (73)',
    )
  })
  it('unstaking takes 1,429 sessions from the end of its own', () => {
    const chain = new SmallChain(['app', 'op', 'owner'], MAINNET_TIMING)
    staked(chain, ['op'], 100_000n * POKT)
    chain.to(26)
    const { txs } = chain.run('op', { kind: 'unstake-supplier', signer: addressOf('op'), operatorAddress: addressOf('op') })
    expect(eventsOf(txs[0]?.events ?? [], 'EventSupplierUnbondingBegin')).toMatchObject([
      { session_end_height: '40', unbonding_end_height: String(40 + 28_580) },
    ])
    const before = chain.ledger.balance(addressOf('owner'))
    chain.to(28_619)
    expect(chain.ledger.balance(addressOf('owner'))).toBe(before)
    const { blockEvents } = chain.block()
    expect(chain.ledger.height).toBe(28_620)
    expect(eventsOf(blockEvents, 'EventSupplierUnbondingEnd')).toHaveLength(1)
    expect(chain.ledger.balance(addressOf('owner'))).toBe(before + 60_000n * POKT)
  })
})

/** Claims, proves and settles the session that starts at `start`; what everybody earned in the settlement block. */
function settleSession(chain: SmallChain, start: number, claims: [string, bigint][], perRelay = 1900n) {
  const { ledger } = chain
  const {
    numBlocksPerSession: length,
    claimWindowOpenOffsetBlocks: open,
    claimWindowCloseOffsetBlocks: close,
    proofWindowOpenOffsetBlocks: gap,
  } = ledger.params()
  const end = start + length - 1
  chain.to(end + open)
  for (const [operator, relays] of claims) chain.send(operator, claim(ledger, operator, 'app', start, relays, perRelay))
  const claimed = chain.block()
  chain.to(end + open + 1 + close + gap - 1)
  for (const [operator] of claims) chain.send(operator, proof(ledger, operator, 'app', start))
  const proven = chain.block()
  for (const tx of [...claimed.txs, ...proven.txs]) expect(tx.log).toBe('')
  const settle = end + open + close + gap + ledger.params().proofWindowCloseOffsetBlocks + 1
  chain.to(settle - 1)
  const names = ['owner', 'op', 'validator', 'source', 'dao']
  const before = names.map((name) => ledger.balance(addressOf(name)))
  const stake = ledger.application(addressOf('app'))?.stakeUpokt ?? 0n
  const { blockEvents } = chain.block()
  return {
    settled: eventsOf(blockEvents, 'EventClaimSettled').find((event) => event.supplier_operator_address === addressOf('op')),
    overserviced: eventsOf(blockEvents, 'EventApplicationOverserviced'),
    earned: Object.fromEntries(names.map((name, index) => [name, ledger.balance(addressOf(name)) - (before[index] ?? 0n)])),
    paidByApplication: stake - (ledger.application(addressOf('app'))?.stakeUpokt ?? 0n),
  }
}

describe('2: a claim without difficulty', () => {
  it('pays everybody their part, and burns the rest', () => {
    const chain = new SmallChain(['app', 'op', 'owner'])
    staked(chain, ['op'], 100_000n * POKT)
    const supply = (): bigint =>
      ['owner', 'op', 'validator', 'source', 'dao', 'app'].reduce((sum, name) => sum + chain.ledger.balance(addressOf(name)), 0n)
    const before = supply()
    const { settled, earned, paidByApplication } = settleSession(chain, 11, [['op', 12_000n]])
    expect(settled).toMatchObject({
      claimed_upokt: '3328572upokt',
      settled_upokt: '3328572upokt',
      minted_upokt: '3245357upokt',
      deflation_loss_upokt: '83215upokt',
      overservicing_loss_upokt: '0upokt',
      mint_ratio: '0.975',
      num_claimed_compute_units: '22800000',
      num_estimated_compute_units: '22800000',
      num_estimated_relays: '12000',
      proof_requirement_int: 2,
      claim_proof_status_int: 1,
    })
    // Claim part and global mint (3 of 4 upokt: owner 2 + remainder 1, operator 0).
    expect(earned).toEqual({ owner: 2_307_449n + 3n, op: 256_383n, validator: 454_349n, source: 81_133n, dao: 146_043n + 1n + 4n })
    expect(paidByApplication).toBe(3_328_572n + 4n)
    const paid = Object.values(earned).reduce((sum, upokt) => sum + upokt, 0n)
    expect(paid).toBe(3_245_357n + 4n + 4n)
    // Fees (2) and the proof fee (1) of the operator are the only other movement.
    expect(supply() - before).toBe(paid - 3n)
  })
})

describe('3: a claim with difficulty', () => {
  it('counts every mined relay as 4.5', () => {
    const chain = new SmallChain(['app', 'op', 'owner'])
    staked(chain, ['op'], 900_000n * POKT)
    const first = settleSession(chain, 11, [['op', 450_000n]])
    expect(first.settled).toMatchObject({ num_relays: '450000', num_estimated_relays: '450000' })
    expect(chain.ledger.difficulty('eth', 30)).toMatch(/^38e38e.*e3$/)
    expect(chain.ledger.difficulty('eth', 29)).toBe('f'.repeat(64))
    const { settled, earned } = settleSession(chain, 31, [['op', 12_000n]])
    expect(settled).toMatchObject({
      num_relays: '12000',
      num_claimed_compute_units: '22800000',
      num_estimated_compute_units: '102600000',
      num_estimated_relays: '54000',
      claimed_upokt: '14978574upokt',
      minted_upokt: '14604109upokt',
    })
    // Global mint 15: supplier 12 (owner 10 and the remainder 1, operator 1), source 1, DAO 2; and the 15 that the application is charged.
    expect(earned).toEqual({
      owner: 10_383_522n + 11n,
      op: 1_153_724n + 1n,
      validator: 2_044_575n,
      source: 365_102n + 1n,
      dao: 657_186n + 2n + 15n,
    })
  })
})

describe('4: an overserviced application', () => {
  const others = Array.from({ length: 49 }, (_, index) => `other${index}`)
  /** One compute unit a relay, one upokt a compute unit: amounts can be claimed as they are. */
  function settle(overservicingBonusMultiplier: string) {
    const params = {
      ...MAINNET_TIMING,
      computeUnitsToTokensMultiplier: 1_000_000n,
      overservicingBonusMultiplier,
      targetNumRelays: 10n ** 12n,
    }
    const services = [{ id: 'eth', name: 'Ethereum', computeUnitsPerRelay: 1n, ownerAddress: addressOf('source') }]
    const chain = new SmallChain(['app', 'op', 'owner', ...others], params, { services })
    staked(chain, ['op', ...others], 23_476n * POKT)
    return settleSession(chain, 21, [['op', 2_982_000_000n], ...others.map((name): [string, bigint] => [name, 20n * POKT])], 1n)
  }
  it('caps at its share of the stake', () => {
    const { settled, overserviced, earned } = settle('1')
    expect(overserviced).toMatchObject([
      {
        expected_burn: '2982002982upokt',
        effective_burn: '234760000upokt',
        supplier_operator_addr: addressOf('op'),
        spend_limit_exceeded: false,
      },
    ])
    expect(settled).toMatchObject({
      claimed_upokt: '2982000000upokt',
      settled_upokt: '234759765upokt',
      overservicing_loss_upokt: '2747240235upokt',
      minted_upokt: '228890770upokt',
    })
    const parts = settled?.reward_distribution_detailed as { op_reason: string; amount: string }[]
    const supplierPart = parts
      .filter(({ op_reason: reason }) => reason === 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION')
      .reduce((sum, { amount }) => sum + BigInt(amount.replace('upokt', '')), 0n)
    expect(supplierPart).toBe(180_823_708n)
    expect(earned.op).toBe(18_082_370n + 18n)
  })
  it('takes of what others leave, where the bonus lets it', () => {
    const { settled, overserviced } = settle('2')
    expect(overserviced).toMatchObject([{ effective_burn: '469520000upokt' }])
    expect(settled).toMatchObject({ settled_upokt: '469519530upokt' })
    const parts = settled?.reward_distribution_detailed as { op_reason: string; amount: string }[]
    const supplierPart = parts
      .filter(({ op_reason: reason }) => reason.includes('BURN_EQUALS_MINT_SUPPLIER'))
      .reduce((sum, { amount }) => sum + BigInt(amount.replace('upokt', '')), 0n)
    expect(supplierPart).toBe(361_647_417n)
  })
})

describe('5: heights of local chains', () => {
  it('h = 25 is in session 21..30, claimed 32..36, proven 36..40, settled at 40', () => {
    const chain = new SmallChain(['app', 'op', 'owner'])
    staked(chain, ['op'], 100_000n * POKT)
    chain.to(25)
    expect(chain.ledger.session(addressOf('app'), 'eth')).toMatchObject({ startHeight: 21, endHeight: 30 })
    chain.to(30)
    expect(chain.refused('op', claim(chain.ledger, 'op', 'app', 21, 100n))).toContain('current block height (31) is less than')
    chain.run('op', claim(chain.ledger, 'op', 'app', 21, 100n))
    expect(chain.refused('op', proof(chain.ledger, 'op', 'app', 21))).toContain('current block height (33) is less than')
    chain.to(35)
    const both = chain.run('op', claim(chain.ledger, 'op', 'app', 21, 100n), proof(chain.ledger, 'op', 'app', 21))
    expect(both.height).toBe(36)
    expect(chain.refused('op', claim(chain.ledger, 'op', 'app', 21, 100n))).toContain('current block height (37) is greater than')
    chain.to(39)
    expect(eventsOf(chain.block().blockEvents, 'EventClaimSettled')).toMatchObject([{ session_end_block_height: '30' }])
    expect(chain.ledger.height).toBe(40)
  })
})
