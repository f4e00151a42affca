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
  /** sessions: after so many the application's stake comes back. */
  'application-ends',
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
