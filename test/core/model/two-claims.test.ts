import { describe, expect, it } from 'vitest'
import type { ClockClaim } from '#shared/model/clock-schema.ts'
import { clockLanes } from '#shared/model/session-clock.ts'
import type { SessionRules } from '#shared/model/session.ts'
import { stopVerdict } from '#shared/model/stop-verdict.ts'

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
/** End of a session. */
const E = 883_680
const NOW = 1_790_000_000_000
const CLAIM: ClockClaim = {
  sessionEndHeight: E,
  stage: 'claimed',
  relays: 100n,
  claimedUpokt: 5_000n,
  settledUpokt: undefined,
  claimHeight: E + 13,
  proofHeight: undefined,
  proofRequirement: 'threshold',
}
/** Watched: hundred and thirty relays in the session, none in those around it. */
const RELAYS = new Map([E - 40, E - 20, E, E + 20, E + 40].map((end): [number, bigint] => [end, end === E ? 130n : 0n]))

describe('a session of which one supplier has claimed and another may still have to', () => {
  const at = (height: number, unclaimed: ReadonlySet<number> = new Set([E])) => {
    const lanes = clockLanes(height, MAINNET, [CLAIM], RELAYS, unclaimed)
    const verdict = stopVerdict({
      height,
      headTimeMs: NOW,
      nowMs: NOW + 20_000,
      medianBlockMs: 60_700,
      rules: MAINNET,
      lanes,
      claims: [CLAIM],
      staked: true,
      minerReadable: true,
      minerRunning: true,
      proofMissingPenaltyUpokt: 7n,
    })
    return { lane: lanes.find((lane) => lane.end === E), verdict }
  }
  it('is open until its claim window ends, with what is claimed already', () => {
    expect(at(E + 14).lane).toMatchObject({ stage: 'open', relays: '100', claimedUpokt: '5000', claimHeight: E + 13 })
    expect(at(E + 21).lane?.stage).toBe('open')
    expect(at(E + 22).lane?.stage).toBe('claimed')
    expect(at(E + 23).lane?.stage).toBe('proof-due')
    expect(at(E + 14, new Set([E - 20])).lane?.stage).toBe('claimed')
  })
  it('owes both: the claim that is missing, and the proof of the one that is there', () => {
    const { facts, verdict } = at(E + 14).verdict
    expect(verdict).toBe('costs')
    expect(facts).toMatchObject({ deadlineHeight: String(E + 22), slashClaims: '1', slashUpokt: '7' })
    expect(at(E + 14, new Set()).verdict.verdict).toBe('safe')
  })
})
