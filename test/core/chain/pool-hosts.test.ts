import { describe, expect, it } from 'vitest'
import { connectChains } from '#main/core/chain/pool.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { ADDRESS, host, pool } from './pool-scene.ts'

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

describe('a second voice', () => {
  it('is somebody else’s where there is one', async () => {
    const clock = createTestClock()
    const hosts = [host(), host(), host()]
    const at = ['https://rpc.one.test', 'https://api.one.test', 'https://rpc.two.test']
    const chains = connectChains(
      at.map((url) => ({ rpcUrl: url, restUrl: url, own: false })),
      { connect: ({ rpcUrl }) => hosts[at.indexOf(rpcUrl)] ?? host(), clock, expected: { block1Hash: () => 'AA', root: () => undefined } },
    )
    await chains.head()
    await chains.balance(ADDRESS)
    expect(hosts.map((each) => each.asked)).toEqual([1, 0, 1])
    if (hosts[2]) hosts[2].reachable = false
    const asked = chains.balance(ADDRESS)
    for (let step = 0; step < 50; step += 1) await clock.advance(100)
    expect(await asked).toBe(7n)
    expect(hosts[1]?.asked).toBe(1)
  })
})
