import { describe, expect, it } from 'vitest'
import { endpointAddress } from '#main/core/chain/endpoint-address.ts'
import { createEndpointList } from '#main/core/chain/endpoint-list.ts'
import type { Chain, ChainEndpoints, Fingerprint } from '#main/core/ports/chain.ts'
import { networkOf } from '#shared/networks/index.ts'

const MAINNET = networkOf('mainnet')
const OWN = { rpcUrl: 'http://127.0.0.1:1', restUrl: 'http://127.0.0.1:2' }
const MINE = { rpcUrl: 'https://rpc.example.org', restUrl: 'https://api.example.org' }
const TRUE_PRINT: Fingerprint = { chainId: 'pocket', block1Hash: 'AA', genesisTime: MAINNET.genesisTime ?? '' }

function setup(network: 'mainnet' | 'local' = 'mainnet', settings = new Map<string, string>()) {
  const world = { print: TRUE_PRINT, block1Hash: undefined as string | undefined, own: undefined as ChainEndpoints | undefined }
  const list = createEndpointList({
    network,
    store: {
      setting: (key) => Promise.resolve(settings.get(key)),
      setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
    },
    connect: () => ({ fingerprint: () => Promise.resolve(world.print) }) as Chain,
    own: () => world.own,
    block1Hash: () => world.block1Hash,
  })
  return { list, world, settings, urls: () => list.list().map((each) => [each.from, each.rpcUrl, each.own]) }
}

describe('endpoints', () => {
  it('are the own node first, then those of the user, then the public ones, and are remembered', async () => {
    const { list, world, settings, urls } = setup()
    const publicOnes = MAINNET.publicEndpoints.map((each) => ['public', each.rpcUrl, false])
    expect(publicOnes.length).toBeGreaterThan(1)
    expect(urls()).toEqual(publicOnes)
    await list.add({ rpcUrl: `${MINE.rpcUrl}//`, restUrl: ` ${MINE.restUrl}/ ` })
    world.own = OWN
    expect(urls()).toEqual([['here', OWN.rpcUrl, true], ['user', MINE.rpcUrl, false], ...publicOnes])
    await list.remove(MAINNET.publicEndpoints[0]?.rpcUrl ?? '')
    const again = setup('mainnet', settings)
    await again.list.load()
    expect(again.urls()).toEqual([['user', MINE.rpcUrl, false], ...publicOnes.slice(1)])
    // A public one that was taken off can be put back.
    await again.list.add(MAINNET.publicEndpoints[0] ?? MINE)
    await again.list.remove(MINE.rpcUrl)
    expect(again.urls()).toEqual(publicOnes)
  })

  it('of another chain, twice, too many or unknown are refused, and nothing changes', async () => {
    const { list, world, urls } = setup()
    const before = urls()
    const refused = async (work: Promise<void>, code: string): Promise<void> => {
      await expect(work).rejects.toMatchObject({ code })
    }
    world.print = { ...TRUE_PRINT, chainId: 'pocket-lego-testnet' }
    await refused(list.add(MINE), 'chain-unknown-fingerprint')
    world.print = { ...TRUE_PRINT, genesisTime: '2026-01-01T00:00:00Z' }
    await refused(list.add(MINE), 'chain-unknown-fingerprint')
    world.print = TRUE_PRINT
    world.block1Hash = 'BB'
    await refused(list.add(MINE), 'chain-unknown-fingerprint')
    expect(urls()).toEqual(before)
    world.block1Hash = 'AA'
    await list.add(MINE)
    await refused(list.add(MINE), 'chain-address-invalid')
    await list.add({ ...MINE, rpcUrl: 'https://two.example.org' })
    await list.add({ ...MINE, rpcUrl: 'https://three.example.org' })
    await refused(list.add({ ...MINE, rpcUrl: 'https://four.example.org' }), 'chain-address-invalid')
    world.own = OWN
    await refused(list.remove(OWN.rpcUrl), 'endpoint-unknown')
    await refused(list.remove('https://nowhere.example.org'), 'endpoint-unknown')
    expect(urls().length).toBe(before.length + 4)
  })

  it('cannot be added where the network is on this machine alone; what another version wrote does no harm', async () => {
    await expect(setup('local').list.add(MINE)).rejects.toMatchObject({ code: 'not-allowed' })
    const { list, urls } = setup('mainnet', new Map([['chain-endpoints:mainnet', '{"added":7}']]))
    await list.load()
    expect(urls().length).toBe(MAINNET.publicEndpoints.length)
  })
})

describe('an address', () => {
  it.each([
    ['https://rpc.example.org', 'https://rpc.example.org'],
    [' HTTPS://RPC.Example.org:8443/pocket/ ', 'https://rpc.example.org:8443/pocket'],
    ['http://127.0.0.1:26657', 'http://127.0.0.1:26657'],
    ['http://192.168.1.9:26657', 'http://192.168.1.9:26657'],
    ['http://attic:26657', 'http://attic:26657'],
    ['http://[::1]:26657', 'http://[::1]:26657'],
  ])('%s is taken', (text, kept) => {
    expect(endpointAddress(text)).toBe(kept)
  })
  it.each([
    ['', 'no web address'],
    ['rpc.example.org', 'no web address'],
    ['ftp://rpc.example.org', 'no web address'],
    ['wss://rpc.example.org', 'no web address'],
    ['https://rpc.example.org/?key=1', 'no web address'],
    ['https://rpc.example.org/#a', 'no web address'],
    ['https://me:secret@rpc.example.org', 'password'],
    ['http://rpc.example.org', 'not encrypted'],
    ['http://8.8.8.8:26657', 'not encrypted'],
    ['http://127.0.0.1.example.org', 'not encrypted'],
    ['http://10.0.0.1.evil.com', 'not encrypted'],
  ])('%s is refused', (text, reason) => {
    expect(() => endpointAddress(text)).toThrow(reason)
  })
})

describe('the gRPC address of an endpoint', () => {
  const withGrpc = (grpcUrl: string, rpcUrl = MINE.rpcUrl): ChainEndpoints => ({ ...MINE, rpcUrl, grpcUrl })
  it('is kept with its port, and public ones have theirs where it is known', async () => {
    const { list, settings } = setup()
    await list.add(withGrpc(' HTTPS://grpc.Example.org/ '))
    expect(list.list()[0]?.grpcUrl).toBe('https://grpc.example.org:443')
    const again = setup('mainnet', settings)
    await again.list.load()
    expect(again.list.list()[0]?.grpcUrl).toBe('https://grpc.example.org:443')
    expect(list.list().map((each) => [each.rpcUrl, each.grpcUrl])).toContainEqual([
      'https://sauron-rpc.infra.pocket.network',
      'https://sauron-grpc.infra.pocket.network:443',
    ])
    const bare = setup()
    await bare.list.add(withGrpc('  '))
    expect(bare.list.list()[0]).not.toHaveProperty('grpcUrl')
    const near = setup()
    await near.list.add(withGrpc('http://192.168.1.5:9090', 'http://192.168.1.5:26657'))
    expect(near.list.list()[0]?.grpcUrl).toBe('http://192.168.1.5:9090')
  })
  it.each([
    ['S22: in the clear outside the own network', withGrpc('http://grpc.example.org:9090'), /not encrypted/],
    ['with a path', withGrpc('https://grpc.example.org/x'), /no path/],
    ['in the clear without a port', withGrpc('http://192.168.1.5'), /names its port/],
    ['that is none', withGrpc('grpc.example.org:443'), /no web address/],
    ['with a password', withGrpc('https://me:you@grpc.example.org'), /password/],
    ['on this machine, which is another one in a container', withGrpc('https://localhost:9090'), /ask itself/],
    ['of an endpoint on this machine', withGrpc('https://grpc.example.org', 'http://127.0.0.1:26657'), /ask itself/],
  ])('%s is refused', async (_what, endpoint, reason) => {
    const { list } = setup()
    const before = list.list()
    await expect(list.add(endpoint)).rejects.toMatchObject({
      code: 'chain-address-invalid',
      detail: { reason: expect.stringMatching(reason) as string },
    })
    expect(list.list()).toEqual(before)
  })
  it('another one for a public host makes it the user’s own', async () => {
    const { list, urls } = setup()
    const [, bare] = MAINNET.publicEndpoints
    if (!bare) throw new Error('there is one host alone')
    await list.remove(bare.rpcUrl)
    await list.add({ ...bare, grpcUrl: 'https://grpc.example.org' })
    expect(urls()[0]).toEqual(['user', bare.rpcUrl, false])
    expect(list.list()[0]?.grpcUrl).toBe('https://grpc.example.org:443')
  })
})
