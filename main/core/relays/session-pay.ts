import type { RelaysBySession } from '#shared/model/session-clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { ClaimRow, Store } from '../ports/store.ts'

/** What stopping costs, as far as what was paid until now tells it. All of it is an estimate, and shown as one. */

const DAY_MS = 86_400_000
const PAY_MS = 30 * DAY_MS
/** An average over days moves slowly. */
const LOOK_EVERY_MS = 10 * 60_000

/** Relays that were served for a claim. Of a service with difficulty only some are mined, and each stands for so many (onchain facts 5.3): an estimate there. */
export const servedFor = ({ relays, estimatedComputeUnits, claimedComputeUnits }: ClaimRow): bigint =>
  claimedComputeUnits > 0n ? (relays * estimatedComputeUnits) / claimedComputeUnits : relays

/**
 * What relays that were served and not claimed yet are thought to be worth, by session end: what one relay brought in the claims of late. Nothing before the first claim.
 * @param relays all that were served, claimed or not @param newest claims of our operators, of any session
 * @param claimed claims of those sessions: one of several suppliers may have claimed where another has not yet. Where they stand for all that was counted, or more, nothing is said: what
 * a mined relay stands for is an average, and what is left may be anything.
 */
export function estimates(
  relays: RelaysBySession,
  newest: readonly ClaimRow[],
  claimed: readonly ClaimRow[] = [],
): ReadonlyMap<number, bigint> {
  const upokt = newest.reduce((total, claim) => total + claim.claimedUpokt, 0n)
  const served = newest.reduce((total, claim) => total + servedFor(claim), 0n)
  if (served === 0n) return new Map()
  return new Map(
    [...relays].flatMap(([end, count]): [number, bigint][] => {
      const ofSession = claimed.filter((claim) => claim.sessionEndHeight === end)
      const left = ofSession.reduce((rest, claim) => rest - servedFor(claim), count)
      return ofSession.length > 0 && left <= 0n ? [] : [[end, (left * upokt) / served]]
    }),
  )
}

/** Average pay. */
export interface Pay {
  /** upokt a minute over the last 30 days, or since the first pay in them; undefined before it. Read anew now and then. */
  perMinute(network: string, addresses: readonly string[]): Promise<bigint | undefined>
}

export function createPay(store: Pick<Store, 'rewardsPerDay'>, clock: Pick<Clock, 'now'>): Pay {
  let last: { key: string; atMs: number; upokt: bigint | undefined } | undefined
  return {
    async perMinute(network, addresses) {
      const known = [...new Set(addresses)].filter((address) => address !== '')
      const key = [network, ...known].join(' ')
      const nowMs = clock.now()
      if (last?.key === key && Math.abs(nowMs - last.atMs) < LOOK_EVERY_MS) return last.upokt
      const days = known.length === 0 ? [] : await store.rewardsPerDay(network, known, nowMs - PAY_MS)
      const firstMs = Math.max(nowMs - PAY_MS, Math.min(...days.map((day) => day.dayStartMs)))
      const total = days.reduce((sum, day) => sum + day.upokt, 0n)
      // The first day counts as a whole one: a single hour of pay is no rate.
      const minutes = BigInt(Math.ceil(Math.max(DAY_MS, nowMs - firstMs) / 60_000))
      last = { key, atMs: nowMs, upokt: days.length === 0 ? undefined : total / minutes }
      return last.upokt
    },
  }
}
