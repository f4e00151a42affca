import { describe, expect, it } from 'vitest'
import { stateSchema } from '#shared/api/state.ts'
import type { ClockClaim } from '#shared/model/clock-schema.ts'
import { clockLanes, sessionClock, type RelaysBySession } from '#shared/model/session-clock.ts'
import type { SessionRules } from '#shared/model/session.ts'
import { stopVerdict, type StopInput } from '#shared/model/stop-verdict.ts'

const MAINNET: SessionRules = {
  numBlocksPerSession: 20,
  gracePeriodEndOffsetBlocks: 10,
  claimWindowOpenOffsetBlocks: 11,
  claimWindowCloseOffsetBlocks: 10,
  proofWindowOpenOffsetBlocks: 1,
  proofWindowCloseOffsetBlocks: 10,
  sessionGridAnchorHeight: 831_001,
  sessionNumberAtAnchor: 13_851,
}
/** The fast chain of the tests. */
const FAST: SessionRules = {
  numBlocksPerSession: 4,
  gracePeriodEndOffsetBlocks: 0,
  claimWindowOpenOffsetBlocks: 1,
  claimWindowCloseOffsetBlocks: 1,
  proofWindowOpenOffsetBlocks: 0,
  proofWindowCloseOffsetBlocks: 1,
  sessionGridAnchorHeight: 1,
  sessionNumberAtAnchor: 1,
}
/** End of a mainnet session; the next one starts at 883681. */
const E = 883_680
const BLOCK_MS = 60_700
const NOW = 1_790_000_000_000

const claim = (fields: Partial<ClockClaim> & Pick<ClockClaim, 'stage'>): ClockClaim => ({
  sessionEndHeight: E,
  relays: 100n,
  claimedUpokt: 5_000n,
  settledUpokt: undefined,
  claimHeight: E + 13,
  proofHeight: undefined,
  proofRequirement: undefined,
  ...fields,
})

interface Scene {
  height: number
  rules?: SessionRules
  claims?: ClockClaim[]
  relays?: RelaysBySession
  input?: Partial<StopInput>
}
const noRelays = (rules: SessionRules): RelaysBySession =>
  new Map(Array.from({ length: 4000 }, (_, index) => [index * rules.numBlocksPerSession, 0n]))
/** Zero relays everywhere but where the scene says so. */
const relaysAt = (...ends: [number, bigint][]): RelaysBySession =>
  new Map([[E - 40, 0n], [E - 20, 0n], [E, 0n], [E + 20, 0n], [E + 40, 0n], ...ends])

function verdictAt({ height, rules = MAINNET, claims = [], relays = relaysAt(), input = {} }: Scene) {
  return stopVerdict({
    height,
    headTimeMs: NOW,
    nowMs: NOW + 20_000,
    medianBlockMs: BLOCK_MS,
    rules,
    lanes: clockLanes(height, rules, claims, relays),
    claims,
    staked: true,
    minerReadable: true,
    minerRunning: true,
    ...input,
  })
}

describe('clockLanes', () => {
  it('has the heights of the worked example', () => {
    const [lane] = clockLanes(883_667, MAINNET, [], new Map())
    expect(lane).toMatchObject({
      number: 16_484,
      start: 883_661,
      end: 883_680,
      graceEnd: 883_690,
      claimOpen: 883_692,
      claimClose: 883_702,
      proofOpen: 883_703,
      proofClose: 883_713,
      settle: 883_713,
      stage: 'serving',
    })
  })

  it('shows the current session, the two that are under way on mainnet, and the last closed one, newest first', () => {
    expect(clockLanes(E + 10, MAINNET, [], new Map()).map((lane) => lane.end)).toEqual([E + 20, E, E - 20, E - 40])
    // In block 13 of a session the older one settles, and in block 14 it is closed.
    expect(clockLanes(E + 13, MAINNET, [], new Map()).map((lane) => lane.end)).toEqual([E + 20, E, E - 20, E - 40])
    expect(clockLanes(E + 14, MAINNET, [], new Map()).map((lane) => lane.end)).toEqual([E + 20, E, E - 20])
  })

  it('starts with one lane on a young chain and never has more than eight', () => {
    expect(clockLanes(1, FAST, [], new Map()).map((lane) => lane.number)).toEqual([1])
    expect(clockLanes(6, FAST, [], new Map()).map((lane) => lane.number)).toEqual([2, 1])
    expect(clockLanes(9, FAST, [], new Map()).map((lane) => lane.number)).toEqual([3, 2, 1])
    const long: SessionRules = { ...FAST, proofWindowCloseOffsetBlocks: 80 }
    expect(clockLanes(200, long, [], new Map())).toHaveLength(8)
    expect(clockLanes(200, long, [], new Map())[0]?.stage).toBe('serving')
  })

  it('tells the stage of a session without a claim', () => {
    const stage = (height: number, counted?: bigint) =>
      clockLanes(height, MAINNET, [], counted === undefined ? new Map() : new Map([[E, counted]])).find((lane) => lane.end === E)?.stage
    expect(stage(E, 5n)).toBe('serving')
    expect(stage(E, 0n)).toBe('serving')
    expect(stage(E + 1, 5n)).toBe('open')
    expect(stage(E + 1)).toBe('open')
    expect(stage(E + 1, 0n)).toBe('idle')
    expect(stage(E + 22, 5n)).toBe('open')
    expect(stage(E + 23, 5n)).toBe('not-claimed')
    expect(stage(E + 23)).toBe('idle')
    expect(stage(E + 23, 0n)).toBe('idle')
  })

  it('tells the stage of a session with claims: the worst of them', () => {
    const stage = (height: number, ...claims: ClockClaim[]) =>
      clockLanes(height, MAINNET, claims, new Map()).find((lane) => lane.end === E)?.stage
    expect(stage(E + 14, claim({ stage: 'claimed' }))).toBe('claimed')
    expect(stage(E + 23, claim({ stage: 'claimed' }))).toBe('proof-due')
    expect(stage(E + 23, claim({ stage: 'claimed', proofRequirement: 'not-required' }))).toBe('proven')
    expect(stage(E + 24, claim({ stage: 'proven' }))).toBe('proven')
    expect(stage(E + 24, claim({ stage: 'proven' }), claim({ stage: 'claimed' }))).toBe('proof-due')
    expect(stage(E + 33, claim({ stage: 'settled' }))).toBe('settled')
    expect(stage(E + 33, claim({ stage: 'settled' }), claim({ stage: 'discarded' }))).toBe('discarded')
    expect(stage(E + 33, claim({ stage: 'settled' }), claim({ stage: 'expired' }))).toBe('expired')
  })

  it('adds up the claims of a session and keeps their places', () => {
    const claims = [
      claim({ stage: 'settled', relays: 3n, claimedUpokt: 10n, settledUpokt: 9n, claimHeight: E + 13, proofHeight: E + 24 }),
      claim({ stage: 'settled', relays: 4n, claimedUpokt: 20n, settledUpokt: 20n, claimHeight: E + 14, proofHeight: undefined }),
      claim({ stage: 'claimed', sessionEndHeight: E - 20 }),
    ]
    const lanes = clockLanes(E + 33, MAINNET, claims, new Map([[E, 999n]]))
    expect(lanes.find((lane) => lane.end === E)).toMatchObject({
      relays: '7',
      claimedUpokt: '30',
      settledUpokt: '29',
      claimHeight: E + 14,
      proofHeight: E + 24,
    })
    expect(lanes.find((lane) => lane.end === E + 20)).toMatchObject({
      relays: null,
      claimedUpokt: null,
      settledUpokt: null,
      claimHeight: null,
    })
  })
})

describe('stopVerdict on mainnet', () => {
  const served = relaysAt([E, 100n])

  it('follows one session from its end to its settlement', () => {
    const at = (offset: number, claims: ClockClaim[] = []) => verdictAt({ height: E + offset, relays: served, claims })
    expect(at(1).verdict).toBe('safe')
    expect(at(9).verdict).toBe('safe')
    // The claim window opens at E+12: two blocks before, in it, and one after.
    for (const offset of [10, 11, 12, 13]) expect(at(offset).verdict, `E+${offset}`).toBe('wait')
    expect(at(10).facts).toMatchObject({ blocks: '3', waitKind: 'claim', waitSessionEnd: String(E), waitMs: String(3 * BLOCK_MS) })
    expect(at(11).facts['blocks']).toBe('2')
    expect(at(13).facts['blocks']).toBe('2')
    // Still unclaimed after that: 8 blocks to the deadline, then 1; at the deadline nothing can be saved.
    expect(at(14).verdict).toBe('costs')
    expect(at(21).verdict).toBe('costs')
    expect(at(22).verdict).toBe('safe')

    const claimed = [claim({ stage: 'claimed' })]
    expect(at(14, claimed).verdict).toBe('safe')
    expect(at(20, claimed).verdict).toBe('safe')
    for (const offset of [21, 22, 23, 24]) expect(at(offset, claimed).verdict, `E+${offset}`).toBe('wait')
    expect(at(25, claimed).verdict).toBe('costs')
    expect(at(32, claimed).verdict).toBe('costs')
    expect(at(33, claimed).verdict).toBe('safe')
    expect(at(25, [claim({ stage: 'proven' })]).verdict).toBe('safe')
  })

  it('says when something is due and when to be back', () => {
    const { facts } = verdictAt({ height: E + 5, relays: served })
    expect(facts).toMatchObject({
      dueHeight: String(E + 12),
      dueMs: String(NOW + 7 * BLOCK_MS),
      dueKind: 'claim',
      backByHeight: String(E + 17),
      backByMs: String(NOW + 12 * BLOCK_MS),
    })
    const idle = verdictAt({ height: E + 5 })
    expect(idle.verdict).toBe('safe')
    expect(Object.keys(idle.facts).filter((key) => /^(due|backBy|after)/.test(key))).toEqual([])
  })

  it('is back by the earliest deadline, not by that of the next window', () => {
    const claims = [claim({ stage: 'claimed', sessionEndHeight: E - 20, claimHeight: E - 7 })]
    const { verdict, facts } = verdictAt({
      height: E + 1,
      relays: relaysAt([E, 5n]),
      claims: [{ ...claims[0]!, proofRequirement: 'not-required' }],
    })
    expect(verdict).toBe('safe')
    expect(facts['backByHeight']).toBe(String(E + 17))
    // With a proof owed for the older session its window (E+3 to E+13) comes first.
    expect(verdictAt({ height: E, relays: relaysAt([E, 5n]), claims }).facts).toMatchObject({
      afterHeight: String(E + 13),
      slashClaims: '1',
    })
  })

  it('adds up what stopping costs, and says when it cannot', () => {
    const claims = [
      claim({ stage: 'claimed', claimedUpokt: 700n }),
      claim({ stage: 'claimed', claimedUpokt: 50n }),
      claim({ stage: 'proven' }),
    ]
    const known = verdictAt({ height: E + 25, claims, relays: relaysAt([E, 9n]) })
    expect(known).toMatchObject({
      verdict: 'costs',
      facts: {
        costUpokt: '750',
        costClaims: '2',
        costUnknown: '0',
        deadlineHeight: String(E + 33),
        deadlineMs: String(NOW + 8 * BLOCK_MS),
      },
    })
    const unclaimed = { height: E + 15, relays: served }
    expect(verdictAt(unclaimed).facts).toMatchObject({ costUpokt: '0', costClaims: '1', costUnknown: '1' })
    expect(verdictAt({ ...unclaimed, input: { estimatesUpokt: new Map([[E, 4321n]]) } }).facts).toMatchObject({
      costUpokt: '4321',
      costUnknown: '0',
    })
  })

  it('counts the punishment for missing proofs and whether the stake would fall under the minimum', () => {
    const scene = (stakeUpokt: bigint) =>
      verdictAt({
        height: E + 15,
        claims: [claim({ stage: 'claimed' }), claim({ stage: 'claimed' })],
        input: { stakeUpokt, supplierMinStakeUpokt: 100n, proofMissingPenaltyUpokt: 3n },
      }).facts
    expect(scene(106n)).toMatchObject({ slashClaims: '2', slashUpokt: '6', slashBelowMinimum: 'no' })
    expect(scene(105n)).toMatchObject({ slashClaims: '2', slashUpokt: '6', slashBelowMinimum: 'yes' })
    expect(
      verdictAt({ height: E + 5, input: { stakeUpokt: 1n, supplierMinStakeUpokt: 100n, proofMissingPenaltyUpokt: 3n } }).facts,
    ).toMatchObject({
      slashClaims: '0',
      slashUpokt: '0',
      slashBelowMinimum: 'no',
    })
  })

  it('finds the quiet stretches of a busy supplier: blocks 4 to 9 and 13 to 20', () => {
    const quiet = (offset: number, claims: ClockClaim[] = []) => {
      const { facts } = verdictAt({ height: E + offset, relays: relaysAt([E, 9n], [E + 20, 9n]), claims })
      return [Number(facts['quietHeight']) - E, Number(facts['quietBlocks'])]
    }
    const older = claim({ stage: 'proven', sessionEndHeight: E - 20, claimHeight: E - 7 })
    expect(quiet(10, [older])).toEqual([13, 8])
    expect(quiet(12, [older])).toEqual([13, 8])
    // Inside a stretch: now, for what is left of it.
    expect(quiet(15, [older, claim({ stage: 'claimed' })])).toEqual([15, 6])
    // Six blocks are left at 4, five at 5; at 6 the rest is too short to count.
    const proven = [claim({ stage: 'claimed' })]
    expect(quiet(21, proven)).toEqual([24, 6])
    expect(quiet(25, [claim({ stage: 'proven' })])).toEqual([25, 5])
    expect(quiet(26, [claim({ stage: 'proven' })])).toEqual([33, 8])
  })

  it('says when everything under way is paid', () => {
    expect(verdictAt({ height: E + 5, relays: served }).facts['settledHeight']).toBe(String(E + 33))
    expect(verdictAt({ height: E + 5, relays: relaysAt([E, 1n], [E + 20, 1n]) }).facts['settledHeight']).toBe(String(E + 53))
    expect(verdictAt({ height: E + 30, claims: [claim({ stage: 'proven' })] }).facts['settledHeight']).toBe(String(E + 33))
    expect(verdictAt({ height: E + 5 }).facts['settledHeight']).toBeUndefined()
  })

  it('waits for what has left and is in no block yet', () => {
    const sending = [{ kind: 'proof' as const, sessionEndHeight: E }]
    const scene = { height: E + 28, claims: [claim({ stage: 'claimed' })] }
    expect(verdictAt(scene).verdict).toBe('costs')
    expect(verdictAt({ ...scene, input: { sending } })).toMatchObject({ verdict: 'wait', facts: { blocks: '2', waitKind: 'proof' } })
    expect(verdictAt({ ...scene, input: { sending: [{ kind: 'proof', sessionEndHeight: E - 20 }] } }).verdict).toBe('costs')
  })

  it('does not wait for a miner that does not run: what is unsent is at risk', () => {
    const stopped = { minerRunning: false }
    expect(verdictAt({ height: E + 12, relays: served, input: stopped }).verdict).toBe('safe')
    expect(verdictAt({ height: E + 13, relays: served, input: stopped })).toMatchObject({ verdict: 'costs', facts: { miner: 'stopped' } })
    expect(verdictAt({ height: E + 12, relays: served, input: stopped }).facts['quietHeight']).toBeUndefined()
  })

  it('takes uncounted sessions for served ones only while somebody could have served them', () => {
    const uncounted: RelaysBySession = new Map()
    expect(verdictAt({ height: E + 11, relays: uncounted }).verdict).toBe('wait')
    expect(verdictAt({ height: E + 14, relays: uncounted }).facts).toMatchObject({ costUnknown: '1' })
    expect(verdictAt({ height: E + 14, relays: uncounted, input: { minerRunning: false } }).verdict).toBe('safe')
    // It is to run and waits for its key, or was stopped a moment ago: what it served lies on its volume.
    const away = { minerRunning: false, mayHaveServed: true }
    expect(verdictAt({ height: E + 14, relays: uncounted, input: away })).toMatchObject({ verdict: 'costs', facts: { miner: 'stopped' } })
    expect(verdictAt({ height: E + 5, relays: uncounted, input: away }).facts['backByHeight']).toBe(String(E + 17))
  })
})

describe('stopVerdict when little is known', () => {
  it('cannot tell from an old height, an unread miner or an unread supplier', () => {
    const scene = { height: E + 5, relays: relaysAt([E, 1n]) }
    expect(verdictAt({ ...scene, input: { nowMs: NOW + 180_000 } }).verdict).toBe('safe')
    expect(verdictAt({ ...scene, input: { nowMs: NOW + 180_001 } })).toEqual({
      verdict: 'cannot-tell',
      facts: { reason: 'height-old', ageMs: '180001' },
    })
    expect(verdictAt({ ...scene, input: { minerReadable: false } })).toMatchObject({
      verdict: 'cannot-tell',
      facts: { reason: 'miner-unreadable' },
    })
    expect(verdictAt({ ...scene, input: { staked: undefined } })).toMatchObject({
      verdict: 'cannot-tell',
      facts: { reason: 'supplier-unknown' },
    })
  })

  it('has nothing to lose when there is neither stake nor anything under way, however old the height', () => {
    const free = { staked: false, minerRunning: false }
    expect(verdictAt({ height: E + 5, input: free })).toEqual({ verdict: 'nothing-to-lose', facts: {} })
    expect(verdictAt({ height: E + 5, relays: new Map(), input: { ...free, nowMs: NOW + 9_000_000 } }).verdict).toBe('nothing-to-lose')
    // Unstaked with a claim that still needs its proof: that can be lost, and is punished.
    const owing = { height: E + 25, claims: [claim({ stage: 'claimed' })], input: { ...free, minerRunning: true } }
    expect(verdictAt(owing).verdict).toBe('costs')
  })

  it('leaves clock times out while the block time is not known', () => {
    const { facts } = verdictAt({ height: E + 5, relays: relaysAt([E, 1n]), input: { medianBlockMs: null } })
    expect(facts['dueHeight']).toBe(String(E + 12))
    expect(Object.keys(facts).filter((key) => key.endsWith('Ms'))).toEqual([])
  })
})

describe('stopVerdict on the fast chain', () => {
  const at = (height: number, served: [number, bigint][], claims: ClockClaim[] = []) =>
    verdictAt({ height, rules: FAST, relays: new Map([...noRelays(FAST), ...served]), claims, input: { medianBlockMs: 500 } })

  it('goes through serving, claim, proof and settlement of one session', () => {
    // Session 5..8: claim window 10..11, proof window 11..12, settled at 12.
    const served: [number, bigint][] = [[8, 5n]]
    expect(at(6, served)).toMatchObject({
      verdict: 'costs',
      facts: { deadlineHeight: '11', deadlineMs: String(NOW + 5 * 500), costClaims: '1' },
    })
    expect(at(8, served)).toMatchObject({ verdict: 'wait', facts: { blocks: '3', waitMs: '1500' } })
    expect(at(10, served).verdict).toBe('wait')
    expect(at(11, served).verdict).toBe('safe')
    const claimed = claim({ stage: 'claimed', sessionEndHeight: 8, claimHeight: 11 })
    expect(at(11, served, [claimed])).toMatchObject({ verdict: 'wait', facts: { waitKind: 'proof', blocks: '2' } })
    expect(at(12, served, [claimed]).verdict).toBe('safe')
    expect(at(12, served, [{ ...claimed, stage: 'settled' }]).verdict).toBe('safe')
  })

  it('has no quiet time as long as it serves', () => {
    expect(at(6, [[8, 5n]]).facts['quietHeight']).toBeUndefined()
  })
})

describe('sessionClock', () => {
  it('fits the state, with lanes, verdict and heights of one moment', () => {
    const claims = [claim({ stage: 'claimed' })]
    const clock = sessionClock({
      height: E + 15,
      headTimeMs: NOW,
      nowMs: NOW + 1000,
      medianBlockMs: BLOCK_MS,
      rules: MAINNET,
      claims,
      relaysBySession: relaysAt([E + 20, 12n]),
      staked: true,
      minerReadable: true,
      minerRunning: true,
      payPerMinuteUpokt: 40_000n,
      stakeUpokt: 59_500_000_000n,
      supplierMinStakeUpokt: 59_500_000_000n,
      proofMissingPenaltyUpokt: 1n,
    })
    expect(stateSchema.shape.clock.parse(clock)).toEqual(clock)
    expect(clock).toMatchObject({
      verdict: 'safe',
      height: E + 15,
      atMs: NOW,
      facts: { payPerMinuteUpokt: '40000', slashBelowMinimum: 'yes', miner: 'running' },
    })
    expect(clock.lanes.map((lane) => [lane.end - E, lane.stage, lane.relays])).toEqual([
      [20, 'serving', '12'],
      [0, 'claimed', '100'],
      [-20, 'idle', '0'],
    ])
  })
})
