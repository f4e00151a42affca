import type { RuleImpact } from '#shared/api/wallet-requests.ts'
import { ratio } from '#shared/model/claim-value.ts'
import type { RuleRow } from '../ports/store.ts'

/** What a change of the rules does to this supplier, with its own figures. Pure; amounts in upokt as text. */

/** A change: what a rule was, what it is, and from when on. */
export interface RuleChange {
  what: string
  before: string
  after: string
  effectHeight: number
  atMs: number
}

/** What this supplier did lately, by service: how many relays its settled claims hold, at what they were claimed, and what reached its own addresses. */
export interface OwnService {
  serviceId: string
  computeUnits: bigint
  relays: bigint
  claimedUpokt: bigint
  yoursUpokt: bigint
}

export interface OwnFigures {
  services: readonly OwnService[]
  /** 0 = not staked. */
  stakeUpokt: bigint
  minStakeUpokt: bigint
  /** Proofs of the last seven days. */
  proofs: number
  medianBlockMs: number | null
  numBlocksPerSession: number
  multiplier: bigint
  granularity: bigint
}

/** The changes in rows of rules: each row but the first of its kind. Newest first. */
export function changesIn(rows: readonly RuleRow[], current: ReadonlyMap<string, string>): RuleChange[] {
  const last = new Map<string, RuleRow>()
  const changes: RuleChange[] = []
  for (const row of rows) {
    const before = last.get(row.what)
    if (before) changes.push({ what: row.what, before: before.value, after: row.value, effectHeight: row.effectHeight, atMs: row.atMs })
    last.set(row.what, row)
  }
  return changes.filter((change) => current.has(change.what)).reverse()
}

/** What 1,000 relays are claimed at (onchain facts 5.3: compute units times multiplier by granularity). */
export function per1000(computeUnits: bigint, multiplier: bigint, granularity: bigint): bigint {
  return granularity === 0n ? 0n : (computeUnits * multiplier * 1_000n) / granularity
}

/** Of what was claimed, the part that reached one's own addresses by the last settled claims; undefined before the first. */
export function yoursOf(claimedUpokt: bigint, own: Pick<OwnService, 'claimedUpokt' | 'yoursUpokt'> | undefined): bigint | undefined {
  return own === undefined || own.claimedUpokt === 0n ? undefined : (claimedUpokt * own.yoursUpokt) / own.claimedUpokt
}

const WINDOWS: ReadonlySet<string> = new Set([
  'claimWindowOpenOffsetBlocks',
  'claimWindowCloseOffsetBlocks',
  'proofWindowOpenOffsetBlocks',
  'proofWindowCloseOffsetBlocks',
  'gracePeriodEndOffsetBlocks',
  'numBlocksPerSession',
])

/** @returns what each change means; those that concern nothing of this supplier's are told as that */
export function impactsOf(changes: readonly RuleChange[], own: OwnFigures): RuleImpact[] {
  return changes.flatMap((change) => impactOf(change, own))
}

function impactOf(change: RuleChange, own: OwnFigures): RuleImpact[] {
  const { what, before, after, effectHeight } = change
  const made = (key: string, facts: Record<string, string>): RuleImpact => ({ what, key, facts: { before, after, ...facts }, effectHeight })
  if (what.startsWith('service:')) {
    const service = own.services.find((each) => each.serviceId === what.slice('service:'.length))
    return service ? [pay(made, service, own, { before: BigInt(before), after: BigInt(after) })] : []
  }
  if (what === 'computeUnitsToTokensMultiplier' || what === 'computeUnitCostGranularity')
    return own.services.map((service) => {
      const isMultiplier = what === 'computeUnitsToTokensMultiplier'
      const rate = (value: string): [bigint, bigint] => (isMultiplier ? [BigInt(value), own.granularity] : [own.multiplier, BigInt(value)])
      return payBetween(made, service, per1000(service.computeUnits, ...rate(before)), per1000(service.computeUnits, ...rate(after)))
    })
  if (what === 'mintRatio' || what === 'supplierShare') return own.services.flatMap((service) => shareOf(made, service, before, after))
  if (own.stakeUpokt === 0n) return [made('not-staked', {})]
  switch (what) {
    case 'supplierMinStakeUpokt': {
      const spare = own.stakeUpokt - BigInt(after)
      return [made(spare < 0n ? 'min-missing' : 'min-spare', { stakeUpokt: own.stakeUpokt.toString(), upokt: abs(spare).toString() })]
    }
    case 'proofMissingPenaltyUpokt': {
      const spare = own.stakeUpokt - own.minStakeUpokt
      const times = (penalty: bigint): string => (spare < 0n ? '0' : penalty === 0n ? '–' : (spare / penalty).toString())
      return [made('penalty', { spareUpokt: spare.toString(), timesBefore: times(BigInt(before)), timesAfter: times(BigInt(after)) })]
    }
    case 'proofSubmissionFeeUpokt': {
      const proofs = BigInt(own.proofs)
      return [
        made('proof-fee', {
          proofs: proofs.toString(),
          beforeUpokt: (proofs * BigInt(before)).toString(),
          afterUpokt: (proofs * BigInt(after)).toString(),
        }),
      ]
    }
    case 'supplierUnbondingPeriodSessions': {
      const ms = (sessions: string): string =>
        own.medianBlockMs === null ? '' : String(Math.round(Number(sessions) * own.numBlocksPerSession * own.medianBlockMs))
      return [made('unbonding', { beforeMs: ms(before), afterMs: ms(after) })]
    }
    default:
      return WINDOWS.has(what) ? [made('timing', { blocks: String(Math.abs(Number(after) - Number(before))) })] : [made('nothing', {})]
  }
}

type Made = (key: string, facts: Record<string, string>) => RuleImpact

function pay(made: Made, service: OwnService, own: OwnFigures, units: { before: bigint; after: bigint }): RuleImpact {
  return payBetween(
    made,
    service,
    per1000(units.before, own.multiplier, own.granularity),
    per1000(units.after, own.multiplier, own.granularity),
  )
}

/** Before the first settled claim only what is claimed can be told. */
function payBetween(made: Made, service: OwnService, beforeUpokt: bigint, afterUpokt: bigint): RuleImpact {
  const [yoursBefore, yoursAfter] = [yoursOf(beforeUpokt, service), yoursOf(afterUpokt, service)]
  if (yoursBefore === undefined || yoursAfter === undefined)
    return made('claimed', { serviceId: service.serviceId, beforeUpokt: beforeUpokt.toString(), afterUpokt: afterUpokt.toString() })
  return made('pay', {
    serviceId: service.serviceId,
    beforeUpokt: yoursBefore.toString(),
    afterUpokt: yoursAfter.toString(),
    relays: service.relays.toString(),
  })
}

/** The last claims were partly paid under the old share: they are brought to each side by the share alone. */
function shareOf(made: Made, service: OwnService, before: string, after: string): RuleImpact[] {
  if (service.relays === 0n) return []
  const [old, fresh] = [ratio(before), ratio(after)]
  if (old.num === 0n) return []
  const paid = (service.yoursUpokt * 1_000n) / service.relays
  const changed = (paid * fresh.num * old.den) / (fresh.den * old.num)
  return [
    made('pay', {
      serviceId: service.serviceId,
      beforeUpokt: paid.toString(),
      afterUpokt: changed.toString(),
      relays: service.relays.toString(),
    }),
  ]
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value)
