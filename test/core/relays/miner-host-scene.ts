import { HearthError } from '#shared/api/errors.ts'
import type { AppState, EndpointState, NodeState, TaskState } from '#shared/api/state.ts'
import type { ListedEndpoint } from '#main/core/chain/endpoint-list.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import type { Reached } from '#main/core/ports/reach.ts'
import { DRAIN_STEPS } from '#main/core/relays/drain.ts'
import { createMinerHost } from '#main/core/relays/miner-host.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

export const endpoint = (name: string, from: ListedEndpoint['from'], grpc = true): ListedEndpoint => ({
  rpcUrl: `https://rpc.${name}`,
  restUrl: `https://api.${name}`,
  ...(grpc ? { grpcUrl: `https://grpc.${name}:443` } : {}),
  own: false,
  from,
})
export const PUBLIC_FIRST = endpoint('first.org', 'public')
export const PUBLIC_BARE = endpoint('bare.org', 'public', false)
export const PUBLIC_LAST = endpoint('last.org', 'public')
export const MINE = endpoint('mine.org', 'user')

/** The miner's host beside a pool of endpoints whose answers the test decides. */
export function setup(list: ListedEndpoint[], settings = new Map<string, string>()) {
  const clock = createTestClock()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null }),
    clock,
  )
  const world = {
    list,
    certain: true,
    /** Of every endpoint, as the pool says it. */
    height: 9,
    heights: new Map<string, number>(),
    agrees: new Map<string, boolean>(),
    status: new Map<string, EndpointState['status']>(),
    block1: new Map<string, string>(),
    problems: new Map<string, Partial<Reached>>(),
    reached: [] as string[],
    /** What the answer about a first block waits for. */
    beforeFingerprint: undefined as (() => Promise<void>) | undefined,
    /** Whose first block was asked. */
    recognised: [] as string[],
    told: [] as { text: string; facts: Record<string, string>; level: string }[],
    woken: 0,
  }
  const host = createMinerHost({
    network: 'mainnet',
    store: {
      setting: (key) => Promise.resolve(settings.get(key)),
      setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
    },
    state,
    clock,
    log: createTestLog(),
    endpoints: () => world.list,
    heads: {
      isCertain: () => world.certain,
      requireKnown: () => Promise.reject(new HearthError('chain-not-confirmed')),
      block1Hash: () => 'AA',
    },
    connect: ({ rpcUrl }) =>
      ({
        fingerprint: async () => {
          world.recognised.push(rpcUrl)
          await world.beforeFingerprint?.()
          return { chainId: 'pocket', block1Hash: world.block1.get(rpcUrl) ?? 'AA', genesisTime: '' }
        },
      }) as Chain,
    reach: (url) => {
      world.reached.push(url)
      return Promise.resolve({ addresses: ['192.0.2.1'], nameMs: 1, connectMs: 1, ...world.problems.get(url) })
    },
    activity: (text, facts, _actor, level) => void world.told.push({ text, facts, level }),
    wake: () => (world.woken += 1),
  })
  /** What the pool would publish. */
  const see = (): void => {
    const endpoints = world.list.map((each, index): [string, EndpointState] => [
      String(index),
      {
        rpcUrl: each.rpcUrl,
        grpcUrl: each.grpcUrl ?? '',
        host: new URL(each.rpcUrl).host,
        from: each.from,
        status: world.status.get(each.rpcUrl) ?? 'good',
        height: world.heights.get(each.rpcUrl) ?? world.height,
        latencyMs: 1,
        agrees: world.agrees.get(each.rpcUrl) ?? null,
        error: '',
      },
    ])
    state.patch('chain', { endpoints: Object.fromEntries(endpoints) })
  }
  /** A look, and again after the gRPC address was tried. */
  const look = async (): Promise<boolean> => {
    see()
    await host.look(true)
    await new Promise((resolve) => setImmediate(resolve))
    return host.look(true)
  }
  const chainAt = (height: number): void => state.patch('chain', { status: 'ready', height })
  /** A drain of the miner, as its task is published. @param stop how far its last step is */
  const drains = (stop: 'waiting' | 'running'): void =>
    state.put('tasks', 'drain', {
      kind: 'node-stop',
      status: 'running',
      steps: DRAIN_STEPS.map((key) => ({ key, status: key === 'stop-miner' ? stop : 'running' })),
    } as TaskState)
  /** The miner runs in this start of its container. */
  const runs = (startedAtMs: number | null = 1, wanted: 'running' | 'stopped' = 'running'): void =>
    state.put('nodes', 'miner', { kind: 'relay-miner', wanted, startedAtMs } as NodeState)
  /** Sessions that matter, on a chain of a block a minute. */
  const lanes = (...given: Partial<AppState['clock']['lanes'][number]>[]): void => {
    state.patch('chain', { medianBlockMs: 60_000 })
    state.patch('clock', { lanes: given as AppState['clock']['lanes'] })
  }
  /** Time in which Hearth looks every few seconds. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 5_000) {
      await clock.advance(5_000)
      await look()
    }
  }
  return { host, world, clock, settings, state, see, look, chainAt, drains, runs, lanes, pass, bundle: () => state.state.bundle }
}

export type MinerHostScene = ReturnType<typeof setup>
export const MINUTE = 60_000
/** A session whose proof window is open, at height 100. */
export const NEAR: Partial<AppState['clock']['lanes'][number]> = { stage: 'proof-due', relays: '5', proofOpen: 90, proofClose: 110 }

/** A miner that runs and asks the first of these, at height 100. */
export async function asking(list = [PUBLIC_FIRST, PUBLIC_LAST], settings?: Map<string, string>): Promise<MinerHostScene> {
  const scene = setup(list, settings)
  scene.world.height = 100
  scene.chainAt(100)
  scene.runs()
  await scene.host.load()
  await scene.look()
  return scene
}

/** From now on this one is silent. */
export const fail = (scene: MinerHostScene, { rpcUrl }: { rpcUrl: string }): void => void scene.world.status.set(rpcUrl, 'unreachable')

/** @returns milliseconds until another host is asked; undefined when it is not within the limit */
export async function untilMoved(scene: MinerHostScene, limitMs = 90 * MINUTE): Promise<number | undefined> {
  const from = scene.bundle()?.host
  for (let passed = 0; passed <= limitMs; passed += 5_000) {
    if (scene.bundle()?.host !== from) return passed
    await scene.pass(5_000)
  }
  return undefined
}
