import type { PracticeMessage } from '../../parts.ts'
import { addressFault } from '../addresses.ts'
import { balanceOf, sendToModule } from '../bank.ts'
import { coinText, liveSession, type Frame } from '../frame.ts'
import { pocketRefusal, quoted } from '../refusal.ts'
import { serviceFault } from './service-configs.ts'

/**
 * A service is added for a fee, or changed by its owner for nothing; a new price of its relays counts from the next session on (onchain facts 2.4).
 * @throws Refusal in the chain's words
 */
export function addService(frame: Frame, message: Extract<PracticeMessage, { kind: 'add-service' }>): void {
  const { state } = frame
  const { ownerAddress, id, name, computeUnitsPerRelay } = message
  const ownerFault = addressFault(ownerAddress, state.genesis.addressPrefix)
  if (ownerFault !== undefined) {
    throw pocketRefusal('InvalidArgument', `invalid signer address ${ownerAddress}`, 'invalid address when adding a new service')
  }
  const fault = serviceFault({ id, name, computeUnitsPerRelay })
  if (fault !== undefined) throw pocketRefusal('InvalidArgument', fault)
  const { start, end } = liveSession(frame)
  const known = state.services.get(id)
  const costs = state.relayCosts.get(id) ?? []
  if (known) {
    if (known.ownerAddress !== ownerAddress) {
      const text = `existing owner address ${quoted(known.ownerAddress)} does not match the new owner address ${quoted(ownerAddress)}`
      throw pocketRefusal('InvalidArgument', text, 'invalid owner address')
    }
    state.services.set(id, { ...known, name, computeUnitsPerRelay })
    if (known.computeUnitsPerRelay === computeUnitsPerRelay) return
    const before = costs.length === 0 ? [{ height: 1, computeUnits: known.computeUnitsPerRelay }] : costs
    const kept = before.filter(({ height }) => height !== end + 1)
    state.relayCosts.set(id, [...kept, { height: end + 1, computeUnits: computeUnitsPerRelay }])
    return
  }
  const heldUpokt = balanceOf(state, ownerAddress)
  const feeUpokt = state.live.addServiceFeeUpokt
  const funds = 'not enough funds to add service'
  if (heldUpokt === 0n) throw pocketRefusal('FailedPrecondition', 'account has no spendable coins', funds)
  if (heldUpokt <= feeUpokt) {
    throw pocketRefusal('FailedPrecondition', `account has ${heldUpokt}, but the service fee is ${coinText(feeUpokt)}`, funds)
  }
  sendToModule(frame, ownerAddress, 'service', feeUpokt)
  state.services.set(id, { id, name, computeUnitsPerRelay, ownerAddress })
  state.relayCosts.set(id, [...costs, { height: start, computeUnits: computeUnitsPerRelay }])
}

/** Another owner for a service; the earnings of the service owner go there from then on. @throws Refusal in the chain's words */
export function transferService(frame: Frame, message: Extract<PracticeMessage, { kind: 'transfer-service' }>): void {
  const { state } = frame
  const { ownerAddress, serviceId, newOwnerAddress } = message
  if (addressFault(newOwnerAddress, state.genesis.addressPrefix) !== undefined) {
    throw pocketRefusal('InvalidArgument', `invalid new owner address ${newOwnerAddress}`, 'invalid address when adding a new service')
  }
  const known = state.services.get(serviceId)
  if (known === undefined) throw pocketRefusal('NotFound', `service ${quoted(serviceId)} not found`, 'service not found')
  if (known.ownerAddress !== ownerAddress) {
    throw pocketRefusal(
      'PermissionDenied',
      `service ${quoted(serviceId)} is not owned by ${ownerAddress}`,
      'unauthorized service operation',
    )
  }
  state.services.set(serviceId, { ...known, ownerAddress: newOwnerAddress })
}
