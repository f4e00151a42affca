import { describe, expect, it } from 'vitest'
import { createHeads } from '#main/core/chain/heads.ts'
import { forgetChain, startAnewHandlers } from '#main/core/start-anew.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { createFakeChain } from '#test/fakes/chain.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { codeOf } from './chain/pool-scene.ts'

/** A network of others whose chain was confirmed, with something in its record, read from two hosts. */
async function confirmed(network: NetworkId) {
  const clock = createTestClock()
  const store = await openTestStore()
  const { chainId = '', genesisTime } = networkOf(network)
  const facts = { known: 'confirmed', why: 'one-endpoint', hosts: 'a.one.test' }
  await store.putChain({ network, chainId, block1Hash: 'AA', genesisTime: genesisTime ?? 't', createdAtMs: 1, facts })
  await store.setCursor({ network, height: 40, hash: 'H40' })
  const proof = { chainId, height: 30, hash: 'AB'.repeat(32), timeMs: clock.now(), why: 'endpoints-agree' }
  await store.setSetting(`chain-trust:${network}`, JSON.stringify(proof))
  const hosts = [createFakeChain(() => 'H'), createFakeChain(() => 'H')] as const
  for (const each of hosts) Object.assign(each, { chainId, genesisTime: genesisTime ?? 't' })
  const urls = ['https://a.one.test', 'https://b.two.test']
  const state = createStatePublisher(initialState({ version: '0', shell: 'web', host: 'h', network, startedAtMs: 1, notice: null }), clock)
  const heads = createHeads({
    connect: ({ rpcUrl }) => hosts[urls.indexOf(rpcUrl)] ?? hosts[0],
    endpoints: () => urls.map((url) => ({ rpcUrl: url, restUrl: url, own: false, from: 'public' as const })),
    network: () => network,
    store,
    state,
    clock,
    log: createTestLog(),
  })
  const abort = new AbortController()
  const ended = heads.run(abort.signal)
  const looks = async (count = 3): Promise<void> => {
    for (let look = 0; look < count; look += 1) {
      await clock.advance(16_000)
      // The store answers from a thread of its own.
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  const order: string[] = []
  const { 'chain.startAnew': startAnew } = startAnewHandlers({
    state,
    records: {
      setAside: async () => {
        order.push(`copied with ${(await store.cursor(network))?.height}`)
        return { path: '/aside/hearth.db' }
      },
    },
    rooms: () => ({
      forgetChain: () =>
        forgetChain({ network, store, state, heads, onChainRemoved: () => Promise.resolve(void order.push('rooms cleared')) }),
    }),
    activity: (text, said) => void order.push(`${text} ${said?.['hash']} ${said?.['path']}`),
  })
  const begunAnew = (): void => hosts.forEach((each) => Object.assign(each, { block1Hash: 'BB', heightNow: 3 }))
  const stop = async (): Promise<void> => {
    abort.abort()
    await ended
  }
  return { store, state, heads, hosts, looks, startAnew, order, begunAnew, stop }
}

describe('a test network that begins anew', () => {
  it('is said once every host that answers names the same other first block', async () => {
    const { state, hosts, looks, begunAnew, startAnew, stop } = await confirmed('beta')
    await looks()
    expect(state.state.chain).toMatchObject({ known: 'confirmed', replaced: null, height: 5 })
    // One host alone is another chain, and the other still has the right one.
    hosts[0].block1Hash = 'BB'
    hosts[0].heightNow = 3
    await looks()
    expect(state.state.chain.replaced).toBeNull()
    expect(await codeOf(startAnew({ block1Hash: 'BB' }))).toBe('chain-unknown-fingerprint')
    begunAnew()
    await looks()
    expect(state.state.chain.replaced).toEqual({ block1Hash: 'BB', hosts: ['a.one.test', 'b.two.test'] })
    // Two different ones are no news of one network.
    hosts[1].block1Hash = 'CC'
    await looks()
    expect(state.state.chain.replaced).toBeNull()
    // Nor is a chain of another name.
    hosts.forEach((each) => Object.assign(each, { block1Hash: 'BB', chainId: 'somebody-else' }))
    await looks()
    expect(state.state.chain.replaced).toBeNull()
    await stop()
  })

  it('is taken up when the user says so: copy first, then the record goes, and the new chain waits for their word', async () => {
    const { store, state, heads, looks, begunAnew, startAnew, order, stop } = await confirmed('beta')
    await looks()
    begunAnew()
    await looks()
    expect(await codeOf(startAnew({ block1Hash: 'AA' }))).toBe('chain-unknown-fingerprint')
    expect(order).toEqual([])
    expect(await startAnew({ block1Hash: 'BB' })).toEqual({ path: '/aside/hearth.db' })
    expect(order).toEqual(['copied with 40', 'rooms cleared', 'chain-started-anew BB /aside/hearth.db'])
    expect(await store.cursor('beta')).toBeUndefined()
    // Where proofs of the old chain began says nothing of the new one.
    await looks(1)
    expect(JSON.parse((await store.setting('chain-trust:beta')) || '{}')).not.toMatchObject({ height: 30 })
    expect(state.state.chain).toMatchObject({ known: 'first-use', replaced: null, found: { block1Hash: 'BB' } })
    expect(heads.isCertain()).toBe(false)
    await heads.confirm('BB', true)
    await looks()
    expect(state.state.chain).toMatchObject({ known: 'confirmed', height: 3 })
    expect(heads.isCertain()).toBe(true)
    await stop()
  })

  it('is never offered on Mainnet, and its record is never forgotten', async () => {
    const { store, state, looks, begunAnew, startAnew, order, stop } = await confirmed('mainnet')
    await looks()
    begunAnew()
    await looks()
    expect(state.state.chain).toMatchObject({ known: 'confirmed', replaced: null })
    expect(await codeOf(startAnew({ block1Hash: 'BB' }))).toBe('chain-unknown-fingerprint')
    expect(order).toEqual([])
    await expect(store.removeChain('mainnet')).rejects.toMatchObject({ code: 'not-allowed' })
    await stop()
  })
})
