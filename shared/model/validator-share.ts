import type { Ratio } from './claim-value.ts'

/** How the proposer's part of a settlement is shared out between validators (onchain facts 5.4, step 5). Amounts are upokt. */

export interface ValidatorStake {
  /** Account address of the validator, who is their only delegator. */
  address: string
  stakeUpokt: bigint
  commission: Ratio
}

export interface ValidatorShare {
  address: string
  poolShareUpokt: bigint
  commissionUpokt: bigint
  selfDelegationUpokt: bigint
}

/** Shares by stake, each cut; what the cuts leave goes one by one to those that lost most by it, and by address between equals. Sorted by address. */
export function shareByStake(amountUpokt: bigint, validators: readonly ValidatorStake[]): ValidatorShare[] {
  const total = validators.reduce((sum, validator) => sum + validator.stakeUpokt, 0n)
  if (total <= 0n) return []
  const parts = validators
    .filter((validator) => validator.stakeUpokt > 0n)
    .map((validator) => {
      const exact = validator.stakeUpokt * amountUpokt
      return { validator, upokt: exact / total, rest: exact % total }
    })
  let left = amountUpokt - parts.reduce((sum, part) => sum + part.upokt, 0n)
  const byRest = parts
    .filter((part) => part.rest > 0n)
    .sort((a, b) => (a.rest === b.rest ? compare(a.validator.address, b.validator.address) : a.rest > b.rest ? -1 : 1))
  for (const part of byRest) {
    if (left <= 0n) break
    part.upokt += 1n
    left -= 1n
  }
  return parts
    .sort((a, b) => compare(a.validator.address, b.validator.address))
    .map(({ validator, upokt }) => {
      const { num, den } = validator.commission
      const commissionUpokt = num >= den ? upokt : (upokt * num) / den
      return { address: validator.address, poolShareUpokt: upokt, commissionUpokt, selfDelegationUpokt: upokt - commissionUpokt }
    })
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
