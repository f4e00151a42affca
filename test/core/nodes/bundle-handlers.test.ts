import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { bundleHandlers, unsentSessions } from '#main/core/nodes/bundle-handlers.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock } from '#test/fakes/clock.ts'

type Lane = Pick<AppState['clock']['lanes'][number], 'stage' | 'relays'>

function stateWith(lanes: Lane[], options: { staked?: boolean; minerSeen?: string } = {}): AppState {
  const state = initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null })
  state.clock.lanes = lanes as AppState['clock']['lanes']
  state.chain.status = 'ready'
  if (options.staked !== false) state.supplier.operatorAddress = 'pokt1operator'
  state.nodes = { miner: { id: 'miner', kind: 'relay-miner', seen: options.minerSeen ?? 'running' } as AppState['nodes'][string] }
  return state
}

describe('work that is not sent yet', () => {
  it.each([
    ['nothing', [], 5n, 0],
    ['relays of this session', [{ stage: 'serving', relays: '3' }], 5n, 1],
    ['a session without one', [{ stage: 'serving', relays: '0' }], 5n, 0],
    [
      'a session that ended and waits for its claim',
      [
        { stage: 'open', relays: '3' },
        { stage: 'serving', relays: '0' },
      ],
      5n,
      1,
    ],
    ['one that was not watched, with a miner that has served', [{ stage: 'serving', relays: null }], 5n, 1],
    [
      'one that was not watched, with a miner that has served nothing',
      [
        { stage: 'serving', relays: null },
        { stage: 'open', relays: null },
      ],
      0n,
      0,
    ],
    [
      'what is claimed, which is counted as a claim',
      [
        { stage: 'claimed', relays: '3' },
        { stage: 'proof-due', relays: '3' },
      ],
      5n,
      0,
    ],
    [
      'what is over',
      [
        { stage: 'settled', relays: '3' },
        { stage: 'idle', relays: null },
        { stage: 'not-claimed', relays: '2' },
      ],
      5n,
      0,
    ],
  ] as const)('is counted by session: %s', (_what, lanes, served, count) => {
    expect(unsentSessions(stateWith([...lanes]), served, served)).toBe(count)
  })

  it('of a miner that stands still is what ended unwatched, until its claim can come no more', () => {
    const stopped = { minerSeen: 'stopped' }
    expect(unsentSessions(stateWith([{ stage: 'serving', relays: null }], stopped), undefined, undefined)).toBe(0)
    expect(unsentSessions(stateWith([{ stage: 'open', relays: null }], stopped), undefined, undefined)).toBe(1)
    expect(unsentSessions(stateWith([{ stage: 'open', relays: null }], { ...stopped, staked: false }), undefined, undefined)).toBe(0)
  })
})

describe('relays since the last block', () => {
  const now = [{ stage: 'serving', relays: '0' }] as Lane[]
  it.each([
    ['none', 5n, 5n, 0],
    ['one', 6n, 5n, 1],
    ['one since the miner started anew', 1n, 5n, 1],
    ['none since the miner started anew', 0n, 5n, 0],
    ['some, where the clock has not looked yet', 5n, undefined, 1],
    ['nobody knows, of a miner that runs', undefined, 5n, 1],
  ] as const)('are counted too: %s', (_what, served, counted, count) => {
    expect(unsentSessions(stateWith(now), served, counted)).toBe(count)
  })
  it('are not counted twice', () => {
    expect(unsentSessions(stateWith([{ stage: 'serving', relays: '4' }]), 6n, 5n)).toBe(1)
  })
})

function setup(state: AppState, more: { open?: HearthError; certain?: HearthError; served?: bigint } = {}) {
  const done: string[] = []
  const handlers = bundleHandlers({
    nodes: {
      startBundle: () => 'start-1',
      removeBundle: () => {
        done.push('removed')
        return Promise.resolve('remove-1')
      },
      servedNow: () => Promise.resolve(more.served ?? 5n),
      wake: () => undefined,
    },
    counted: () => 5n,
    host: undefined,
    heads: {
      isCertain: () => more.certain === undefined,
      requireKnown: () => (more.certain ? Promise.reject(more.certain) : Promise.resolve()),
    },
    state: createStatePublisher(state, createTestClock()),
    open: { mustBeNone: () => (more.open ? Promise.reject(more.open) : Promise.resolve()) },
    activity: (text) => done.push(text),
  })
  return { handlers, done }
}

describe('the bundle’s requests', () => {
  it('S22: nothing is set up for a chain that is not certain', async () => {
    const { handlers, done } = setup(stateWith([]), { certain: new HearthError('chain-not-confirmed') })
    await expect(handlers['bundle.start']({})).rejects.toMatchObject({ code: 'chain-not-confirmed' })
    expect(done).toEqual([])
    const known = setup(stateWith([]))
    expect(await known.handlers['bundle.start']({})).toEqual({ taskId: 'start-1' })
  })

  it('nothing is removed while a claim is open, relays are not sent, or nobody can tell, until the user agrees to lose it', async () => {
    const cases = [
      [setup(stateWith([]), { open: new HearthError('claims-open', { claims: '1', upokt: '5' }) }), 'claims-open'],
      [setup(stateWith([{ stage: 'open', relays: '3' }])), 'work-unsent'],
      // Served since the last block, of which the session clock does not know yet.
      [setup(stateWith([{ stage: 'serving', relays: '0' }]), { served: 6n }), 'work-unsent'],
      [setup({ ...stateWith([]), chain: { ...stateWith([]).chain, status: 'unreachable' } }), 'chain-unreachable'],
    ] as const
    for (const [{ handlers, done }, code] of cases) {
      await expect(handlers['bundle.remove']({ loseOpenClaims: false }), code).rejects.toMatchObject({ code })
      expect(done).toEqual([])
      expect(await handlers['bundle.remove']({ loseOpenClaims: true })).toEqual({ taskId: 'remove-1' })
      expect(done).toEqual(['removed', 'bundle-remove'])
    }
    const idle = setup(stateWith([{ stage: 'settled', relays: '3' }]))
    expect(await idle.handlers['bundle.remove']({ loseOpenClaims: false })).toEqual({ taskId: 'remove-1' })
  })
})
