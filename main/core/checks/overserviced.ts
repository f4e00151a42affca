import type { Check, Finding } from './check.ts'

/** A little is lost to budgets all the time; this much of what was claimed is worth a thought. */
const LEAST_PERCENT = 10n
const TOLD_MS = 86_400_000

/** An application asked for more relays than its stake pays: what is over its budget is never paid (onchain facts 5.4, 2). */
export const overserviced: Check = {
  id: 'overserviced',
  look(state, nowMs): Finding | undefined {
    const loss = state.health.losses.overserviced
    if (!loss || loss.atMs < nowMs - TOLD_MS) return undefined
    const claimed = BigInt(loss.claimedUpokt)
    const percent = claimed === 0n ? 0n : (BigInt(loss.upokt) * 100n) / claimed
    if (percent < LEAST_PERCENT) return undefined
    return {
      level: 'warn',
      key: 'overserviced',
      facts: {
        claims: String(loss.claims),
        upokt: loss.upokt,
        percent: percent.toString(),
        address: loss.applicationAddress,
        serviceId: loss.serviceId,
        height: String(loss.height),
      },
      fix: 'earnings',
    }
  },
}
