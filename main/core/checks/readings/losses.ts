import type { HealthView, Loss } from '#shared/api/health.ts'
import type { ClaimRow } from '../../ports/store.ts'

/** A loss is told for so long: who looks in once a week has seen it. */
export const LOSS_DAYS = 7
const DAY_MS = 86_400_000

/**
 * The claims that closed badly lately, by cause: the proof was missing or wrong and stake was slashed (onchain facts 5.4, 1), the chain dropped the claim (2.4), the application
 * could not pay it all (5.4, 2). Pure.
 * @param claims of our operator @param nowMs of the chain's world
 */
export function lossesOf(claims: readonly ClaimRow[], nowMs: number): HealthView['losses'] {
  const found: HealthView['losses'] = { slashed: null, discarded: null, overserviced: null }
  for (const claim of claims) {
    const { settledAtMs: atMs, settledHeight: height } = claim
    if (atMs === undefined || height === undefined || atMs < nowMs - LOSS_DAYS * DAY_MS) continue
    const add = (cause: keyof HealthView['losses'], upokt: bigint): void => {
      found[cause] = added(found[cause], claim, { upokt, height, atMs })
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
    height: newest ? facts.height : before.height,
    atMs: newest ? facts.atMs : before.atMs,
  }
}
