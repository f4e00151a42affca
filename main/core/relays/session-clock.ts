import type { AppState, NodeState } from '#shared/api/state.ts'
import { claimKey } from '#shared/model/claim.ts'
import { openSessions, sessionAt, type SessionRules } from '#shared/model/session.ts'
import { sessionClock, type RelaysBySession } from '#shared/model/session-clock.ts'
import { STALE_MS } from '#shared/model/stop-verdict.ts'
import type { ChainParams } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { SeenContainer } from '../ports/engine.ts'
import type { ClaimRow, Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { OwnSupplierFacts } from '../state/own-suppliers.ts'
import { servedSuppliers, signedOnHere } from '../state/served-suppliers.ts'
import { createPay, estimates, servedFor } from './session-pay.ts'

/** There is one claim for each application, service and session: a session may have hundreds. */
const CLAIMS_PAGE = 100
/** A supplier with more in the sessions of the clock has other means than a desktop. */
const PAGES_READ = 100

/** Keeps state.clock true: gathers what the pure session clock needs and publishes its answer. */
export interface SessionClock {
  update(height: number): Promise<void>
  /** Relays since the miner's start that its lanes know of; undefined while it knows of none. */
  counted(): bigint | undefined
}

export function createSessionClock(deps: {
  state: StatePublisher
  store: Store
  clock: Clock
  network: () => string | null
  params: () => ChainParams | undefined
  /** Relays answered since the miner's start. */
  served: () => bigint | undefined
  /** The miner's container as of the last look; undefined where there is none, or nobody has looked. */
  container?: () => SeenContainer | undefined
}): SessionClock {
  const { state, store, clock } = deps
  const counter = createSessionCounter()
  const pay = createPay(store, clock)
  let counted: bigint | undefined
  return {
    counted: () => counted,
    async update(height) {
      const network = deps.network()
      const rules = deps.params()
      if (network === null || !rules) return
      const { supplier, chain, nodes } = state.state
      const claims = await claimsSince(store, network, oldestEnd(height, rules))
      const suppliers = servedSuppliers(state.state)
      const operators = new Set([...suppliers.map((each) => each.operatorAddress), ...signedOnHere(state.state)])
      const isOwn = (claim: ClaimRow): boolean => operators.has(claim.operatorAddress)
      const own = claims.shown.filter(isOwn)
      const payPerMinuteUpokt = await pay.perMinute(
        network,
        suppliers.flatMap((each) => [each.ownerAddress, each.operatorAddress]),
      )
      const miner = Object.values(nodes).find((node) => node.kind === 'relay-miner')
      counted = deps.served()
      const container = deps.container?.()
      const life = container?.startedAtMs === undefined ? undefined : `${container.id} ${container.startedAtMs}`
      const noted = counter.note(sessionAt(height, rules).end, counted, miner !== undefined && isDown(miner), life)
      const endedMs = endOf(container, state.state.engine.clockOffsetMs)
      const relaysBySession = endedMs === undefined ? noted : withoutThoseAfter(endedMs, noted, { height, rules, chain })
      const oldestMs = startMs(openSessions(height, rules)[0]?.start ?? height, height, chain) ?? clock.now() - DAY_MS
      // Stopped before Hearth began: what it served then lies on its volume all the same.
      const hasEndedLately = endedMs !== undefined && endedMs >= oldestMs
      state.set(
        'clock',
        sessionClock({
          height,
          headTimeMs: chain.blockTimeMs,
          nowMs: clock.now(),
          medianBlockMs: chain.medianBlockMs,
          rules,
          claims: own,
          staked: supplier.asOf === null ? undefined : suppliers.some(serves),
          minerReadable: miner === undefined || miner.seen !== 'unknown',
          minerRunning: miner?.seen === 'running',
          mayHaveServed: miner?.wanted === 'running' || counter.hasSeenUp || hasEndedLately,
          relaysBySession,
          unclaimed: notAllClaimed(suppliers, own, relaysBySession),
          estimatesUpokt: estimates(relaysBySession, claims.newest.filter(isOwn), own),
          ...(payPerMinuteUpokt === undefined ? {} : { payPerMinuteUpokt }),
          ...(supplier.asOf === null ? {} : { stakeUpokt: weakestStake(suppliers, own, rules.proofMissingPenaltyUpokt) }),
          supplierMinStakeUpokt: rules.supplierMinStakeUpokt,
          proofMissingPenaltyUpokt: rules.proofMissingPenaltyUpokt,
        }),
      )
    },
  }
}

/** Whether sessions name it: what starts with the next session is served from then on. */
const serves = ({ stakeUpokt, services, status }: OwnSupplierFacts): boolean =>
  BigInt(stakeUpokt) > 0n && services.length > 0 && status !== 'starts-next-session'

/**
 * The stake that is told as the one at risk. Each supplier pays for its own claims alone: of several it is that of the one which comes nearest to its end when none is proven, and to it is
 * added what the others would pay, since all penalties are taken from it.
 */
function weakestStake(suppliers: readonly OwnSupplierFacts[], claims: readonly ClaimRow[], penaltyUpokt: bigint): bigint {
  const owing = claims.filter((claim) => claim.stage === 'claimed' && claim.proofRequirement !== 'not-required')
  const staked = suppliers.filter((each) => BigInt(each.stakeUpokt) > 0n)
  const stakes = staked.map(({ stakeUpokt, operatorAddress }) => {
    const ofOthers = owing.filter((claim) => claim.operatorAddress !== operatorAddress).length
    return BigInt(stakeUpokt) + penaltyUpokt * BigInt(ofOthers)
  })
  return stakes.reduce((least, stake) => (least === undefined || stake < least ? stake : least), undefined as bigint | undefined) ?? 0n
}

/**
 * Ends of sessions of which one supplier has claimed and another may still have to: the moment is drawn for each anew. The miner tells what it served for all of them together, so one
 * that has not claimed is known to have nothing to claim only when the others' claims make up all that was served.
 */
function notAllClaimed(
  suppliers: readonly OwnSupplierFacts[],
  claims: readonly ClaimRow[],
  relaysBySession: RelaysBySession,
): ReadonlySet<number> {
  const hasClaimed = new Set(claims.map((claim) => claim.operatorAddress))
  const mayOwe = (each: OwnSupplierFacts, end: number): boolean => {
    // One that leaves is in no session after the one in which its services went off.
    if (each.unstakeSessionEndHeight > 0) return end <= each.unstakeSessionEndHeight && BigInt(each.stakeUpokt) > 0n
    // One that offers nothing may have offered something a session ago: then it has claimed before.
    return serves(each) || (BigInt(each.stakeUpokt) > 0n && hasClaimed.has(each.operatorAddress))
  }
  const ends = new Set(claims.map((claim) => claim.sessionEndHeight))
  return new Set(
    [...ends].filter((end) => {
      const ofSession = claims.filter((claim) => claim.sessionEndHeight === end)
      const isSilent = suppliers.some(
        (each) => mayOwe(each, end) && ofSession.every((claim) => claim.operatorAddress !== each.operatorAddress),
      )
      return isSilent && relaysBySession.get(end) !== ofSession.reduce((total, claim) => total + servedFor(claim), 0n)
    }),
  )
}

/** Clocks of chain, engine and PC are not one. */
const CLOCKS_DIFFER_MS = 60_000
/** Longer than any session is open. */
const DAY_MS = 24 * 60 * 60_000

/** By when the miner's container had ended, UTC ms; undefined for one that is up or never ran. @param engineOffsetMs by which the engine's clock is off */
function endOf(container: SeenContainer | undefined, engineOffsetMs: number): number | undefined {
  const { state, finishedAtMs } = container ?? { state: 'running', finishedAtMs: undefined }
  const isOver = state === 'exited' || state === 'dead' || state === 'created'
  return isOver && finishedAtMs !== undefined ? finishedAtMs + CLOCKS_DIFFER_MS + Math.abs(engineOffsetMs) : undefined
}

/** Blocks may have been slower than the ones of now. */
const SLOWER = 1.25

/** When a block was made at the earliest; undefined while nobody knows how long one takes. */
const startMs = (start: number, height: number, chain: Pick<AppState['chain'], 'blockTimeMs' | 'medianBlockMs'>): number | undefined =>
  chain.medianBlockMs === null ? undefined : chain.blockTimeMs - (height - start) * chain.medianBlockMs * SLOWER

/** Sessions that began after the miner's end are empty, also those that nobody watched from their beginning. */
function withoutThoseAfter(
  endedMs: number,
  noted: ReadonlyMap<number, bigint>,
  at: { height: number; rules: SessionRules; chain: Pick<AppState['chain'], 'blockTimeMs' | 'medianBlockMs'> },
): ReadonlyMap<number, bigint> {
  const empty = openSessions(at.height, at.rules).filter(({ start, end }) => {
    const beganMs = startMs(start, at.height, at.chain)
    return !noted.has(end) && beganMs !== undefined && endedMs < beganMs
  })
  return new Map([...empty.map(({ end }): [number, bigint] => [end, 0n]), ...noted])
}

/** End of the last session that is closed, which is the oldest that the clock shows. */
function oldestEnd(height: number, rules: SessionRules): number {
  const [oldest] = openSessions(height, rules)
  return (oldest?.end ?? height) - rules.numBlocksPerSession
}

/** All claims of sessions that ended then or later, and the newest of whatever session. */
async function claimsSince(
  store: Pick<Store, 'claims'>,
  network: string,
  sessionEndHeight: number,
): Promise<{ shown: ClaimRow[]; newest: ClaimRow[] }> {
  const found: ClaimRow[] = []
  let newest: ClaimRow[] | undefined
  let before: { sessionEndHeight: number; key: string } | undefined
  for (let pages = 0; pages < PAGES_READ; pages += 1) {
    const page = await store.claims({ network, limit: CLAIMS_PAGE, ...(before && { before }) })
    newest ??= page
    found.push(...page.filter((claim) => claim.sessionEndHeight >= sessionEndHeight))
    const last = page.at(-1)
    if (last === undefined || page.length < CLAIMS_PAGE || last.sessionEndHeight < sessionEndHeight) break
    before = { sessionEndHeight: last.sessionEndHeight, key: claimKey(last) }
  }
  return { shown: found, newest: newest ?? [] }
}

/** Whether its container does not run, as far as that is known: then no relay is answered. */
const isDown = ({ seen, startedAtMs }: NodeState): boolean =>
  startedAtMs === null && (seen === 'absent' || seen === 'stopped' || seen === 'starting' || seen === 'failing')

/**
 * A verdict holds for a while only, and new blocks alone bring another: where none come, it is taken back. Asked again and again, also while nothing else can be read.
 * @param hasMiner whether there is a relay miner: before the first block was read, nobody can say what it owes
 */
export function ageClock(state: StatePublisher, nowMs: number, hasMiner: boolean): void {
  const { clock, chain, practice } = state.state
  const before = clock.facts
  if (clock.height === 0) {
    if (hasMiner && clock.verdict !== 'cannot-tell')
      state.set('clock', { ...clock, verdict: 'cannot-tell', facts: { reason: 'supplier-unknown', ageMs: '0' } })
    return
  }
  // Closed for ever and nothing under way: no age changes that. And Practice makes its blocks itself, at a pace at which minutes pass between two looks.
  if (clock.verdict === 'nothing-to-lose' || practice !== null) return
  const ageMs = nowMs - clock.atMs
  // The time in a block is that of the block before it.
  if (ageMs <= STALE_MS + (chain.medianBlockMs ?? 0)) return
  if (before['reason'] === 'height-old' && Math.abs(ageMs - Number(before['ageMs'])) < AGE_TOLD_MS) return
  state.set('clock', { ...clock, verdict: 'cannot-tell', facts: { reason: 'height-old', ageMs: String(ageMs) } })
}
/** The age is told in minutes. */
const AGE_TOLD_MS = 60_000

/** Sessions whose counts are kept. */
const SESSIONS_KEPT = 8

/** What was served in which session, as far as it is known. */
export interface SessionCounter {
  /**
   * @param served relays since the miner's start; undefined while it does not tell @param down it does not run: nothing is served, and its next start counts from nought
   * @param life which start of its container this is, or was the last; undefined where nobody knows, or it never ran
   */
  note(sessionEnd: number, served: bigint | undefined, down?: boolean, life?: string): ReadonlyMap<number, bigint>
  /** Whether the miner ran at some look. */
  readonly hasSeenUp: boolean
}

/**
 * The stock miner counts relays since its start, not by session: the difference between two looks belongs to the session of the second. A session that was not watched
 * from its beginning, or in which the miner ended or started anew, is not counted, which is not the same as empty. One in which it was down from the beginning is empty.
 */
export function createSessionCounter(): SessionCounter {
  const counts = new Map<number, bigint>()
  let hasSeenUp = false
  /** `total`: what the next look counts from; undefined while nobody knows. */
  let last: { sessionEnd: number; total: bigint | undefined; down: boolean; life: string | undefined } | undefined
  return {
    get hasSeenUp() {
      return hasSeenUp
    },
    note(sessionEnd, served, down = false, life) {
      const before = last
      const total = down ? 0n : served
      last = { sessionEnd, total, down, life: life ?? before?.life }
      hasSeenUp ||= !down && served !== undefined
      // What it answered between the last look and its end is not known.
      const hasEnded = down && before?.down === false
      // Nor what a start answered that began, or came and went, between two looks.
      const isOtherLife = life !== undefined && life !== before?.life && (down || before?.life !== undefined)
      const hasBegunUnseen = before?.down === down && isOtherLife
      const known = before?.total !== undefined && total !== undefined && total >= before.total && !hasEnded && !hasBegunUnseen
      const more = known ? total - (before.total ?? 0n) : 0n
      // What came since the last look may have come in the last block of the session before: that one is not known to be empty.
      const isFirst = before !== undefined && before.sessionEnd !== sessionEnd
      if (isFirst && (!known || more > 0n) && counts.get(before.sessionEnd) === 0n) counts.delete(before.sessionEnd)
      if (!known) counts.delete(sessionEnd)
      else if (before.sessionEnd !== sessionEnd) counts.set(sessionEnd, more)
      else if (counts.has(sessionEnd)) counts.set(sessionEnd, (counts.get(sessionEnd) ?? 0n) + more)
      for (const end of counts.keys()) if (counts.size > SESSIONS_KEPT && end < sessionEnd) counts.delete(end)
      return counts
    },
  }
}
