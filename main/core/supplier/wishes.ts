import type { TxWish } from '#shared/api/requests.ts'
import { assertNever } from '#shared/lib/assert-never.ts'
import {
  addService,
  delegation,
  send,
  stakeApplication,
  stakeGateway,
  transferService,
  unstakeApplication,
  unstakeGateway,
} from './other-wishes.ts'
import { claimMorseAccount, claimMorseApplication, claimMorseSupplier } from './morse-wishes.ts'
import { cancelUnstake, changeOwner, changeStake, rescue, stakeOwner, stakeServices, unstake } from './supplier-wishes.ts'
import type { CheckedWish, WishDeps } from './wish-parts.ts'

export type { CheckedWish, WishDeps } from './wish-parts.ts'

/**
 * Judges what the user asked for against the chain, in the order in which a person can mend it: form, key, chain record, money.
 * Rules: onchain facts 2.4 and its matrix of who may sign what.
 * @returns the message to sign. Rejects with the code of the first rule broken; nothing was stored or sent.
 */
export function checkWish(wish: TxWish, deps: WishDeps): Promise<CheckedWish> {
  switch (wish.kind) {
    case 'stake-owner':
      return stakeOwner(wish, deps)
    case 'stake-services':
      return stakeServices(wish, deps)
    case 'change-stake':
      return changeStake(wish, deps)
    case 'rescue':
      return rescue(wish, deps)
    case 'cancel-unstake':
      return cancelUnstake(wish, deps)
    case 'change-owner':
      return changeOwner(wish, deps)
    case 'unstake':
      return unstake(wish, deps)
    case 'send':
      return send(wish, deps)
    case 'add-service':
      return addService(wish, deps)
    case 'transfer-service':
      return transferService(wish, deps)
    case 'stake-application':
      return stakeApplication(wish, deps)
    case 'unstake-application':
      return unstakeApplication(wish, deps)
    case 'delegate':
    case 'undelegate':
      return delegation(wish, deps)
    case 'stake-gateway':
      return stakeGateway(wish, deps)
    case 'unstake-gateway':
      return unstakeGateway(wish, deps)
    case 'claim-morse-account':
      return claimMorseAccount(wish, deps)
    case 'claim-morse-application':
      return claimMorseApplication(wish, deps)
    case 'claim-morse-supplier':
      return claimMorseSupplier(wish, deps)
    default:
      return assertNever(wish)
  }
}
