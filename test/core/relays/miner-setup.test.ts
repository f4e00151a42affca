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
