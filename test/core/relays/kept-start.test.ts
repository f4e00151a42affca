import { expect, it } from 'vitest'
import type { TaskState } from '#shared/api/state.ts'
import { DRAIN_STEPS } from '#main/core/relays/drain.ts'
import { keptStart } from '#main/core/relays/kept-start.ts'
import type { MinerStart } from '#main/core/relays/miner-setup.ts'

const START: MinerStart = { yaml: 'a', command: [] }
const NAMES = [{ address: 'pokt1a', name: 'operator-a' }]
const URLS = { rpcUrl: 'https://rpc.example.org', grpcUrl: 'https://grpc.example.org:443' }

const draining = (stop: 'waiting' | 'running'): TaskState =>
  ({
    kind: 'node-stop',
    status: 'running',
    steps: DRAIN_STEPS.map((key) => ({ key, status: key === 'stop-miner' ? stop : 'running' })),
  }) as TaskState

function setup() {
  const world = {
    start: START as MinerStart | undefined,
    fails: false,
    urls: URLS as typeof URLS | undefined,
    /** How far the last step of a drain is; none runs where undefined. */
    stop: undefined as 'waiting' | 'running' | undefined,
  }
  const config = keptStart({
    config: (names) => (world.fails ? Promise.reject(new Error('late')) : Promise.resolve(names === NAMES ? world.start : undefined)),
    urls: () => world.urls,
    tasks: (): Record<string, TaskState> => (world.stop === undefined ? {} : { drain: draining(world.stop) }),
  })
  return { world, config }
}

it('keeps the last start for a drain that waits, whether the next one is missing or fails', async () => {
  const { world, config } = setup()
  expect(await config(NAMES)).toBe(START)
  world.stop = 'waiting'
  world.start = undefined
  expect(await config(NAMES)).toBe(START)
  world.fails = true
  expect(await config(NAMES)).toBe(START)
})
it('keeps none without a drain, nor once the miner is to stop, nor before the first', async () => {
  const { world, config } = setup()
  world.stop = 'waiting'
  world.start = undefined
  expect(await config(NAMES)).toBeUndefined()
  world.start = START
  await config(NAMES)
  for (const stop of [undefined, 'running'] as const) {
    Object.assign(world, { stop, start: undefined, fails: false })
    expect(await config(NAMES)).toBeUndefined()
    world.fails = true
    await expect(config(NAMES)).rejects.toThrow('late')
  }
})
it('S22: keeps none with a host that may not be asked any more, or is another by now', async () => {
  const { world, config } = setup()
  await config(NAMES)
  Object.assign(world, { stop: 'waiting', start: undefined })
  world.urls = undefined
  expect(await config(NAMES)).toBeUndefined()
  world.urls = { ...URLS, rpcUrl: 'https://rpc.other.org' }
  expect(await config(NAMES)).toBeUndefined()
  world.urls = URLS
  expect(await config(NAMES)).toBe(START)
  // Rendered while its host went away.
  Object.assign(world, { urls: undefined, start: START })
  await config(NAMES)
  world.start = undefined
  expect(await config(NAMES)).toBeUndefined()
})
it('a drain goes on with it where nothing but what is owed could be rendered; what is owed is rendered without a drain', async () => {
  const { world, config } = setup()
  const owed = { yaml: 'owed', command: [], onlyOwed: true as const }
  world.start = owed
  expect(await config(NAMES)).toBe(owed)
  world.start = START
  await config(NAMES)
  Object.assign(world, { start: owed, stop: 'waiting' })
  expect(await config(NAMES)).toBe(START)
  world.stop = undefined
  expect(await config(NAMES)).toBe(owed)
})
it('takes the newest that can be rendered, drain or not', async () => {
  const { world, config } = setup()
  await config(NAMES)
  world.stop = 'waiting'
  world.start = { yaml: 'b', command: [] }
  expect(await config(NAMES)).toEqual({ yaml: 'b', command: [] })
  world.start = undefined
  expect(await config(NAMES)).toEqual({ yaml: 'b', command: [] })
})
