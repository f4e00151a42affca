import { describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import { standOf, unsentSessions, type MinerStand } from '#main/core/nodes/unsent-sessions.ts'
import { initialState } from '#main/core/state/initial.ts'

type Stage = AppState['clock']['lanes'][number]['stage']
interface Lane {
  stage: Stage
  relays: string | null
}

/** Sessions of ten blocks, the newest first, the newest of which began at this time. */
const STARTED_MS = 10_000_000
const SESSION_MS = 600_000

function stateWith(lanes: readonly Lane[], supplier: Partial<AppState['supplier']> = {}): AppState {
  const state = initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null })
  state.clock.lanes = lanes.map((lane, at) => ({ ...lane, start: 1_001 - 10 * at })) as AppState['clock']['lanes']
  state.supplier = { ...state.supplier, operatorAddress: 'pokt1operator', status: 'active', ...supplier }
  return state
}
const startsOf = (state: AppState): Map<number, number> =>
  new Map(state.clock.lanes.map((lane, at) => [lane.start, STARTED_MS - SESSION_MS * at]))
const BEFORE_ALL: MinerStand = { isUp: true, sinceMs: 0 }

function count(
  lanes: readonly Lane[],
  miner: Partial<Parameters<typeof unsentSessions>[1]> = {},
  supplier: Partial<AppState['supplier']> = {},
): number {
  const state = stateWith(lanes, supplier)
  return unsentSessions(state, { ...BEFORE_ALL, served: 5n, counted: 5n, ...miner }, startsOf(state))
}

describe('work that is not sent yet', () => {
  it.each([
    ['nothing', [], 0],
    ['relays of this session', [{ stage: 'serving', relays: '3' }], 1],
    ['a session without one', [{ stage: 'serving', relays: '0' }], 0],
    [
      'a session that ended and waits for its claim',
      [
        { stage: 'serving', relays: '0' },
        { stage: 'open', relays: '3' },
      ],
      1,
    ],
    ['one that was not watched, with a miner that has served', [{ stage: 'serving', relays: null }], 1],
    [
      'what is claimed, which is counted as a claim',
      [
        { stage: 'claimed', relays: '3' },
        { stage: 'proof-due', relays: '3' },
      ],
      0,
    ],
    [
      'what is over',
      [
        { stage: 'settled', relays: '3' },
        { stage: 'idle', relays: null },
        { stage: 'not-claimed', relays: '2' },
      ],
      0,
    ],
  ] as const)('is counted by session: %s', (_what, lanes, expected) => {
    expect(count(lanes)).toBe(expected)
  })

  const unwatched: Lane[] = [
    { stage: 'serving', relays: null },
    { stage: 'open', relays: null },
  ]

  it('after the PC was restarted: the miner is up again and counts nothing, and what ended before lies on its volume', () => {
    const startedNow = { isUp: true, sinceMs: STARTED_MS + 100_000, served: 0n, counted: undefined }
    expect(count(unwatched, startedNow)).toBe(2)
    // Started between the two sessions, it tells of the one that it served from its beginning.
    expect(count(unwatched, { ...startedNow, sinceMs: STARTED_MS - 100_000 })).toBe(1)
    expect(count([{ stage: 'serving', relays: null }], { ...startedNow, sinceMs: STARTED_MS - 100_000 })).toBe(0)
    expect(count([{ stage: 'serving', relays: null }], { ...startedNow, sinceMs: STARTED_MS - 100_000, served: 1n })).toBe(1)
  })

  it('of a session that ended unwatched waits for its claim, whatever the miner says', () => {
    expect(count([{ stage: 'open', relays: null }], { served: 0n })).toBe(1)
  })

  it('of a miner that was stopped is every session in which it may have run; not those that began after its end', () => {
    const stopped = { isUp: false, served: undefined }
    expect(count(unwatched, { ...stopped, sinceMs: STARTED_MS + 100_000 })).toBe(2)
    expect(count(unwatched, { ...stopped, sinceMs: STARTED_MS - 100_000 })).toBe(1)
    expect(count(unwatched, { ...stopped, sinceMs: STARTED_MS - SESSION_MS - 100_000 })).toBe(0)
    // Clocks differ: what is close is not told apart.
    expect(count([{ stage: 'serving', relays: null }], { ...stopped, sinceMs: STARTED_MS - 10_000 })).toBe(1)
  })

  it('is possible while nobody knows when the miner ended, or when the session began', () => {
    expect(count(unwatched, { isUp: false, sinceMs: undefined, served: undefined })).toBe(2)
    expect(unsentSessions(stateWith(unwatched), { isUp: false, sinceMs: 0, served: undefined, counted: undefined }, new Map())).toBe(2)
  })

  it.each([{ operatorAddress: '' }, { status: 'not-staked' }, { status: 'stake-sent' }] as const)(
    'is none without a stake: %j',
    (supplier) => {
      expect(count(unwatched, { sinceMs: undefined, served: undefined }, supplier)).toBe(0)
      expect(count([{ stage: 'open', relays: '2' }], {}, supplier)).toBe(1)
    },
  )
})

describe('relays since the last block', () => {
  it.each([
    ['none', 5n, 5n, 0],
    ['one', 6n, 5n, 1],
    ['one since the miner started anew', 1n, 5n, 1],
    ['none since the miner started anew', 0n, 5n, 0],
    ['some, where the clock has not looked yet', 5n, undefined, 1],
    ['nobody knows, of a miner that runs', undefined, 5n, 1],
  ] as const)('are counted too: %s', (_what, served, counted, expected) => {
    expect(count([{ stage: 'serving', relays: '0' }], { served, counted })).toBe(expected)
  })
  it('are not counted twice', () => {
    expect(count([{ stage: 'serving', relays: '4' }], { served: 6n, counted: 5n })).toBe(1)
  })
})

describe('how the miner stands', () => {
  const seen = (fields: Partial<SeenContainer>): SeenContainer => ({ ...({} as SeenContainer), ...fields })
  it.each([
    ['runs', seen({ state: 'running', startedAtMs: 7, finishedAtMs: 3 }), { isUp: true, sinceMs: 7 }],
    ['is being started again', seen({ state: 'restarting', startedAtMs: 7, finishedAtMs: 8 }), { isUp: true, sinceMs: undefined }],
    ['ended', seen({ state: 'exited', startedAtMs: 7, finishedAtMs: 9 }), { isUp: false, sinceMs: 9 }],
    ['never ran', seen({ state: 'created' }), { isUp: false, sinceMs: 5 }],
    ['is not there', undefined, { isUp: false, sinceMs: 5 }],
  ] as const)('%s', (_what, container, expected) => {
    expect(standOf(container, 5)).toEqual(expected)
  })
})

it('may have been served for any of the own suppliers, and for none that is only watched', () => {
  const short = { ownerAddress: '', stakeUpokt: '1', services: ['eth'], notServed: [], unstakeSessionEndHeight: 0, height: 1 }
  const state = stateWith([{ stage: 'serving', relays: null }], { status: 'not-staked' })
  const left = (): number => unsentSessions(state, { ...BEFORE_ALL, served: 5n, counted: 5n }, startsOf(state))
  state.suppliers = { pokt1operator: { ...short, status: 'not-staked' } }
  expect(left()).toBe(0)
  state.suppliers['pokt1second'] = { ...short, status: 'active' }
  expect(left()).toBe(1)
  state.suppliers['pokt1second'] = { ...short, status: 'stake-sent' }
  expect(left()).toBe(0)
  state.suppliers['pokt1second'] = { ...short, status: 'unstaking' }
  const key = { id: 'k', kind: 'watch', role: 'operator', network: 'mainnet', address: 'pokt1second' }
  state.keys = { k: key as AppState['keys'][string] }
  expect(left()).toBe(0)
})
