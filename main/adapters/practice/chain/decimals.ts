import { ratio } from '#shared/model/claim-value.ts'

/** The SDK's decimals: whole numbers of 10^-18. */

const DIGITS = 18
export const DECIMAL_UNIT = 10n ** BigInt(DIGITS)

export function decimalUnits(decimal: string): bigint {
  const { num, den } = ratio(decimal)
  return (num * DECIMAL_UNIT) / den
}

/** As the SDK prints it, all digits. */
export function decimalText(units: bigint): string {
  return `${units / DECIMAL_UNIT}.${(units % DECIMAL_UNIT).toString().padStart(DIGITS, '0')}`
}

export const decimalOf = (decimal: string): string => decimalText(decimalUnits(decimal))
