import { MAX_DANGERS, type Danger } from '#shared/model/danger.ts'
import { nextSessionStart, sessionAt } from '#shared/model/session.ts'
import { danger, timeText } from './danger-parts.ts'
import { aboutRole } from './role-dangers.ts'
import type { RoleFacts } from './wish-parts.ts'
import type { ChainParams, SupplierRecord } from '../ports/chain.ts'
import type { Message, ServiceConfig } from '../ports/tx.ts'

/** What is known at the moment of asking; `undefined` = could not be read, and then nothing is said about it. */
export interface Situation {
  height: number
  params: ChainParams
  /** When a height is due, UTC ms. */
  timeOf(height: number): number | undefined
  /** The supplier that the message is about, before it. */
  record: SupplierRecord | undefined
  /** What was read about an application, a gateway, a service or the old network. */
  role?: RoleFacts | undefined
  /** Operators of ours, whichever supplier is looked at. */
  operators?: ReadonlySet<string>
  /** An operator of ours that is staked and pays this, what it has then, and under what it is warned of. */
  emptied?: { address: string; leftUpokt: bigint; leastUpokt: bigint; daysLeft: number | undefined; leastDays: number } | undefined
  /** On chain and not settled. `upokt` as claimed, undefined while this is not known. */
  claims: readonly { serviceId: string; sessionEndHeight: number; upokt: bigint | undefined; isProven: boolean }[]
  /** Ends of sessions that were served and not claimed yet. */
  servedSessionEnds: readonly number[]
  operator: {
    address: string
    hasPubKey: boolean | undefined
    upokt: bigint | undefined
    daysLeft: number | undefined
    perDayUpokt: bigint | undefined
  }
  /** Addresses of this vault, watched ones too. */
  own: ReadonlySet<string>
}

/** Below this many missed proofs the margin over the minimum counts as thin. */
const THIN_PROOFS = 20n

/**
 * What a transaction can cost, with figures, worst first (onchain facts 2.4 and 2.5). Pure: the same situation gives the same list.
 */
export function dangersOf(message: Message, situation: Situation): Danger[] {
  const found = aboutMessage(message, situation)
  const rank = { bad: 0, warn: 1, info: 2 } as const
  return found.sort((a, b) => rank[a.level] - rank[b.level]).slice(0, MAX_DANGERS)
}

function aboutMessage(message: Message, situation: Situation): Danger[] {
  switch (message.kind) {
    case 'stake-supplier':
      return [...aboutStake(message, situation), ...aboutServices(message, situation), ...aboutOperator(message, situation)]
    case 'unstake-supplier':
      return aboutUnstake(situation)
    case 'send':
      return aboutPayment(situation)
    case 'claim-morse-supplier':
      return [...aboutRole(message, situation), ...ownerElsewhere(message.ownerAddress, situation)]
    default:
      return aboutRole(message, situation)
  }
}

/** Money that leaves the wallet of an operator is missing for its claims and proofs (onchain facts 5.4). */
function aboutPayment({ emptied }: Situation): Danger[] {
  if (emptied === undefined) return []
  const { address, leftUpokt, leastUpokt, daysLeft, leastDays } = emptied
  const isEmpty = leftUpokt < leastUpokt
  if (!isEmpty && (daysLeft === undefined || daysLeft >= leastDays)) return []
  const days = daysLeft === undefined ? '' : String(daysLeft)
  return [danger('operator-emptied', isEmpty ? 'bad' : 'warn', { address, upokt: leftUpokt, days })]
}

type Stake = Extract<Message, { kind: 'stake-supplier' }>

function aboutStake({ signer, ownerAddress, stakeUpokt }: Stake, situation: Situation): Danger[] {
  const { params, record } = situation
  const found: Danger[] = []
  const before = record?.stakeUpokt ?? 0n
  const after = stakeUpokt ?? before
  const isOwnerChange = record !== undefined && record.ownerAddress !== ownerAddress
  if (isOwnerChange) found.push(danger('owner-forever', 'bad', { newOwnerAddress: ownerAddress, upokt: after }))
  else found.push(...ownerElsewhere(ownerAddress, situation))
  if (record !== undefined && before < params.supplierMinStakeUpokt)
    found.push(
      danger('rescue-amount', 'info', { missingUpokt: params.supplierMinStakeUpokt - before, minUpokt: params.supplierMinStakeUpokt }),
    )
  if (record !== undefined && record.unstakeSessionEndHeight > 0) found.push(danger('services-stay-off', 'warn', {}))
  if (after < before) found.push(danger('lowered-stake-paid-to', 'info', { upokt: before - after, ownerAddress }))
  if (after > before && signer !== ownerAddress)
    found.push(danger('raise-belongs-to-owner', 'warn', { upokt: after - before, ownerAddress }))
  if (stakeUpokt !== undefined) found.push(...aboutMargin(after, params))
  return found
}

function aboutMargin(stakeUpokt: bigint, params: ChainParams): Danger[] {
  const { supplierMinStakeUpokt: minUpokt, proofMissingPenaltyUpokt: penaltyUpokt } = params
  const marginUpokt = stakeUpokt - minUpokt
  if (marginUpokt === 0n) return [danger('stake-at-minimum', 'warn', { minUpokt, penaltyUpokt })]
  // Penalties that the margin still bears; the one after them tips the supplier below the minimum.
  const proofs = penaltyUpokt > 0n ? marginUpokt / penaltyUpokt + 1n : undefined
  if (proofs === undefined || marginUpokt < 0n || proofs > THIN_PROOFS) return []
  return [danger('stake-margin-thin', 'warn', { marginUpokt, penaltyUpokt, proofs: proofs.toString() })]
}

const sharesText = (service: Pick<ServiceConfig, 'revShare'>): string =>
  service.revShare
    .map((share) => `${share.address} ${share.percent}`)
    .sort()
    .join(', ')

function aboutServices({ services }: Stake, situation: Situation): Danger[] {
  const { record, height, params } = situation
  if (services.length === 0) return []
  const off = nextSessionStart(height + 1, params)
  const when = { height: String(off), ms: timeText(situation, off) }
  const before = [...(record?.services ?? []), ...(record?.pending ?? []).map((entry) => entry.service)]
  const dropped = before.filter((old) => !services.some((service) => service.serviceId === old.serviceId))
  const reshared = before.filter((old) =>
    services.some((service) => service.serviceId === old.serviceId && sharesText(service) !== sharesText(old)),
  )
  const added = services.filter((service) => !before.some((old) => old.serviceId === service.serviceId))
  const found: Danger[] = []
  const lost = openClaims(situation, off).filter((claim) => dropped.some((old) => old.serviceId === claim.serviceId))
  if (lost.length > 0) found.push(danger('open-claims-discarded', 'bad', { ...sums(lost), settleHeight: String(lastSettle(lost, params)) }))
  const shared = openClaims(situation, off).filter((claim) => reshared.some((old) => old.serviceId === claim.serviceId))
  if (shared.length > 0) found.push(danger('open-claims-reshared', 'warn', sums(shared)))
  if (dropped.length > 0) {
    found.push(...unclaimed(situation, off))
    found.push(danger('services-off', 'warn', { services: idsOf(dropped), ...when }))
  }
  if (added.length > 0) found.push(danger('services-on', 'info', { services: idsOf(added), ...when }))
  return found
}

function aboutOperator({ signer, operatorAddress }: Stake, { operator }: Situation): Danger[] {
  const found: Danger[] = []
  if (signer !== operatorAddress && operator.hasPubKey === false)
    found.push(danger('operator-without-key', 'info', { address: operatorAddress }))
  if (operator.upokt !== undefined) {
    const level = operator.upokt === 0n || (operator.daysLeft !== undefined && operator.daysLeft < 30) ? 'warn' : 'info'
    found.push(
      danger('operator-runway', level, {
        address: operatorAddress,
        upokt: operator.upokt,
        days: operator.daysLeft === undefined ? '' : String(operator.daysLeft),
        perDayUpokt: operator.perDayUpokt ?? '',
      }),
    )
  }
  return found
}

function aboutUnstake(situation: Situation): Danger[] {
  const { record, height, params } = situation
  const off = nextSessionStart(height + 1, params)
  const found: Danger[] = []
  const open = openClaims(situation, off)
  if (open.length > 0) found.push(danger('open-claims-discarded', 'bad', { ...sums(open), settleHeight: String(lastSettle(open, params)) }))
  found.push(...unclaimed(situation, off))
  const unproven = situation.claims.filter((claim) => !claim.isProven)
  if (unproven.length > 0) found.push(danger('claims-still-slashable', 'warn', { claims: String(unproven.length) }))
  if (record) {
    found.push(...ownerElsewhere(record.ownerAddress, situation))
    const services = record.services.map((service) => service.serviceId).join(', ')
    if (services !== '') found.push(danger('services-off', 'info', { services, height: String(off), ms: timeText(situation, off) }))
    const back = off - 1 + params.supplierUnbondingPeriodSessions * params.numBlocksPerSession
    found.push(
      danger('stake-comes-back', 'info', { ownerAddress: record.ownerAddress, height: String(back), ms: timeText(situation, back) }),
    )
  }
  return found
}

/** Claims that settle once the services are off: what is active then decides (onchain facts 2.4, "money at risk"). */
function openClaims({ claims, params }: Situation, off: number): Situation['claims'][number][] {
  return claims.filter((claim) => settleHeight(claim, params) >= off)
}

function unclaimed({ servedSessionEnds, params }: Situation, off: number): Danger[] {
  const ends = servedSessionEnds.filter((end) => sessionAt(end, params).settle >= off)
  if (ends.length === 0) return []
  return [danger('open-sessions-discarded', 'bad', { sessions: String(ends.length), endHeight: String(Math.max(...ends)) })]
}

function ownerElsewhere(ownerAddress: string, { own }: Situation): Danger[] {
  return own.has(ownerAddress) ? [] : [danger('owner-elsewhere', 'bad', { ownerAddress })]
}

const settleHeight = (claim: { sessionEndHeight: number }, params: ChainParams): number => sessionAt(claim.sessionEndHeight, params).settle
const lastSettle = (claims: readonly { sessionEndHeight: number }[], params: ChainParams): number =>
  Math.max(...claims.map((claim) => settleHeight(claim, params)))
const idsOf = (services: readonly { serviceId: string }[]): string =>
  services
    .map((service) => service.serviceId)
    .join(', ')
    .slice(0, 250)

/** Their number, and what they claim; an amount that is not known for each of them is told as that. */
function sums(claims: readonly Situation['claims'][number][]): { claims: string; upokt: string } {
  const known = claims.every((claim) => claim.upokt !== undefined)
  return { claims: String(claims.length), upokt: known ? claims.reduce((sum, claim) => sum + (claim.upokt ?? 0n), 0n).toString() : '' }
}
