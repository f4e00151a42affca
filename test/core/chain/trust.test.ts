import { describe, expect, it } from 'vitest'
import type { ChainPool } from '#main/core/chain/pool.ts'
import { createChainTrust } from '#main/core/chain/trust.ts'
import type { EndpointHealth } from '#main/core/chain/members.ts'
import type { ChainHead, ProvenReads } from '#main/core/ports/chain.ts'
import type { ChainRow } from '#main/core/ports/store.ts'
import { networkOf, type Network } from '#shared/networks/index.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

const GENESIS = networkOf('mainnet').genesisTime ?? ''
const HASH = 'AB'.repeat(32)
const DAY_MS = 24 * 3_600_000

function setup(network: Network['id'] = 'mainnet') {
  const clock = createTestClock()
  const rows = new Map<string, ChainRow>()
  const settings = new Map<string, string>()
  const makeTrust = () =>
    createChainTrust({
      network: () => network,
      store: {
        chain: (id) => Promise.resolve(rows.get(id)),
        putChain: (row) => Promise.resolve(void rows.set(row.network, row)),
        setting: (key) => Promise.resolve(settings.get(key)),
        setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
      },
      clock,
      log: createTestLog(),
    })
  const health = (fields: Partial<EndpointHealth>): EndpointHealth => ({
    rpcUrl: 'https://a',
    host: 'rpc.one.test',
    own: false,
    status: 'good',
    height: 500,
    latencyMs: 1,
    agrees: true,
    error: '',
    atMs: 1,
    ...fields,
  })
  const world = {
    hosts: [health({}), health({ host: 'rpc.two.test:443' })],
    print: { chainId: 'pocket', block1Hash: 'AA', genesisTime: GENESIS },
    split: false,
    proven: [] as number[],
    asked: [] as number[],
    says: {} as Record<string, string>,
  }
  const pool = {
    health: () => world.hosts,
    disagreement: () => (world.split ? { height: 1, said: [] } : undefined),
    fingerprint: () => Promise.resolve(world.print),
    blockHashes: (height: number) => {
      world.asked.push(height)
      return Promise.resolve(world.hosts.map(({ host, own }) => ({ host, own, hash: world.says[host] ?? HASH })))
    },
    proven: () =>
      ({
        block: (height: number) => {
          world.proven.push(height)
          return Promise.resolve('CD'.repeat(32))
        },
      }) as ProvenReads,
  } as unknown as ChainPool
  /** A head that every host has. */
  const headOf = (height: number): ChainHead => {
    world.hosts = world.hosts.map((host) => ({ ...host, height }))
    return { height, timeMs: clock.now(), hash: HASH, catchingUp: false }
  }
  return { trust: makeTrust(), makeTrust, clock, rows, settings, world, pool, headOf, health }
}

describe('a real network that is not known yet', () => {
  it('proofs never begin at a block that one host alone names, though its head is the newest', async () => {
    const { trust, clock, world, pool, health } = setup()
    world.hosts = [health({ height: 500 }), health({ host: 'rpc.two.test:443', height: 502 })]
    await trust.refresh()
    await trust.settle(pool, { height: 502, timeMs: clock.now(), hash: 'EE'.repeat(32), catchingUp: false })
    expect(world.asked).toEqual([500])
    expect(trust.root()).toEqual({ chainId: 'pocket', height: 500, hash: HASH })
    const other = setup()
    other.world.says = { 'rpc.two.test:443': 'EE'.repeat(32) }
    await other.trust.refresh()
    await other.trust.settle(other.pool, other.headOf(500))
    expect(other.trust.root()).toBeUndefined()
    const oneOwner = setup()
    oneOwner.world.hosts = [
      oneOwner.health({}),
      oneOwner.health({ host: 'two.one.test:443' }),
      oneOwner.health({ host: 'rpc.three.test:443' }),
    ]
    oneOwner.world.says = { 'rpc.three.test:443': 'EE'.repeat(32) }
    await oneOwner.trust.refresh()
    await oneOwner.trust.settle(oneOwner.pool, oneOwner.headOf(500))
    expect(oneOwner.trust.root()).toBeUndefined()
  })

  it('is written down when two strangers agree on it, with where proofs begin, and known from then on', async () => {
    const { trust, makeTrust, rows, pool, headOf } = setup()
    await trust.refresh()
    expect([trust.recognition(), trust.block1Hash(), trust.root()]).toEqual(['unknown', undefined, undefined])
    await trust.settle(pool, headOf(500))
    expect(rows.get('mainnet')).toMatchObject({
      chainId: 'pocket',
      block1Hash: 'AA',
      facts: { known: 'first-use', why: 'endpoints-agree' },
    })
    const again = makeTrust()
    await again.refresh()
    expect([again.recognition(), again.block1Hash()]).toEqual(['first-use', 'AA'])
    expect(again.root()).toEqual({ chainId: 'pocket', height: 500, hash: HASH })
  })

  it('is not taken from one stranger, from two that were not compared, or while they disagree; from an own node it is', async () => {
    const { trust, rows, pool, headOf, world, health } = setup()
    const other = { host: 'rpc.two.test' }
    // Two names of one company, and two ports of one host, are one voice.
    for (const hosts of [
      [health({})],
      [health({}), health({ ...other, agrees: null })],
      [health({}), health({ ...other, status: 'behind' })],
      [health({}), health({ host: 'API.one.test:8443' })],
      [health({ host: '10.0.0.7:1' }), health({ host: '10.0.0.7:2' })],
    ]) {
      world.hosts = hosts
      await trust.settle(pool, headOf(500))
      expect(rows.size).toBe(0)
    }
    world.hosts = [health({}), health({ host: 'rpc.two.test' })]
    world.split = true
    await trust.settle(pool, headOf(500))
    expect([rows.size, trust.recognition()]).toEqual([0, 'unknown'])
    world.split = false
    world.hosts = [health({ own: true, agrees: null })]
    await trust.settle(pool, headOf(500))
    expect(rows.get('mainnet')?.facts['why']).toBe('own-node')
  })

  it('is refused when its id or its genesis time is another, however many agree', async () => {
    const { trust, rows, pool, headOf, world } = setup()
    world.print = { chainId: 'pocket', block1Hash: 'AA', genesisTime: '2026-11-22T19:33:23.275619625Z' }
    await expect(trust.settle(pool, headOf(500))).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
    world.print = { chainId: 'hearth-local-1', block1Hash: 'AA', genesisTime: GENESIS }
    await expect(trust.settle(pool, headOf(500))).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
    expect(rows.size).toBe(0)
  })

  it('moves the beginning of proofs along once a day, by proof; after a long absence trust begins anew', async () => {
    const { trust, makeTrust, clock, pool, headOf, world } = setup()
    await trust.settle(pool, headOf(500))
    await clock.advance(DAY_MS / 2)
    await trust.settle(pool, headOf(900))
    expect([trust.root()?.height, world.proven]).toEqual([500, []])
    await clock.advance(DAY_MS)
    await trust.settle(pool, headOf(1_500))
    expect(trust.root()).toEqual({ chainId: 'pocket', height: 1_500, hash: 'CD'.repeat(32) })
    expect(world.proven).toEqual([1_500])
    await clock.advance(13 * DAY_MS)
    const again = makeTrust()
    await again.refresh()
    expect([again.root(), again.block1Hash()]).toEqual([undefined, 'AA'])
    await again.settle(pool, headOf(20_000))
    expect(again.root()?.height).toBe(20_000)
  })
})

describe('the user’s word', () => {
  const known = async () => {
    const scene = setup()
    await scene.trust.settle(scene.pool, scene.headOf(500))
    return scene
  }

  it('is asked for what was named, with who named it, and makes it certain for good', async () => {
    const { trust, makeTrust } = await known()
    expect(trust.found()).toEqual({
      chainId: 'pocket',
      block1Hash: 'AA',
      genesisTime: GENESIS,
      hosts: ['rpc.one.test', 'rpc.two.test:443'],
    })
    await expect(trust.confirm('BB')).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
    expect(trust.recognition()).toBe('first-use')
    await trust.confirm('AA')
    const again = makeTrust()
    await again.refresh()
    expect([trust.recognition(), again.recognition(), again.found()]).toEqual(['confirmed', 'confirmed', undefined])
    await expect(again.confirm('AA')).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
    await expect(again.refuse()).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
  })

  it('against it: chain and proofs are forgotten, and another may be named', async () => {
    const { trust, makeTrust, pool, headOf, world } = await known()
    await trust.refuse()
    for (const one of [trust, makeTrust()]) {
      await one.refresh()
      expect([one.recognition(), one.block1Hash(), one.root(), one.found()]).toEqual(['unknown', undefined, undefined, undefined])
    }
    world.print = { ...world.print, block1Hash: 'CC' }
    await trust.settle(pool, headOf(700))
    expect([trust.found()?.block1Hash, trust.root()?.height]).toEqual(['CC', 700])
  })

  it('is asked on one host’s word where money buys nothing; proofs do not begin from it', async () => {
    const { trust, pool, headOf, world, health } = setup('beta')
    world.hosts = [health({ agrees: null })]
    world.print = { chainId: 'pocket-lego-testnet', block1Hash: 'AA', genesisTime: 'any' }
    await trust.settle(pool, headOf(500))
    expect([trust.recognition(), trust.found()?.hosts, trust.root()]).toEqual(['first-use', ['rpc.one.test'], undefined])
  })

  it('is never asked for a chain that was made here', async () => {
    const { trust, rows } = setup('local')
    const facts = { known: 'first-use' }
    rows.set('local', { network: 'local', chainId: 'hearth-local-1', block1Hash: 'EE', genesisTime: 't', createdAtMs: 1, facts })
    await trust.refresh()
    expect(trust.found()).toBeUndefined()
  })
})

describe('a chain that was made here', () => {
  it('is known by what its making wrote down, and proven from its first block', async () => {
    const { trust, rows, pool, headOf } = setup('local')
    await trust.settle(pool, headOf(5))
    expect([rows.size, trust.recognition()]).toEqual([0, 'unknown'])
    rows.set('local', { network: 'local', chainId: 'hearth-local-1', block1Hash: 'EE', genesisTime: 't', createdAtMs: 1, facts: {} })
    await trust.refresh()
    expect([trust.recognition(), trust.root()]).toEqual(['recorded', { chainId: 'hearth-local-1', height: 1, hash: 'EE' }])
    trust.forget()
    expect([trust.recognition(), trust.root()]).toEqual(['unknown', undefined])
  })
})
