import type { Check, Finding } from './check.ts'

const ON_ITS_WAY = ['claimed', 'proof-due', 'proven']

/** Between the first claim and the first pay lie many blocks in which nothing seems to happen; a newcomer is told when to look again. */
export const firstClaim: Check = {
  id: 'first-claim',
  look(state): Finding | undefined {
    const { earnings, clock, chain } = state
    if (earnings.claimsSettled > 0 || earnings.claimsLost > 0) return undefined
    const lane = clock.lanes.filter((each) => ON_ITS_WAY.includes(each.stage)).sort((a, b) => a.settle - b.settle)[0]
    if (!lane) return undefined
    const atMs =
      chain.medianBlockMs === null ? undefined : Math.round(chain.blockTimeMs + (lane.settle - chain.height) * chain.medianBlockMs)
    return {
      level: 'info',
      key: 'first-claim',
      facts: { height: String(lane.settle), claimedUpokt: lane.claimedUpokt ?? '0', ...(atMs === undefined ? {} : { atMs: String(atMs) }) },
      fix: 'earnings',
    }
  },
}
