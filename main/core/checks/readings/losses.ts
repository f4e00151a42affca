import type { HealthView, Loss } from '#shared/api/health.ts'
import { sessionAt, type SessionRules } from '#shared/model/session.ts'
import type { ClaimRow } from '../../ports/store.ts'

/** A loss is told for so long: who looks in once a week has seen it. */
export const LOSS_DAYS = 7
const DAY_MS = 86_400_000

/**
 * The claims that closed badly lately, by cause: the proof was missing or wrong and stake was slashed (onchain facts 5.4, 1), the chain dropped the claim (2.4), the application
 * could not pay it all (5.4, 2). Pure.
 * @param claims of our operators @param nowMs of the chain's world
 */
export function lossesOf(claims: readonly ClaimRow[], nowMs: number): HealthView['losses'] {
  const found: HealthView['losses'] = { slashed: null, discarded: null, overserviced: null }
  const operators = { slashed: new Set<string>(), discarded: new Set<string>(), overserviced: new Set<string>() }
  for (const claim of claims) {
    const { settledAtMs: atMs, settledHeight: height } = claim
    if (atMs === undefined || height === undefined || atMs < nowMs - LOSS_DAYS * DAY_MS) continue
    const add = (cause: keyof HealthView['losses'], upokt: bigint): void => {
      operators[cause].add(claim.operatorAddress)
      found[cause] = { ...added(found[cause], claim, { upokt, height, atMs }), operators: operators[cause].size }
    }
    if (claim.stage === 'expired') add('slashed', claim.slashedUpokt ?? 0n)
    if (claim.stage === 'discarded') add('discarded', claim.claimedUpokt)
    if (claim.stage === 'settled' && (claim.overservicingLossUpokt ?? 0n) > 0n) add('overserviced', claim.overservicingLossUpokt ?? 0n)
  }
  return found
}

function added(before: Loss | null, claim: ClaimRow, facts: { upokt: bigint; height: number; atMs: number }): Loss {
  const newest = before === null || facts.height >= before.height
  return {
    claims: (before?.claims ?? 0) + 1,
    upokt: (BigInt(before?.upokt ?? '0') + facts.upokt).toString(),
    claimedUpokt: (BigInt(before?.claimedUpokt ?? '0') + claim.claimedUpokt).toString(),
    serviceId: newest ? claim.serviceId : before.serviceId,
    applicationAddress: newest ? claim.applicationAddress : before.applicationAddress,
    operatorAddress: newest ? claim.operatorAddress : before.operatorAddress,
    height: newest ? facts.height : before.height,
    atMs: newest ? facts.atMs : before.atMs,
  }
}

const MOST_LEAVING = 5

/**
 * Claims that are open and will settle when the services of their supplier, which leaves, are off: the chain drops them (onchain facts 2.4). Pure.
 * @param claims open ones of our operators @param leaving suppliers with the end of the session after which they serve no more
 * @returns the supplier first that loses most
 */
export function openAfterUnstake(
  claims: readonly ClaimRow[],
  leaving: readonly { operatorAddress: string; unstakeSessionEndHeight: number }[],
  rules: SessionRules,
): NonNullable<HealthView['unstakedOpen']> {
  return leaving
    .flatMap(({ operatorAddress, unstakeSessionEndHeight }) => {
      const lost = claims
        .filter((claim) => claim.operatorAddress === operatorAddress)
        .map((claim) => ({ upokt: claim.claimedUpokt, settle: sessionAt(claim.sessionEndHeight, rules).settle }))
        .filter(({ settle }) => settle > unstakeSessionEndHeight)
      if (lost.length === 0) return []
      const claimedUpokt = lost.reduce((sum, { upokt }) => sum + upokt, 0n)
      return [{ operatorAddress, claims: lost.length, claimedUpokt, settleHeight: Math.max(...lost.map(({ settle }) => settle)) }]
    })
    .sort((a, b) => (a.claimedUpokt > b.claimedUpokt ? -1 : 1))
    .slice(0, MOST_LEAVING)
    .map((each) => ({ ...each, claimedUpokt: each.claimedUpokt.toString() }))
}
