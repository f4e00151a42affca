import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createMinerSetup } from '#main/core/relays/miner-setup.ts'
import type { ValidationChoice } from '#main/core/relays/validation-mode.ts'

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
    record: () =>
      ({ services: [{ serviceId: 'anvil', endpoints: [{ url: 'http://127.0.0.1:1', rpcType: 'JSON_RPC' }] }], pending: [] }) as never,
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
      record: () => ({ services: [{ serviceId: 'eth', endpoints: [] }], pending: [] }) as never,
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
    record: () => ({ services: [{ serviceId: 'eth', endpoints: [] }], pending: [] }) as never,
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
