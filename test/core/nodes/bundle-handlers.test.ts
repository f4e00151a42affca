import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import type { PendingClaim } from '#main/core/ports/chain.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import { bundleHandlers } from '#main/core/nodes/bundle-handlers.ts'
import type { MayGo } from '#main/core/nodes/bundle-may-go.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createFakeChain } from '#test/fakes/chain.ts'
import { createTestClock } from '#test/fakes/clock.ts'

type Lane = Pick<AppState['clock']['lanes'][number], 'stage' | 'relays'>
const HEIGHT = 1_005

function stateWith(lanes: Lane[]): AppState {
  const state = initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null })
  state.clock.lanes = lanes.map((lane, at) => ({ ...lane, start: 1_001 - 10 * at })) as AppState['clock']['lanes']
  Object.assign(state.chain, { status: 'ready', height: HEIGHT })
  state.clock.height = HEIGHT
  state.earnings.readHeight = HEIGHT
  Object.assign(state.supplier, { operatorAddress: 'pokt1operator', status: 'active', asOf: { height: HEIGHT, atMs: 1 } })
  state.nodes = { miner: { id: 'miner', kind: 'relay-miner', seen: 'running' } as AppState['nodes'][string] }
  return state
}

const running: SeenContainer = { ...({} as SeenContainer), state: 'running', startedAtMs: 1 }

function setup(
  given: AppState,
  more: {
    open?: HearthError
    certain?: HearthError
    served?: bigint
    pending?: PendingClaim[]
    pendingOf?: Record<string, PendingClaim[]>
    seen?: SeenContainer | null
  } = {},
) {
  const done: string[] = []
  const asked: (MayGo | undefined)[] = []
  const clock = createTestClock()
  const state = createStatePublisher(given, clock)
  const world = { blockTimeMs: clock.now() as number | undefined }
  const chain = {
    ...createFakeChain(() => ''),
    pendingClaims: (address: string) => Promise.resolve(more.pendingOf?.[address] ?? more.pending ?? []),
    blockTimeMs: () =>
      world.blockTimeMs === undefined ? Promise.reject(new HearthError('chain-unreachable')) : Promise.resolve(world.blockTimeMs),
  }
  const handlers = bundleHandlers({
    nodes: {
      startBundle: () => 'start-1',
      removeBundle: (mayGo) => {
        asked.push(mayGo)
        done.push('removed')
        return Promise.resolve('remove-1')
      },
      seen: () => (more.seen === null ? undefined : (more.seen ?? running)),
      servedNow: () => Promise.resolve(more.served ?? 5n),
      wake: () => undefined,
    },
    counted: () => 5n,
    host: undefined,
    heads: {
      require: () => chain as unknown as ReturnType<Parameters<typeof bundleHandlers>[0]['heads']['require']>,
      isCertain: () => more.certain === undefined,
      requireKnown: () => (more.certain ? Promise.reject(more.certain) : Promise.resolve()),
    },
    state,
    clock,
    open: { mustBeNone: () => (more.open ? Promise.reject(more.open) : Promise.resolve()) },
    activity: (text) => done.push(text),
  })
  return { handlers, done, asked, clock, state, world }
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

  it('what it may lose is asked once more when relays are refused, unless the user agreed to it', async () => {
    const { handlers, asked, state } = setup(stateWith([]))
    await handlers['bundle.remove']({ loseOpenClaims: true })
    await handlers['bundle.remove']({ loseOpenClaims: false })
    expect(asked[0]).toBeUndefined()
    state.patch('clock', { lanes: [{ ...({} as AppState['clock']['lanes'][number]), stage: 'serving', relays: '1' }] })
    await expect(asked[1]?.(undefined)).rejects.toMatchObject({ code: 'work-unsent' })
  })

  it('a claim that the chain holds and the ledger does not know is open', async () => {
    const state = stateWith([])
    state.chain.params = { computeUnitsToTokensMultiplier: '42', computeUnitCostGranularity: '1000' } as AppState['chain']['params']
    const pending = [{ computeUnits: 3_000n }, { computeUnits: 1_000n }] as PendingClaim[]
    const { handlers, done } = setup(state, { pending })
    await expect(handlers['bundle.remove']({ loseOpenClaims: false })).rejects.toMatchObject({
      code: 'claims-open',
      detail: { claims: '2', upokt: '168' },
    })
    expect(done).toEqual([])
  })

  it('nor one of another own supplier than the one in view, but for one that is only watched', async () => {
    const state = stateWith([])
    state.chain.params = { computeUnitsToTokensMultiplier: '42', computeUnitCostGranularity: '1000' } as AppState['chain']['params']
    const short = {
      ownerAddress: '',
      stakeUpokt: '1',
      services: [],
      notServed: [],
      unstakeSessionEndHeight: 0,
      height: 1,
      status: 'active' as const,
    }
    state.suppliers = { pokt1operator: short, pokt1second: short, pokt1third: short }
    const pendingOf = { pokt1second: [{ computeUnits: 3_000n }], pokt1third: [{ computeUnits: 1_000n }] } as unknown as Record<
      string,
      PendingClaim[]
    >
    const { handlers, state: now } = setup(state, { pendingOf })
    const refusal = (): Promise<unknown> => handlers['bundle.remove']({ loseOpenClaims: false }).catch((error: unknown) => error)
    expect(await refusal()).toMatchObject({ code: 'claims-open', detail: { claims: '2', upokt: '168' } })
    const key = { id: 'k', kind: 'watch', role: 'operator', network: 'mainnet', address: 'pokt1third' } as AppState['keys'][string]
    now.put('keys', 'k', key)
    expect(await refusal()).toMatchObject({ code: 'claims-open', detail: { claims: '1', upokt: '126' } })
    pendingOf['pokt1second'] = []
    expect(await refusal()).toEqual({ taskId: 'remove-1' })
  })

  it.each([
    ['ledger', (state: AppState): void => void (state.earnings.readHeight = HEIGHT - 2)],
    ['session clock', (state: AppState): void => void (state.clock.height = HEIGHT - 2)],
    ['supplier', (state: AppState): void => void (state.supplier.asOf = null)],
  ] as const)('waits a moment for the %s to be of now, and is refused when it does not come', async (_what, makeOld) => {
    const old = stateWith([])
    makeOld(old)
    const never = setup(old)
    const refused = expect(never.handlers['bundle.remove']({ loseOpenClaims: false })).rejects.toMatchObject({ code: 'chain-unreachable' })
    for (let times = 0; times < 30; times += 1) await pass(never.clock)
    await refused
    expect(never.done).toEqual([])
    expect(await never.handlers['bundle.remove']({ loseOpenClaims: true })).toEqual({ taskId: 'remove-1' })

    const soon = setup(old)
    const taken = soon.handlers['bundle.remove']({ loseOpenClaims: false })
    await pass(soon.clock)
    expect(soon.done).toEqual([])
    soon.state.patch('earnings', { readHeight: HEIGHT - 1 })
    soon.state.patch('clock', { height: HEIGHT - 1 })
    soon.state.patch('supplier', { asOf: { height: HEIGHT, atMs: 2 } })
    await pass(soon.clock)
    expect(await taken).toEqual({ taskId: 'remove-1' })
  })

  it('a miner that was stopped keeps what it saved until the sessions in which it ran are over', async () => {
    const stopped = (finishedAtMs: number): SeenContainer => ({ ...running, state: 'exited', finishedAtMs })
    const nowMs = createTestClock().now()
    const lanes: Lane[] = [{ stage: 'serving', relays: null }]
    const just = setup(stateWith(lanes), { seen: stopped(nowMs + 60_000) })
    await expect(just.handlers['bundle.remove']({ loseOpenClaims: false })).rejects.toMatchObject({ code: 'work-unsent' })
    const before = setup(stateWith(lanes), { seen: stopped(nowMs - 60_000), served: 0n })
    expect(await before.handlers['bundle.remove']({ loseOpenClaims: false })).toEqual({ taskId: 'remove-1' })
    // Nobody tells when the session began.
    before.world.blockTimeMs = undefined
    await expect(before.handlers['bundle.remove']({ loseOpenClaims: false })).rejects.toMatchObject({ code: 'work-unsent' })
  })

  it('one that never ran may go once the sessions are over that were under way at the first look', async () => {
    const { handlers, clock, world } = setup(stateWith([{ stage: 'serving', relays: null }]), { seen: null, served: 0n })
    await expect(handlers['bundle.remove']({ loseOpenClaims: false })).rejects.toMatchObject({ code: 'work-unsent' })
    await clock.advance(600_000)
    await expect(handlers['bundle.remove']({ loseOpenClaims: false })).rejects.toMatchObject({ code: 'work-unsent' })
    world.blockTimeMs = clock.now()
    expect(await handlers['bundle.remove']({ loseOpenClaims: false })).toEqual({ taskId: 'remove-1' })
  })
})

async function pass(clock: ReturnType<typeof createTestClock>): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  await clock.advance(500)
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
