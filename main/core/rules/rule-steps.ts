import { nextSessionStart, type SessionRules } from '#shared/model/session.ts'
import type { ChainParams, Governing, ServiceInfo } from '../ports/chain.ts'
import type { RuleRow } from '../ports/store.ts'

/** What governs as flat values, and the rows that a look adds to what is known. Pure. */

/** Heights move with every session; they are no rule. */
const NO_RULES: ReadonlySet<string> = new Set(['height', 'sessionGridAnchorHeight', 'sessionNumberAtAnchor'])

/** These hold from the next block on; everything else prices and times sessions that start later (onchain facts 5.2). */
const AT_ONCE: ReadonlySet<string> = new Set([
  'supplierMinStakeUpokt',
  'supplierStakingFeeUpokt',
  'applicationMinStakeUpokt',
  'gatewayMinStakeUpokt',
  'proofMissingPenaltyUpokt',
  'proofSubmissionFeeUpokt',
  'addServiceFeeUpokt',
  'supplierUnbondingPeriodSessions',
  'applicationUnbondingPeriodSessions',
  'gatewayUnbondingPeriodSessions',
  'mintRatio',
  'globalInflationPerClaim',
  'supplierShare',
  'proposerShare',
  'daoShare',
  'sourceOwnerShare',
  'applicationShare',
  'inflationSupplierShare',
  'overservicingBonusMultiplier',
])

export const serviceRule = (serviceId: string): string => `service:${serviceId}`

/** Every value that governs, by name. */
export function ruleValues(params: ChainParams, services: readonly ServiceInfo[], governing: Governing | undefined): Map<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(params)) if (!NO_RULES.has(name)) values.set(name, String(value))
  for (const [name, value] of Object.entries(governing?.values ?? {})) if (!values.has(name)) values.set(name, value)
  for (const service of services) values.set(serviceRule(service.id), service.computeUnitsPerRelay.toString())
  return values
}

/**
 * @param known every row so far, oldest first
 * @returns the rows to add: values that are new, with the height at which they were seen as their beginning, and values that are others than before
 */
export function newSteps(
  network: string,
  known: readonly RuleRow[],
  values: ReadonlyMap<string, string>,
  at: { height: number; timeMs: number; rules: SessionRules },
): RuleRow[] {
  const newest = new Map(known.map((row) => [row.what, row]))
  return [...values.entries()].flatMap(([what, value]): RuleRow[] => {
    const before = newest.get(what)
    if (before !== undefined && (before.value === value || before.height >= at.height)) return []
    const effectHeight = before === undefined || AT_ONCE.has(what) ? at.height : nextSessionStart(at.height, at.rules)
    return [{ network, what, height: at.height, value, effectHeight, atMs: at.timeMs }]
  })
}
