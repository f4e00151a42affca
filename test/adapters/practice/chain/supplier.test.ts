import { describe, expect, it } from 'vitest'
import { moduleAddress } from '#main/adapters/practice/chain/addresses.ts'
import type { PracticeMessage } from '#main/adapters/practice/parts.ts'
import { addressOf, eventsOf, POKT, service, SmallChain, stakeSupplier } from './small-chain.ts'

const PEOPLE = ['owner', 'op', 'heir', 'stranger', 'friend']
const withService = {
  services: [
    service([
      ['owner', 70],
      ['friend', 30],
    ]),
  ],
}
const unstake = (by: string): PracticeMessage => ({ kind: 'unstake-supplier', signer: addressOf(by), operatorAddress: addressOf('op') })
const STAKE = 60_000n * POKT

/** A supplier of `owner`, operated by `op`, with its service active from 11 on. */
function stakedChain(): SmallChain {
  const chain = new SmallChain(PEOPLE)
  chain.run('owner', stakeSupplier('owner', 'op', 'owner'))
  chain.run('op', stakeSupplier('op', 'op', 'owner', { stakeUpokt: undefined, ...withService }))
  chain.to(12)
  return chain
}

describe('who may do what (onchain facts 2.4)', () => {
  it.each(['owner', 'op', 'stranger'])('%s may create a supplier without services, and pays', (by) => {
    const chain = new SmallChain(PEOPLE)
    const before = chain.ledger.balance(addressOf(by))
    chain.run(by, stakeSupplier(by, 'op', 'owner'))
    expect(chain.ledger.supplier(addressOf('op'))).toMatchObject({
      ownerAddress: addressOf('owner'),
      stakeUpokt: STAKE,
      services: [],
      pending: [],
    })
    // Stake, staking fee, gas fee.
    expect(before - chain.ledger.balance(addressOf(by))).toBe(STAKE + 2n)
  })
  it('only the operator may create one with services', () => {
    const chain = new SmallChain(PEOPLE)
    for (const by of ['owner', 'stranger']) {
      expect(chain.refused(by, stakeSupplier(by, 'op', 'owner', withService))).toBe(
        'undefined/1 failed to execute message; message index: 0: rpc error: code = InvalidArgument desc = only the operator account is authorized to update the service configurations: invalid service config',
      )
    }
    chain.run('op', stakeSupplier('op', 'op', 'owner', withService))
    expect(chain.ledger.supplier(addressOf('op'))).toMatchObject({ services: [], pending: [{ activationHeight: 11 }] })
  })
  it.each(['owner', 'op'])('%s may raise the stake and pays; lowering pays the owner at once', (by) => {
    const chain = stakedChain()
    const held = (name: string): bigint => chain.ledger.balance(addressOf(name))
    let before = held(by)
    chain.run(by, stakeSupplier(by, 'op', 'owner', { stakeUpokt: STAKE + 500n }))
    expect(before - held(by)).toBe(500n + 2n)
    before = held('owner')
    chain.run(by, stakeSupplier(by, 'op', 'owner', { stakeUpokt: STAKE - 100n }))
    expect(held('owner') - before).toBe(by === 'owner' ? 598n : 600n)
    expect(chain.ledger.supplier(addressOf('op'))?.stakeUpokt).toBe(STAKE - 100n)
    // Services stay: only the stake was meant.
    expect(chain.ledger.supplier(addressOf('op'))?.services).toHaveLength(1)
  })
  it('a stranger may change nothing', () => {
    const chain = stakedChain()
    expect(chain.refused('stranger', stakeSupplier('stranger', 'op', 'owner'))).toContain(
      `signer address ${addressOf('stranger')} does not match owner address ${addressOf('owner')} or supplier operator address ${addressOf('op')}: unauthorized supplier update`,
    )
    expect(chain.refused('stranger', unstake('stranger'))).toContain('rpc error: code = PermissionDenied desc = signer')
  })
  it('only the owner may hand the supplier to another owner', () => {
    const chain = stakedChain()
    expect(chain.refused('op', stakeSupplier('op', 'op', 'heir'))).toContain(
      `signer "${addressOf('op')}" is not allowed to update the owner address "${addressOf('owner')}": unauthorized supplier update`,
    )
    chain.run('owner', stakeSupplier('owner', 'op', 'heir'))
    expect(chain.ledger.supplier(addressOf('op'))?.ownerAddress).toBe(addressOf('heir'))
  })
  it.each(['owner', 'op'])('%s may unstake; only the owner may take that back', (by) => {
    const chain = stakedChain()
    chain.run(by, unstake(by))
    expect(chain.refused(by, unstake(by))).toContain(`supplier with operator address "${addressOf('op')}": supplier is in unbonding period`)
    expect(chain.refused('op', stakeSupplier('op', 'op', 'owner', withService))).toContain(
      'rpc error: code = PermissionDenied desc = signer "' + addressOf('op') + '" is not allowed to cancel the unbonding',
    )
    const { txs } = chain.run('owner', stakeSupplier('owner', 'op', 'owner'))
    expect(eventsOf(txs[0]?.events ?? [], 'EventSupplierUnbondingCanceled')).toHaveLength(1)
    // Its services were ended by the unstake, and stay so until the operator sends them again.
    chain.to(21)
    expect(chain.ledger.supplier(addressOf('op'))).toMatchObject({ services: [], unstakeSessionEndHeight: 0 })
  })
})

describe('what the chain refuses', () => {
  const cases: [string, Parameters<typeof stakeSupplier>[3], string][] = [
    [
      'too little',
      { stakeUpokt: 59_499_999_999n },
      `supplier with owner "${addressOf('owner')}" must stake at least 59500000000upokt: invalid supplier stake`,
    ],
    [
      'nothing for a new one',
      { stakeUpokt: undefined },
      'when staking a new supplier, the stake amount MUST be non-nil: invalid supplier stake',
    ],
    [
      'more than there is',
      { stakeUpokt: 2_000_000n * POKT },
      'code = Internal desc = spendable balance 999999999999upokt is smaller than 2000000000000upokt: insufficient funds',
    ],
    ['an unknown service', { services: [service([['owner', 100]], 'nope')] }, 'service "nope" does not exist: service not found'],
    [
      'a service twice',
      { services: [service([['owner', 100]]), service([['owner', 100]])] },
      'duplicate service ID: eth: invalid service config',
    ],
    [
      'shares of 99',
      { services: [service([['owner', 99]])] },
      'invalid rev share percentage sum 99; must be equal to 100: invalid revenue share configuration: invalid service config',
    ],
    [
      'a share twice',
      {
        services: [
          service([
            ['owner', 50],
            ['owner', 50],
          ]),
        ],
      },
      `duplicate rev share address: ${addressOf('owner')}`,
    ],
    [
      'a share of nothing',
      {
        services: [
          service([
            ['owner', 100],
            ['op', 0],
          ]),
        ],
      },
      'invalid rev share value 0; must be between 0 and 100',
    ],
    ['no shares', { services: [service([])] }, 'no rev share configurations: invalid revenue share configuration'],
    [
      'an address of another network',
      { ownerAddress: 'pokt1kx24zk55em0ppfuahvwzjtp77t8m7kqg3j0zrg' },
      'invalid Bech32 prefix; expected practice, got pokt',
    ],
    ['no address', { ownerAddress: '' }, 'empty address string is not allowed'],
    [
      'an endpoint that is none',
      { services: [{ ...service([['owner', 100]]), endpoints: [{ url: 'ftp://x', rpcType: 'REST' }] }] },
      'invalid endpoint.Url: service_id:"eth" endpoints:<url:"ftp://x" rpc_type:REST > ',
    ],
    ['no endpoint', { services: [{ ...service([['owner', 100]]), endpoints: [] }] }, 'endpoints cannot be nil'],
  ]
  it.each(cases)('%s', (_, more, words) => {
    const chain = new SmallChain(PEOPLE)
    const log = chain.refused('op', stakeSupplier('op', 'op', 'owner', more))
    expect(log).toContain('undefined/1 failed to execute message; message index: 0: rpc error: code = ')
    expect(log).toContain(words)
    // Nothing is lost but the fee.
    expect(chain.ledger.balance(addressOf('op'))).toBe(1_000_000n * POKT - 1n)
    expect(chain.ledger.supplier(addressOf('op'))).toBeUndefined()
  })
  it('a module as owner, and unstaking what is not there', () => {
    const chain = stakedChain()
    const module = moduleAddress('supplier', 'practice')
    expect(chain.refused('stranger', stakeSupplier('stranger', 'friend', 'owner', { ownerAddress: module }))).toContain(
      `owner address ${module} is a module account and cannot be used: invalid address`,
    )
    expect(
      chain.refused('owner', { kind: 'unstake-supplier', signer: addressOf('owner'), operatorAddress: addressOf('friend') }),
    ).toContain(`code = NotFound desc = supplier with operator address "${addressOf('friend')}": supplier not found`)
  })
})

describe('services over time', () => {
  it('begin and end with sessions, each with its word', () => {
    const chain = stakedChain()
    const { blockEvents } = chain.ledger.block(11) ?? { blockEvents: [] }
    expect(eventsOf(blockEvents, 'EventSupplierServiceConfigActivated')).toEqual([
      { activation_height: '11', operator_address: addressOf('op'), service_id: 'eth', mode: 'BeginBlock' },
    ])
    const other = service([['owner', 100]])
    chain.run(
      'op',
      stakeSupplier('op', 'op', 'owner', {
        services: [{ ...other, endpoints: [{ url: 'https://new.example.org', rpcType: 'JSON_RPC' }] }],
      }),
    )
    expect(chain.ledger.supplier(addressOf('op'))?.services[0]?.revShare).toHaveLength(2)
    expect(chain.ledger.supplier(addressOf('op'))?.pending).toMatchObject([{ activationHeight: 21 }])
    chain.to(21)
    expect(chain.ledger.supplier(addressOf('op'))).toMatchObject({
      services: [{ endpoints: [{ url: 'https://new.example.org' }] }],
      pending: [],
    })
  })
  it('sent twice in one session: the last word counts', () => {
    const chain = stakedChain()
    for (const percent of [60, 55]) {
      chain.run(
        'op',
        stakeSupplier('op', 'op', 'owner', {
          services: [
            service([
              ['owner', percent],
              ['friend', 100 - percent],
            ]),
          ],
        }),
      )
    }
    chain.to(21)
    expect(chain.ledger.supplier(addressOf('op'))?.services).toMatchObject([{ revShare: [{ percent: 55 }, { percent: 45 }] }])
  })
  it('unstaking returns the stake to the owner one session later', () => {
    const chain = stakedChain()
    chain.run('op', unstake('op'))
    const before = chain.ledger.balance(addressOf('owner'))
    chain.to(29)
    expect(chain.ledger.balance(addressOf('owner'))).toBe(before)
    expect(chain.ledger.supplier(addressOf('op'))).toMatchObject({ services: [], unstakeSessionEndHeight: 20 })
    const { blockEvents } = chain.block()
    expect(eventsOf(blockEvents, 'EventSupplierUnbondingEnd')).toMatchObject([
      { reason: 'SUPPLIER_UNBONDING_REASON_VOLUNTARY', unbonding_end_height: '30' },
    ])
    expect(chain.ledger.balance(addressOf('owner')) - before).toBe(STAKE)
    expect(chain.ledger.supplier(addressOf('op'))).toBeUndefined()
    expect(chain.ledger.suppliers()).toEqual([])
  })
})
