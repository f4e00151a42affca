import { beforeEach, describe, expect, it } from 'vitest'
import type { EndpointWish } from '#shared/api/backend-requests.ts'
import { gateConfig } from '#main/core/backends/backends-room.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { begin, beginAnew, catalog, here, SECRET, wish } from './room-scene.ts'

beforeEach(beginAnew)

describe('endpoints of the user’s own', () => {
  it('are attached once they are the right chain; what is secret lies in one place, the rest in the record', async () => {
    const report = await here.room.handlers['backends.attach'](wish())
    expect(report).toMatchObject({ chain: '0x64', height: 16, headAgeMs: 5_000, syncing: false, latencyMs: 12 })
    const url = here.room.url('gnosis')
    expect(url).toMatch(/^http:\/\/gate:9100\/s\/gnosis\/[0-9a-f]{32}$/)
    expect(here.room.url('gnosis', 'WEBSOCKET')).toBeUndefined()
    expect([...here.settings.values(), JSON.stringify(here.noted)].join()).not.toContain(SECRET)
    expect(here.secrets.get('local:gnosis')).toEqual({
      paths: { http: `/${SECRET}`, rest: '', websocket: '' },
      credential: { kind: 'bearer', token: SECRET },
    })
    expect(here.asked.every((question) => question.headers['Authorization'] === `Bearer ${SECRET}`)).toBe(true)
    expect(here.woken).toBe(1)
    // A later life knows it again.
    await begin()
    expect(here.room.url('gnosis')).toBe(url)
    const { rows } = await here.room.handlers['backends.list']({})
    expect(rows.map((row) => [row.serviceId, row.by, row.attached?.hasPath])).toEqual([
      ['anvil', 'container', undefined],
      ['gnosis', 'attached', true],
    ])
    expect(JSON.stringify(rows)).not.toContain(SECRET)
  })
  it('of another chain, or that nobody answers, are refused and nothing is kept', async () => {
    here.node.chainId = '0x1'
    expect(await rejection(here.room.handlers['backends.attach'](wish()))).toMatchObject({
      code: 'backend-wrong-chain',
      detail: { found: '1', expected: '100' },
    })
    here.node.down = true
    expect((await rejection(here.room.handlers['backends.attach'](wish()))).code).toBe('backend-unreachable')
    here.node = { ...here.node, down: false, fails: { eth_chainId: '<html>' } }
    expect((await rejection(here.room.handlers['backends.attach'](wish()))).code).toBe('backend-unreachable')
    expect((await rejection(here.room.handlers['backends.attach'](wish({ httpUrl: 'http://169.254.169.254/' })))).code).toBe(
      'backend-address-refused',
    )
    expect((await rejection(here.room.handlers['backends.attach'](wish({ restUrl: 'http://192.168.1.9:1317' })))).code).toBe(
      'backend-address-refused',
    )
    expect((await rejection(here.room.handlers['backends.attach'](wish({ serviceId: 'no-such' })))).code).toBe('backend-unknown')
    expect((await rejection(here.room.handlers['backends.attach'](wish({ httpUrl: '' })))).code).toBe('backend-address-refused')
    expect([[...here.settings.keys()], here.secrets.size, here.noted.length, here.woken]).toEqual([['gate-secret:local'], 0, 0, 0])
  })
  it('of a Cosmos chain are known by the name of their network', async () => {
    const rest = { serviceId: 'akash', credential: { kind: 'none' as const } }
    expect(await here.room.handlers['backends.test'](wish(rest))).toMatchObject({ chain: 'akashnet-2', height: 900, archive: true })
    here.node.network = 'akashnet-1'
    expect((await rejection(here.room.handlers['backends.test'](wish(rest)))).code).toBe('backend-wrong-chain')
  })
  it('are the right chain by every address that was given: each may lead elsewhere', async () => {
    const websocket = { webSocketUrl: 'wss://gnosis.example.org' }
    expect(await here.room.handlers['backends.test'](wish(websocket))).toMatchObject({ chain: '0x64', websocket: true })
    for (const result of [null, undefined]) {
      here.node.wsResult = result
      expect(await here.room.handlers['backends.test'](wish(websocket)), String(result)).toMatchObject({ websocket: false })
    }
    delete here.node.wsResult
    here.node.wsChainId = '0x89'
    expect(await rejection(here.room.handlers['backends.attach'](wish(websocket)))).toMatchObject({
      code: 'backend-wrong-chain',
      detail: { host: 'gnosis.example.org', found: '137', expected: '100' },
    })
    here.node.wsChainId = 'osmosis-1'
    const cosmos = { serviceId: 'akash', restUrl: 'https://rest.example.org', credential: { kind: 'none' as const } }
    expect(
      await rejection(here.room.handlers['backends.test'](wish({ ...cosmos, serviceId: 'pocket', restUrl: '', ...websocket }))),
    ).toMatchObject({
      code: 'backend-wrong-chain',
      detail: { found: 'akashnet-2', expected: 'pocket' },
    })
    here.node = { ...here.node, wsChainId: 'osmosis-1', network: 'pocket' }
    expect(
      await rejection(here.room.handlers['backends.test'](wish({ ...cosmos, serviceId: 'pocket', restUrl: '', ...websocket }))),
    ).toMatchObject({
      code: 'backend-wrong-chain',
      detail: { host: 'gnosis.example.org', found: 'osmosis-1', expected: 'pocket' },
    })
    here.node = { ...here.node, network: 'akashnet-2', restNetwork: 'cosmoshub-4' }
    for (const httpUrl of ['', 'https://rpc.example.org'])
      expect(await rejection(here.room.handlers['backends.test'](wish({ ...cosmos, httpUrl })))).toMatchObject({
        code: 'backend-wrong-chain',
        detail: { host: 'rest.example.org', found: 'cosmoshub-4', expected: 'akashnet-2' },
      })
    here.node.restNetwork = 'akashnet-2'
    expect(await here.room.handlers['backends.test'](wish({ ...cosmos, httpUrl: '' }))).toMatchObject({ chain: 'akashnet-2', warnings: [] })
  })
  it('of REST alone are asked the way the gateways ask, and a redirect is no answer', async () => {
    const rest = { serviceId: 'tron', httpUrl: '', restUrl: 'https://tron.example.org', credential: { kind: 'none' as const } }
    expect(await here.room.handlers['backends.test'](wish(rest))).toMatchObject({ latencyMs: 7 })
    expect(here.asked[0]).toMatchObject({ method: 'POST', url: 'https://tron.example.org/wallet/getnowblock' })
    for (const status of [302, 404, 403, 500]) {
      here.node.restStatus = status
      expect((await rejection(here.room.handlers['backends.test'](wish(rest)))).code).toBe('backend-unreachable')
    }
    // Where gateways have no question, whoever answers is there; nobody follows a redirect.
    const radix = { ...rest, serviceId: 'radix', restUrl: 'https://radix.example.org' }
    here.node.restStatus = 404
    expect(await here.room.handlers['backends.test'](wish(radix))).toMatchObject({ warnings: ['chain-unknown'] })
    // One that refuses the credentials is there too, and is of no use.
    for (const status of [301, 401, 403]) {
      here.node.restStatus = status
      expect((await rejection(here.room.handlers['backends.test'](wish(radix)))).code, String(status)).toBe('backend-unreachable')
    }
  })
  it('S18: are shown without what they were asked with, whatever they say back', async () => {
    const key = 'k3y%2Fof/the-user'
    const said = (text: string): string => JSON.stringify({ error: { message: `${text} /v3/${decodeURIComponent(SECRET)} ${SECRET}` } })
    here.node.fails = { eth_chainId: said('no such project') }
    const failure = await rejection(
      here.room.handlers['backends.attach'](wish({ httpUrl: `https://x.example.org/v3/${SECRET}?apikey=${key}` })),
    )
    expect(failure.detail['reason']).toBe('no such project /v3/… …')
    here.node.fails = { eth_blockNumber: said('limit') }
    const report = await here.room.handlers['backends.test'](
      wish({ credential: { kind: 'basic', username: 'u', password: 'pass-word-9' }, httpUrl: `https://x.example.org/${SECRET}` }),
    )
    expect(JSON.stringify(report)).not.toContain(SECRET)
    expect(report.checks.find((check) => check.name === 'eth_blockNumber')?.facts).toEqual({ answer: 'limit /v3/… …' })
  })
  it('are warned of: rented, old, still syncing, open to be administered, failing a critical question', async () => {
    here.node = {
      ...here.node,
      headAgeSeconds: 600,
      syncing: { currentBlock: '0x1' },
      admin: true,
      fails: { eth_blockNumber: '{"error":{"message":"no"}}' },
    }
    const report = await here.room.handlers['backends.test'](wish({ httpUrl: 'https://gnosis.infura.io/v3/k' }))
    expect(report.warnings.toSorted()).toEqual(['admin-open', 'checks-failed', 'head-old', 'rented', 'syncing'])
    expect(report.checks.find((check) => check.name === 'eth_blockNumber')).toMatchObject({
      outcome: 'failed',
      key: 'rpc-error',
      facts: { answer: 'no' },
    })
    expect(report.checks.find((check) => check.rpcType === 'WEBSOCKET')).toMatchObject({ outcome: 'not-offered' })
  })
  it('keep what is left empty when they are changed, and forget their credentials when they are removed', async () => {
    await here.room.handlers['backends.attach'](wish())
    await here.room.handlers['backends.attach'](
      wish({ httpUrl: '', webSocketUrl: 'ws://192.168.1.9:8546', credential: { kind: 'none' }, keep: true }),
    )
    expect(here.secrets.get('local:gnosis')).toMatchObject({ paths: { http: `/${SECRET}` }, credential: { kind: 'bearer', token: SECRET } })
    expect(here.room.url('gnosis', 'WEBSOCKET')).toBe(`ws://gate:9100/w/gnosis/${here.parts.of('gnosis')}`)
    await here.room.handlers['backends.remove']({ serviceId: 'gnosis' })
    expect([here.secrets.size, here.room.url('gnosis')]).toEqual([0, undefined])
    expect((await rejection(here.room.handlers['backends.remove']({ serviceId: 'gnosis' }))).code).toBe('backend-unknown')
  })
  describe('S18: keep their credential', () => {
    const changed = (more: Partial<EndpointWish>): EndpointWish => wish({ httpUrl: '', credential: { kind: 'none' }, keep: true, ...more })
    it.each([
      { httpUrl: 'https://thief.example/' },
      { httpUrl: 'http://192.168.1.10:8545' },
      { webSocketUrl: 'ws://192.168.1.90:8546' },
      { httpUrl: 'https://192.168.1.9.thief.example' },
      { httpUrl: 'http://192.168.1.9:8545', webSocketUrl: 'wss://thief.example' },
    ])('from a host that it was not given for: %j', async (more) => {
      await here.room.handlers['backends.attach'](wish())
      const kept = [here.secrets.get('local:gnosis'), here.settings.get('backends:local')]
      here.asked = []
      for (const request of ['backends.test', 'backends.attach'] as const)
        expect(await rejection(here.room.handlers[request](changed(more)))).toMatchObject({
          code: 'backend-credential-refused',
          detail: { reason: 'another host: give the credentials again' },
        })
      expect(here.asked).toEqual([])
      expect([here.secrets.get('local:gnosis'), here.settings.get('backends:local')]).toEqual(kept)
      // Given again, it may go there.
      await here.room.handlers['backends.attach']({ ...changed(more), credential: { kind: 'bearer', token: 'another' } })
      expect(here.asked.every((question) => question.headers['Authorization'] === 'Bearer another')).toBe(true)
    })
    it('from going in the clear where it went encrypted, and let it go to the same host another way', async () => {
      await here.room.handlers['backends.attach'](wish({ httpUrl: 'https://192.168.1.9/rpc' }))
      for (const more of [{ httpUrl: 'http://192.168.1.9/rpc' }, { webSocketUrl: 'ws://192.168.1.9/ws' }])
        expect((await rejection(here.room.handlers['backends.attach'](changed(more)))).code).toBe('backend-credential-refused')
      await here.room.handlers['backends.attach'](changed({ httpUrl: 'https://192.168.1.9:8443', webSocketUrl: 'wss://192.168.1.9/ws' }))
      expect(here.secrets.get('local:gnosis')).toMatchObject({ paths: { http: '' }, credential: { kind: 'bearer', token: SECRET } })
    })
    it('in their way no more than there is one', async () => {
      await here.room.handlers['backends.attach'](wish({ credential: { kind: 'none' } }))
      await here.room.handlers['backends.attach'](changed({ httpUrl: 'http://192.168.1.77:8545' }))
      expect(here.attachments.of('gnosis')?.origins.http).toBe('http://192.168.1.77:8545')
    })
  })
  it('cannot be attached where there is nothing outside', async () => {
    await begin(false)
    expect((await rejection(here.room.handlers['backends.attach'](wish()))).code).toBe('not-allowed')
  })
  it('make the gate’s configuration, which is there only while something is attached', async () => {
    const config = () =>
      gateConfig(
        here.attachments,
        (id) => Promise.resolve(here.secrets.get(`local:${id}`)),
        () => catalog,
        'tok',
        here.parts,
      )
    expect(await config()).toBeUndefined()
    await here.room.handlers['backends.attach'](wish())
    expect(await config()).toContain(SECRET)
    expect(await config()).toContain(`"/s/gnosis/${here.parts.of('gnosis')}"`)
  })
})
