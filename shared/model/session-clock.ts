import type { ClockClaim, ClockLane, ClockView, LaneStage } from './clock-schema.ts'
import { openSessions, sessionAt, type SessionHeights, type SessionRules } from './session.ts'
import { stopVerdict, type StopInput } from './stop-verdict.ts'

/** The session clock: one lane per session that still matters. Source: onchain facts 5.2, screens 1. Integers only; every height is a block height. */

/** Relays that were served and not yet claimed, by session end height. A session that is absent was not counted, which is not the same as zero. */
export type RelaysBySession = ReadonlyMap<number, bigint>

/** What the state keeps at most. */
const MAX_LANES = 8

/**
 * The lanes at a height: every session that is not closed and the last closed one, newest first.
 * @param height newest block @param claims of our operators, any session @param relaysBySession what the miner has counted
 * @param unclaimed ends of sessions of which, beside the claims that are there, another of our suppliers may still have to send its own: each sends at a moment of its own
 */
export function clockLanes(
  height: number,
  rules: SessionRules,
  claims: readonly ClockClaim[],
  relaysBySession: RelaysBySession,
  unclaimed: ReadonlySet<number> = new Set(),
): ClockLane[] {
  const open = openSessions(height, rules)
  const oldest = open[0]
  const lastClosed = oldest && oldest.start > 1 ? [sessionAt(oldest.start - 1, rules)] : []
  return [...lastClosed, ...open]
    .map((session) => {
      const own = claims.filter((claim) => claim.sessionEndHeight === session.end)
      return laneOf(height, session, own, { counted: relaysBySession.get(session.end), owesClaim: unclaimed.has(session.end) })
    })
    .reverse()
    .slice(0, MAX_LANES)
}

function laneOf(
  height: number,
  session: SessionHeights,
  claims: readonly ClockClaim[],
  { counted, owesClaim }: { counted: bigint | undefined; owesClaim: boolean },
): ClockLane {
  // In the last block of the window nothing can be claimed any more.
  const isOpen = owesClaim && height > session.end && height < session.claimClose
  const relays = claims.length > 0 ? sum(claims.map((claim) => claim.relays)) : counted
  const settled = claims.flatMap((claim) => (claim.settledUpokt === undefined ? [] : [claim.settledUpokt]))
  return {
    ...session,
    stage: claims.length === 0 ? unclaimedStage(height, session, counted) : isOpen ? 'open' : claimedStage(height, session, claims),
    relays: relays === undefined ? null : relays.toString(),
    claimedUpokt: claims.length > 0 ? sum(claims.map((claim) => claim.claimedUpokt)).toString() : null,
    settledUpokt: settled.length > 0 ? sum(settled).toString() : null,
    claimHeight: latest(claims.map((claim) => claim.claimHeight)),
    proofHeight: latest(claims.map((claim) => claim.proofHeight)),
  }
}

function unclaimedStage(height: number, session: SessionHeights, counted: bigint | undefined): LaneStage {
  if (height <= session.end) return 'serving'
  if (height > session.claimClose) return counted !== undefined && counted > 0n ? 'not-claimed' : 'idle'
  return counted === 0n ? 'idle' : 'open'
}

/** Several claims share a lane (one per application and service): the lane shows the worst of them. */
function claimedStage(height: number, session: SessionHeights, claims: readonly ClockClaim[]): LaneStage {
  const has = (stage: ClockClaim['stage']): boolean => claims.some((claim) => claim.stage === stage)
  if (has('expired')) return 'expired'
  const owesProof = claims.some((claim) => claim.stage === 'claimed' && claim.proofRequirement !== 'not-required')
  if (owesProof) return height >= session.proofOpen ? 'proof-due' : 'claimed'
  if (has('proven') || has('claimed')) return 'proven'
  return has('discarded') ? 'discarded' : 'settled'
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n)

function latest(heights: readonly (number | undefined)[]): number | null {
  const known = heights.filter((height) => height !== undefined)
  return known.length > 0 ? Math.max(...known) : null
}

/** The whole slice `clock` of the state: lanes, verdict and its facts. */
export function sessionClock(
  input: Omit<StopInput, 'lanes'> & { relaysBySession: RelaysBySession; unclaimed?: ReadonlySet<number> },
): ClockView {
  const { relaysBySession, unclaimed, ...rest } = input
  const lanes = clockLanes(input.height, input.rules, input.claims, relaysBySession, unclaimed)
  return { lanes, ...stopVerdict({ ...rest, lanes }), height: input.height, atMs: input.headTimeMs }
}
