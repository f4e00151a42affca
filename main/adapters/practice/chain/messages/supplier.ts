import type { SupplierService } from '#main/core/ports/chain.ts'
import type { PracticeMessage } from '../../parts.ts'
import { addressFault } from '../addresses.ts'
import { sendFromModule, sendToModule } from '../bank.ts'
import { supplierShape, supplierText } from '../event-shapes.ts'
import { coinText, emit, liveSession, type Frame } from '../frame.ts'
import { pocketRefusal, quoted, wrapped, type Refusal } from '../refusal.ts'
import { isActive, putSupplier, sortedConfigs, type ChainState, type ConfigUpdate, type SupplierState } from '../state.ts'
import { supplierServicesFault } from './service-configs.ts'

/** Suppliers stake, change and unstake (onchain facts 2.4). */

type Stake = Extract<PracticeMessage, { kind: 'stake-supplier' }>
type Unstake = Extract<PracticeMessage, { kind: 'unstake-supplier' }>

const refused = (text: string, description: string): Refusal => pocketRefusal('InvalidArgument', text, description)
const STAKE = 'invalid supplier stake'
const ADDRESS = 'invalid address'
const CONFIG = 'invalid service config'
const UNAUTHORIZED = 'unauthorized supplier update'
const ONLY_OPERATOR = 'only the operator account is authorized to update the service configurations'

function checkBasics(message: Stake, state: ChainState): void {
  const prefix = state.genesis.addressPrefix
  for (const [name, address] of [
    ['owner', message.ownerAddress],
    ['operator', message.operatorAddress],
    ['signer', message.signer],
  ] as const) {
    const fault = addressFault(address, prefix)
    if (fault !== undefined) throw refused(`invalid ${name} address ${address}; (${fault})`, ADDRESS)
  }
  const { stakeUpokt, services } = message
  if (stakeUpokt !== undefined && stakeUpokt <= 0n) throw refused(`invalid stake amount: ${coinText(stakeUpokt)} <= 0`, STAKE)
  if (services.length === 0) return
  if (message.signer !== message.operatorAddress) throw refused(ONLY_OPERATOR, CONFIG)
  const fault = supplierServicesFault(services, prefix)
  if (fault !== undefined) throw refused(fault, CONFIG)
}

function checkMayUpdate(message: Stake, supplier: SupplierState): void {
  const { signer } = message
  if (signer !== supplier.ownerAddress && signer !== supplier.operatorAddress) {
    const addresses = `owner address ${message.ownerAddress} or supplier operator address ${message.operatorAddress}`
    throw refused(`signer address ${signer} does not match ${addresses}`, UNAUTHORIZED)
  }
  if (supplier.ownerAddress !== message.ownerAddress && signer !== supplier.ownerAddress) {
    throw refused(`signer ${quoted(signer)} is not allowed to update the owner address ${quoted(supplier.ownerAddress)}`, UNAUTHORIZED)
  }
}

/** The new services from the next session on; whatever else there is ends there. What was to start then, and never did, is replaced. */
function nextConfigs(before: readonly ConfigUpdate[], services: readonly SupplierService[], nextStart: number): ConfigUpdate[] {
  const fresh = services.map((service) => ({ service, activationHeight: nextStart, deactivationHeight: 0 }))
  const kept = before
    .filter((config) => config.activationHeight !== nextStart || !services.some(({ serviceId }) => serviceId === config.service.serviceId))
    .map((config) => (config.deactivationHeight === 0 ? { ...config, deactivationHeight: nextStart } : config))
  return [...fresh, ...kept]
}

/** @throws Refusal in the chain's words */
export function stakeSupplier(frame: Frame, message: Stake): void {
  const { state } = frame
  const { signer, operatorAddress } = message
  checkBasics(message, state)
  if (state.accounts.get(message.ownerAddress)?.module !== undefined) {
    throw refused(`owner address ${message.ownerAddress} is a module account and cannot be used`, ADDRESS)
  }
  for (const { serviceId } of message.services) {
    if (!state.services.has(serviceId)) throw refused(`service ${quoted(serviceId)} does not exist`, 'service not found')
  }
  const { end } = liveSession(frame)
  const nextStart = end + 1
  const known = state.suppliers.get(operatorAddress)
  const services: SupplierService[] = message.services.map(({ serviceId, endpoints, revShare }) => ({ serviceId, endpoints, revShare }))
  if (known) checkMayUpdate(message, known)
  const stakeUpokt = message.stakeUpokt ?? known?.stakeUpokt
  if (stakeUpokt === undefined) throw refused('when staking a new supplier, the stake amount MUST be non-nil', STAKE)
  if (known && known.unstakeSessionEndHeight !== 0 && signer !== known.ownerAddress) {
    const text = `signer ${quoted(signer)} is not allowed to cancel the unbonding of supplier with owner ${quoted(known.ownerAddress)}`
    throw pocketRefusal('PermissionDenied', `${text}; only the owner can cancel an in-progress unstake`, UNAUTHORIZED)
  }
  const minimum = state.live.supplierMinStakeUpokt
  if (stakeUpokt < minimum) {
    throw refused(`supplier with owner ${quoted(message.ownerAddress)} must stake at least ${coinText(minimum)}`, STAKE)
  }
  const configs = services.length === 0 && known ? known.configs : nextConfigs(known?.configs ?? [], services, nextStart)
  const heldUpokt = known?.stakeUpokt ?? 0n
  wrapped('Internal', () => {
    if (heldUpokt < stakeUpokt) sendToModule(frame, signer, 'supplier', stakeUpokt - heldUpokt)
    else if (heldUpokt > stakeUpokt) sendFromModule(frame, 'supplier', message.ownerAddress, heldUpokt - stakeUpokt)
  })
  wrapped('FailedPrecondition', () => sendToModule(frame, signer, 'supplier', state.live.supplierStakingFeeUpokt))
  const supplier: SupplierState = {
    ownerAddress: message.ownerAddress,
    operatorAddress,
    stakeUpokt,
    unstakeSessionEndHeight: 0,
    configs: sortedConfigs(configs),
  }
  putSupplier(state, supplier)
  state.unbonding.delete(operatorAddress)
  if (known && known.unstakeSessionEndHeight !== 0) {
    const active = known.configs.filter((config) => isActive(config, frame.height)).map(({ service }) => service)
    emit(frame, 'pocket.supplier.EventSupplierUnbondingCanceled', {
      height: String(frame.height),
      session_end_height: String(end),
      supplier: supplierShape(supplier, active, configs),
    })
  }
  emit(frame, 'pocket.supplier.EventSupplierStaked', { operator_address: operatorAddress, session_end_height: String(end) })
}

/** @throws Refusal in the chain's words */
export function unstakeSupplier(frame: Frame, message: Unstake): void {
  const { state } = frame
  const { signer, operatorAddress } = message
  for (const [name, address] of [
    ['signer', signer],
    ['operator', operatorAddress],
  ] as const) {
    const fault = addressFault(address, state.genesis.addressPrefix)
    if (fault !== undefined) throw refused(`invalid ${name} address (${fault})`, ADDRESS)
  }
  const supplier = state.suppliers.get(operatorAddress)
  if (supplier === undefined)
    throw pocketRefusal('NotFound', `supplier with operator address ${quoted(operatorAddress)}`, 'supplier not found')
  if (signer !== operatorAddress && signer !== supplier.ownerAddress) {
    throw pocketRefusal(
      'PermissionDenied',
      `signer ${quoted(signer)} is not allowed to unstake supplier ${supplierText(supplier)}`,
      UNAUTHORIZED,
    )
  }
  if (supplier.unstakeSessionEndHeight !== 0) {
    throw pocketRefusal(
      'FailedPrecondition',
      `supplier with operator address ${quoted(operatorAddress)}`,
      'supplier is in unbonding period',
    )
  }
  const { end } = liveSession(frame)
  const changed: SupplierState = {
    ...supplier,
    unstakeSessionEndHeight: end,
    configs: supplier.configs.map((config) => ({ ...config, deactivationHeight: end + 1 })),
  }
  putSupplier(state, changed)
  state.unbonding.set(operatorAddress, true)
  const { supplierUnbondingPeriodSessions, numBlocksPerSession } = state.live
  emit(frame, 'pocket.supplier.EventSupplierUnbondingBegin', {
    reason: 'SUPPLIER_UNBONDING_REASON_VOLUNTARY',
    session_end_height: String(end),
    supplier: supplierShape(changed, [], []),
    unbonding_end_height: String(end + supplierUnbondingPeriodSessions * numBlocksPerSession),
  })
}
