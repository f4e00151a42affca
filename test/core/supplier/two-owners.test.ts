import { describe, expect, it } from 'vitest'
import { connectChains } from '#main/core/chain/pool.ts'
import { createFakeChain } from '#test/fakes/chain.ts'
import { codec, scene, signatureOf, signer } from './scene.ts'

/** A transaction whose end is told by hosts of two owners. */
async function twoOwners() {
  const key = signer('payer', 'owner')
  const other = signer('paid', 'operator')
  const at = scene([key, other])
  const hosts = [createFakeChain((bytes) => codec.hash(bytes)), createFakeChain((bytes) => codec.hash(bytes))] as const
  for (const each of hosts) {
    each.balances.set(key.address, 100_000_000n)
    each.heightNow = at.chain.heightNow
  }
  const at2 = ['https://rpc.one.test', 'https://rpc.two.test']
  const pool = connectChains(
    at2.map((url) => ({ rpcUrl: url, restUrl: url, own: false })),
    {
      connect: ({ rpcUrl }) => hosts[at2.indexOf(rpcUrl)] ?? hosts[0],
      clock: at.clock,
      // As on a real network, where signatures prove the heights.
      expected: { block1Hash: () => 'AA', root: () => ({ chainId: 'c', height: 1, hash: 'AA' }) },
    },
  )
  at.served = pool
  const run = async <T>(work: Promise<T>): Promise<T> => {
    const progress = { done: false }
    const ended = work.finally(() => (progress.done = true))
    ended.catch(() => undefined)
    while (!progress.done) await at.clock.advance(100)
    return ended
  }
  await run(pool.head())
  const { transactions, state } = at.life()
  const prepared = await run(transactions.prepare({ kind: 'send', keyId: 'payer', toAddress: other.address, amountPokt: '1' }))
  const row = () => {
    const found = at.rows.get(prepared.intentId)
    if (!found) throw new Error('no row')
    return found
  }
  const shown = () => state.state.intents[prepared.intentId]
  const sign = () => run(transactions.signed(prepared.intentId, codec.assemble(row().signDocBytes, signatureOf(key, row().signDocBytes))))
  const follow = async (height: number) => {
    for (const each of hosts) each.heightNow = height
    await run(pool.head())
    await run(transactions.follow(pool, height))
    return row().status
  }
  return { hosts, row, shown, sign, follow, run, pool, limit: row().timeoutHeight }
}

const REFUSED = { code: 13, log: 'insufficient fee' }

describe('a transaction told to two owners', () => {
  it('is not refused by one alone: it goes out again, and is taken', async () => {
    const { hosts, row, shown, sign, follow } = await twoOwners()
    hosts[0].refuseWith = REFUSED
    hosts[1].reachable = false
    await sign()
    expect(row().status).toBe('signed')
    expect(shown()?.facts['waits']).toBe('second-host')
    expect(shown()?.error).toBeNull()
    hosts[1].reachable = true
    expect(await follow(8)).toBe('broadcast')
    expect(hosts[1].broadcasts).toHaveLength(1)
    expect(shown()?.facts['waits']).toBeUndefined()
  })

  it('is refused when both refuse it', async () => {
    const { hosts, row, sign } = await twoOwners()
    hosts[0].refuseWith = hosts[1].refuseWith = REFUSED
    await sign()
    expect(row()).toMatchObject({ status: 'refused', code: 13 })
  })

  it('is expired when both say that it is nowhere, not on the word of one', async () => {
    const { hosts, shown, sign, follow, limit } = await twoOwners()
    await sign()
    hosts[1].reachable = false
    expect(await follow(limit + 2)).toBe('broadcast')
    expect(shown()?.facts['waits']).toBe('second-host')
    hosts[1].reachable = true
    expect(await follow(limit + 3)).toBe('expired')
    expect(shown()?.error?.code).toBe('tx-expired')
    expect(shown()?.facts['waits']).toBeUndefined()
  })

  it('that a second one knows in a block is included, whatever the first said', async () => {
    const { hosts, sign, follow, limit } = await twoOwners()
    await sign()
    hosts[1].reachable = false
    expect(await follow(limit + 2)).toBe('broadcast')
    hosts[1].reachable = true
    hosts[0].makeBlock()
    hosts[1].makeBlock()
    expect(await follow(limit + 4)).toBe('included')
  })

  it('whose failure in a block one alone tells is not failed yet', async () => {
    const { hosts, row, sign, follow } = await twoOwners()
    await sign()
    hosts[1].reachable = false
    hosts[0].makeBlock(5)
    expect(await follow(9)).toBe('broadcast')
    hosts[1].reachable = true
    hosts[1].makeBlock(5)
    // The two fakes number their blocks alike.
    hosts[0].tx = hosts[1].tx.bind(hosts[1])
    expect(await follow(11)).toBe('refused')
    expect(row().code).toBe(5)
  })

  it('ends as not known when no second owner comes back, and says to look before paying again', async () => {
    const { hosts, shown, sign, follow, limit } = await twoOwners()
    await sign()
    hosts[1].reachable = false
    // Hearth was off meanwhile: the wait counts from its first look.
    expect(await follow(limit + 500)).toBe('broadcast')
    expect(await follow(limit + 520)).toBe('broadcast')
    expect(await follow(limit + 521)).toBe('expired')
    expect(shown()?.error).toEqual({ code: 'tx-unsure', detail: {} })
  })

  it('about which they say different things for long ends the same way', async () => {
    const { hosts, shown, sign, follow, limit } = await twoOwners()
    await sign()
    hosts[1].makeBlock()
    expect(await follow(limit + 2)).toBe('broadcast')
    expect(shown()?.facts['waits']).toBe('second-host')
    expect(await follow(limit + 30)).toBe('expired')
    expect(shown()?.error?.code).toBe('tx-unsure')
  })
})
