import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import { HearthError } from '#shared/api/errors.ts'
import { CATALOG_FOLDER } from '#main/catalog.ts'
import { whyUnreachable } from '#shared/model/reachable-address.ts'
import { dialFromContainer, endpointAddress, placeOf } from '#main/core/backends/address.ts'
import { allowedCalls, methodPattern } from '#main/core/backends/allowed-calls.ts'
import { createAttachments } from '#main/core/backends/attachments.ts'
import { headersOf, renderGateConfig } from '#main/core/backends/gate-config.ts'
import { createGateParts, hideGateParts } from '#main/core/backends/gate-part.ts'
import { createGate, gateSpec } from '#main/core/backends/gate.ts'
import type { ContainerSpec } from '#main/core/ports/engine.ts'
import { joined } from '#main/core/backends/ask.ts'
import { readCatalog } from '#main/core/backends/read-catalog.ts'
import { namesOf } from '#main/core/nodes/specs.ts'
import { gate, gateEntrySchema } from '#shared/catalog/entries/gate.ts'
import { createFakeEngine } from '#test/fakes/engine.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { rejection } from '#test/fakes/rejection.ts'

const HTTP = ['http:', 'https:'] as const
const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return error instanceof HearthError ? error.code : 'other'
  }
  return 'taken'
}

describe('an address', () => {
  it('is split into what may be shown and what may be a key', () => {
    expect(endpointAddress(' https://Eth-Mainnet.g.alchemy.com/v2/SECRET?x=1 ', HTTP)).toEqual({
      origin: 'https://eth-mainnet.g.alchemy.com',
      host: 'eth-mainnet.g.alchemy.com',
      path: '/v2/SECRET?x=1',
      place: 'rented',
    })
    expect(endpointAddress('http://192.168.1.20:8545/', HTTP)).toMatchObject({ origin: 'http://192.168.1.20:8545', path: '', place: 'lan' })
    expect(endpointAddress('http://10.0.0.7:8545/?key=a/b', HTTP).path).toBe('?key=a/b')
    expect(endpointAddress('http://[::1]:8545', HTTP).place).toBe('here')
    expect(endpointAddress('https://node.example.org/rpc/', HTTP)).toMatchObject({ path: '/rpc', place: 'outside' })
  })
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://[::ffff:169.254.169.254]/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://metadata.google.internal/',
    'http://metadata/',
    'http://100.100.100.200/',
    'http://168.63.129.16/',
    'http://0.0.0.0:8545',
    'http://224.0.0.1/',
    'http://[fe80::1]/',
    'http://[::]:8545',
    'http://user:pass@127.0.0.1:8545',
    'http://rpc.example.org',
    'ftp://127.0.0.1/',
    'http://127.0.0.1:8545/{env.PATH}',
    'http://127.0.0.1:8545/#x',
    'http://127.0.0.1:8545/a b',
    'not an address',
    '',
    `http://127.0.0.1/${'x'.repeat(600)}`,
  ])('is refused: %s', (text) => {
    expect(codeOf(() => endpointAddress(text, HTTP))).toBe('backend-address-refused')
  })
  it('S24: what a name leads to is judged as well', () => {
    for (const address of ['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254', 'fe80::5', '0.0.0.0', '255.255.255.255'])
      expect(whyUnreachable(address)).toBeTypeOf('string')
    for (const address of ['127.0.0.1', '10.0.0.7', '203.0.113.9', '2001:db8::1', '::1']) expect(whyUnreachable(address)).toBeUndefined()
  })
  it('knows who rents out nodes, by whole names alone', () => {
    expect(placeOf('mainnet.infura.io')).toBe('rented')
    expect(placeOf('infura.io')).toBe('rented')
    expect(placeOf('notinfura.io')).toBe('outside')
    expect(placeOf('box.local')).toBe('lan')
  })
  it('of this PC has another name in a container', () => {
    expect(dialFromContainer('http://127.0.0.1:8545')).toMatchObject({
      dial: 'host.docker.internal:8545',
      host: '127.0.0.1:8545',
      isTls: false,
    })
    expect(dialFromContainer('https://rpc.example.org')).toMatchObject({ dial: 'rpc.example.org:443', isTls: true })
  })
  it('takes the path of a question before its own query', () => {
    expect(joined('https://a', '/v2/KEY?x=1', '/status')).toBe('https://a/v2/KEY/status?x=1')
    expect(joined('https://a', '?key=k', '/status')).toBe('https://a/status?key=k')
    expect(joined('https://a', '?key=k', '/')).toBe('https://a/?key=k')
    expect(joined('https://a', '', '/')).toBe('https://a/')
    expect(joined('https://a', '/v2/KEY', '/')).toBe('https://a/v2/KEY')
  })
})

describe('what gateways may call', () => {
  const pattern = new RegExp(methodPattern(allowedCalls({ id: 'eth', ecosystem: 'evm' }).methods))
  it.each([
    '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}',
    ' \n[{"method":"eth_call"},{"method" : "net_version"}]',
    '{"method":"eth_call","params":["methods","met","","a\\"b\\\\","method "]}',
    '{"method":"eth_getLogs","params":[{"topics":["m","me","methodx","xmethod"]}]}',
    '{"id":-1.5e+10,"jsonrpc":"2.0","params":[true,false,null,1E5,0.25,{"ü":"日本 \u007f"}],"method":"eth_call"}\r\n\t',
    '{"id":"a","params":[{}],"METHOD":"eth_call"}',
  ])('lets through %s', (body) => expect(pattern.test(body)).toBe(true))
  it.each([
    '{"method":"admin_peers"}',
    '{"method":"debug_traceTransaction"}',
    '{"method":"personal_unlockAccount"}',
    '{"method":"eth_sign"}',
    '{"method":"eth_sendTransaction"}',
    '{"method":"eth_accounts"}',
    '{"Method":"admin_peers"}',
    '{"METHOD":"admin_peers"}',
    '{"method":"eth_call","method":"admin_peers"}',
    '{"method":"eth_call","params":[{"method":"admin_peers"}]}',
    '[{"method":"eth_call"},{"method":"admin_peers"}]',
    String.raw`{"\u006dethod":"admin_peers"}`,
    String.raw`{"method":"\u0061dmin_peers"}`,
    String.raw`{"a":"\\","method":"admin_peers"}`,
    '{"method":"eth_callx"}',
    '{"method":["admin_peers"]}',
    '{"method":null}',
    '"method"',
    // What is no JSON, and a key to a program that is not strict.
    "{'method':'admin_addPeer'}",
    `{"method":"eth_call",'method':'admin_addPeer'}`,
    '{method:"admin_addPeer"}',
    '{"method":"eth_call",method:"admin_addPeer"}',
    '{"method":"eth_call"}{`method`:`admin_addPeer`}',
    '{"method":"eth_call"/*"*/,method:1}',
    '{"method":"eth_call","a":NaN}',
    '{"method":"eth_call","a":e5}',
    '{"method":"eth_call",\u00a0"a":1}',
    '\ufeff{"method":"eth_call"}',
    // Letters of two bytes.
    Buffer.from('{"method":"admin_addPeer"}', 'utf16le').toString('latin1'),
    Buffer.from('{"method":"admin_addPeer"}', 'utf16le').swap16().toString('latin1'),
    `{"method":"eth_call","a":"${Buffer.from('","method":"admin_addPeer"', 'utf16le').toString('latin1')}"}`,
    '{"method":"eth_call","a":"\u0000"}',
    // Nothing is asked.
    '{}',
    '[]',
    '[{}]',
    '{"jsonrpc":"2.0","id":1,"params":["eth_call"]}',
    // What the gate's program tries the pattern on before the body.
    '<nil>',
    '',
  ])('refuses %s', (body) => expect(pattern.test(body)).toBe(false))
  it('reads a long body once over, whether it fits or not', () => {
    // A pattern with two ways to read one text takes longer than the test has.
    const many = 200_000
    for (const [inside, fits] of [
      [`"${'a'.repeat(many)}"`, true],
      ['1'.repeat(many), true],
      [`${'1e5,'.repeat(many / 4)}1`, true],
      [`${'"metho",'.repeat(many / 8)}1`, true],
      [`${'1e5,'.repeat(many / 4)}x`, false],
      [`${'{"method":"eth_call"},'.repeat(many / 22)}{"method":"admin_peers"}`, false],
    ] as const) {
      expect(pattern.test(`{"method":"eth_call","params":[${inside}]}`)).toBe(fits)
      if (fits) expect(pattern.test(`{"params":[${inside}]}`)).toBe(false)
    }
  })
  it('never lets a chain be administered, whatever the service', () => {
    for (const ecosystem of ['evm', 'evm-dev', 'cosmos', 'cosmos-evm', 'solana', 'near', 'sui', 'tron'] as const)
      for (const method of allowedCalls({ id: 'op', ecosystem }).methods)
        expect(method).not.toMatch(
          /^(admin|debug|personal|miner|engine|txpool|anvil|evm|hardhat|clique)_|^(dial|unsafe|dump)|^eth_(sign|accounts|coinbase|sendTransaction$)/,
        )
  })
})

describe('credentials', () => {
  it('become one header', () => {
    expect(headersOf({ kind: 'basic', username: 'ü', password: 'p:ß' })).toEqual({
      Authorization: `Basic ${Buffer.from('ü:p:ß').toString('base64')}`,
    })
    expect(headersOf({ kind: 'bearer', token: 'a.b-c_d' })).toEqual({ Authorization: 'Bearer a.b-c_d' })
    expect(headersOf({ kind: 'header', name: 'X-Api-Key', value: 'k' })).toEqual({ 'X-Api-Key': 'k' })
    expect(headersOf({ kind: 'none' })).toEqual({})
  })
  it.each([
    { kind: 'bearer', token: 'a b' },
    { kind: 'bearer', token: 'a\r\nX: y' },
    { kind: 'bearer', token: '{env.HOME}' },
    { kind: 'header', name: 'Host', value: 'x' },
    { kind: 'header', name: 'X-Hearth-Look', value: 'x' },
    { kind: 'header', name: 'X Key', value: 'x' },
    { kind: 'header', name: 'X-Key', value: '{http.request.host}' },
    { kind: 'header', name: 'X-Key', value: 'a\nb' },
    { kind: 'basic', username: 'a:b', password: '' },
    { kind: 'basic', username: 'a', password: 'b\u0000' },
  ] as const)('are refused where they would be something else: %j', (credential) => {
    expect(codeOf(() => headersOf(credential))).toBe('backend-credential-refused')
  })
})

describe('the gate', () => {
  const names = namesOf('aa11')
  it('fits the catalogue’s form: memory alone, one network, one port on loopback, no root', () => {
    expect(gateEntrySchema.parse(gate)).toEqual(gate)
    for (const wrong of [
      { restart: 'always' },
      { networks: ['backend', 'chain'] },
      { volumes: [{ ...gate.volumes[0], memory: false }] },
      { user: '0:0' },
    ])
      expect(gateEntrySchema.safeParse({ ...gate, ...wrong }).success).toBe(false)
  })
  it('S18: has nothing in its spec that is made of a credential', () => {
    const spec = gateSpec(gate, names, 'sha256:1', 8561)
    expect(gateSpec(gate, names, 'sha256:1', 8561)).toEqual(spec)
    expect(spec.env).toEqual({})
    expect(spec.reachesHost).toBe(true)
    expect(gateSpec(gate, names, 'sha256:2', 8561).specHash).not.toBe(spec.specHash)
  })
  it('has ways in for what is attached and for nothing else', () => {
    const secret = { paths: { http: '/k', rest: '', websocket: '' }, credential: { kind: 'none' as const } }
    const text = renderGateConfig(
      [
        {
          service: { id: 'eth', ecosystem: 'evm', checks: [] },
          part: 'ab12',
          origins: { http: 'https://a.example', rest: '', websocket: '' },
          secret,
        },
      ],
      'tok',
    )
    // At its root alone: neither without the part nor below it.
    expect(text).toContain('"match":[{"path":["/s/eth/ab12","/s/eth/ab12/"]}]')
    expect(text).not.toContain('"/s/eth"')
    expect(text).not.toContain('/*"')
    expect(text).not.toContain('"/r/eth')
    expect(text).not.toContain('"/w/eth')
    // Both for the miner's port and for that of the look.
    expect(text.match(/"delete":\["X-Forwarded-For","X-Forwarded-Host","X-Forwarded-Proto","X-Hearth-Look"\]/g)).toHaveLength(2)
    expect(text).toContain('"server_name":"a.example"')
    expect(JSON.parse(text)).toMatchObject({ admin: { disabled: true, config: { persist: false } } })
  })
  it('takes JSON-RPC where the gateways’ own questions of a service go as well', () => {
    const tron = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY).services.find(
      (service) => service.id === 'tron',
    )
    if (!tron) throw new Error('the catalogue has no tron')
    const secret = { paths: { http: '', rest: '', websocket: '' }, credential: { kind: 'none' as const } }
    const origins = { http: 'https://a.example', rest: '', websocket: '' }
    expect(renderGateConfig([{ service: tron, part: 'ab12', origins, secret }], 'tok')).toContain(
      '"match":[{"path":["/s/tron/ab12","/s/tron/ab12/","/s/tron/ab12/jsonrpc"]}]',
    )
  })
  describe('has a part in each way that nobody can guess', () => {
    const storeOf = (kept: Map<string, string>) => ({
      setting: (key: string) => Promise.resolve(kept.get(key)),
      setSetting: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
    })
    const partsOf = async (kept: Map<string, string>, network = 'main') => {
      const parts = createGateParts(storeOf(kept), network)
      await parts.load()
      return [parts.of('eth'), parts.of('akash')]
    }
    it('which is the same in every life, and another for each service, network and PC', async () => {
      const kept = new Map<string, string>()
      const first = await partsOf(kept)
      expect(await partsOf(kept)).toEqual(first)
      const all = [...first, ...(await partsOf(kept, 'beta')), ...(await partsOf(new Map()))]
      expect(new Set(all).size).toBe(6)
      for (const part of all) expect(part).toMatch(/^[0-9a-f]{32}$/)
      expect(kept.get('gate-secret:main')).toMatch(/^[0-9a-f]{64}$/)
      expect([...kept.values()].join()).not.toContain(first[0])
    })
    it('made anew where what is kept is none, and never of an empty secret', async () => {
      const kept = new Map([['gate-secret:main', '']])
      await partsOf(kept)
      expect(kept.get('gate-secret:main')).toMatch(/^[0-9a-f]{64}$/)
      expect(() => createGateParts(storeOf(new Map()), 'main').of('eth')).toThrow('not read')
    })
    it('which is not shown', () => {
      const part = '0123456789abcdef0123456789abcdef'
      expect(hideGateParts(`+ a: "http://gate:9100/s/eth/${part}"\n  b: ws://gate:9100/w/eth/${part}\n  c: ${part}`)).toBe(
        `+ a: "http://gate:9100/s/eth/…"\n  b: ws://gate:9100/w/eth/…\n  c: ${part}`,
      )
    })
  })
  it('is looked after by one round at a time, however many are asked for at once', async () => {
    const engine = createFakeEngine()
    const image = 'example.org/caddy:1'
    engine.publish(image, { local: true })
    const gateOf = createGate({
      // The practised engine has no word for reaching this PC.
      engine: { ...engine, create: (spec) => engine.create(withoutReach(spec)) },
      names,
      entry: gate,
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      log: createQuietLog(),
      imagePin: () => Promise.resolve(image),
      config: () => Promise.resolve('{}'),
      net: { portFree: () => Promise.resolve(true), post: () => Promise.reject(new Error('not asked')) },
      port: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
      lookToken: 'tok',
    })
    await Promise.all([gateOf.round(), gateOf.round(), gateOf.round()])
    expect(engine.calls.filter((call) => /^(create|start|exec) /.test(call)).map((call) => call.split(' ')[0])).toEqual([
      'create',
      'start',
      'exec',
    ])
    expect(engine.stateOf(names.container('gate'))).toBe('running')
    expect(gateOf.view()).toEqual({ kind: 'ready', reason: '' })
  })

  it('leaves no memory behind, also not that of a Hearth which ended while it took the gate away', async () => {
    const engine = createFakeEngine()
    const image = 'example.org/caddy:1'
    engine.publish(image, { local: true })
    const volume = names.volume('gate')
    await engine.ensureVolume(volume, { memory: true })
    let config: string | undefined
    const gateOf = createGate({
      engine: { ...engine, create: (spec) => engine.create(withoutReach(spec)) },
      names,
      entry: gate,
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      log: createQuietLog(),
      imagePin: () => Promise.resolve(image),
      config: () => Promise.resolve(config),
      net: { portFree: () => Promise.resolve(true), post: () => Promise.reject(new Error('not asked')) },
      port: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
      lookToken: 'tok',
    })
    const removals = () => engine.calls.filter((call) => call === `removeVolume ${volume}`).length
    for (let rounds = 0; rounds < 3; rounds += 1) await gateOf.round()
    expect([removals(), gateOf.view().kind]).toEqual([1, 'none'])
    config = '{}'
    await gateOf.round()
    expect(gateOf.view().kind).toBe('ready')
    config = undefined
    for (let rounds = 0; rounds < 3; rounds += 1) await gateOf.round()
    expect([removals(), engine.stateOf(names.container('gate'))]).toEqual([2, undefined])
  })

  it('is not said to be failing on an engine that does not run, unless something is attached', async () => {
    let config: string | undefined
    const gateOf = createGate({
      engine: { ...createFakeEngine(), list: () => Promise.reject(new HearthError('engine-not-started', { reason: 'nothing answers' })) },
      names,
      entry: gate,
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      log: createQuietLog(),
      imagePin: () => Promise.resolve('example.org/caddy:1'),
      config: () => Promise.resolve(config),
      net: { portFree: () => Promise.resolve(true), post: () => Promise.reject(new Error('not asked')) },
      port: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
      lookToken: 'tok',
    })
    await gateOf.round()
    expect(gateOf.view()).toEqual({ kind: 'none', reason: '' })
    config = '{}'
    await gateOf.round()
    expect(gateOf.view()).toEqual({ kind: 'failing', reason: 'nothing answers' })
  })
})

function withoutReach(spec: ContainerSpec): ContainerSpec {
  const { reachesHost, ...rest } = spec
  expect(reachesHost).toBe(true)
  return rest
}

describe('the list of what is attached', () => {
  const attached = {
    serviceId: 'eth',
    origins: { http: 'https://a.example', rest: '', websocket: '' },
    credential: 'none' as const,
    hasPath: false,
    addedAtMs: 1,
    updatedAtMs: 1,
  }
  it.each(['[{"serviceId":"eth","of":"another version"}]', '{', '[] '.repeat(2)])(
    'that cannot be read is not written over: %s',
    async (text) => {
      let kept = text
      const store = {
        setting: () => Promise.resolve(kept),
        setSetting: (_key: string, value: string) => Promise.resolve(void (kept = value)),
      }
      const list = createAttachments(store, 'main')
      await list.load()
      expect(list.list()).toEqual([])
      expect((await rejection(list.put(attached))).code).toBe('store-damaged')
      expect((await rejection(list.remove('eth'))).code).toBe('store-damaged')
      expect([kept, list.list()]).toEqual([text, []])
    },
  )
})
