import { z } from 'zod'

/**
 * What a transaction can cost, told with figures before it is signed. Hearth's own reading of the chain, never part of the bytes: the confirm sheet and the page say the
 * same list, each with its own words. Facts are plain text: amounts in upokt, heights, times in UTC ms ('' = not known), counts.
 */
export const DANGERS = [
  /** claims, upokt, settleHeight: on chain, not settled, and thrown away unpaid. */
  'open-claims-discarded',
  /** sessions, endHeight: served and not claimed yet; what they earn is not known. */
  'open-sessions-discarded',
  /** claims, upokt: on chain and not settled; they are divided by the new shares. */
  'open-claims-reshared',
  /** claims: a proof that is missing is slashed even after the unstake. */
  'claims-still-slashable',
  /** minUpokt, penaltyUpokt */
  'stake-at-minimum',
  /** marginUpokt, penaltyUpokt, proofs: so many missed proofs until the supplier falls below the minimum. */
  'stake-margin-thin',
  /** address: has signed nothing on chain, so answers that it signs cannot be verified. */
  'operator-without-key',
  /** address, upokt, days ('' = not known), perDayUpokt */
  'operator-runway',
  /** address, upokt (what is left then), days ('' = not known): an operator of ours pays this. */
  'operator-emptied',
  /** ownerAddress: recorded on chain and no address of this vault. */
  'owner-elsewhere',
  /** upokt, ownerAddress: what a lowered stake gives back, and to whom. */
  'lowered-stake-paid-to',
  /** upokt, ownerAddress: paid by a signer who is not the one it comes back to. */
  'raise-belongs-to-owner',
  /** services, height, ms */
  'services-off',
  /** services, height, ms */
  'services-on',
  /** After a cancelled unstake everything stays off until the operator sends its services. */
  'services-stay-off',
  /** newOwnerAddress, upokt */
  'owner-forever',
  /** ownerAddress, height, ms: when and to whom an unstaked stake comes back. */
  'stake-comes-back',
  /** missingUpokt, minUpokt: what frees a stuck stake. */
  'rescue-amount',
  /** newOwnerAddress, serviceId */
  'service-given-away',
  /** upokt: the chain's own fee for a new service. */
  'service-fee',
  /** serviceId, before, after (compute units a relay), height, ms */
  'service-price',
  /** minUpokt: the first relay that is paid takes it below. */
  'application-at-minimum',
  /** before, after (service ids), height, ms */
  'application-service',
  /** A stake that grows takes an unstake back. */
  'unstake-taken-back',
  /** upokt, endHeight: used until then; sessions, height, ms: what is left comes back. */
  'application-ends',
  /** endHeight: relays up to it are still paid; settleHeight: the last of them. */
  'application-still-pays',
  /** gateways, endHeight */
  'application-leaves-gateways',
  /** gatewayAddress, upokt: all that it may spend. */
  'delegation-spends',
  /** gatewayAddress, upokt, limitUpokt: in one session. */
  'delegation-spends-limited',
  /** gatewayAddress, height, ms */
  'delegation-ends',
  /** upokt, endHeight, sessions, height, ms */
  'gateway-ends',
  /** address: the operator of the supplier here. */
  'operator-has-two-jobs',
  /** upokt, toAddress */
  'morse-once',
  /** upokt, minUpokt, ownerAddress: paid out instead of staked. */
  'morse-below-minimum',
  /** upokt, ownerAddress, balanceUpokt, operatorAddress */
  'morse-node',
  /** upokt, balanceUpokt, toAddress, serviceId */
  'morse-application',
  /** upokt, afterUpokt, toAddress: added to an application that there is already. */
  'morse-application-grows',
  /** upokt, toAddress, ms: the stake was asked back on the old network. */
  'morse-unstaking',
  /** A claim of the old network is signed by two keys, so it cannot be tried before. */
  'morse-untried',
] as const
export type DangerKey = (typeof DANGERS)[number]

export const dangerSchema = z.strictObject({
  key: z.enum(DANGERS),
  level: z.enum(['info', 'warn', 'bad']),
  facts: z.record(z.string().max(40), z.string().max(300)),
})
export type Danger = z.infer<typeof dangerSchema>

/** More than any transaction has. */
export const MAX_DANGERS = 12

/** What was kept as text with a stored transaction. Anything that is no such list is no danger told. */
export function readDangers(text: string | undefined): Danger[] {
  if (text === undefined) return []
  try {
    const read = z.array(dangerSchema).max(MAX_DANGERS).safeParse(JSON.parse(text))
    return read.success ? read.data : []
  } catch {
    return []
  }
}
