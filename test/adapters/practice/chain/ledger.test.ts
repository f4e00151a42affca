import { describe, expect, it } from 'vitest'
import { createLedger, restoreLedger } from '#main/adapters/practice/chain/ledger.ts'
import type { PracticeMessage } from '#main/adapters/practice/parts.ts'
import { addressOf, claim, eventsOf, POKT, proof, service, SmallChain, stakeApplication, stakeSupplier } from './small-chain.ts'

const PEOPLE = ['app', 'op', 'owner']
const send = (amountUpokt: bigint): PracticeMessage => ({
  kind: 'send',
  fromAddress: addressOf('app'),
  toAddress: addressOf('owner'),
  amountUpokt,
})

describe('balances', () => {
  it('are remembered at every height', () => {
    const chain = new SmallChain(PEOPLE, {}, { keepBlocks: 2 })
    chain.to(3)
    chain.run('app', send(100n))
    chain.to(8)
    chain.run('app', send(11n))
    chain.to(12)
    const start = 1_000_000n * POKT
    const owner = addressOf('owner')
    const seen = [0, 1, 3, 4, 8, 9, 12].map((height) => chain.ledger.balance(owner, height) - start)
    expect(seen).toEqual([0n, 0n, 0n, 100n, 100n, 111n, 111n])
    expect(chain.ledger.balance(owner, 99) - start).toBe(111n)
    expect(chain.ledger.balance(addressOf('nobody'), 5)).toBe(0n)
  })
  it('hold amounts beyond the reach of plain numbers', () => {
    const chain = new SmallChain(['app'])
    const rich = 123_456_789_012_345_678_901n
    const genesis = { ...chain.ledger.genesis, accounts: [{ address: addressOf('app'), upokt: rich }] }
    const ledger = createLedger(genesis)
    ledger.deliver({ timeMs: 1, txs: [chain.tx('app', send(1n))] })
    expect([ledger.balance(addressOf('app'), 0), ledger.balance(addressOf('app'), 1)]).toEqual([rich, rich - 2n])
  })
  it('of fees go to the collector and then are distributed', () => {
    const chain = new SmallChain(PEOPLE)
    chain.run('app', send(1n))
    const next = chain.block()
    expect(next.blockEvents.find((event) => event.type === 'coin_spent' && event.attributes.amount === '1upokt')?.attributes.mode).toBe(
      'BeginBlock',
    )
    expect(next.blockEvents.find((event) => event.type === 'rewards')?.attributes.amount).toBe('0.980000000000000000upokt')
    expect(next.blockEvents.find((event) => event.type === 'commission')?.attributes.amount).toBe('0.098000000000000000upokt')
  })
})

describe('a trial run', () => {
  it('says what would happen, and changes nothing', () => {
    const chain = new SmallChain(PEOPLE)
    chain.to(2)
    const before = chain.ledger.save()
    const good = chain.ledger.tryRun(chain.tx('op', stakeSupplier('op', 'op', 'owner', { services: [service([['owner', 100]])] })))
    expect(good).toMatchObject({ code: 0, log: '' })
    expect(good.gasUsed).toBeGreaterThan(100_000n)
    expect(good.gasUsed).toBeLessThan(160_000n)
    const bad = chain.ledger.tryRun(chain.tx('op', stakeSupplier('op', 'op', 'owner', { stakeUpokt: 1n })))
    expect(bad).toMatchObject({ code: 1, codespace: 'undefined', gasUsed: 68_484n })
    expect(bad.log).toContain('must stake at least')
    expect(chain.ledger.save()).toBe(before)
  })
  it('asks for the fee that a node asks for', () => {
    const chain = new SmallChain(PEOPLE)
    chain.to(2)
    const tx = { ...chain.tx('app', send(1n)), gasWanted: 2_000_001n }
    expect(chain.ledger.tryRun({ ...tx, feeUpokt: 2n })).toMatchObject({
      code: 13,
      codespace: 'sdk',
      log: 'insufficient fees; got: 2upokt required: 3upokt: insufficient fee',
    })
    expect(chain.ledger.tryRun({ ...tx, feeUpokt: 3n }).code).toBe(0)
  })
})

describe('the envelope of a transaction', () => {
  it('a wrong sequence, an unknown payer or an empty one leave no trace', () => {
    const chain = new SmallChain(PEOPLE)
    const outcome = (tx: Parameters<typeof chain.ledger.deliver>[0]['txs'][number]) => {
      const [done] = chain.ledger.deliver({ timeMs: chain.ledger.timeMs, txs: [tx] }).txs
      return { code: `${done?.codespace}/${done?.code}`, log: done?.log, events: done?.events.length }
    }
    expect(outcome({ ...chain.tx('app', send(1n)), sequences: [4n] })).toEqual({
      code: 'sdk/32',
      log: 'account sequence mismatch, expected 0, got 4: incorrect account sequence',
      events: 0,
    })
    const poor = { ...chain.tx('app', send(1n)), feeUpokt: 2_000_000n * POKT }
    // The chain says it twice.
    expect(outcome(poor).log).toBe(
      'spendable balance 1000000000000upokt is smaller than 2000000000000upokt: insufficient funds: insufficient funds',
    )
    expect(outcome({ ...chain.tx('app', send(1n)), feePayer: addressOf('nobody') })).toMatchObject({ code: 'sdk/9' })
    expect(chain.ledger.account(addressOf('app'))?.sequence).toBe(0n)
    expect(chain.ledger.balance(addressOf('app'))).toBe(1_000_000n * POKT)
    expect(outcome({ ...chain.tx('app', send(1n)), sequences: [0n] }).code).toBe('/0')
  })
  it('counts sequences, keeps the first key, and knows unordered transactions', () => {
    const chain = new SmallChain(PEOPLE)
    const deliver = (more: object) =>
      chain.ledger.deliver({ timeMs: chain.ledger.timeMs, txs: [{ ...chain.tx('app', send(1n)), ...more }] })
    deliver({ pubKeyHex: '02aa' })
    deliver({ pubKeyHex: '02bb', unordered: true })
    expect(chain.ledger.account(addressOf('app'))).toMatchObject({ sequence: 1n, pubKeyHex: '02aa' })
  })
  it('runs out of gas', () => {
    const chain = new SmallChain(PEOPLE)
    const { txs } = chain.ledger.deliver({ timeMs: chain.ledger.timeMs, txs: [{ ...chain.tx('app', send(1n)), gasWanted: 100n }] })
    expect(txs[0]).toMatchObject({ code: 11, codespace: 'sdk' })
    expect(txs[0]?.log).toMatch(/^out of gas in location: .*gasWanted: 100, gasUsed: \d+: out of gas$/)
    expect(chain.ledger.balance(addressOf('owner'))).toBe(1_000_000n * POKT)
  })
})

/** A life with everything in it. */
function live(chain: SmallChain, blocks: number): void {
  chain.send(
    'op',
    stakeSupplier('op', 'op', 'owner', {
      services: [
        service([
          ['owner', 90],
          ['op', 10],
        ]),
      ],
    }),
  )
  chain.send('app', stakeApplication('app', 100_000n * POKT))
  for (let height = 1; height <= blocks; height += 1) {
    const { ledger } = chain
    if (ledger.height > 20 && ledger.height % 10 === 2) chain.send('op', claim(ledger, 'op', 'app', ledger.height - 11, 100n))
    if (ledger.height > 20 && ledger.height % 10 === 7) chain.send('op', proof(ledger, 'op', 'app', ledger.height - 16))
    chain.block()
  }
}

describe('a saved ledger', () => {
  it('goes on as if nothing had been, block by block', () => {
    const first = new SmallChain(PEOPLE, {}, { keepBlocks: 5 })
    live(first, 77)
    const second = restoreLedger(first.ledger.save())
    expect(second.block(77)).toEqual(first.ledger.block(77))
    expect(second.block(72)).toBeUndefined()
    for (let height = 78; height < 120; height += 1) {
      const txs =
        height === 83
          ? [first.tx('op', claim(first.ledger, 'op', 'app', 71, 9n))]
          : height === 87
            ? [first.tx('op', proof(first.ledger, 'op', 'app', 71))]
            : []
      expect(second.deliver({ timeMs: height * 60_000, txs })).toEqual(first.ledger.deliver({ timeMs: height * 60_000, txs }))
    }
    expect(second.save()).toBe(first.ledger.save())
    expect(second.balance(addressOf('owner'), 40)).toBe(first.ledger.balance(addressOf('owner'), 40))
  })
  it('keeps texts that look like amounts', () => {
    const chain = new SmallChain(PEOPLE, { addServiceFeeUpokt: 1n })
    chain.run('app', { kind: 'add-service', ownerAddress: addressOf('app'), id: 'n1', name: '123', computeUnitsPerRelay: 1n })
    const { genesis } = chain.ledger
    const odd = createLedger({
      ...genesis,
      chainId: 'n:5',
      services: [{ id: 'eth', name: 's:n:7', computeUnitsPerRelay: 1n, ownerAddress: addressOf('app') }],
    })
    const back = restoreLedger(odd.save())
    expect(back.genesis.chainId).toBe('n:5')
    expect(back.services()).toEqual(odd.services())
  })
  it.each([
    '',
    'null',
    '7',
    '{}',
    '[]',
    '{"format":"hearth-practice-ledger-1"}',
    '{"format":"hearth-practice-ledger-1","height":"n:1"}',
    'n:x',
  ])('is not %j', (text) => {
    expect(() => restoreLedger(text)).toThrow('not a saved practice ledger')
  })
})

describe('a ledger', () => {
  it('is the same every time, from the first hash on', () => {
    const [first, second] = [new SmallChain(PEOPLE), new SmallChain(PEOPLE)]
    live(first, 60)
    live(second, 60)
    expect(second.ledger.save()).toBe(first.ledger.save())
    expect(first.ledger.hash).toMatch(/^[0-9A-F]{64}$/)
    expect(first.ledger.block(59)?.hash).not.toBe(first.ledger.hash)
    expect(eventsOf(first.ledger.block(30)?.blockEvents ?? [], 'EventClaimSettled').length).toBe(1)
  })
  it('does not go back in time, and refuses a genesis of another network', () => {
    const chain = new SmallChain(PEOPLE)
    chain.to(5)
    expect(() => chain.ledger.deliver({ timeMs: 1, txs: [] })).toThrow('before')
    const { genesis } = chain.ledger
    const account = { address: 'pokt1kx24zk55em0ppfuahvwzjtp77t8m7kqg3j0zrg', upokt: 1n }
    expect(() => createLedger({ ...genesis, accounts: [account] })).toThrow('prefix')
    const twice = [...genesis.accounts, ...genesis.accounts]
    expect(() => createLedger({ ...genesis, accounts: twice })).toThrow('twice')
  })
  it('answers about sessions that are not, in the words of the chain', () => {
    const chain = new SmallChain(PEOPLE)
    chain.to(5)
    expect(() => chain.ledger.session(addressOf('app'), 'eth')).toThrow(`could not find app with address "${addressOf('app')}" at height 1`)
    chain.run('app', stakeApplication('app', 2000n * POKT))
    expect(() => chain.ledger.session(addressOf('app'), 'eth')).toThrow('could not find suppliers for service eth at height 1')
    expect(() => chain.ledger.session(addressOf('app'), 'eth', 7)).toThrow('block height 7 is ahead of the last committed block height 6')
  })
})
