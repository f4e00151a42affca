import type { NetworkChange } from '#shared/api/health.ts'
import type { AppState } from '#shared/api/state.ts'
import { ownSuppliers, whichSupplier } from '../state/own-suppliers.ts'
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
      const tooLittle = ownSuppliers(state)
        .filter(({ stakeUpokt }) => BigInt(stakeUpokt) > 0n && BigInt(stakeUpokt) < BigInt(after))
        .sort((a, b) => (BigInt(a.stakeUpokt) < BigInt(b.stakeUpokt) ? -1 : 1))
      const [least] = tooLittle
      if (!least) return { level: 'info', key: 'minimum-changed', facts, fix: 'supplier' }
      const which = whichSupplier(state, least.operatorAddress, tooLittle.length - 1)
      return { level: 'bad', key: 'minimum-above-stake', facts: { ...facts, ...which }, fix: 'supplier' }
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
