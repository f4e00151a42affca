/** How much more gas than the trial run used is offered: a trial with an empty signature can come out too low (onchain facts 2.1). */
const GAS_MARGIN_PERCENT = 150n
/** How far above the node's own minimum the price is set. */
const PRICE_MARGIN = 2n

/**
 * Gas limit and fee from a trial run and the node's own minimum price.
 * @param gasUsed of the trial run @param minimumPrice exact decimal string, upokt per gas @returns fee in upokt, rounded up, at least 1
 */
export function priceTx(gasUsed: bigint, minimumPrice: string): { gasLimit: bigint; feeUpokt: bigint } {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(minimumPrice)
  if (!match) throw new Error(`not a price: ${minimumPrice}`)
  const fraction = match[2] ?? ''
  const scale = 10n ** BigInt(fraction.length)
  const price = BigInt(`${match[1] ?? '0'}${fraction}`)
  const gasLimit = (gasUsed * GAS_MARGIN_PERCENT + 99n) / 100n
  const feeUpokt = (gasLimit * price * PRICE_MARGIN + scale - 1n) / scale
  return { gasLimit, feeUpokt: feeUpokt < 1n ? 1n : feeUpokt }
}
