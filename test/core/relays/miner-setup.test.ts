import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createMinerSetup } from '#main/core/relays/miner-setup.ts'
import type { ValidationChoice } from '#main/core/relays/validation-mode.ts'
import type { ServingNow } from '#main/core/keys/serving-keys.ts'
import type { SupplierRecord } from '#main/core/ports/chain.ts'
import { servingKey, servingNow, servingSuppliers } from '#test/fakes/serving-keys.ts'

/** A miner's setup whose node takes so many ms for each of its answers, one after the other, the last of them from then on. */
function make(takes: number[], options: { choice?: ValidationChoice; clockless?: boolean } = {}) {
  const world = { now: 1_000_000, asked: 0, choice: options.choice ?? ('auto' as ValidationChoice) }
  const setup = createMinerSetup({
    template: (name) => readFileSync(new URL(`../../../resources/templates/${name}`, import.meta.url), 'utf8'),
    heads: {
      current: () => ({
        fingerprint: () => Promise.resolve({ chainId: 'c' }),
        minimumGasPrice: () => {
          world.now += takes[world.asked] ?? takes.at(-1) ?? 0
          world.asked += 1
          return Promise.resolve('0.001')
        },
      }),
    } as never,
    inView: () => '',
    serving: servingSuppliers(['anvil'], 'pokt1operator'),
    backendUrl: () => 'http://backend:1',
    nodeUrls: () => ({ rpcUrl: 'tcp://pocket:1', grpcUrl: 'tcp://pocket:2' }),
    choices: () => ({ gasPriceTimes: 10, requestTimeoutSeconds: 10, validation: world.choice }),
    ...(options.clockless === true ? {} : { clock: { now: () => world.now } }),
  })
  const isEager = async (): Promise<string | undefined> =>
    /enable_eager_relay_request_validation: (\w+)/.exec((await setup.config())?.yaml ?? '')?.[1]
  return { world, setup, isEager }
}

/** The price that goes into the command is one question of its own at each rendering, and is not measured. */
const FAR = [900, 300, 260, 1, 270, 280]
const NEAR = [900, 10, 12, 900, 14, 16]

describe('the way relays are judged by itself', () => {
  test('goes by how long the node takes, in the middle of some answers', async () => {
    const far = make(FAR)
    expect(await far.isEager()).toBe('false')
    expect(far.setup.validation()).toEqual({ mode: 'lazy', why: 'far', nodeMs: 270 })
    const near = make(NEAR)
    expect(await near.isEager()).toBe('true')
    expect(near.setup.validation()).toEqual({ mode: 'eager', why: 'near', nodeMs: 14 })
  })

  test('is measured once: a node that is slow later changes nothing, and so restarts no miner', async () => {
    const { world, setup, isEager } = make([...NEAR, 900])
    const first = await setup.config()
    expect(world.asked).toBe(6)
    const second = await setup.config()
    expect(world.asked).toBe(7)
    expect(second).toEqual(first)
    await setup.preview([{ serviceId: 'anvil', endpoints: [] }])
    expect(world.asked).toBe(8)
    expect(await isEager()).toBe('true')
    expect(setup.validation()).toEqual({ mode: 'eager', why: 'near', nodeMs: 14 })
  })

  test('is not measured where the user chose, and is once the user leaves it to Hearth again', async () => {
    const { world, setup, isEager } = make([...FAR.slice(0, 1), ...FAR, 5], { choice: 'eager' })
    expect(await isEager()).toBe('true')
    expect([world.asked, setup.validation()]).toEqual([1, { mode: 'eager', why: 'chosen', nodeMs: null }])
    world.choice = 'auto'
    expect(await isEager()).toBe('false')
    expect([world.asked, setup.validation()?.why]).toEqual([7, 'far'])
    world.choice = 'eager'
    expect(await isEager()).toBe('true')
    world.choice = 'lazy'
    expect(await isEager()).toBe('false')
    expect([world.asked, setup.validation()]).toEqual([9, { mode: 'lazy', why: 'chosen', nodeMs: null }])
  })

  test('is the safer one without a clock to measure by', async () => {
    const { world, setup, isEager } = make(FAR, { clockless: true })
    expect(await isEager()).toBe('true')
    expect([world.asked, setup.validation()?.why]).toEqual([1, 'unknown'])
  })
})

describe('the gas price of a chain that others are asked for', () => {
  const rows = (isChainElsewhere: boolean) => {
    const world = { now: 1_000_000, asked: 0, minimum: '0.001', away: false }
    const chain = {
      fingerprint: () => Promise.resolve({ chainId: 'pocket' }),
      minimumGasPrice: () => {
        world.asked += 1
        return world.away ? Promise.reject(new Error('away')) : Promise.resolve(world.minimum)
      },
    }
    const setup = createMinerSetup({
      template: (name) => readFileSync(new URL(`../../../resources/templates/${name}`, import.meta.url), 'utf8'),
      heads: { current: () => chain } as never,
      inView: () => '',
      serving: servingSuppliers(['eth'], 'pokt1operator'),
      backendUrl: () => 'http://gate:1',
      nodeUrls: () => ({ rpcUrl: 'https://rpc.example.org', grpcUrl: 'https://grpc.example.org:443' }),
      isChainElsewhere: () => isChainElsewhere,
      choices: () => ({ gasPriceTimes: 10, requestTimeoutSeconds: 10, validation: 'eager' }),
      clock: { now: () => world.now },
    })
    const price = async (): Promise<string | undefined> => {
      const command = (await setup.config())?.command ?? []
      return command[command.indexOf('--gas-prices') + 1]
    }
    return { world, price, setup }
  }

  test('is asked once a minute, follows a rise, and restarts no miner for a fall', async () => {
    const { world, price } = rows(true)
    expect(await price()).toBe('0.01upokt')
    world.minimum = '0.0001'
    expect([await price(), world.asked]).toEqual(['0.01upokt', 1])
    world.now += 61_000
    expect([await price(), world.asked]).toEqual(['0.01upokt', 2])
    world.minimum = '0.02'
    world.now += 61_000
    // The round that asks goes on with what is known.
    expect(await price()).toBe('0.01upokt')
    await new Promise((resolve) => setImmediate(resolve))
    expect(await price()).toBe('0.2upokt')
  })

  test('hosts that fail are left alone for a minute: each round of the containers would wait for them', async () => {
    const { world, price } = rows(true)
    world.away = true
    await expect(price()).rejects.toThrow('away')
    await expect(price()).rejects.toThrow('away')
    expect(world.asked).toBe(1)
    world.away = false
    world.now += 61_000
    expect(await price()).toBe('0.01upokt')
  })

  test('is the node’s own wherever that is on this machine', async () => {
    const { world, price } = rows(false)
    expect(await price()).toBe('0.01upokt')
    world.minimum = '0.0001'
    expect(await price()).toBe('0.001upokt')
  })

  test('and its gRPC is asked over TLS', async () => {
    const start = await rows(true).setup.config()
    expect(start?.command).toContain('--grpc-insecure=false')
    expect(start?.yaml).toContain('query_node_grpc_url: "https://grpc.example.org:443"')
    expect(start?.yaml).toContain('query_node_rpc_url: "https://rpc.example.org"')
  })
})

test('where several hosts are asked for the price, the one that the miner asks is measured', async () => {
  const world = { now: 1_000_000 }
  const chainThatTakes = (ms: number) => ({
    fingerprint: () => Promise.resolve({ chainId: 'pocket' }),
    minimumGasPrice: () => {
      world.now += ms
      return Promise.resolve('0.001')
    },
  })
  const setup = createMinerSetup({
    template: (name) => readFileSync(new URL(`../../../resources/templates/${name}`, import.meta.url), 'utf8'),
    heads: { current: () => chainThatTakes(5_000) } as never,
    inView: () => '',
    serving: servingSuppliers(['eth'], 'pokt1operator'),
    backendUrl: () => 'http://gate:1',
    nodeUrls: () => ({ rpcUrl: 'https://rpc.example.org', grpcUrl: 'https://grpc.example.org:443' }),
    isChainElsewhere: () => true,
    askedChain: () => chainThatTakes(20) as never,
    choices: () => ({ gasPriceTimes: 10, requestTimeoutSeconds: 10, validation: 'auto' }),
    clock: { now: () => world.now },
  })
  await setup.config()
  expect(setup.validation()).toEqual({ mode: 'eager', why: 'near', nodeMs: 20 })
})

describe('several suppliers behind one miner', () => {
  const endpoint = (rpcType: string) => ({ url: 'http://127.0.0.1:1', rpcType })
  const recordOf = (operatorAddress: string, services: [string, string[]][], pending: [string, string[]][] = []): SupplierRecord =>
    ({
      operatorAddress,
      services: services.map(([serviceId, kinds]) => ({ serviceId, endpoints: kinds.map(endpoint) })),
      pending: pending.map(([serviceId, kinds]) => ({ service: { serviceId, endpoints: kinds.map(endpoint) }, activationHeight: 9 })),
    }) as unknown as SupplierRecord
  const [A, B, C] = ['pokt1aaaaaaaa', 'pokt1bbbbbbbb', 'pokt1cccccccc'] as const
  const [NAME_A, NAME_B] = ['operator-aaaaaaaa', 'operator-bbbbbbbb'] as const
  const [KEY_A, KEY_B, KEY_C] = [servingKey(A), servingKey(B), servingKey(C)]

  const several = (serving: ServingNow = servingNow(A, B)) => {
    const records = [
      recordOf(A, [['eth', ['JSON_RPC']]], [['poly', ['JSON_RPC']]]),
      recordOf(B, [
        ['eth', ['WEBSOCKET']],
        ['bsc', ['JSON_RPC']],
      ]),
    ]
    const world = {
      serving,
      records,
      inView: A as string,
      asked: [] as (string | undefined)[],
      /** Services that have one; all where undefined. */
      backends: undefined as string[] | undefined,
    }
    const ofOperator = (address: string): SupplierRecord | undefined => world.records.find((record) => record.operatorAddress === address)
    const setup = createMinerSetup({
      template: (name) => readFileSync(new URL(`../../../resources/templates/${name}`, import.meta.url), 'utf8'),
      heads: {
        current: () => ({ fingerprint: () => Promise.resolve({ chainId: 'c' }), minimumGasPrice: () => Promise.resolve('0.001') }),
      } as never,
      inView: () => world.inView,
      serving: {
        read: (staked) => {
          world.asked.push(staked)
          const keys = world.serving.keys.map((key) => ({ ...key, record: ofOperator(key.address) }))
          return Promise.resolve({ ...world.serving, keys })
        },
      },
      backendUrl: (serviceId, rpcType) =>
        world.backends?.includes(serviceId) === false ? undefined : `${rpcType === 'WEBSOCKET' ? 'ws' : 'http'}://${serviceId}:1`,
      nodeUrls: () => ({ rpcUrl: 'tcp://pocket:1', grpcUrl: 'tcp://pocket:2' }),
    })
    return { world, setup }
  }
  const servicesOf = (yaml = ''): string[] => [...yaml.matchAll(/service_id: "(\w+)"/g)].map((match) => match[1] ?? '')
  const keysOf = (yaml = ''): string[] => [...yaml.matchAll(/^ {2}- "(operator-\w+)"/gm)].map((match) => match[1] ?? '')

  test('the services of all of them are offered, each with every kind of relay that one of them staked', async () => {
    const { setup } = several()
    const yaml = (await setup.config())?.yaml ?? ''
    expect(keysOf(yaml)).toEqual([NAME_A, NAME_B])
    expect(servicesOf(yaml)).toEqual(['bsc', 'eth', 'poly'])
    expect(setup.served(), 'only shown').toBeUndefined()
    await setup.config([KEY_A, KEY_B])
    expect(setup.served()).toEqual(['bsc', 'eth', 'poly'])
    const eth = yaml.slice(yaml.indexOf('"eth"'), yaml.indexOf('"poly"'))
    expect(eth).toContain('"json_rpc"')
    expect(eth).toContain('"websocket"')
    expect(yaml.slice(0, yaml.indexOf('"eth"'))).not.toContain('"websocket"')
  })
  test('which is in view changes nothing of it', async () => {
    const { world, setup } = several()
    const before = await setup.config()
    world.inView = B
    expect(await setup.config()).toEqual(before)
  })
  test('of those alone whose key can sign now', async () => {
    const { setup } = several()
    const yaml = (await setup.config([KEY_B]))?.yaml
    expect([keysOf(yaml), servicesOf(yaml)]).toEqual([[NAME_B], ['bsc', 'eth']])
    expect(setup.served()).toEqual(['bsc', 'eth'])
  })
  test('a record without a key here, one that is watched, is not served', async () => {
    const { world, setup } = several()
    world.records.push(recordOf(C, [['gnosis', ['JSON_RPC']]]))
    world.inView = C
    expect(servicesOf((await setup.config())?.yaml)).toEqual(['bsc', 'eth', 'poly'])
  })
  test('nothing is offered that nobody here signs for: an own one without a stake beside one in view that is watched', async () => {
    const { world, setup } = several(servingNow(C))
    expect(await setup.config([KEY_C])).toBeUndefined()
    expect(setup.served()).toBeUndefined()
    world.serving = servingNow()
    expect(await setup.config()).toBeUndefined()
    world.serving = servingNow(A)
    world.records = []
    expect(await setup.config()).toBeUndefined()
  })
  test('a key that is only in the keeper any more signs on, and is nobody’s to hand over', async () => {
    const { setup } = several({ keys: [servingKey(A), { ...servingKey(B), key: undefined }], isKnown: true })
    const now = (await setup.config([KEY_A, KEY_B]))?.yaml
    expect([keysOf(now), servicesOf(now)]).toEqual([
      [NAME_A, NAME_B],
      ['bsc', 'eth', 'poly'],
    ])
    expect(keysOf((await setup.config())?.yaml)).toEqual([NAME_A])
  })
  test('a fenced one is nobody’s to hand over, and signs on where it lies in the keeper; alone it is shown as what waits', async () => {
    const fenced = { ...servingKey(B), fenced: 'new-here' as const }
    const { world, setup } = several({ keys: [servingKey(A), fenced], isKnown: true })
    expect(servicesOf((await setup.config([KEY_A, KEY_B]))?.yaml)).toEqual(['bsc', 'eth', 'poly'])
    const shown = (await setup.config())?.yaml
    expect([keysOf(shown), servicesOf(shown)]).toEqual([[NAME_A], ['eth', 'poly']])
    // What a form writes for it is served elsewhere: nothing of it comes here, and nothing else goes.
    world.inView = B
    expect((await setup.preview([{ serviceId: 'gnosis', endpoints: [] }]))?.yaml).toBe(shown)
    world.serving = { keys: [fenced], isKnown: true }
    expect(keysOf((await setup.config())?.yaml)).toEqual([NAME_B])
  })
  test('the order of the keys changes nothing, and one goes by the name that it has in the keeper', async () => {
    const { setup } = several()
    expect((await setup.config([KEY_B, KEY_A]))?.yaml).toBe((await setup.config([KEY_A, KEY_B]))?.yaml)
    const yaml = (await setup.config([{ address: B, name: 'operator' }]))?.yaml
    expect(yaml).toContain('- "operator"')
    expect(servicesOf(yaml)).toEqual(['bsc', 'eth'])
  })
  test('of one that has left a miner can be started for what it owes, with nothing that is served, and backends that are gone', async () => {
    const { world, setup } = several({ keys: [servingKey(A, {}, undefined, ['poly', 'eth'])], isKnown: true })
    world.records = [recordOf(A, [])]
    const start = await setup.config([KEY_A])
    expect(start?.onlyOwed).toBe(true)
    expect([keysOf(start?.yaml), servicesOf(start?.yaml)]).toEqual([[NAME_A], ['eth', 'poly']])
    expect(setup.served()).toEqual([])
    world.backends = []
    expect(servicesOf((await setup.config([KEY_A]))?.yaml)).toEqual(['eth', 'poly'])
    // Beside one that serves it owes from the same miner.
    world.backends = undefined
    world.serving = { keys: [...world.serving.keys, servingKey(B)], isKnown: true }
    world.records.push(recordOf(B, [['bsc', ['JSON_RPC']]]))
    const both = await setup.config([KEY_A, KEY_B])
    expect([both?.onlyOwed, keysOf(both?.yaml), servicesOf(both?.yaml)]).toEqual([undefined, [NAME_A, NAME_B], ['bsc']])
    world.serving = servingNow(A)
    expect(await setup.config([KEY_A]), 'and nothing owed').toBeUndefined()
  })
  test('what a form would change is that of the supplier in view: the others stay as they are', async () => {
    const { world, setup } = several()
    const next = await setup.preview([{ serviceId: 'gnosis', endpoints: [] }])
    expect(servicesOf(next?.yaml)).toEqual(['bsc', 'eth', 'gnosis'])
    expect(keysOf(next?.yaml)).toEqual([NAME_A, NAME_B])
    expect(world.asked).toEqual([A])
    world.inView = B
    expect(servicesOf((await setup.preview([{ serviceId: 'gnosis', endpoints: [] }]))?.yaml)).toEqual(['eth', 'gnosis', 'poly'])
    expect(setup.served()).toBeUndefined()
    // Not staked yet: taken for one that is. And none in view at all.
    world.inView = C
    expect(servicesOf((await setup.preview([{ serviceId: 'gnosis', endpoints: [] }]))?.yaml), 'watched').toEqual(['bsc', 'eth', 'poly'])
    world.serving = servingNow(A, B, C)
    expect(servicesOf((await setup.preview([{ serviceId: 'gnosis', endpoints: [] }]))?.yaml)).toEqual(['bsc', 'eth', 'gnosis', 'poly'])
    world.inView = ''
    await setup.preview([{ serviceId: 'gnosis', endpoints: [] }])
    expect(world.asked.at(-1)).toBeUndefined()
  })
})
