import type { ClaimView } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import type { OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { whole } from '#renderer/text/format.ts'
import type { Words } from '#renderer/text/text.ts'
import { claimStatus } from '#renderer/ui/status-words.ts'
import type { Status } from '#renderer/ui/StatusChip.tsx'

const UTC_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** Day and month of a UTC day: settlements are summed by UTC days, so a local date would name the wrong one. */
export const utcDay = (dayStartMs: number): string => UTC_DAY.format(dayStartMs)

/** How a claim's session is called. */
export const sessionName = (t: Words, claim: Pick<ClaimView, 'sessionNumber' | 'sessionEndHeight'>): string =>
  claim.sessionNumber === null
    ? t('earnings.claims.ending', { height: whole(claim.sessionEndHeight) })
    : t('earnings.claims.number', { number: whole(claim.sessionNumber) })

type Lane = AppState['clock']['lanes'][number]

/** The lane of a claim's session, while the clock still draws it. */
export const laneOf = (lanes: Lane[], claim: ClaimView): Lane | undefined => lanes.find((lane) => lane.end === claim.sessionEndHeight)

/** Word, colour and icon of a claim. Stake that was taken outweighs the stage; a proof that is due now is told by the height. @param height newest block */
export function claimWord(t: Words, claim: ClaimView, lane: Lane | undefined, height: number): Status {
  if (positive(claim.slashedUpokt)) return claimStatus(t, 'slashed')
  const isDue =
    claim.stage === 'claimed' &&
    claim.proofRequirement !== 'not-required' &&
    lane !== undefined &&
    height >= lane.proofOpen &&
    height <= lane.proofClose
  return claimStatus(t, isDue ? 'proof-due' : claim.stage)
}

/** Whether there is an amount and it is more than nothing. */
export const positive = (upokt: string | null): boolean => upokt !== null && BigInt(upokt) > 0n

/** Whether the application could not pay all that was claimed. */
export const isPaidLess = (claim: ClaimView): boolean =>
  claim.stage === 'settled' && claim.settledUpokt !== null && BigInt(claim.settledUpokt) < BigInt(claim.claimedUpokt)

export type ReasonWord = 'proof-missing' | 'proof-invalid' | 'expired' | 'overserviced' | 'service-gone' | 'discarded' | 'other'

/** Which sentence tells why a claim was paid less or not at all; null when nothing was lost. Source of the chain's names: onchain facts 4.2. */
export function reasonWord(claim: Pick<ClaimView, 'stage' | 'reason'>): ReasonWord | null {
  const said = claim.reason ?? ''
  if (/PROOF_MISSING/.test(said)) return 'proof-missing'
  if (/PROOF_INVALID/.test(said)) return 'proof-invalid'
  if (/OVERSERVICED/.test(said)) return 'overserviced'
  if (claim.stage === 'discarded') return /service .* not found for supplier/i.test(said) ? 'service-gone' : 'discarded'
  if (claim.stage === 'expired') return 'expired'
  return said === '' ? null : 'other'
}

/** What the chain said beyond the name of a reason that has its own sentence; null when there is nothing more. */
export function rawReason(claim: Pick<ClaimView, 'reason'>): string | null {
  const said = (claim.reason ?? '').trim()
  return said === '' || /^[A-Z_]+$/.test(said) ? null : said
}

/** What the network keeps back of a settled claim, in percent with one decimal at most; null when it cannot be said. */
export function deflationPercent(claim: Pick<ClaimView, 'settledUpokt' | 'deflationLossUpokt'>): string | null {
  if (claim.settledUpokt === null || claim.deflationLossUpokt === null || BigInt(claim.settledUpokt) === 0n) return null
  return String(Math.round((Number(claim.deflationLossUpokt) / Number(claim.settledUpokt)) * 1000) / 10)
}

/** A name for an address: the one its owner gave it, else its part in a supplier of one's own. */
export function whoIs(t: Words, address: string, label: string, own: readonly OwnSupplier[]): string {
  if (label !== '') return label
  const operator = own.find((each) => each.operatorAddress === address)
  if (own.some((each) => each.ownerAddress === address)) return t('earnings.who.owner')
  if (operator) return own.length > 1 ? operator.name : t('earnings.who.operator')
  return t('earnings.who.other')
}
