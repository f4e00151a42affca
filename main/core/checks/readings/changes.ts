import type { NetworkChange } from '#shared/api/health.ts'
import { nextSessionStart, type SessionRules } from '#shared/model/session.ts'
import type { ChainParams, ServiceInfo } from '../../ports/chain.ts'

/** How long a decision of the network is told after it was seen. */
const TOLD_MS = 7 * 86_400_000
const MOST = 20

/** What the network had decided when we last looked; plain text, so that it can be kept. */
export interface Decided {
  height: number
  values: Record<string, string>
  changes: NetworkChange[]
}

/** Parameters whose change means something to a supplier. The anchor moves with the length of a session and says nothing by itself. */
const PARAMS = [
  'numBlocksPerSession',
  'gracePeriodEndOffsetBlocks',
  'claimWindowOpenOffsetBlocks',
  'claimWindowCloseOffsetBlocks',
  'proofWindowOpenOffsetBlocks',
  'proofWindowCloseOffsetBlocks',
  'supplierUnbondingPeriodSessions',
  'computeUnitsToTokensMultiplier',
  'computeUnitCostGranularity',
  'supplierMinStakeUpokt',
  'supplierStakingFeeUpokt',
  'proofMissingPenaltyUpokt',
  'proofSubmissionFeeUpokt',
] as const satisfies (keyof ChainParams)[]

/** These hold for whoever stakes or misses a proof in the next block; all others price and time sessions that start later (onchain facts 5.2). */
const AT_ONCE = new Set<string>([
  'supplierMinStakeUpokt',
  'supplierStakingFeeUpokt',
  'proofMissingPenaltyUpokt',
  'proofSubmissionFeeUpokt',
  'supplierUnbondingPeriodSessions',
])

/**
 * Compares what the network has decided with what it had before. Pure.
 * @param before what `after` was last time; undefined, or of a greater height (the chain was made anew), tells nothing
 * @returns the same with the new values and every change of the last days, newest first
 */
export function decided(
  before: Decided | undefined,
  now: { height: number; timeMs: number; params: ChainParams; services: readonly ServiceInfo[] },
): Decided {
  const values: Record<string, string> = {}
  for (const name of PARAMS) values[name] = String(now.params[name])
  for (const service of now.services) values[`service:${service.id}`] = service.computeUnitsPerRelay.toString()
  const known = before !== undefined && before.height <= now.height ? before : undefined
  const fresh = Object.entries(values).flatMap(([what, after]): NetworkChange[] => {
    const old = known?.values[what]
    if (old === undefined || old === after) return []
    const effectHeight = AT_ONCE.has(what) ? now.height : nextSessionStart(now.height, sessionRules(now.params))
    return [{ what, before: old, after, seenHeight: now.height, effectHeight, atMs: now.timeMs }]
  })
  const kept = (known?.changes ?? []).filter((change) => change.atMs > now.timeMs - TOLD_MS)
  return { height: now.height, values, changes: [...fresh, ...kept].slice(0, MOST) }
}

const sessionRules = (params: ChainParams): SessionRules => params

/** Reads what `JSON.stringify` made of it; anything else is as if nothing had been kept. */
export function readDecided(text: string | undefined): Decided | undefined {
  if (text === undefined) return undefined
  try {
    const found: unknown = JSON.parse(text)
    return isDecided(found) ? found : undefined
  } catch {
    return undefined
  }
}

function isDecided(value: unknown): value is Decided {
  if (typeof value !== 'object' || value === null) return false
  const { height, values, changes } = value as Partial<Decided>
  return Number.isSafeInteger(height) && typeof values === 'object' && values !== null && Array.isArray(changes)
}
