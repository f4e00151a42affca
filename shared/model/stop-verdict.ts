import type { ClockClaim, ClockLane, Verdict } from './clock-schema.ts'
import { openSessions, type SessionRules } from './session.ts'

/**
 * May I stop now, and what would it cost? Rules 1 to 4 of the session clock (screens 1). Open windows are not the danger: unsent work is. The miner sends in the first
 * block or two of a window; the rest of the window is slack for being away.
 */

/** Older than this and nothing can be said. */
export const STALE_MS = 3 * 60_000
/** Work this close to its deadline is at risk when we stop now. */
const NEAR_DEADLINE_BLOCKS = 10
/** A window that opens this soon is waited for. */
const OPENS_SOON_BLOCKS = 2
/** What goes out in block `open` is in block `open + 1` (seen: localnet notes 3). */
const INCLUSION_BLOCKS = 1
const LEAST_WAIT_BLOCKS = 2
/** Come back this long before a deadline. */
const MARGIN_BLOCKS = 5
/** Shorter stretches are no time to do anything in. */
const QUIET_BLOCKS = 5

export interface StopInput {
  height: number
  /** Time of block `height`. */
  headTimeMs: number
  nowMs: number
  /** Null until two blocks were seen; then no clock times are told. */
  medianBlockMs: number | null
  rules: SessionRules
  lanes: readonly ClockLane[]
  claims: readonly ClockClaim[]
  /** Undefined while the chain has not told. */
  staked: boolean | undefined
  /** Whether we know what the miner does. */
  minerReadable: boolean
  minerRunning: boolean
  /** Whether it may have served sessions that nobody counted, although it does not run now: its volume keeps what it served. Not unless told. */
  mayHaveServed?: boolean
  /** Transactions that left this machine and are not in a block yet, where that is known. */
  sending?: readonly { kind: 'claim' | 'proof'; sessionEndHeight: number }[]
  /** What unclaimed sessions are thought to be worth, by session end height. */
  estimatesUpokt?: ReadonlyMap<number, bigint>
  /** Average pay over 30 days. */
  payPerMinuteUpokt?: bigint
  stakeUpokt?: bigint
  supplierMinStakeUpokt?: bigint
  proofMissingPenaltyUpokt?: bigint
}

/** A claim or proof that somebody still has to send. */
interface Work {
  kind: 'claim' | 'proof'
  sessionEndHeight: number
  opens: number
  deadline: number
  /** Undefined when nobody can say. */
  valueUpokt: bigint | undefined
  claims: number
}

/**
 * The verdict and its facts. All facts are text: heights, counts, upokt, UTC ms. Absent ones are not known.
 * - `cannot-tell`: reason (`height-old` | `miner-unreadable` | `supplier-unknown`), ageMs
 * - `wait`: blocks, waitMs, waitKind (`claim` | `proof`), waitSessionEnd
 * - `costs`: costUpokt, costClaims, costUnknown (claims without a value), deadlineHeight, deadlineMs
 * - `safe`: dueHeight, dueMs, dueKind, backByHeight, backByMs (absent when nothing is due)
 * - all but the first and `nothing-to-lose`: miner (`running` | `stopped`), payPerMinuteUpokt, afterHeight, afterMs, afterUpokt, afterClaims, afterUnknown, slashClaims,
 *   slashUpokt, slashBelowMinimum (`yes` | `no`), quietHeight, quietMs, quietBlocks, settledHeight, settledMs
 */
export function stopVerdict(input: StopInput): { verdict: Verdict; facts: Record<string, string> } {
  const work = findWork(input)
  // Closed for ever and nothing under way: neither age nor the miner matters.
  if (input.staked === false && work.length === 0) return { verdict: 'nothing-to-lose', facts: {} }
  const ageMs = input.nowMs - input.headTimeMs
  if (ageMs > STALE_MS) return cannotTell('height-old', ageMs)
  if (input.staked === undefined) return cannotTell('supplier-unknown', ageMs)
  if (!input.minerReadable) return cannotTell('miner-unreadable', ageMs)

  const lines = costLines(input, work)
  const waiting = input.minerRunning ? waitFor(input, work) : undefined
  if (waiting) return { verdict: 'wait', facts: { ...lines, ...waiting } }
  const near = work.filter((each) => each.deadline - input.height < NEAR_DEADLINE_BLOCKS)
  if (near.length > 0) {
    const deadline = Math.min(...near.map((each) => each.deadline))
    const cost = { ...totals('cost', near), ...moment(input, 'deadline', deadline) }
    return { verdict: 'costs', facts: { ...lines, ...cost } }
  }
  return { verdict: 'safe', facts: { ...lines, ...dueFacts(input, work) } }
}

function cannotTell(reason: string, ageMs: number): { verdict: Verdict; facts: Record<string, string> } {
  return { verdict: 'cannot-tell', facts: { reason, ageMs: String(Math.max(0, ageMs)) } }
}

/** Everything unsent whose deadline is still ahead. What is past its deadline is lost already and no cost of stopping. */
function findWork(input: StopInput): Work[] {
  return input.lanes.flatMap((lane) => workOf(input, lane)).filter((work) => work.deadline > input.height)
}

function workOf(input: StopInput, lane: ClockLane): Work[] {
  return [...claimWork(input, lane), ...proofWork(input, lane)]
}

/** Of an open lane too: one supplier has claimed where another has not yet. */
function proofWork(input: StopInput, lane: ClockLane): Work[] {
  if (lane.stage !== 'claimed' && lane.stage !== 'proof-due' && lane.stage !== 'open') return []
  const owing = input.claims.filter(
    (claim) => claim.sessionEndHeight === lane.end && claim.stage === 'claimed' && claim.proofRequirement !== 'not-required',
  )
  const valueUpokt = owing.reduce((total, claim) => total + claim.claimedUpokt, 0n)
  const claims = owing.length
  return claims === 0
    ? []
    : [{ kind: 'proof', sessionEndHeight: lane.end, opens: lane.proofOpen, deadline: lane.proofClose, valueUpokt, claims }]
}

function claimWork(input: StopInput, lane: ClockLane): Work[] {
  if (lane.stage !== 'serving' && lane.stage !== 'open') return []
  // Not counted: there may be work as long as somebody could have served.
  const couldServe = input.minerRunning || input.mayHaveServed === true
  const mayHaveRelays = lane.relays === null ? input.staked === true && couldServe : lane.relays !== '0'
  if (!mayHaveRelays) return []
  const valueUpokt = input.estimatesUpokt?.get(lane.end)
  return [{ kind: 'claim', sessionEndHeight: lane.end, opens: lane.claimOpen, deadline: lane.claimClose, valueUpokt, claims: 1 }]
}

/** Rule 2: something is on its way, or about to be. @returns its facts, or undefined */
function waitFor(input: StopInput, work: readonly Work[]): Record<string, string> | undefined {
  const { height } = input
  const onItsWay = (each: Work): boolean =>
    input.sending?.some((sent) => sent.kind === each.kind && sent.sessionEndHeight === each.sessionEndHeight) ?? false
  const soon = (each: Work): boolean => height >= each.opens - OPENS_SOON_BLOCKS && height <= each.opens + INCLUSION_BLOCKS
  const found = work
    .filter((each) => onItsWay(each) || soon(each))
    .map((each) => ({ each, blocks: Math.max(LEAST_WAIT_BLOCKS, each.opens + INCLUSION_BLOCKS - height) }))
    .sort((a, b) => b.blocks - a.blocks)[0]
  if (!found) return undefined
  return {
    blocks: String(found.blocks),
    waitKind: found.each.kind,
    waitSessionEnd: String(found.each.sessionEndHeight),
    ...(input.medianBlockMs === null ? {} : { waitMs: String(Math.round(found.blocks * input.medianBlockMs)) }),
  }
}

/** Rule 4: the next window that needs us, and until when we have to be back. */
function dueFacts(input: StopInput, work: readonly Work[]): Record<string, string> {
  const next = [...work].sort((a, b) => a.opens - b.opens)[0]
  if (!next) return {}
  const backBy = Math.min(...work.map((each) => each.deadline)) - MARGIN_BLOCKS
  return { ...moment(input, 'due', next.opens), dueKind: next.kind, ...moment(input, 'backBy', backBy) }
}

function costLines(input: StopInput, work: readonly Work[]): Record<string, string> {
  return {
    miner: input.minerRunning ? 'running' : 'stopped',
    ...(input.payPerMinuteUpokt === undefined ? {} : { payPerMinuteUpokt: String(input.payPerMinuteUpokt) }),
    ...afterFacts(input, work),
    ...slashFacts(input, work),
    ...quietFacts(input, work),
    ...settledFacts(input, work),
  }
}

/** What is lost when we are still away at the earliest deadline. */
function afterFacts(input: StopInput, work: readonly Work[]): Record<string, string> {
  if (work.length === 0) return {}
  const deadline = Math.min(...work.map((each) => each.deadline))
  const lost = work.filter((each) => each.deadline === deadline)
  return { ...moment(input, 'after', deadline), ...totals('after', lost) }
}

function slashFacts(input: StopInput, work: readonly Work[]): Record<string, string> {
  const claims = work.reduce((total, each) => total + (each.kind === 'proof' ? each.claims : 0), 0)
  const penalty = input.proofMissingPenaltyUpokt
  if (penalty === undefined) return { slashClaims: String(claims) }
  const slash = penalty * BigInt(claims)
  const { stakeUpokt, supplierMinStakeUpokt } = input
  const below = stakeUpokt !== undefined && supplierMinStakeUpokt !== undefined && claims > 0 && stakeUpokt - slash < supplierMinStakeUpokt
  return { slashClaims: String(claims), slashUpokt: String(slash), slashBelowMinimum: below ? 'yes' : 'no' }
}

/** When everything that is under way now, the current session included, is paid. */
function settledFacts(input: StopInput, work: readonly Work[]): Record<string, string> {
  const owed = new Set(work.map((each) => each.sessionEndHeight))
  const settles = input.lanes
    .filter((lane) => owed.has(lane.end) || (lane.stage === 'proven' && lane.settle > input.height))
    .map((lane) => lane.settle)
  return settles.length === 0 ? {} : moment(input, 'settled', Math.max(...settles))
}

/**
 * The next stretch in which rule 4 holds, now included, taking it that the miner serves every session and sends in the first block of each window. Short sessions have
 * none: then the facts are absent.
 */
function quietFacts(input: StopInput, work: readonly Work[]): Record<string, string> {
  if (!input.minerRunning) return {}
  const { rules, height } = input
  const windows =
    rules.claimWindowOpenOffsetBlocks +
    rules.claimWindowCloseOffsetBlocks +
    rules.proofWindowOpenOffsetBlocks +
    rules.proofWindowCloseOffsetBlocks
  const until = height + 2 * (rules.numBlocksPerSession + windows)
  let start: number | undefined
  for (let at = height; at <= until; at += 1) {
    const quiet = isQuiet(input, work, at)
    if (quiet) start ??= at
    if (start === undefined || (quiet && at < until)) continue
    const blocks = at - start + (quiet ? 1 : 0)
    if (blocks >= QUIET_BLOCKS) return { ...moment(input, 'quiet', start), quietBlocks: String(blocks) }
    start = undefined
  }
  return {}
}

function isQuiet(input: StopInput, work: readonly Work[], at: number): boolean {
  const owing = new Set(work.map((each) => each.sessionEndHeight))
  const servesOn = input.staked === true
  return openSessions(at, input.rules).every((session) => {
    const mayOwe = owing.has(session.end) || (servesOn && session.end > input.height)
    if (!mayOwe) return true
    const isClaimUnsent = at <= session.claimOpen
    const isProofUnsent = !isClaimUnsent && at <= session.proofOpen
    if (!isClaimUnsent && !isProofUnsent) return true
    const opens = isClaimUnsent ? session.claimOpen : session.proofOpen
    const deadline = isClaimUnsent ? session.claimClose : session.proofClose
    return at < opens - OPENS_SOON_BLOCKS && deadline - at >= NEAR_DEADLINE_BLOCKS
  })
}

function totals(prefix: string, work: readonly Work[]): Record<string, string> {
  const unknown = work.filter((each) => each.valueUpokt === undefined)
  return {
    [`${prefix}Upokt`]: String(work.reduce((total, each) => total + (each.valueUpokt ?? 0n), 0n)),
    [`${prefix}Claims`]: String(work.reduce((total, each) => total + each.claims, 0)),
    [`${prefix}Unknown`]: String(unknown.length),
  }
}

/** `<prefix>Height` and, when the block time is known, `<prefix>Ms`. */
function moment(input: StopInput, prefix: string, height: number): Record<string, string> {
  const ms = input.medianBlockMs === null ? undefined : Math.round(input.headTimeMs + (height - input.height) * input.medianBlockMs)
  return { [`${prefix}Height`]: String(height), ...(ms === undefined ? {} : { [`${prefix}Ms`]: String(ms) }) }
}
