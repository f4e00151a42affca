import { describe, expect, it } from 'vitest'
import type { AppState, NodeState, OwnSupplierState } from '#shared/api/state.ts'
import { claimKey } from '#shared/model/claim.ts'
import type { ChainParams } from '#main/core/ports/chain.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import type { ClaimRow, Store } from '#main/core/ports/store.ts'
import { createSessionClock } from '#main/core/relays/session-clock.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock } from '#test/fakes/clock.ts'

/** Mainnet's windows. */
const RULES = {
  numBlocksPerSession: 20,
  gracePeriodEndOffsetBlocks: 10,
  claimWindowOpenOffsetBlocks: 11,
  claimWindowCloseOffsetBlocks: 10,
  proofWindowOpenOffsetBlocks: 1,
  proofWindowCloseOffsetBlocks: 10,
  sessionGridAnchorHeight: 1,
  sessionNumberAtAnchor: 1,
  supplierMinStakeUpokt: 100n,
  proofMissingPenaltyUpokt: 1n,
} as unknown as ChainParams
const END = 80

function setup() {
  const time = createTestClock()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null }),
    time,
  )
  state.patch('supplier', {
    operatorAddress: 'pokt1op',
    stakeUpokt: '200',
    asOf: { height: 1, atMs: 1 } as never,
    services: [{ serviceId: 'eth' }] as never,
  })
  const world = {
    served: undefined as bigint | undefined,
    container: undefined as SeenContainer | undefined,
    claims: [] as ClaimRow[],
    medianBlockMs: 60_000 as number | null,
    paid: [] as { dayStartMs: number; upokt: bigint; claims: number }[],
    paidTo: (_addresses: readonly string[]): void => undefined,
    nowMs: (ms: number) => time.advance(ms),
  }
  /** Pages as the record gives them: newest session first, then by key. */
  const claims: Store['claims'] = ({ before, limit }) => {
    const place = (claim: ClaimRow): [number, string] => [-claim.sessionEndHeight, claimKey(claim)]
    const isAfter = (claim: ClaimRow): boolean => {
      if (!before) return true
      const [height, key] = place(claim)
      return height > -before.sessionEndHeight || (height === -before.sessionEndHeight && key > before.key)
    }
    const order = world.claims.toSorted((one, other) => place(one)[0] - place(other)[0] || (claimKey(one) < claimKey(other) ? -1 : 1))
    return Promise.resolve(order.filter(isAfter).slice(0, limit))
  }
  const rewardsPerDay: Store['rewardsPerDay'] = (_network, addresses) => {
    world.paidTo(addresses)
    return Promise.resolve(world.paid)
  }
  const clock = createSessionClock({
    state,
    store: { claims, rewardsPerDay } as unknown as Store,
    clock: time,
    network: () => 'mainnet',
    params: () => RULES,
    served: () => world.served,
    container: () => world.container,
  })
  const miner = (seen: NodeState['seen'], wanted: NodeState['wanted'], startedAtMs: number | null): void =>
    state.put('nodes', 'miner', { id: 'miner', kind: 'relay-miner', seen, wanted, startedAtMs } as NodeState)
  const at = async (height: number): Promise<(typeof state.state)['clock']> => {
    state.patch('chain', { blockTimeMs: time.now(), medianBlockMs: world.medianBlockMs })
    await clock.update(height)
    return state.state.clock
  }
  return { miner, at, world, state, nowMs: time.now() }
}
const laneOf = (view: Awaited<ReturnType<ReturnType<typeof setup>['at']>>, end: number) => view.lanes.find((lane) => lane.end === end)

describe('what a relay miner that is down still owes', () => {
  it('stopped in the middle of a session, it owes the claim of what it served: said with the time to be back by', async () => {
    const { miner, at, world } = setup()
    miner('running', 'running', 1)
    world.served = 5n
    // Watched from before: sessions without a relay.
    for (const ago of [79, 59, 39, 19]) await at(END - ago)
    world.served = 105n
    await at(END - 10)
    miner('stopped', 'stopped', null)
    world.served = undefined
    const view = await at(END - 8)
    expect(laneOf(view, END)?.relays).toBeNull()
    expect(view.facts).toMatchObject({ miner: 'stopped', dueHeight: String(END + 12), dueKind: 'claim', backByHeight: String(END + 17) })
    // A session later it owes that one still, and nothing of those in which it stood still.
    const later = await at(END + 13)
    expect(later).toMatchObject({ verdict: 'costs', facts: { costClaims: '1', deadlineHeight: String(END + 22) } })
    expect(laneOf(later, END + 20)?.relays).toBe('0')
    expect((await at(END + 22)).verdict, 'lost by now').toBe('safe')
  })
  it('after a start of Hearth, what was served before is nobody’s guess as long as the miner is to run and waits for its key', async () => {
    const { miner, at } = setup()
    miner('starting', 'running', null)
    expect(await at(END + 13)).toMatchObject({ verdict: 'costs', facts: { deadlineHeight: String(END + 22) } })
    expect((await at(END + 41)).facts['costClaims'], 'the session in which Hearth began').toBe('1')
    expect((await at(END + 60)).facts).not.toHaveProperty('dueHeight')
  })
  it('after a start of Hearth, one that was stopped a short while before owes the sessions until then, and none that began later', async () => {
    const { miner, at, world, nowMs } = setup()
    miner('stopped', 'stopped', null)
    // A block a minute: at height END + 12 it ended in the middle of the session that ended with END.
    world.container = { id: 'c', state: 'exited', startedAtMs: 1, finishedAtMs: nowMs - 20 * 60_000 } as SeenContainer
    const view = await at(END + 13)
    expect(view).toMatchObject({ verdict: 'costs', facts: { miner: 'stopped', costClaims: '1', deadlineHeight: String(END + 22) } })
    expect([laneOf(view, END)?.relays, laneOf(view, END + 20)?.relays]).toEqual([null, '0'])
    world.container = { ...world.container, finishedAtMs: nowMs - 24 * 60 * 60_000 }
    expect((await at(END + 13)).verdict).toBe('safe')
  })
  it('when it ended is taken with the doubt of clocks and of blocks that were slower: no session is called empty too early', async () => {
    const { miner, at, world, state, nowMs } = setup()
    miner('stopped', 'stopped', null)
    const endedAgo = async (minutes: number, more: Partial<SeenContainer> = {}): Promise<string | null | undefined> => {
      world.container = { id: 'c', state: 'exited', startedAtMs: 1, finishedAtMs: nowMs - minutes * 60_000, ...more } as SeenContainer
      return laneOf(await at(END + 13), END + 20)?.relays
    }
    // Twelve blocks of a minute ago the session began: fifteen minutes where blocks were slower.
    expect([await endedAgo(20), await endedAgo(14), await endedAgo(20, { state: 'dead' })]).toEqual(['0', null, '0'])
    state.patch('engine', { clockOffsetMs: -600_000 })
    expect([await endedAgo(20), await endedAgo(30)]).toEqual([null, '0'])
    state.patch('engine', { clockOffsetMs: 0 })
    // How long a block takes is not known yet: what ended within a day may owe all that is open.
    world.medianBlockMs = null
    expect([await endedAgo(20), (await at(END + 13)).verdict]).toEqual([null, 'costs'])
  })
  it('a miner that the user stopped long ago owes nothing', async () => {
    const { miner, at } = setup()
    miner('stopped', 'stopped', null)
    expect(await at(END + 13)).toMatchObject({ verdict: 'safe' })
  })
})

describe('what acting now would cost', () => {
  it('says what the served relays of a session are thought to be worth, and what a minute brings', async () => {
    const { miner, at, world, nowMs } = setup()
    miner('running', 'running', 1)
    world.served = 0n
    world.claims = [
      {
        ...({} as ClaimRow),
        operatorAddress: 'pokt1op',
        applicationAddress: 'a',
        serviceId: 'eth',
        sessionEndHeight: END - 60,
        stage: 'settled',
        relays: 10n,
        claimedUpokt: 40n,
        claimedComputeUnits: 10n,
        estimatedComputeUnits: 10n,
      },
    ]
    world.paid = [{ dayStartMs: nowMs - 2 * 86_400_000, upokt: 2n * 1_440n * 9n, claims: 1 }]
    for (const ago of [79, 59, 39, 19]) await at(END - ago)
    world.served = 100n
    await at(END - 1)
    expect(await at(END + 14)).toMatchObject({
      verdict: 'costs',
      facts: { costUpokt: '400', costClaims: '1', costUnknown: '0', payPerMinuteUpokt: '9' },
    })
  })
})

describe('a supplier with many applications', () => {
  it('has all claims of a session counted, however many are of newer ones', async () => {
    const { miner, at, world } = setup()
    miner('running', 'running', 1)
    world.served = 0n
    const claim = (sessionEndHeight: number, application: number, fields: Partial<ClaimRow> = {}): ClaimRow => ({
      ...({} as ClaimRow),
      network: 'mainnet',
      operatorAddress: 'pokt1op',
      applicationAddress: `pokt1app${String(application).padStart(4, '0')}`,
      serviceId: 'eth',
      sessionEndHeight,
      stage: 'proven',
      relays: 1n,
      claimedUpokt: 2n,
      claimedComputeUnits: 1n,
      estimatedComputeUnits: 1n,
      settledUpokt: undefined,
      ...fields,
    })
    const many = Array.from({ length: 250 }, (_, application) => application)
    // The newer session is claimed in full; of the older one the last of many lacks its proof.
    world.claims = [
      ...many.map((application) => claim(END + 20, application)),
      ...many.map((application) => claim(END, application, application === 249 ? { stage: 'claimed', proofRequirement: 'threshold' } : {})),
      ...many.map((application) => claim(END - 60, application, { stage: 'settled', settledUpokt: 2n })),
    ]
    const view = await at(END + 33 - 3)
    expect(laneOf(view, END)).toMatchObject({ stage: 'proof-due', relays: '250', claimedUpokt: '500' })
    expect(view).toMatchObject({ verdict: 'costs', facts: { costClaims: '1', slashClaims: '1' } })
  })
})

describe('several suppliers behind one miner', () => {
  const claimOf = (operatorAddress: string, sessionEndHeight: number, fields: Partial<ClaimRow> = {}): ClaimRow => ({
    ...({} as ClaimRow),
    operatorAddress,
    applicationAddress: 'a',
    serviceId: 'eth',
    sessionEndHeight,
    stage: 'claimed',
    proofRequirement: 'threshold',
    relays: 60n,
    claimedUpokt: 5n,
    claimedComputeUnits: 60n,
    estimatedComputeUnits: 60n,
    ...fields,
  })
  const short = {
    ownerAddress: 'pokt1owner',
    stakeUpokt: '200',
    services: ['eth'],
    notServed: [],
    unstakeSessionEndHeight: 0,
    height: 1,
    status: 'active' as const,
  }
  /** With a second supplier, and a session of hundred relays that was watched. */
  const two = async (second: Partial<OwnSupplierState> = {}) => {
    const stage = setup()
    stage.state.put('suppliers', 'pokt1op', short)
    stage.state.put('suppliers', 'pokt1two', { ...short, ownerAddress: 'pokt1other', ...second })
    stage.miner('running', 'running', 1)
    stage.world.served = 0n
    for (const ago of [79, 59, 39, 19]) await stage.at(END - ago)
    stage.world.served = 100n
    await stage.at(END - 1)
    return stage
  }

  it('has the claims of all of them, and those of nobody else', async () => {
    const { at, world, state } = await two()
    world.claims = [claimOf('pokt1op', END), claimOf('pokt1two', END, { relays: 40n }), claimOf('pokt1strange', END, { relays: 7n })]
    expect(laneOf(await at(END + 14), END)).toMatchObject({ stage: 'claimed', relays: '100', claimedUpokt: '10' })
    expect((await at(END + 23)).facts).toMatchObject({ slashClaims: '2' })
    // One that is only watched is served elsewhere.
    state.put('keys', 'w', {
      id: 'w',
      kind: 'watch',
      role: 'operator',
      network: 'mainnet',
      address: 'pokt1two',
    } as AppState['keys'][string])
    expect(laneOf(await at(END + 15), END)).toMatchObject({ relays: '60' })
  })
  it('a session is not claimed before each of them has, or what was served is claimed', async () => {
    const { at, world, state } = await two()
    world.claims = [claimOf('pokt1op', END)]
    expect(laneOf(await at(END + 14), END)?.stage).toBe('open')
    expect(laneOf(await at(END + 22), END)?.stage).toBe('claimed')
    world.claims = [claimOf('pokt1op', END, { relays: 100n })]
    expect(laneOf(await at(END + 14), END)?.stage).toBe('claimed')
    // One without a stake has nothing to claim.
    world.claims = [claimOf('pokt1op', END)]
    state.put('suppliers', 'pokt1two', { ...short, stakeUpokt: '0', status: 'not-staked' })
    expect(laneOf(await at(END + 14), END)?.stage).toBe('claimed')
  })
  it('a fenced one is served elsewhere, unless its key lies in the keeper; and so is one whose key is no longer here', async () => {
    const { at, world, state } = await two()
    world.claims = [claimOf('pokt1op', END), claimOf('pokt1two', END, { relays: 40n }), claimOf('pokt1gone', END, { relays: 7n })]
    const relays = async (): Promise<unknown> => laneOf(await at(END + 14), END)?.relays
    state.put('keys', 'two', {
      id: 'two',
      kind: 'key',
      role: 'operator',
      network: 'mainnet',
      address: 'pokt1two',
      fenced: null,
    } as AppState['keys'][string])
    expect(await relays()).toBe('100')
    state.put('keys', 'two', { ...state.state.keys['two'], fenced: 'new-here' } as AppState['keys'][string])
    expect(await relays()).toBe('60')
    state.put('nodes', 'keeper', { id: 'keeper', kind: 'keeper', signsOn: ['pokt1two', 'pokt1gone'] } as NodeState)
    expect(await relays()).toBe('107')
  })
  it('waits for no claim of one that served nothing: without services, or gone before the session', async () => {
    const { at, world, state } = await two()
    world.claims = [claimOf('pokt1op', END)]
    const stageWith = async (second: Partial<OwnSupplierState>): Promise<string | undefined> => {
      state.put('suppliers', 'pokt1two', { ...short, ...second })
      return laneOf(await at(END + 14), END)?.stage
    }
    expect(await stageWith({ status: 'staked-no-services', services: [] })).toBe('claimed')
    expect(await stageWith({ status: 'starts-next-session' })).toBe('claimed')
    expect(await stageWith({ status: 'unstaking', services: [], unstakeSessionEndHeight: END - 20 })).toBe('claimed')
    // It served until the end of this one.
    expect(await stageWith({ status: 'unstaking', services: [], unstakeSessionEndHeight: END })).toBe('open')
    // Its services went off a session ago: what it served before is still to be claimed.
    world.claims.push(claimOf('pokt1two', END - 20))
    expect(await stageWith({ status: 'staked-no-services', services: [] })).toBe('open')
  })
  it('serves while any of them does, also when the one in view does not', async () => {
    const { at, state, world } = await two()
    state.patch('supplier', { stakeUpokt: '0', services: [] })
    state.put('suppliers', 'pokt1op', { ...short, stakeUpokt: '0', services: [], status: 'not-staked' })
    world.served = undefined
    expect((await at(END + 60)).verdict).toBe('costs')
    for (const change of [{ status: 'starts-next-session' as const }, { services: [] }, { stakeUpokt: '0' }]) {
      state.put('suppliers', 'pokt1two', { ...short, ...change })
      expect((await at(END + 90)).verdict).toBe('nothing-to-lose')
    }
  })
  it('counts what owners and operators of all of them were paid', async () => {
    const { at, world } = await two()
    const asked: string[][] = []
    world.paidTo = (addresses) => void asked.push([...addresses])
    await at(END)
    await world.nowMs(11 * 60_000)
    await at(END)
    expect(asked).toEqual([['pokt1owner', 'pokt1op', 'pokt1other', 'pokt1two']])
  })
  it('a stake falls under the least when the penalties of its own claims take it there, and not those of another supplier', async () => {
    const { at, world, state } = await two({ stakeUpokt: '101' })
    const below = async (): Promise<string | undefined> => (await at(END + 14)).facts['slashBelowMinimum']
    // The least is 100, one claim without its proof costs 1.
    world.claims = [claimOf('pokt1op', END), claimOf('pokt1op', END, { applicationAddress: 'b' }), claimOf('pokt1two', END)]
    expect(await below()).toBe('no')
    world.claims = [claimOf('pokt1op', END), claimOf('pokt1two', END), claimOf('pokt1two', END, { applicationAddress: 'b' })]
    expect(await below()).toBe('yes')
    state.put('suppliers', 'pokt1two', { ...short, stakeUpokt: '102' })
    expect(await below()).toBe('no')
  })
})
