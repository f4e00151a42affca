import { describe, expect, it } from 'vitest'
import { createHeads } from '#main/core/chain/heads.ts'
import type { ChainEndpoints } from '#main/core/ports/chain.ts'
import type { ChainRow, Store } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createFakeChain } from '#test/fakes/chain.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

function setup(known?: Partial<ChainRow>, reachable = true) {
  const clock = createTestClock()
  const chain = createFakeChain(() => 'H')
  chain.reachable = reachable
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null }),
    clock,
  )
  let endpoints: ChainEndpoints | undefined = { rpcUrl: 'http://127.0.0.1:1', restUrl: 'http://127.0.0.1:2' }
  const heads = createHeads({
    connect: () => chain,
    endpoints: () => endpoints,
    network: () => 'local',
    store: { chain: () => Promise.resolve(known as ChainRow | undefined) } as unknown as Store,
    state,
    clock,
    log: createTestLog(),
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
    setEndpoints: (value: ChainEndpoints | undefined) => (endpoints = value),
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
})
