import { describe, expect, it } from 'vitest'
import { RECOGNISE_MS } from '#main/core/chain/members.ts'
import { connectChains } from '#main/core/chain/pool.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { ADDRESS, codeOf, host, pool, type Host } from './pool-scene.ts'

describe('another chain behind the same address', () => {
  it('is seen when it is asked for its first block anew, and read again when the right one is back', async () => {
    const [a, b] = [host(100), host(100)]
    const { chains, run, status } = pool([a, b])
    await run(chains.head())
    a.block1Hash = 'BB'
    // Heads alone do not tell: it goes on at the same height.
    await run(chains.head())
    expect(status()).toEqual(['good', 'good'])
    await run(chains.recheck())
    expect(status()).toEqual(['other-chain', 'good'])
    a.asked = 0
    await run(chains.balance(ADDRESS))
    expect(a.asked).toBe(0)
    a.block1Hash = 'AA'
    await run(chains.head())
    expect(status()).toEqual(['good', 'good'])
  })

  it('that is as high by now is seen by itself after a while', async () => {
    const a = host(100)
    const { chains, run, status, clock } = pool([a])
    await run(chains.head())
    Object.assign(a, { block1Hash: 'BB', heightNow: 101 })
    await clock.advance(RECOGNISE_MS - 5_000)
    await run(chains.head())
    expect(status()).toEqual(['good'])
    await clock.advance(5_000)
    expect(await codeOf(run(chains.head()))).toBe('chain-unreachable')
    expect(status()).toEqual(['other-chain'])
  })

  it('is seen by itself when it is at a lower height; one that cannot be asked now is no other', async () => {
    const [a, b] = [host(100), host(100)]
    const { chains, run, status } = pool([a, b])
    await run(chains.head())
    Object.assign(a, { block1Hash: 'BB', heightNow: 7 })
    await run(chains.head())
    expect(status()).toEqual(['other-chain', 'good'])
    b.reachable = false
    await run(chains.recheck())
    expect(status()[1]).toBe('unreachable')
  })
})

/** Hosts by their names. */
function named(hosts: Record<string, Host>) {
  const clock = createTestClock()
  const chains = connectChains(
    Object.keys(hosts).map((name) => ({ rpcUrl: `https://${name}`, restUrl: `https://${name}`, own: false })),
    {
      connect: ({ rpcUrl }) => hosts[rpcUrl.slice('https://'.length)] ?? host(),
      clock,
      expected: { block1Hash: () => 'AA', root: () => undefined },
    },
  )
  const run = async <T>(work: Promise<T>): Promise<T> => {
    const progress = { done: false }
    const ended = work.finally(() => (progress.done = true))
    ended.catch(() => undefined)
    while (!progress.done) await clock.advance(100)
    return ended
  }
  return { chains, run }
}

describe('a second voice', () => {
  it('is somebody else’s where there is one', async () => {
    const hosts = { 'rpc.one.test': host(), 'api.one.test': host(), 'rpc.two.test': host() }
    const { chains, run } = named(hosts)
    await run(chains.head())
    await run(chains.balance(ADDRESS))
    expect(Object.values(hosts).map((each) => each.asked)).toEqual([1, 0, 1])
    hosts['rpc.two.test'].reachable = false
    expect(await run(chains.balance(ADDRESS))).toBe(7n)
    expect(hosts['api.one.test'].asked).toBe(1)
  })

  it('of three hosts of one owner is one voice: they never outvote another owner', async () => {
    const liars = [host(), host(), host()] as const
    for (const liar of liars) liar.balances.set(ADDRESS, 999n)
    const honest = host()
    const two = named({ 'a.one.test': liars[0], 'b.one.test': liars[1], 'c.one.test': liars[2], 'two.test': honest })
    await two.run(two.chains.head())
    expect(await codeOf(two.run(two.chains.balance(ADDRESS)))).toBe('chain-disagrees')
    const three = named({
      'a.one.test': liars[0],
      'b.one.test': liars[1],
      'c.one.test': liars[2],
      'two.test': honest,
      'three.test': host(),
    })
    await three.run(three.chains.head())
    expect(await three.run(three.chains.balance(ADDRESS))).toBe(7n)
    expect(three.chains.health().map((each) => each.status)).toEqual(['lied', 'lied', 'lied', 'good', 'good'])
  })

  it('about the hash of a block is an owner’s: two of one do not call a third host wrong', async () => {
    const [a, b, honest] = [host(), host(), host()]
    a.hashes = b.hashes = () => 'WRONG'
    const { chains, run } = named({ 'a.one.test': a, 'b.one.test': b, 'two.test': honest })
    await run(chains.head())
    expect(chains.health().map((each) => each.status)).toEqual(['good', 'good', 'good'])
    expect(chains.disagreement()?.said).toHaveLength(3)
    expect(await codeOf(run(chains.balance(ADDRESS)))).toBe('chain-disagrees')
  })

  it('about a height is an owner’s: two of one do not second each other', async () => {
    const { chains, run } = named({ 'a.one.test': host(900_000), 'b.one.test': host(900_000), 'two.test': host(100) })
    expect((await run(chains.head())).height).toBe(100)
  })

  it('about the price is an owner’s: the middle is not that of two hosts of one', async () => {
    const dear = [host(), host()] as const
    for (const each of dear) each.minimumGasPrice = () => Promise.resolve('900')
    const { chains, run } = named({ 'a.one.test': dear[0], 'b.one.test': dear[1], 'two.test': host() })
    await run(chains.head())
    expect(await run(chains.minimumGasPrice())).toBe('0.000001')
  })

  it('hears of a transaction: the second witness is another owner’s', async () => {
    const hosts = { 'a.one.test': host(), 'b.one.test': host(), 'two.test': host() }
    const { chains, run } = named(hosts)
    await run(chains.head())
    await run(chains.broadcast(new Uint8Array([1])))
    expect(Object.values(hosts).map((each) => each.broadcasts.length)).toEqual([1, 0, 1])
  })
})

describe('a last word', () => {
  const REFUSED = { code: 13, log: 'insufficient fee' }
  it('is two owners’: one alone is not believed that a transaction is not there, nor that it was refused', async () => {
    const [a, b, other] = [host(), host(), host()]
    a.refuseWith = b.refuseWith = REFUSED
    const { chains, run } = named({ 'a.one.test': a, 'b.one.test': b, 'two.test': other })
    await run(chains.head())
    other.reachable = false
    const alone = { code: 'chain-unreachable', detail: { alone: 'yes' } }
    const seconded = chains.seconded?.()
    if (!seconded) throw new Error('nobody to second')
    await expect(run(seconded.tx('AB'))).rejects.toMatchObject(alone)
    await expect(run(seconded.account(ADDRESS))).rejects.toMatchObject(alone)
    await expect(run(seconded.broadcast(new Uint8Array([1])))).rejects.toMatchObject(alone)
    await expect(run(seconded.minimumGasPrice())).rejects.toMatchObject(alone)
    // What is only read goes on with one.
    expect(await run(chains.minimumGasPrice())).toBe('0.000001')
    expect(await run(chains.tx('AB'))).toEqual({ kind: 'absent' })
    other.reachable = true
    other.refuseWith = REFUSED
    await run(chains.head())
    expect(await run(seconded.tx('AB'))).toEqual({ kind: 'absent' })
    expect(await run(seconded.minimumGasPrice())).toBe('0.000001')
    expect(await run(seconded.broadcast(new Uint8Array([2])))).toMatchObject({ kind: 'refused', code: 13 })
  })

  it('is an own node’s, and of one owner alone where there is no other', async () => {
    const { chains, run } = pool([host(), host()], { own: 1 })
    await run(chains.head())
    expect(await run(chains.seconded?.().tx('AB') ?? Promise.reject(new Error('none')))).toEqual({ kind: 'absent' })
  })
})
