import { duration, poktUnit, whole } from '#renderer/text/format.ts'
import { en } from '#renderer/text/en.ts'
import type { TextKey, Words } from '#renderer/text/text.ts'

/** Rules of the chain in words: their names, and their values with units. */

/** Rules in the order in which they are read; what a newer chain adds is shown under its own name at the end. */
export const GROUPS = [
  {
    key: 'stake',
    rules: [
      'supplierMinStakeUpokt',
      'proofMissingPenaltyUpokt',
      'supplierStakingFeeUpokt',
      'supplierUnbondingPeriodSessions',
      'applicationMinStakeUpokt',
      'applicationUnbondingPeriodSessions',
      'gatewayMinStakeUpokt',
      'gatewayUnbondingPeriodSessions',
    ],
  },
  {
    key: 'sessions',
    rules: [
      'numBlocksPerSession',
      'gracePeriodEndOffsetBlocks',
      'claimWindowOpenOffsetBlocks',
      'claimWindowCloseOffsetBlocks',
      'proofWindowOpenOffsetBlocks',
      'proofWindowCloseOffsetBlocks',
      'numSuppliersPerSession',
      'maxDelegatedGateways',
    ],
  },
  {
    key: 'fees',
    rules: [
      'computeUnitsToTokensMultiplier',
      'computeUnitCostGranularity',
      'proofSubmissionFeeUpokt',
      'addServiceFeeUpokt',
      'targetNumRelays',
      'overservicingBonusMultiplier',
    ],
  },
  { key: 'proofs', rules: ['proofRequestProbability', 'proofRequirementThresholdUpokt'] },
  {
    key: 'supply',
    rules: [
      'mintRatio',
      'supplierShare',
      'proposerShare',
      'daoShare',
      'sourceOwnerShare',
      'applicationShare',
      'globalInflationPerClaim',
      'inflationSupplierShare',
    ],
  },
] as const

const SHARES: ReadonlySet<string> = new Set([
  'mintRatio',
  'supplierShare',
  'proposerShare',
  'daoShare',
  'sourceOwnerShare',
  'applicationShare',
  'globalInflationPerClaim',
  'inflationSupplierShare',
  'proofRequestProbability',
])

/** Pace of the chain, for lengths of time; null until two blocks were seen. */
export interface Pace {
  medianBlockMs: number | null
  blocksPerSession: number
}

/** Its name in words; `service:<id>` is the price of a service. */
export function ruleName(t: Words, what: string): string {
  if (what.startsWith('service:')) return `${what.slice('service:'.length)}, ${t('rules.services.units').toLowerCase()}`
  return Object.hasOwn(en.rules.name, what) ? t(`rules.name.${what}` as TextKey) : what
}

/** A decimal such as `0.975` in percent, exact: `97.5`. */
export function percentText(decimal: string): string {
  const [integer = '0', fraction = ''] = decimal.split('.')
  const digits = `${integer}${fraction.padEnd(2, '0')}`
  const point = integer.length + 2
  const tail = digits.slice(point).replace(/0+$/, '')
  const head = digits.slice(0, point).replace(/^0+(?=\d)/, '')
  return tail === '' ? head : `${head}.${tail}`
}

/** Its value with its unit. */
export function ruleValue(t: Words, what: string, value: string, pace: Pace): string {
  if (what.endsWith('Upokt')) return poktUnit(value)
  if (SHARES.has(what)) return t('rules.percent', { value: percentText(value) })
  if (what.endsWith('Sessions'))
    return withTime(t, t('rules.sessions', { count: Number(value) }), Number(value) * pace.blocksPerSession, pace)
  if (what.endsWith('Blocks') || what === 'numBlocksPerSession')
    return withTime(t, t('rules.blocks', { count: Number(value) }), Number(value), pace)
  if (/^\d+$/.test(value)) return whole(value)
  return value
}

function withTime(t: Words, text: string, blocks: number, { medianBlockMs }: Pace): string {
  return medianBlockMs === null || blocks === 0 ? text : t('rules.blocksTime', { blocks: text, time: duration(blocks * medianBlockMs) })
}

/** Facts of an impact, ready to stand in a sentence. */
export function impactFacts(facts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      if (name.endsWith('Upokt') || name === 'upokt') return [name, poktUnit(value)]
      if (name.endsWith('Ms')) return [name, value === '' ? '–' : duration(Number(value))]
      return [name, /^\d+$/.test(value) ? whole(value) : value]
    }),
  )
}
