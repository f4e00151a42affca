import { sessionAt, type SessionHeights } from '#shared/model/session.ts'
import type { PracticeParams } from '../parts.ts'
import { bell, seeded, type Seeded } from './seeded.ts'

/** What happened to a claim. */
export const OUTCOME = { paid: 0, proofMissing: 1, proofWrong: 2 } as const

/** A past as it was decided: who claimed how much when, and what the network did meanwhile. Claims stand by session, then by service. */
export interface HistoryPlan {
  lastHeight: number
  /** Sessions 1, 2, 3…; index 0 is not used. Claims of session n are those from `firstClaim[n]` up to `firstClaim[n + 1]`. */
  sessions: number
  firstClaim: Uint32Array
  service: Uint8Array
  relays: Uint32Array
  outcome: Uint8Array
  decisions: Decision[]
}

/** A block in which the network, not we, did something. In height order, never beside another block that matters. */
export type Decision =
  | { kind: 'pay'; height: number; multiplier: bigint }
  | { kind: 'price'; height: number; service: number; computeUnitsPerRelay: bigint }
  | { kind: 'top-up'; height: number; service: number; addUpokt: bigint }

export interface PlanOptions {
  seed: string
  lastHeight: number
  blockMs: number
  params: PracticeParams
  services: readonly { computeUnitsPerRelay: bigint }[]
  /** What each service's application adds to its stake every month. */
  topUpUpokt: bigint
}

/** Rhythms are those of weeks and days, so that years and weeks of past look alike; what happens once happens at its part of the whole. */
const DAY_MS = 86_400_000
const OUTAGE_AT = 0.62
const OUTAGE_DAYS = 7
/** Of the whole, when the past is too short for a week. */
const OUTAGE_MOST = 0.02
const MISSED_AT = 0.28
const WRONG_AT = 0.71
const WRONG_CLAIMS = 3
/** In a session, away from the blocks in which we claim, prove and are paid. */
const DECISION_OFFSET = 7
/** Sessions at the end without claims: nothing is open when the live chain takes over. */
const QUIET_SESSIONS = 3
const FIRST_CLAIMING_SESSION = 2
/** Fewer than the difficulty would bring to us. */
const MOST_RELAYS = 60_000

/** @returns the same plan for the same options, always */
export function makePlan(options: PlanOptions): HistoryPlan {
  const { params, lastHeight, services } = options
  const random = seeded(options.seed)
  const last = sessionAt(lastHeight, params)
  const sessions = last.end > lastHeight ? last.number - 1 : last.number
  const most = (sessions + 1) * services.length
  const plan: HistoryPlan = {
    lastHeight,
    sessions,
    firstClaim: new Uint32Array(sessions + 2),
    service: new Uint8Array(most),
    relays: new Uint32Array(most),
    outcome: new Uint8Array(most),
    decisions: [],
  }
  const sessionMs = params.numBlocksPerSession * options.blockMs
  const outage = Math.min(OUTAGE_MOST, (OUTAGE_DAYS * DAY_MS) / (sessions * sessionMs))
  let count = 0
  let missed = false
  let wrong = 0
  for (let session = 1; session <= sessions; session += 1) {
    plan.firstClaim[session] = count
    const part = session / sessions
    const open =
      session >= FIRST_CLAIMING_SESSION && session <= sessions - QUIET_SESSIONS && !(part >= OUTAGE_AT && part < OUTAGE_AT + outage)
    const claiming = open ? services.length : 0
    for (let service = 0; service < claiming; service += 1) {
      if (random.at(session, service, 0) >= chance(part, service)) continue
      plan.service[count] = service
      plan.relays[count] = relaysIn(random, { session, service, part, sessionMs })
      if (!missed && part >= MISSED_AT && service === 0) {
        plan.outcome[count] = OUTCOME.proofMissing
        missed = true
      } else if (wrong < WRONG_CLAIMS && part >= WRONG_AT) {
        plan.outcome[count] = OUTCOME.proofWrong
        wrong += 1
      }
      count += 1
    }
  }
  plan.firstClaim[sessions + 1] = count
  plan.decisions = decisions(options, random, sessions, sessionMs)
  return plan
}

/** Fifty of many suppliers are in a session; others come and go. */
function chance(part: number, service: number): number {
  const others = 900 + 400 * part - 200 * service
  return Math.min(1, 50 / others)
}

/** Relays of one session: a trend of years, the week, the day, and chance. */
function relaysIn(random: Seeded, at: { session: number; service: number; part: number; sessionMs: number }): number {
  const { session, service, part, sessionMs } = at
  const base = [9_500, 5_600, 12_000][service % 3] ?? 3_400
  const trend = 1 + 0.6 * Math.sin(Math.PI * (1.6 * part + 0.2 * service)) - 0.5 * Math.max(0, part - 0.65)
  const days = (session * sessionMs) / DAY_MS
  const week = 1 + 0.15 * Math.sin((2 * Math.PI * days) / 7)
  const day = 1 + 0.3 * Math.sin(2 * Math.PI * days + service)
  const relays = base * trend * week * day * Math.exp(0.45 * bell(random, session, service, 1))
  return Math.max(1, Math.min(MOST_RELAYS, Math.round(relays)))
}

function decisions(options: PlanOptions, random: Seeded, sessions: number, sessionMs: number): Decision[] {
  const { params, services, topUpUpokt } = options
  const heightIn = (session: number): number => startOf(session, params) + DECISION_OFFSET
  const found: Decision[] = []
  const inside = (session: number): boolean => session > FIRST_CLAIMING_SESSION && session <= sessions - QUIET_SESSIONS
  // A past that is shorter than that has some all the same.
  const week = Math.min(Math.round((7 * DAY_MS) / sessionMs), Math.ceil(sessions / 12))
  let multiplier = Number(params.computeUnitsToTokensMultiplier)
  for (let session = week; inside(session); session += week) {
    multiplier *= 1 + 0.06 * bell(random, session, 9, 0)
    const floor = Number(params.computeUnitsToTokensMultiplier) / 2
    multiplier = Math.max(floor, Math.min(floor * 4, multiplier))
    found.push({ kind: 'pay', height: heightIn(session), multiplier: BigInt(Math.round(multiplier)) })
  }
  const prices: [number, number, bigint, bigint][] = [
    [0.35, 1, 1n, 2n],
    [0.55, 2, 2n, 1n],
    [0.8, 1, 7n, 5n],
  ]
  const current = services.map((service) => service.computeUnitsPerRelay)
  for (const [part, wanted, num, den] of prices) {
    const service = wanted % services.length
    // One session after what may be decided in this one.
    const session = Math.round(part * sessions) + 1
    const price = ((current[service] ?? 1n) * num) / den
    current[service] = price > 0n ? price : 1n
    if (inside(session)) found.push({ kind: 'price', height: heightIn(session) + 2, service, computeUnitsPerRelay: current[service] ?? 1n })
  }
  const month = Math.min(Math.round((30 * DAY_MS) / sessionMs), Math.ceil(sessions / 5))
  for (const service of services.keys()) {
    for (let session = month + service; inside(session); session += month)
      found.push({ kind: 'top-up', height: heightIn(session) + 8 + service, service, addUpokt: topUpUpokt })
  }
  // The same height twice would be two blocks.
  const byHeight = new Map(found.sort((a, b) => a.height - b.height).map((decision) => [decision.height, decision]))
  return [...byHeight.values()]
}

/** First block of a session by its number, counted from the first. */
export function startOf(session: number, params: PracticeParams): number {
  return 1 + (session - 1) * params.numBlocksPerSession
}

export function heightsOfSession(session: number, params: PracticeParams): SessionHeights {
  return sessionAt(startOf(session, params), params)
}
