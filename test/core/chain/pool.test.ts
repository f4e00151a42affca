import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { LIED_MS } from '#main/core/chain/members.ts'
import type { ProvenReads, TrustRoot } from '#main/core/ports/chain.ts'
import { ADDRESS, codeOf, host, pool, type Host } from './pool-scene.ts'

describe('heights', () => {
  it('are the best of those that are seconded, and never go back', async () => {
    const [a, b, c] = [host(100), host(101), host(90)]
    const { chains, run, status } = pool([a, b, c])
    expect((await run(chains.head())).height).toBe(100)
    a.heightNow = 50
    b.heightNow = 60
    expect(await codeOf(run(chains.head()))).toBe('chain-unreachable')
    expect(status().slice(0, 2)).toEqual(['behind', 'behind'])
    b.heightNow = 102
    expect((await run(chains.head())).height).toBe(102)
  })

  it('that only one of many has are a lie; nothing is read from it for a while', async () => {
    const hosts = [host(900_000), host(100), host(100)]
    const { chains, run, status, clock } = pool(hosts)
    expect((await run(chains.head())).height).toBe(100)
    expect(status()).toEqual(['lied', 'good', 'good'])
    await run(chains.balance(ADDRESS))
    expect(hosts[0]?.asked).toBe(0)
    if (hosts[0]) hosts[0].heightNow = 101
    await clock.advance(LIED_MS)
    await run(chains.head())
    expect(status()).toEqual(['good', 'good', 'good'])
  })

  it('of the future are refused, and an older one than was seen before the start is', async () => {
    const a = host(100)
    a.head = () => Promise.resolve({ height: 100, timeMs: 1_700_000_000_000 + 3_600_000, hash: 'H100', catchingUp: false })
    const future = pool([a])
    expect(await codeOf(future.run(future.chains.head()))).toBe('chain-unreachable')
    expect(future.status()).toEqual(['lied'])
    const old = pool([host(100)], { floor: 200 })
    expect(await codeOf(old.run(old.chains.head()))).toBe('chain-unreachable')
  })

  it('of a stranger are proven by signatures where that can be', async () => {
    const root = { chainId: 'hearth-local-1', height: 1, hash: 'AA' }
    const liar = host(900_000)
    const honest = host(100)
    const reads =
      (chain: Host, fails: boolean): ((root: TrustRoot) => ProvenReads) =>
      () =>
        ({
          block: (height: number) =>
            fails ? Promise.reject(new HearthError('proof-invalid', { reason: 'forged' })) : Promise.resolve(chain.hashes(height)),
        }) as ProvenReads
    liar.proven = reads(liar, true)
    honest.proven = reads(honest, false)
    const { chains, run, status } = pool([liar, honest], { root })
    expect((await run(chains.head())).height).toBe(100)
    expect(status()).toEqual(['lied', 'good'])
  })
})

describe('endpoints', () => {
  it('of another chain are never read', async () => {
    const other = host(500)
    other.block1Hash = 'BB'
    const { chains, run, status } = pool([other, host(100)])
    expect((await run(chains.head())).height).toBe(100)
    expect(status()).toEqual(['other-chain', 'good'])
    expect(await run(chains.balance(ADDRESS))).toBe(7n)
    expect(other.asked).toBe(0)
    expect((await chains.fingerprint()).block1Hash).toBe('AA')
  })

  it('that disagree about a block are outvoted, own ones are believed, two strangers are told as they are', async () => {
    const wrong = host()
    wrong.hashes = () => 'WRONG'
    const three = pool([wrong, host(), host()])
    await three.run(three.chains.head())
    expect(three.status()).toEqual(['disagrees', 'good', 'good'])
    expect(three.chains.health().map((each) => each.agrees)).toEqual([false, true, true])
    expect(three.chains.disagreement()).toBeUndefined()

    const second = host()
    second.hashes = () => 'WRONG'
    const two = pool([second, host()])
    await two.run(two.chains.head())
    expect(two.chains.disagreement()).toEqual({
      height: 100,
      said: [
        { host: 'host0:1', hash: 'WRONG' },
        { host: 'host1:1', hash: 'H100' },
      ],
    })
    expect(await codeOf(two.run(two.chains.balance(ADDRESS)))).toBe('chain-disagrees')
    second.hashes = (at) => `H${at}`
    await two.run(two.chains.head())
    expect(two.chains.disagreement()).toBeUndefined()
    expect(await two.run(two.chains.balance(ADDRESS))).toBe(7n)

    const third = host()
    third.hashes = () => 'WRONG'
    const own = pool([third, host()], { own: 1 })
    await own.run(own.chains.head())
    expect(own.chains.health().map((each) => [each.own, each.status])).toEqual([
      [true, 'good'],
      [false, 'disagrees'],
    ])
  })

  it('compares again after ten blocks, not at every look', async () => {
    const [a, b] = [host(100), host(100)]
    let compared = 0
    a.hashes = (at) => {
      compared += 1
      return `H${at}`
    }
    const { chains, run } = pool([a, b])
    for (let look = 0; look < 10; look += 1) {
      await run(chains.head())
      a.heightNow += 1
      b.heightNow += 1
    }
    expect(compared).toBe(1)
    await run(chains.head())
    expect(compared).toBe(2)
  })
})

describe('reads', () => {
  it('go to the node of this machine alone, while it is in sync', async () => {
    const [stranger, own] = [host(), host()]
    const { chains, run } = pool([stranger, own], { own: 1 })
    await run(chains.head())
    expect(await run(chains.balance(ADDRESS))).toBe(7n)
    expect([stranger.asked, own.asked]).toEqual([0, 1])
    own.head = () => Promise.resolve({ height: 60, timeMs: 1, hash: 'H60', catchingUp: true })
    stranger.heightNow = 130
    await run(chains.head())
    expect(await run(chains.balance(ADDRESS))).toBe(7n)
    expect(stranger.asked).toBe(1)
  })

  it('of strangers are asked of two; a third decides, and who lied is named and left alone', async () => {
    const hosts = [host(), host(), host()] as const
    const { chains, run, status } = pool([...hosts])
    await run(chains.head())
    await run(chains.balance(ADDRESS))
    expect(hosts.map((each) => each.asked)).toEqual([1, 1, 0])
    hosts[0].balances.set(ADDRESS, 999n)
    expect(await run(chains.balance(ADDRESS))).toBe(7n)
    expect(status()).toEqual(['lied', 'good', 'good'])
    expect(chains.health()[0]?.error).toContain('balance')
  })

  it('that two say differently are an error that names both', async () => {
    const [a, b] = [host(), host()]
    b.balances.set(ADDRESS, 8n)
    const { chains, run } = pool([a, b])
    await run(chains.head())
    const error = await run(chains.balance(ADDRESS)).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'chain-disagrees', detail: { what: 'balance', said: 'host0:1 says "7n"; host1:1 says "8n"' } })
  })

  it('of the time of a block are asked of two, so that one of them cannot make a transaction stand for months', async () => {
    const hosts = [host(), host(), host()]
    hosts.forEach((chain, index) => (chain.blockTimeMs = (height) => Promise.resolve(index === 0 ? height : height * 60_000)))
    const { chains, run, status } = pool(hosts)
    await run(chains.head())
    expect(await run(chains.blockTimeMs?.(90) ?? Promise.reject(new Error('cannot tell')))).toBe(90 * 60_000)
    expect(status()[0]).toBe('lied')
  })

  it('that differ by a block only are asked again', async () => {
    const [a, b] = [host(), host()]
    const { chains, run } = pool([a, b])
    await run(chains.head())
    b.balances.set(ADDRESS, 8n)
    let asked = 0
    a.balance = () => {
      asked += 1
      return Promise.resolve(asked === 1 ? 7n : 8n)
    }
    expect(await run(chains.balance(ADDRESS))).toBe(8n)
    expect(asked).toBe(2)
  })

  it('go to the next endpoint when one fails, and come back later', async () => {
    const [a, b] = [host(), host()]
    const { chains, run, status, clock } = pool([a, b])
    await run(chains.head())
    a.reachable = false
    expect(await run(chains.balance(ADDRESS))).toBe(7n)
    expect(status()).toEqual(['unreachable', 'good'])
    a.reachable = true
    await clock.advance(20_000)
    await run(chains.head())
    expect(status()).toEqual(['good', 'good'])
    b.reachable = false
    a.reachable = false
    expect(await codeOf(run(chains.balance(ADDRESS)))).toBe('chain-unreachable')
  })

  it('of the gas price take the middle', async () => {
    const hosts = [host(), host(), host()]
    const prices = ['5000', '0.000001', '0.001']
    for (const [index, each] of hosts.entries()) each.minimumGasPrice = () => Promise.resolve(prices[index] ?? '')
    const { chains, run } = pool(hosts)
    await run(chains.head())
    expect(await run(chains.minimumGasPrice())).toBe('0.001')
  })
})

describe('proofs', () => {
  const root = { chainId: 'hearth-local-1', height: 1, hash: 'AA' }
  const gives = (chain: Host, balance: () => Promise<{ value: bigint; height: number }>): void => {
    chain.proven = () => ({ balance, block: (height: number) => Promise.resolve(chain.hashes(height)) }) as unknown as ProvenReads
  }
  const forged = (): Promise<never> => Promise.reject(new HearthError('proof-invalid', { reason: 'forged' }))
  it('that are none make a liar of a stranger when another one gives a true one', async () => {
    const [a, b] = [host(), host()]
    gives(a, forged)
    gives(b, () => Promise.resolve({ value: 7n, height: 99 }))
    const { chains, run, status } = pool([a, b], { root })
    await run(chains.head())
    expect(await run(chains.proven?.(root).balance(ADDRESS) ?? Promise.reject(new Error('none')))).toEqual({ value: 7n, height: 99 })
    expect(status()).toEqual(['lied', 'good'])
  })
  it('that nobody can give, or the own node cannot, take no endpoint away', async () => {
    const [a, b] = [host(), host()]
    gives(a, forged)
    gives(b, forged)
    const { chains, run, status } = pool([a, b], { root, own: 0 })
    await run(chains.head())
    expect(await codeOf(run(chains.proven?.(root).balance(ADDRESS) ?? Promise.resolve(undefined)))).toBe('proof-invalid')
    expect(status()).toEqual(['good', 'good'])
    gives(b, () => Promise.resolve({ value: 7n, height: 99 }))
    const again = pool([a, b], { root, own: 0 })
    await again.run(again.chains.head())
    await again.run(again.chains.proven?.(root).balance(ADDRESS) ?? Promise.resolve(undefined))
    expect(again.status()).toEqual(['good', 'good'])
  })
  it('of a state of long ago are not taken', async () => {
    const [a, b] = [host(), host()]
    gives(a, () => Promise.resolve({ value: 999n, height: 40 }))
    gives(b, () => Promise.resolve({ value: 7n, height: 99 }))
    const { chains, run } = pool([a, b], { root })
    await run(chains.head())
    expect(await run(chains.proven?.(root).balance(ADDRESS) ?? Promise.resolve(undefined))).toEqual({ value: 7n, height: 99 })
  })
})

describe('a broadcast', () => {
  const bytes = new Uint8Array([1, 2, 3])
  it('goes to the own node alone', async () => {
    const [own, other] = [host(), host()]
    const { chains, run } = pool([own, other], { own: 0 })
    await run(chains.head())
    expect((await run(chains.broadcast(bytes))).kind).toBe('accepted')
    expect([own.broadcasts.length, other.broadcasts.length]).toEqual([1, 0])
  })

  it('is looked up before the next endpoint is told', async () => {
    const [a, b] = [host(), host()]
    const order: string[] = []
    a.broadcast = () => {
      order.push('a told')
      return Promise.reject(new HearthError('chain-unreachable', { reason: 'cut off' }))
    }
    const tx = b.tx.bind(b)
    b.tx = (hash) => {
      order.push(`b asked for ${hash.slice(0, 6)}`)
      return tx(hash)
    }
    const broadcast = b.broadcast.bind(b)
    b.broadcast = (each) => {
      order.push('b told')
      return broadcast(each)
    }
    const { chains, run } = pool([a, b])
    await run(chains.head())
    expect((await run(chains.broadcast(bytes))).kind).toBe('accepted')
    // SHA-256 of the bytes.
    expect(order).toEqual(['a told', 'b asked for 039058', 'b told'])
  })

  it('that got through although the answer was lost is told nobody else', async () => {
    const [a, b] = [host(), host()]
    a.broadcast = () => Promise.reject(new HearthError('chain-unreachable', { reason: 'cut off' }))
    b.tx = () => Promise.resolve({ kind: 'included', height: 101, code: 0, codespace: '', log: '', gasUsed: 1n })
    const { chains, run } = pool([a, b])
    await run(chains.head())
    expect((await run(chains.broadcast(bytes))).kind).toBe('accepted')
    expect(b.broadcasts).toEqual([])
  })

  it('is not repeated when nobody can say whether it got through', async () => {
    const [a, b] = [host(), host()]
    a.broadcast = () => Promise.reject(new HearthError('chain-unreachable', { reason: 'cut off' }))
    b.tx = () => Promise.reject(new HearthError('chain-unreachable', { reason: 'no' }))
    const { chains, run } = pool([a, b])
    await run(chains.head())
    expect(await codeOf(run(chains.broadcast(bytes)))).toBe('chain-unreachable')
    expect(b.broadcasts).toEqual([])
  })
})

it('an upgrade that one host alone says was done is not taken for done', async () => {
  const hosts = [host(100), host(100), host(100)]
  for (const [index, chain] of hosts.entries()) chain.appliedUpgrade = () => Promise.resolve(index === 0 ? 99 : undefined)
  const { chains, run } = pool(hosts)
  await run(chains.head())
  const applied = (): Promise<unknown> => chains.appliedUpgrade?.('v9') ?? Promise.resolve('cannot tell')
  expect(await run(applied())).toBeUndefined()
  for (const chain of hosts.slice(1)) chain.appliedUpgrade = () => Promise.resolve(98)
  expect(await run(applied())).toBe(98)
})
