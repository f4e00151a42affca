import { describe, expect, it } from 'vitest'
import type { ListedEndpoint } from '#main/core/chain/endpoint-list.ts'
import { createHeads } from '#main/core/chain/heads.ts'
import type { ChainEndpoints } from '#main/core/ports/chain.ts'
import type { ChainRow, Store } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import { createFakeChain } from '#test/fakes/chain.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

function setup(known?: Partial<ChainRow>, reachable = true, network: NetworkId = 'local', first?: ListedEndpoint[]) {
  const clock = createTestClock()
  const log = createTestLog()
  const chain = createFakeChain(() => 'H')
  chain.reachable = reachable
  const state = createStatePublisher(initialState({ version: '0', shell: 'web', host: 'h', network, startedAtMs: 1, notice: null }), clock)
  let endpoints: ListedEndpoint[] | ChainEndpoints | undefined = first ?? { rpcUrl: 'http://127.0.0.1:1', restUrl: 'http://127.0.0.1:2' }
  const heads = createHeads({
    connect: () => chain,
    endpoints: () => endpoints,
    network: () => network,
    store: {
      chain: () => Promise.resolve(known as ChainRow | undefined),
      setting: () => Promise.resolve(undefined),
      setSetting: () => Promise.resolve(),
      putChain: () => Promise.resolve(),
    } as unknown as Store,
    state,
    clock,
    log,
  })
  const heights: number[] = []
  heads.onHead((head) => heights.push(head.height))
  const abort = new AbortController()
  const ended = heads.run(abort.signal)
  return {
    clock,
    chain,
    state,
    heads,
    heights,
    setEndpoints: (value: ListedEndpoint[] | ChainEndpoints | undefined) => (endpoints = value),
    stop: () => (abort.abort(), ended),
  }
}

describe('heads', () => {
  it('publishes height, parameters and the median block time, and tells every new height once', async () => {
    const { clock, chain, state, heights, stop } = setup()
    await clock.advance(0)
    for (let block = 0; block < 4; block += 1) {
      chain.makeBlock()
      await clock.advance(2_000)
      await clock.advance(2_000)
    }
    expect(heights).toEqual([5, 6, 7, 8, 9])
    expect(state.state.chain).toMatchObject({
      status: 'ready',
      height: 9,
      chainId: 'hearth-local-1',
      medianBlockMs: 1000,
      params: { numBlocksPerSession: 10 },
    })
    await stop()
  })

  it('says that the chain makes no blocks, keeps the last height, and takes it back', async () => {
    const { clock, chain, state, stop } = setup()
    await clock.advance(4_000)
    await clock.advance(20_000)
    expect(state.state.chain).toMatchObject({ status: 'stalled', height: 5 })
    chain.makeBlock()
    await clock.advance(2_000)
    expect(state.state.chain).toMatchObject({ status: 'ready', height: 6 })
    await stop()
  })

  it('hands out nothing of a chain that is not the recorded one', async () => {
    const { clock, chain, heads, heights, stop } = setup({ block1Hash: 'BB' })
    await clock.advance(6_000)
    expect(chain.block1Hash).toBe('AA')
    expect(heads.current()).toBeUndefined()
    expect(() => heads.require()).toThrow(/chain-unknown-fingerprint/)
    expect(heights).toEqual([])
    chain.block1Hash = 'BB'
    await clock.advance(4_000)
    expect(heads.current()).toBeDefined()
    expect(heights).toEqual([5])
    await stop()
  })

  it('tells starting from unreachable, and forgets the chain when its node is gone', async () => {
    const { clock, chain, state, heads, setEndpoints, stop } = setup(undefined, false)
    await clock.advance(4_000)
    expect(state.state.chain.status).toBe('starting')
    chain.reachable = true
    await clock.advance(2_000)
    expect(heads.current()).toBeDefined()
    chain.reachable = false
    await clock.advance(2_000)
    expect(state.state.chain.status).toBe('unreachable')
    setEndpoints(undefined)
    await clock.advance(2_000)
    expect(state.state.chain.status).toBe('none')
    expect(() => heads.require()).toThrow(/chain-unreachable/)
    await stop()
  })

  it('publishes where it asks, and takes the list away with the chain', async () => {
    const { clock, state, setEndpoints, stop } = setup({ block1Hash: 'AA' })
    await clock.advance(2_000)
    expect(state.state.chain).toMatchObject({
      known: 'recorded',
      disagreement: null,
      endpoints: { 0: { host: '127.0.0.1:1', from: 'here', status: 'good', height: 5, agrees: null, error: '' } },
    })
    setEndpoints(undefined)
    await clock.advance(2_000)
    expect(state.state.chain.endpoints).toBeUndefined()
    await stop()
  })

  it('never goes back to an older height, also behind another list of endpoints', async () => {
    const { clock, chain, state, heads, heights, setEndpoints, stop } = setup()
    await clock.advance(2_000)
    chain.heightNow = 3
    await clock.advance(4_000)
    expect([heads.height(), state.state.chain.height]).toEqual([5, 5])
    setEndpoints({ rpcUrl: 'http://127.0.0.1:7', restUrl: 'http://127.0.0.1:8' })
    await clock.advance(4_000)
    expect(heights).toEqual([5])
    chain.heightNow = 6
    await clock.advance(4_000)
    expect(heights).toEqual([5, 6])
    await stop()
  })

  it('reads a real network that is not known and lets nothing be signed for it', async () => {
    const strangers: ListedEndpoint[] = [{ rpcUrl: 'https://a.example.org', restUrl: 'https://a.example.org', own: false, from: 'user' }]
    const real = setup(undefined, true, 'mainnet', strangers)
    real.chain.chainId = 'pocket'
    real.chain.genesisTime = networkOf('mainnet').genesisTime ?? ''
    await real.clock.advance(4_000)
    expect(real.state.state.chain).toMatchObject({ status: 'ready', known: 'unknown' })
    expect(real.heads.current()).toBeDefined()
    await expect(real.heads.requireKnown()).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
    await real.stop()

    const other = setup(undefined, true, 'mainnet', strangers)
    await other.clock.advance(2_000)
    expect(() => other.heads.require()).toThrow(/chain-unknown-fingerprint/)
    await other.stop()

    const local = setup()
    await local.clock.advance(2_000)
    await local.heads.requireKnown()
    await local.stop()
  })

  it('lets nothing be signed on a network of others before the user’s word, nor while an endpoint answers for another chain', async () => {
    const strangers: ListedEndpoint[] = [{ rpcUrl: 'https://a.example.org', restUrl: 'https://a.example.org', own: false, from: 'user' }]
    const row = {
      network: 'beta',
      chainId: 'pocket-lego-testnet',
      block1Hash: 'AA',
      genesisTime: 't',
      facts: { known: 'first-use', hosts: 'a.example.org' },
    }
    const { clock, chain, state, heads, stop } = setup(row, true, 'beta', strangers)
    chain.chainId = 'pocket-lego-testnet'
    await clock.advance(4_000)
    expect(state.state.chain).toMatchObject({ known: 'first-use', found: { block1Hash: 'AA', hosts: ['a.example.org'] } })
    expect(heads.isCertain()).toBe(false)
    await expect(heads.requireKnown()).rejects.toMatchObject({ code: 'chain-not-confirmed' })
    await expect(heads.confirm('BB', true)).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
    await heads.confirm('AA', true)
    expect(state.state.chain).toMatchObject({ known: 'confirmed', found: null })
    expect(heads.isCertain()).toBe(true)
    row.facts.known = 'confirmed'
    await heads.requireKnown()
    chain.block1Hash = 'BB'
    await expect(heads.requireKnown()).rejects.toMatchObject({ code: 'endpoint-other-chain', detail: { host: 'a.example.org' } })
    expect(state.state.chain.endpoints?.['0']?.status).toBe('other-chain')
    await stop()
  })

  it('lets nothing be signed with real money while one host alone answers', async () => {
    const strangers: ListedEndpoint[] = [{ rpcUrl: 'https://a.example.org', restUrl: 'https://a.example.org', own: false, from: 'user' }]
    const genesisTime = networkOf('mainnet').genesisTime ?? ''
    const row = { network: 'mainnet', chainId: 'pocket', block1Hash: 'AA', genesisTime, facts: { known: 'confirmed' } }
    const { clock, chain, heads, stop } = setup(row, true, 'mainnet', strangers)
    chain.chainId = 'pocket'
    chain.genesisTime = genesisTime
    await clock.advance(4_000)
    expect(heads.isCertain()).toBe(true)
    await expect(heads.requireKnown()).rejects.toMatchObject({ code: 'chain-unreachable' })
    await stop()
  })

  it('forgets a chain that the user says is not the one, heights and all', async () => {
    const strangers: ListedEndpoint[] = [{ rpcUrl: 'https://a.example.org', restUrl: 'https://a.example.org', own: false, from: 'user' }]
    const row: Partial<ChainRow> = { network: 'beta', chainId: 'pocket-lego-testnet', block1Hash: 'AA', facts: { known: 'first-use' } }
    const { clock, chain, heads, heights, stop } = setup(row, true, 'beta', strangers)
    chain.chainId = 'pocket-lego-testnet'
    await clock.advance(4_000)
    await heads.confirm('AA', false)
    row.block1Hash = undefined
    row.facts = {}
    Object.assign(chain, { block1Hash: 'BB', heightNow: 2 })
    await clock.advance(4_000)
    expect(heights).toEqual([5, 2])
    await stop()
  })
})
