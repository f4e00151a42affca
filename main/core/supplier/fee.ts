import { HearthError } from '#shared/api/errors.ts'
import { formatPokt, UPOKT_PER_POKT } from '#shared/model/money.ts'
import { SETTINGS } from '#shared/settings/table.ts'

/** How far a fee lies above what a trial run and the node's own minimum ask for. */
export interface FeeMargins {
  /** Gas offered, in percent of what the trial run used: a trial with an empty signature can come out too low (onchain facts 2.1). */
  gasPercent: number
  /** Price, in times the node's own minimum. */
  priceTimes: number
  /** What no fee goes above; the standard one without. */
  ceilingUpokt?: bigint
}
const CEILING_UPOKT = BigInt(SETTINGS.feeCeilingPokt.standard) * UPOKT_PER_POKT
const STANDARD: FeeMargins = { gasPercent: SETTINGS.gasMarginPercent.standard, priceTimes: SETTINGS.gasPriceTimes.standard }

/**
 * Gas limit and fee from a trial run and the node's own minimum price.
 * @param gasUsed of the trial run @param minimumPrice exact decimal string, upokt per gas @returns fee in upokt, rounded up, at least 1
 */
export function priceTx(gasUsed: bigint, minimumPrice: string, margins: FeeMargins = STANDARD): { gasLimit: bigint; feeUpokt: bigint } {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(minimumPrice)
  if (!match) throw new Error(`not a price: ${minimumPrice}`)
  const fraction = match[2] ?? ''
  const scale = 10n ** BigInt(fraction.length)
  const price = BigInt(`${match[1] ?? '0'}${fraction}`)
  const gasLimit = (gasUsed * BigInt(margins.gasPercent) + 99n) / 100n
  const feeUpokt = (gasLimit * price * BigInt(margins.priceTimes) + scale - 1n) / scale
  return { gasLimit, feeUpokt: feeUpokt < 1n ? 1n : feeUpokt }
}

/**
 * The price is what hosts ask for: whatever they say, no more than the user's ceiling is offered.
 * @param minimumPrice upokt per gas, as it was asked for
 * @throws HearthError `fee-too-high` with the fee, the ceiling (both POKT) and the price
 */
export function mustBePayable(feeUpokt: bigint, minimumPrice: string, margins: FeeMargins = STANDARD): void {
  const ceilingUpokt = margins.ceilingUpokt ?? CEILING_UPOKT
  if (feeUpokt <= ceilingUpokt) return
  throw new HearthError('fee-too-high', {
    fee: formatPokt(feeUpokt),
    ceiling: formatPokt(ceilingUpokt),
    // Trailing zeros of an exact decimal tell nobody anything.
    price: minimumPrice.includes('.') ? minimumPrice.replace(/\.?0+$/, '') : minimumPrice,
  })
}
