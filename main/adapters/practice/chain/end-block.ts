import { sessionAt } from '#shared/model/session.ts'
import { balanceOf, module, sendFromModule } from './bank.ts'
import { applicationShape, gatewayShape, supplierShape } from './event-shapes.ts'
import { emit, liveSession, type Frame } from './frame.ts'
import { withoutGateway } from './messages/application.ts'
import { promoteParams } from './messages/params.ts'
import { checkProofs } from './settlement/check-proofs.ts'
import { settle } from './settlement/settle.ts'
import { paramsAt, putSupplier, type ApplicationState } from './state.ts'

/** What every block ends with, in the chain's order: proofs, settlement, gateways, applications, suppliers, parameters. */
export function endBlock(frame: Frame): void {
  checkProofs(frame)
  settle(frame)
  const { end } = liveSession(frame)
  const sessionEnds = end === frame.height
  if (sessionEnds) endGateways(frame)
  leaveGateways(frame)
  forgetUndelegations(frame)
  if (sessionEnds) {
    endApplications(frame)
    endSuppliers(frame)
  }
  forgetServices(frame)
  promoteParams(frame)
}

function endGateways(frame: Frame): void {
  const { state, height } = frame
  for (const gateway of byAddress(state.gateways.map)) {
    const { unstakeSessionEndHeight } = gateway
    if (unstakeSessionEndHeight === 0) continue
    const params = paramsAt(state, unstakeSessionEndHeight)
    const unbondingEnd = unstakeSessionEndHeight + params.gatewayUnbondingPeriodSessions * params.numBlocksPerSession
    if (unbondingEnd > height) continue
    sendFromModule(frame, 'gateway', gateway.address, gateway.stakeUpokt)
    state.gateways.delete(gateway.address)
    emit(frame, 'pocket.gateway.EventGatewayUnbondingEnd', {
      gateway: gatewayShape(gateway),
      session_end_height: String(height),
      unbonding_end_height: String(unbondingEnd),
    })
  }
}

/** Applications leave gateways that no longer serve. */
function leaveGateways(frame: Frame): void {
  const { state, height } = frame
  for (const gateway of state.gateways.map.values()) {
    if (gateway.unstakeSessionEndHeight === 0 || height <= gateway.unstakeSessionEndHeight) continue
    for (const application of state.applications.map.values()) {
      if (!application.gateways.includes(gateway.address)) continue
      state.applications.set(application.address, withoutGateway(application, gateway.address, liveSession(frame).end))
    }
  }
}

/** For how many sessions a gateway that was left is remembered. */
const REMEMBERED_SESSIONS = 2

function forgetUndelegations(frame: Frame): void {
  const { state, height } = frame
  const retention = state.live.gracePeriodEndOffsetBlocks + REMEMBERED_SESSIONS * state.live.numBlocksPerSession
  for (const application of state.applications.map.values()) {
    const entries = Object.entries(application.pendingUndelegations)
    if (entries.length === 0) continue
    const kept = entries.filter(([sessionEnd]) => Number(sessionEnd) >= height - retention)
    if (kept.length < entries.length)
      state.applications.set(application.address, { ...application, pendingUndelegations: Object.fromEntries(kept) })
  }
}

function endApplications(frame: Frame): void {
  const { state, height } = frame
  for (const application of byAddress(state.applications.map)) {
    const { unstakeSessionEndHeight } = application
    if (unstakeSessionEndHeight === 0) continue
    const params = paramsAt(state, unstakeSessionEndHeight)
    const unbondingEnd = unstakeSessionEndHeight + params.applicationUnbondingPeriodSessions * params.numBlocksPerSession
    if (unbondingEnd > height) continue
    endApplication(frame, application, unbondingEnd)
  }
}

function endApplication(frame: Frame, application: ApplicationState, unbondingEnd: number): void {
  const { state, height } = frame
  sendFromModule(frame, 'application', application.address, application.stakeUpokt)
  state.applications.delete(application.address)
  const below = application.stakeUpokt < state.live.applicationMinStakeUpokt
  emit(frame, 'pocket.application.EventApplicationUnbondingEnd', {
    application: applicationShape(application),
    reason: `APPLICATION_UNBONDING_REASON_${below ? 'BELOW_MIN_STAKE' : 'ELECTIVE'}`,
    session_end_height: String(height),
    unbonding_end_height: String(unbondingEnd),
  })
}

function endSuppliers(frame: Frame): void {
  const { state, height } = frame
  for (const operator of [...state.unbonding.map.keys()].sort()) {
    const supplier = state.suppliers.get(operator)
    if (supplier === undefined || supplier.unstakeSessionEndHeight === 0) {
      state.unbonding.delete(operator)
      continue
    }
    const params = paramsAt(state, supplier.unstakeSessionEndHeight)
    const unbondingEnd = supplier.unstakeSessionEndHeight + params.supplierUnbondingPeriodSessions * params.numBlocksPerSession
    if (unbondingEnd > height) continue
    if (supplier.stakeUpokt > 0n && balanceOf(state, module(state, 'supplier')) >= supplier.stakeUpokt) {
      sendFromModule(frame, 'supplier', supplier.ownerAddress, supplier.stakeUpokt)
    }
    state.suppliers.delete(operator)
    state.suppliersVersion += 1
    state.unbonding.delete(operator)
    const below = supplier.stakeUpokt < state.live.supplierMinStakeUpokt
    emit(frame, 'pocket.supplier.EventSupplierUnbondingEnd', {
      reason: `SUPPLIER_UNBONDING_REASON_${below ? 'BELOW_MIN_STAKE' : 'VOLUNTARY'}`,
      session_end_height: String(height),
      supplier: supplierShape(supplier, [], []),
      unbonding_end_height: String(unbondingEnd),
    })
  }
}

/** Services that ended are kept until the last session they were in can be proved no more. */
function forgetServices(frame: Frame): void {
  const { state, height } = frame
  for (const supplier of state.suppliers.map.values()) {
    if (!supplier.configs.some((config) => config.deactivationHeight !== 0)) continue
    const configs = supplier.configs.filter(({ deactivationHeight }) => {
      if (deactivationHeight === 0 || deactivationHeight > height) return true
      return height <= sessionAt(deactivationHeight - 1, paramsAt(state, deactivationHeight - 1)).proofClose
    })
    if (configs.length < supplier.configs.length) putSupplier(state, { ...supplier, configs })
  }
}

const byAddress = <T>(records: ReadonlyMap<string, T>): T[] => [...records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record)
