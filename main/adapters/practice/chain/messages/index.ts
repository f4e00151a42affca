import { assertNever } from '#shared/lib/assert-never.ts'
import type { PracticeMessage } from '../../parts.ts'
import type { Frame } from '../frame.ts'
import type { SessionBook } from '../sessions.ts'
import { delegate, stakeApplication, undelegate, unstakeApplication } from './application.ts'
import { createClaim, submitProof } from './claims.ts'
import { stakeGateway, unstakeGateway } from './gateway.ts'
import { updateParams } from './params.ts'
import { pocketRefusal, quoted } from '../refusal.ts'
import { addService, transferService } from './service.ts'
import { stakeSupplier, unstakeSupplier } from './supplier.ts'
import { multiSend, transfer } from './transfers.ts'

const TYPE_URLS: Record<PracticeMessage['kind'], string> = {
  send: '/cosmos.bank.v1beta1.MsgSend',
  'multi-send': '/cosmos.bank.v1beta1.MsgMultiSend',
  'stake-supplier': '/pocket.supplier.MsgStakeSupplier',
  'unstake-supplier': '/pocket.supplier.MsgUnstakeSupplier',
  'stake-application': '/pocket.application.MsgStakeApplication',
  'unstake-application': '/pocket.application.MsgUnstakeApplication',
  delegate: '/pocket.application.MsgDelegateToGateway',
  undelegate: '/pocket.application.MsgUndelegateFromGateway',
  'stake-gateway': '/pocket.gateway.MsgStakeGateway',
  'unstake-gateway': '/pocket.gateway.MsgUnstakeGateway',
  'add-service': '/pocket.service.MsgAddService',
  'transfer-service': '/pocket.service.MsgTransferService',
  'claim-morse-account': '/pocket.migration.MsgClaimMorseAccount',
  'claim-morse-application': '/pocket.migration.MsgClaimMorseApplication',
  'claim-morse-supplier': '/pocket.migration.MsgClaimMorseSupplier',
  'create-claim': '/pocket.proof.MsgCreateClaim',
  'submit-proof': '/pocket.proof.MsgSubmitProof',
  'update-params': '/pocket.shared.MsgUpdateParams',
}

/** The name under which the chain lists a message, and the module that handles it. */
export function actionOf(message: PracticeMessage): { action: string; module: string } {
  const action = TYPE_URLS[message.kind]
  return { action, module: action.split('.').at(1) ?? '' }
}

/** Whose signature a message needs. */
export function signerOf(message: PracticeMessage): string {
  switch (message.kind) {
    case 'send':
    case 'multi-send':
      return message.fromAddress
    case 'stake-supplier':
    case 'unstake-supplier':
    case 'claim-morse-account':
    case 'claim-morse-application':
    case 'claim-morse-supplier':
      return message.signer
    case 'stake-application':
    case 'unstake-application':
    case 'stake-gateway':
    case 'unstake-gateway':
      return message.address
    case 'delegate':
    case 'undelegate':
      return message.applicationAddress
    case 'add-service':
    case 'transfer-service':
      return message.ownerAddress
    case 'create-claim':
    case 'submit-proof':
      return message.operatorAddress
    case 'update-params':
      return message.authority
    default:
      return assertNever(message)
  }
}

/** @throws Refusal in the chain's words; the caller takes back what was done so far */
export function runMessage(frame: Frame, book: SessionBook, message: PracticeMessage): void {
  switch (message.kind) {
    case 'send':
      return transfer(frame, message)
    case 'multi-send':
      return multiSend(frame, message)
    case 'stake-supplier':
      return stakeSupplier(frame, message)
    case 'unstake-supplier':
      return unstakeSupplier(frame, message)
    case 'stake-application':
      return stakeApplication(frame, message)
    case 'unstake-application':
      return unstakeApplication(frame, message)
    case 'delegate':
      return delegate(frame, message)
    case 'undelegate':
      return undelegate(frame, message)
    case 'stake-gateway':
      return stakeGateway(frame, message)
    case 'unstake-gateway':
      return unstakeGateway(frame, message)
    case 'add-service':
      return addService(frame, message)
    case 'transfer-service':
      return transferService(frame, message)
    case 'claim-morse-account':
    case 'claim-morse-application':
    case 'claim-morse-supplier':
      // No account of the old network came along into Practice.
      throw pocketRefusal('NotFound', `no morse claimable account exists with address ${quoted('')}`, 'unable to claim morse account')
    case 'create-claim':
      return createClaim(frame, book, message)
    case 'submit-proof':
      return submitProof(frame, book, message)
    case 'update-params':
      return updateParams(frame, message)
    default:
      return assertNever(message)
  }
}
