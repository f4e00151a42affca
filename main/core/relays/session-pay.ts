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
 * @param claims newest claims of the operator, of any session
 */
export function estimates(relays: RelaysBySession, claims: readonly ClaimRow[]): ReadonlyMap<number, bigint> {
  let upokt = 0n
  let served = 0n
  for (const claim of claims) {
    upokt += claim.claimedUpokt
    served += servedFor(claim)
  }
  return served === 0n ? new Map() : new Map([...relays].map(([end, count]) => [end, (count * upokt) / served]))
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
