import { describe, expect, it } from 'vitest'
import type { EndpointState } from '#shared/api/state.ts'
import { createMinerCare } from '#main/core/nodes/miner-care.ts'
import { namesOf } from '#main/core/nodes/specs.ts'
import { createStopWishes } from '#main/core/nodes/stop-wishes.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { createFakeEngine } from '#test/fakes/engine.ts'

const MINUTE = 60_000
const LOOK_MS = 5_000
const HOST = 'rpc.mine.org'

/** A miner that stands at height 100, beside a chain that makes a block each minute. */
function setup() {
  const clock = createTestClock()
  const log = createTestLog()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null }),
    clock,
  )
  const settings = new Map<string, string>()
  const store = {
    setting: (key: string) => Promise.resolve(settings.get(key)),
    setSetting: (key: string, value: string) => Promise.resolve(void settings.set(key, value)),
  }
  const wishes = createStopWishes({ store, clock, network: () => 'mainnet', view: () => state.state.clock })
  const fromMs = clock.now()
  const minute = (): number => (clock.now() - fromMs) / MINUTE
  const world = { away: false, starts: 0, minerHeight: 100, restarts: [] as number[] }
  const care = createMinerCare({
    engine: createFakeEngine({ now: () => clock.now() }),
    names: namesOf('care'),
    net: { post: () => Promise.reject(new Error()), portFree: () => Promise.resolve(true), freeDiskBytes: () => Promise.resolve(0) },
    state,
    clock,
    log,
    tasks: createTasks(state, clock, log),
    wishes,
    ingress: undefined,
    ports: () => ({}),
    seen: () => undefined,
    served: () => undefined,
    onCancel: () => Promise.resolve(),
    mayRestart: () => !world.away,
    onDeaf: () => void world.restarts.push(minute()),
    wake: () => undefined,
  })
  /** Looks every five seconds; what is asked for is done at once, and does not help. */
  const pass = async (minutes: number, host: (minute: number) => Partial<EndpointState> = () => ({})): Promise<void> => {
    for (const untilMs = clock.now() + minutes * MINUTE; clock.now() < untilMs;) {
      await clock.advance(LOOK_MS)
      const height = 1_000 + Math.floor(minute())
      const endpoint = { rpcUrl: `https://${HOST}`, host: HOST, status: 'good', height, ...host(minute()) } as EndpointState
      state.patch('chain', { status: 'ready', height, endpoints: { '0': endpoint } })
      const seen = { id: 'm', nodeId: 'miner', state: 'running', startedAtMs: world.starts } as SeenContainer
      await care.watch(seen, world.minerHeight)
      if (wishes.of('miner')?.by === 'hearth') {
        await wishes.remove('miner')
        world.starts += 1
      }
    }
  }
  return { world, pass, minute, state, wishes }
}

describe('a miner that does not hear the chain', () => {
  it('is restarted within a minute once its host is back after 75 minutes, however often it was restarted before', async () => {
    const { world, pass, minute } = setup()
    await pass(155)
    // The last of them a moment ago: by itself the next would come 160 minutes later.
    expect(world.restarts.map((at) => Math.floor(at))).toEqual([0, 10, 30, 70, 150])
    world.away = true
    await pass(75)
    expect(world.restarts).toHaveLength(5)
    const backAt = minute()
    world.away = false
    await pass(1)
    expect(world.restarts).toHaveLength(6)
    expect(world.restarts[5]).toBeGreaterThan(backAt)
    await pass(9)
    expect(world.restarts, 'patience begins anew').toHaveLength(6)
    await pass(2)
    expect(world.restarts).toHaveLength(7)
  })

  it('is restarted at once when the wish that was in the way is gone', async () => {
    const { world, pass, wishes } = setup()
    await wishes.add({ nodeId: 'miner', action: 'stop', when: 'now', by: 'user', life: '' })
    await pass(20)
    expect(world.restarts).toEqual([])
    await wishes.remove('miner')
    await pass(1)
    expect(world.restarts).toHaveLength(1)
  })

  it('is not blamed for a host that stands still, lags or does not answer', async () => {
    const { world, pass, state } = setup()
    state.set('bundle', { host: HOST, chosen: false, badSinceMs: null })
    world.minerHeight = 1_000
    await pass(30, () => ({ height: 1_000 }))
    await pass(30, () => ({ status: 'behind', height: 1_000 }))
    await pass(30, () => ({ status: 'unreachable' }))
    expect(world.restarts).toEqual([])
    // Well, and the miner lags behind what its host has.
    await pass(1)
    expect(world.restarts).toHaveLength(1)
  })
})
