import { describe, expect, it } from 'vitest'
import type { PracticeParams } from '#main/adapters/practice/parts.ts'
import { addressOf, claim, eventsOf, POKT, proof, service, SmallChain, stakeApplication, stakeSupplier } from './small-chain.ts'

const ALWAYS: Partial<PracticeParams> = { proofRequestProbability: '1', proofMissingPenaltyUpokt: 1_000_000n }

function chainWith(
  params: Partial<PracticeParams> = ALWAYS,
  options: ConstructorParameters<typeof SmallChain>[2] = {},
  stakeUpokt = 60_000n * POKT,
): SmallChain {
  const chain = new SmallChain(['app', 'op', 'rival', 'owner'], params, options)
  chain.send('app', stakeApplication('app', 100_000n * POKT))
  for (const operator of ['op', 'rival']) {
    chain.send(operator, stakeSupplier(operator, operator, 'owner', { stakeUpokt, services: [service([['owner', 100]])] }))
  }
  chain.block()
  return chain
}

/** Claims of the session 11..20 at 22, and the settlement block 30. */
function toSettlement(chain: SmallChain, operators: string[], proven: (operator: string) => boolean | undefined) {
  chain.to(21)
  for (const operator of operators) chain.send(operator, claim(chain.ledger, operator, 'app', 11, 1000n))
  chain.to(25)
  for (const operator of operators) {
    const valid = proven(operator)
    if (valid !== undefined) chain.send(operator, proof(chain.ledger, operator, 'app', 11, valid))
  }
  const proofs = chain.block()
  chain.to(29)
  return { proofs, settlement: chain.block() }
}

describe('a claim whose proof is required', () => {
  it('expires without one: the supplier pays the penalty, the other is paid', () => {
    const chain = chainWith()
    const { settlement } = toSettlement(chain, ['op', 'rival'], (operator) => (operator === 'rival' ? true : undefined))
    expect(settlement.height).toBe(30)
    expect(eventsOf(settlement.blockEvents, 'EventClaimExpired')).toMatchObject([
      { expiration_reason: 'PROOF_MISSING', supplier_operator_address: addressOf('op') },
    ])
    expect(eventsOf(settlement.blockEvents, 'EventSupplierSlashed')).toMatchObject([
      { proof_missing_penalty: '1000000upokt', supplier_stake_after_slash: '59999000000upokt' },
    ])
    expect(eventsOf(settlement.blockEvents, 'EventClaimSettled')).toMatchObject([{ supplier_operator_address: addressOf('rival') }])
    expect(chain.ledger.supplier(addressOf('op'))).toMatchObject({ stakeUpokt: 59_999n * POKT, unstakeSessionEndHeight: 0 })
    expect(chain.ledger.pendingClaims(addressOf('op'))).toEqual([])
  })
  it('expires with a wrong one, too', () => {
    const chain = chainWith()
    const { proofs, settlement } = toSettlement(chain, ['op'], () => false)
    expect(eventsOf(proofs.blockEvents, 'EventProofValidityChecked')).toMatchObject([
      { claim_proof_status_int: 2, failure_reason: 'invalid closest merkle proof: invalid proof' },
    ])
    expect(eventsOf(settlement.blockEvents, 'EventClaimExpired')).toMatchObject([
      { expiration_reason: 'PROOF_INVALID', claim_proof_status_int: 2 },
    ])
    expect(eventsOf(settlement.blockEvents, 'EventSupplierSlashed')).toHaveLength(1)
  })
  it('takes no more than there is', () => {
    const chain = chainWith({ ...ALWAYS, proofMissingPenaltyUpokt: 320_000n * POKT })
    const { settlement } = toSettlement(chain, ['op'], () => undefined)
    expect(eventsOf(settlement.blockEvents, 'EventSupplierSlashed')).toMatchObject([
      { proof_missing_penalty: '60000000000upokt', supplier_stake_after_slash: '0upokt' },
    ])
  })
})

describe('a supplier that falls below the minimum', () => {
  const stuck = (): SmallChain => {
    const chain = chainWith(ALWAYS, {}, 59_500n * POKT)
    const { settlement } = toSettlement(chain, ['op'], () => undefined)
    expect(eventsOf(settlement.blockEvents, 'EventSupplierUnbondingBegin')).toMatchObject([
      { reason: 'SUPPLIER_UNBONDING_REASON_BELOW_MIN_STAKE', session_end_height: '30', unbonding_end_height: '30' },
    ])
    return chain
  }
  it('is stuck: unbonding for ever, still in sessions, the stake never returned', () => {
    const chain = stuck()
    chain.to(85)
    expect(chain.ledger.supplier(addressOf('op'))).toMatchObject({
      stakeUpokt: 59_499n * POKT,
      unstakeSessionEndHeight: 30,
      services: [{ serviceId: 'eth' }],
    })
    expect(chain.ledger.session(addressOf('app'), 'eth').suppliers).toContain(addressOf('op'))
  })
  it('is rescued when its owner stakes enough again; services are still there', () => {
    const chain = stuck()
    expect(chain.refused('op', stakeSupplier('op', 'op', 'owner'))).toContain('only the owner can cancel an in-progress unstake')
    expect(chain.refused('owner', stakeSupplier('owner', 'op', 'owner', { stakeUpokt: 59_499n * POKT }))).toContain('must stake at least')
    const { txs } = chain.run('owner', stakeSupplier('owner', 'op', 'owner'))
    expect(eventsOf(txs[0]?.events ?? [], 'EventSupplierUnbondingCanceled')).toHaveLength(1)
    expect(chain.ledger.supplier(addressOf('op'))).toMatchObject({
      stakeUpokt: 60_000n * POKT,
      unstakeSessionEndHeight: 0,
      services: [{ serviceId: 'eth' }],
    })
  })
})

describe('a claim of a session in which the supplier unstaked', () => {
  it('is dropped, in the words of the chain, and nothing is paid', () => {
    const chain = chainWith()
    chain.to(15)
    chain.run('op', { kind: 'unstake-supplier', signer: addressOf('op'), operatorAddress: addressOf('op') })
    const { settlement } = toSettlement(chain, ['op'], () => true)
    const [dropped] = eventsOf(settlement.blockEvents, 'EventClaimDiscarded')
    expect(dropped?.error).toMatch(
      /^\[UNEXPECTED ERROR\] Critical error.*SHOULD NEVER HAPPEN: service "eth" not found for supplier owner_address:".*constraint violation.*internal claim settlement error$/,
    )
    expect(eventsOf(settlement.blockEvents, 'EventClaimSettled')).toEqual([])
    // The stake comes back in the same block, after the settlement.
    expect(eventsOf(settlement.blockEvents, 'EventSupplierUnbondingEnd')).toHaveLength(1)
  })
})

describe('small claims', () => {
  it('need a proof as often as the parameter says, always the same ones', () => {
    const params = { proofRequestProbability: '0.25', proofRequirementThresholdUpokt: 10n ** 12n, numBlocksPerSession: 10 }
    const count = (): { required: number; free: number } => {
      const chain = chainWith(params)
      let required = 0
      let free = 0
      for (let start = 11; start < 11 + 150 * 10; start += 10) {
        chain.to(start + 10)
        chain.send('op', claim(chain.ledger, 'op', 'app', start, 10n))
        chain.to(start + 14)
        chain.send('op', proof(chain.ledger, 'op', 'app', start))
        const [tx] = chain.block().txs
        if (tx?.code === 0) required += 1
        else if (tx?.log.endsWith('desc = proof not required')) free += 1
        else throw new Error(tx?.log)
        chain.to(start + 18)
        const [settled] = eventsOf(chain.block().blockEvents, 'EventClaimSettled')
        expect(settled?.proof_requirement_int).toBe(tx.code === 0 ? 1 : 0)
      }
      return { required, free }
    }
    const first = count()
    expect(first.required + first.free).toBe(150)
    // 37.5 of 150, hardly ever beyond four deviations of 5.3.
    expect(first.required).toBeGreaterThan(16)
    expect(first.required).toBeLessThan(59)
    expect(count()).toEqual(first)
  }, 20_000)
})

describe('what is shared out', () => {
  it('goes to all validators by their stake, and the application that runs low unbonds', () => {
    const validators = [
      { address: addressOf('validator'), stakeUpokt: 600n * POKT, commission: '0.1' },
      { address: addressOf('second'), stakeUpokt: 300n * POKT, commission: '0.05' },
    ]
    const chain = chainWith({ ...ALWAYS, applicationMinStakeUpokt: 99_999_900_000n }, { validators })
    const { settlement } = toSettlement(chain, ['op'], () => true)
    const shares = eventsOf(settlement.blockEvents, 'EventValidatorRewardDistribution')
    expect(shares).toHaveLength(2)
    const sums = shares.map((share) => BigInt(String(share.pool_share_upokt)))
    const [settled] = eventsOf(settlement.blockEvents, 'EventClaimSettled')
    const minted = BigInt(String(settled?.minted_upokt).replace('upokt', ''))
    expect(sums.reduce((total, upokt) => total + upokt, 0n)).toBe((minted * 14n) / 100n)
    for (const [index, share] of shares.entries()) {
      const { pool_share_upokt: pool, commission_upokt: commission, self_delegation_reward_upokt: rest } = share
      expect(BigInt(String(commission)) + BigInt(String(rest))).toBe(BigInt(String(pool)))
      expect(chain.ledger.balance(String(share.validator_account_address)), String(index)).toBe(BigInt(String(pool)))
    }
    expect(eventsOf(settlement.blockEvents, 'EventApplicationUnbondingBegin')).toMatchObject([
      { reason: 'APPLICATION_UNBONDING_REASON_BELOW_MIN_STAKE' },
    ])
    expect(chain.ledger.session(addressOf('app'), 'eth', 25).applicationAddress).toBe(addressOf('app'))
    chain.to(31)
    expect(() => chain.ledger.session(addressOf('app'), 'eth')).toThrow('is not active for session')
    const before = chain.ledger.balance(addressOf('app'))
    chain.to(39)
    const { blockEvents } = chain.block()
    expect(eventsOf(blockEvents, 'EventApplicationUnbondingEnd')).toHaveLength(1)
    expect(chain.ledger.balance(addressOf('app'))).toBeGreaterThan(before)
    expect(chain.ledger.application(addressOf('app'))).toBeUndefined()
  })
  it('a claim that is worth nothing mintable is dropped', () => {
    const chain = chainWith({ ...ALWAYS, computeUnitsToTokensMultiplier: 1n })
    chain.to(21)
    chain.send('op', claim(chain.ledger, 'op', 'app', 11, 600n))
    chain.to(25)
    chain.send('op', proof(chain.ledger, 'op', 'app', 11))
    chain.to(29)
    const { blockEvents } = chain.block()
    expect(eventsOf(blockEvents, 'EventClaimDiscarded')).toMatchObject([
      { error: expect.stringContaining('mint amount truncated to zero for settlement 1 with mint_ratio 0.975') as string },
    ])
  })
})

describe('claims that the chain refuses', () => {
  it('of other sessions, other suppliers, other amounts', () => {
    const chain = chainWith()
    chain.to(21)
    const good = claim(chain.ledger, 'op', 'app', 11, 5n)
    if (good.kind !== 'create-claim') throw new Error('no claim')
    expect(chain.refused('op', { ...good, session: { ...good.session, sessionId: 'beef' } })).toMatch(
      /session ID does not match onchain session ID; expected ".*", got "beef": invalid session ID$/,
    )
    expect(chain.refused('owner', { ...good, operatorAddress: addressOf('owner') })).toContain(
      `supplier operator address "${addressOf('owner')}" not found in session ID`,
    )
    expect(chain.refused('op', { ...good, computeUnits: 5n * 1900n + 1n })).toContain(
      'claim compute units: 9501 is not equal to number of relays 5 * compute units per relay 1900 for service eth: mismatch: claim compute units != number of relays * service compute units per relay',
    )
    expect(chain.refused('op', { ...good, relays: 0n })).toContain('has zero count in Merkle root (hex) 00: invalid root hash')
  })
  it('of an operator whose wallet is empty', () => {
    const chain = chainWith({ ...ALWAYS, proofSubmissionFeeUpokt: 1_000_000n * POKT })
    chain.to(21)
    chain.run('op', claim(chain.ledger, 'op', 'app', 11, 5n))
    chain.to(25)
    expect(chain.refused('op', proof(chain.ledger, 'op', 'app', 11))).toMatch(
      /account has \d+, but the proof submission fee is 1000000000000upokt: not enough funds to submit proof$/,
    )
    expect(chain.refused('rival', proof(chain.ledger, 'rival', 'app', 11))).toContain('no claim found for session ID')
  })
})
