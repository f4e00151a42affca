import { SETTINGS } from '#shared/settings/table.ts'

/** How far a fee lies above what a trial run and the node's own minimum ask for. */
export interface FeeMargins {
  /** Gas offered, in percent of what the trial run used: a trial with an empty signature can come out too low (onchain facts 2.1). */
  gasPercent: number
  /** Price, in times the node's own minimum. */
  priceTimes: number
}
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
