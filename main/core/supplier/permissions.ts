import { HearthError } from '#shared/api/errors.ts'
import type { SupplierRecord } from '../ports/chain.ts'

/** What can be done to a supplier (onchain facts 2.4, the matrix). */
export type SupplierAct =
  | 'create-bare'
  | 'create-with-services'
  | 'raise'
  | 'lower'
  | 'services'
  | 'change-owner'
  | 'unstake'
  | 'cancel-unstake'
  /** A raise of a supplier below the minimum: the chain has begun to unstake it, so it is the owner's alone. */
  | 'rescue'

export interface Parties {
  signer: string
  owner: string
  operator: string
}

/** Who may sign what. */
const MATRIX: Record<SupplierAct, readonly ('owner' | 'operator' | 'anyone')[]> = {
  'create-bare': ['anyone'],
  'create-with-services': ['operator'],
  raise: ['owner', 'operator'],
  lower: ['owner', 'operator'],
  services: ['operator'],
  'change-owner': ['owner'],
  unstake: ['owner', 'operator'],
  'cancel-unstake': ['owner'],
  rescue: ['owner'],
}

/** Whether the chain lets `signer` do this; onchain facts 2.4, rules of v0.1.35. */
export function maySign(act: SupplierAct, { signer, owner, operator }: Parties): boolean {
  return MATRIX[act].some((role) => role === 'anyone' || signer === (role === 'owner' ? owner : operator))
}

/** Rejects `not-permitted` with detail.problem, the act, and who could; the chain would refuse it after the fee was paid. */
export function mustBePermitted(act: SupplierAct, record: Pick<SupplierRecord, 'ownerAddress' | 'operatorAddress'>, signer: string): void {
  const { ownerAddress, operatorAddress } = record
  if (maySign(act, { signer, owner: ownerAddress, operator: operatorAddress })) return
  const isNobody = signer !== ownerAddress && signer !== operatorAddress
  if (isNobody) throw new HearthError('supplier-foreign-owner', { ownerAddress })
  throw new HearthError('not-permitted', { problem: act, ownerAddress, operatorAddress })
}
