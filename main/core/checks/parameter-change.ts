import type { NetworkChange } from '#shared/api/health.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Check, Finding } from './check.ts'

/** The network changed a rule while we watched: what it was, what it is, and from when on. The one that matters most first. */
export const parameterChange: Check = {
  id: 'parameter-change',
  look(state): Finding | undefined {
    const changes = state.health.changes.filter((change) => !change.what.startsWith('service:'))
    const found = changes.map((change) => findingOf(change, state)).sort((a, b) => rank(a) - rank(b))[0]
    return found && { ...found, facts: { ...found.facts, count: String(changes.length) } }
  },
}

const LEVELS: Finding['level'][] = ['bad', 'warn', 'info']
const rank = (finding: Finding): number => LEVELS.indexOf(finding.level)

function findingOf(change: NetworkChange, state: AppState): Finding {
  const { what, before, after, effectHeight } = change
  const ahead = effectHeight > state.chain.height
  const facts = {
    what,
    before,
    after,
    effectHeight: String(effectHeight),
    ahead: ahead ? 'yes' : 'no',
    ...(what.endsWith('Upokt') ? { beforeUpokt: before, afterUpokt: after } : {}),
  }
  switch (what) {
    case 'supplierMinStakeUpokt': {
      const stake = BigInt(state.supplier.stakeUpokt)
      const isTooLittle = stake > 0n && stake < BigInt(after)
      return { level: isTooLittle ? 'bad' : 'info', key: isTooLittle ? 'minimum-above-stake' : 'minimum-changed', facts, fix: 'supplier' }
    }
    case 'computeUnitsToTokensMultiplier':
      return { level: 'info', key: 'pay-changed', facts: { ...facts, percent: percentChange(before, after) }, fix: 'earnings' }
    case 'computeUnitCostGranularity':
      return { level: 'info', key: 'pay-changed', facts: { ...facts, percent: percentChange(after, before) }, fix: 'earnings' }
    case 'proofMissingPenaltyUpokt':
      return { level: BigInt(after) > BigInt(before) ? 'warn' : 'info', key: 'penalty-changed', facts, fix: 'supplier' }
    case 'supplierStakingFeeUpokt':
    case 'proofSubmissionFeeUpokt':
      return { level: BigInt(after) > BigInt(before) ? 'warn' : 'info', key: 'fee-changed', facts, fix: 'supplier' }
    case 'supplierUnbondingPeriodSessions':
      return { level: 'info', key: 'unbonding-changed', facts, fix: 'supplier' }
    default:
      // Length of a session and its windows: when to be online.
      return { level: 'warn', key: 'timing-changed', facts, fix: 'home' }
  }
}

/** Signed whole percent; the sign is always there. */
export function percentChange(before: string, after: string): string {
  const old = BigInt(before)
  if (old === 0n) return '+100'
  const percent = ((BigInt(after) - old) * 100n) / old
  return percent >= 0n ? `+${percent}` : percent.toString()
}
