import type { PracticeMessage } from '../../parts.ts'
import { addressFault } from '../addresses.ts'
import { sendToModule } from '../bank.ts'
import { applicationShape } from '../event-shapes.ts'
import { coinText, emit, liveSession, type Frame } from '../frame.ts'
import { pocketRefusal, quoted, wrapped, type Refusal } from '../refusal.ts'
import { MAX_GATEWAYS } from '../role-records.ts'
import { isActive, type ApplicationState } from '../state.ts'
import { serviceIdFault } from './service-configs.ts'

/** Applications stake, unstake and hand their relays to gateways (onchain facts 2.4). */

type Of<K extends PracticeMessage['kind']> = Extract<PracticeMessage, { kind: K }>

const refused = (text: string, description: string): Refusal => pocketRefusal('InvalidArgument', text, description)
const STAKE = 'invalid application stake'

/** @throws Refusal in the chain's words */
export function stakeApplication(frame: Frame, message: Of<'stake-application'>): void {
  const { state } = frame
  const { address, stakeUpokt, serviceIds } = message
  const fault = addressFault(address, state.genesis.addressPrefix)
  if (fault !== undefined) throw refused(`invalid application address ${address}; (${fault})`, 'invalid application address')
  if (stakeUpokt <= 0n) throw refused(`invalid stake amount for application: ${coinText(stakeUpokt)} <= 0`, STAKE)
  const [serviceId] = serviceIds
  if (serviceId === undefined || serviceIds.length !== 1) {
    const listed = serviceIds.map((id) => `service_id:${quoted(id)} `).join(' ')
    throw refused(`application must have exactly one service: [${listed}]`, 'invalid service configs')
  }
  const idFault = serviceIdFault(serviceId)
  if (idFault !== undefined) throw refused(idFault, 'invalid service configs')

  const known = state.applications.get(address)
  if (known && stakeUpokt <= known.stakeUpokt) {
    throw refused(`stake amount ${coinText(stakeUpokt)} must be higher than previous stake amount ${coinText(known.stakeUpokt)}`, STAKE)
  }
  const minimum = state.live.applicationMinStakeUpokt
  if (stakeUpokt < minimum) throw refused(`application ${quoted(address)} must stake at least ${coinText(minimum)}`, STAKE)
  wrapped('Internal', () => sendToModule(frame, address, 'application', stakeUpokt - (known?.stakeUpokt ?? 0n)))
  const { end } = liveSession(frame)
  const application: ApplicationState = known
    ? { ...withService(known, serviceId, end + 1), stakeUpokt, unstakeSessionEndHeight: 0 }
    : { address, stakeUpokt, serviceId, gateways: [], pendingUndelegations: {}, unstakeSessionEndHeight: 0, history: [] }
  state.applications.set(address, application)
  const attributes = { application: applicationShape(application), session_end_height: String(end) }
  if (known && known.unstakeSessionEndHeight !== 0) emit(frame, 'pocket.application.EventApplicationUnbondingCanceled', attributes)
  emit(frame, 'pocket.application.EventApplicationStaked', attributes)
}

/** Another service counts from the next session on; the one before stays known for the sessions it was in. */
function withService(application: ApplicationState, serviceId: string, nextStart: number): ApplicationState {
  if (application.serviceId === serviceId) return application
  const first = { serviceId: application.serviceId, activationHeight: 1, deactivationHeight: 0 }
  const history = (application.history.length === 0 ? [first] : application.history)
    .filter((entry) => entry.activationHeight !== nextStart)
    .map((entry) => (entry.deactivationHeight === 0 ? { ...entry, deactivationHeight: nextStart } : entry))
  return { ...application, serviceId, history: [...history, { serviceId, activationHeight: nextStart, deactivationHeight: 0 }] }
}

/** @throws Refusal in the chain's words */
export function unstakeApplication(frame: Frame, message: Of<'unstake-application'>): void {
  const { state } = frame
  const { address } = message
  const known = state.applications.get(address)
  const named = `application with address ${quoted(address)}`
  if (known === undefined) throw pocketRefusal('NotFound', named, 'application not found')
  if (known.unstakeSessionEndHeight !== 0) throw pocketRefusal('FailedPrecondition', named, 'application is in unbonding period')
  const { end } = liveSession(frame)
  const application = { ...known, unstakeSessionEndHeight: end }
  state.applications.set(address, application)
  const { applicationUnbondingPeriodSessions, numBlocksPerSession } = state.live
  emit(frame, 'pocket.application.EventApplicationUnbondingBegin', {
    application: applicationShape(application),
    reason: 'APPLICATION_UNBONDING_REASON_ELECTIVE',
    session_end_height: String(end),
    unbonding_end_height: String(end + applicationUnbondingPeriodSessions * numBlocksPerSession),
  })
}

/** @throws Refusal in the chain's words */
export function delegate(frame: Frame, message: Of<'delegate'>): void {
  const { state } = frame
  const { applicationAddress, gatewayAddress } = message
  const known = state.applications.get(applicationAddress)
  if (known === undefined) throw pocketRefusal('NotFound', `application with address: ${applicationAddress}`, 'application not found')
  const gateway = state.gateways.get(gatewayAddress)
  if (gateway === undefined) throw pocketRefusal('NotFound', `gateway with address: ${quoted(gatewayAddress)}`, 'gateway not found')
  if (known.gateways.length >= MAX_GATEWAYS) {
    const text = `application with address ${quoted(applicationAddress)} already delegated to ${MAX_GATEWAYS} (max) gateways`
    throw pocketRefusal('FailedPrecondition', text, 'maximum number of delegated gateways reached')
  }
  if (
    !isActive(
      { activationHeight: 0, deactivationHeight: gateway.unstakeSessionEndHeight && gateway.unstakeSessionEndHeight + 1 },
      frame.height,
    )
  ) {
    throw pocketRefusal('FailedPrecondition', `gateway with address: ${quoted(gatewayAddress)}`, 'gateway is no longer active')
  }
  if (known.gateways.includes(gatewayAddress)) {
    const text = `application with address ${quoted(applicationAddress)} already delegated to gateway with address: ${quoted(gatewayAddress)}`
    throw pocketRefusal('AlreadyExists', text, 'application already delegated to gateway')
  }
  const pendingUndelegations = Object.fromEntries(
    Object.entries(known.pendingUndelegations)
      .map(([height, gateways]) => [height, gateways.filter((address) => address !== gatewayAddress)] as const)
      .filter(([, gateways]) => gateways.length > 0),
  )
  redelegated(frame, { ...known, gateways: [...known.gateways, gatewayAddress], pendingUndelegations })
}

/** @throws Refusal in the chain's words */
export function undelegate(frame: Frame, message: Of<'undelegate'>): void {
  const { state } = frame
  const { applicationAddress, gatewayAddress } = message
  const known = state.applications.get(applicationAddress)
  if (known === undefined)
    throw pocketRefusal('NotFound', `application with address: ${quoted(applicationAddress)}`, 'application not found')
  if (!known.gateways.includes(gatewayAddress)) {
    const text = `application with address ${quoted(applicationAddress)} not delegated to gateway with address: ${quoted(gatewayAddress)}`
    throw pocketRefusal('FailedPrecondition', text, 'application not delegated to gateway')
  }
  redelegated(frame, withoutGateway(known, gatewayAddress, liveSession(frame).end))
}

/** Takes a gateway away, and remembers it for the proofs that are still to come. */
export function withoutGateway(application: ApplicationState, gatewayAddress: string, sessionEnd: number): ApplicationState {
  const pending = application.pendingUndelegations[String(sessionEnd)] ?? []
  return {
    ...application,
    gateways: application.gateways.filter((address) => address !== gatewayAddress),
    pendingUndelegations: {
      ...application.pendingUndelegations,
      [String(sessionEnd)]: pending.includes(gatewayAddress) ? pending : [...pending, gatewayAddress],
    },
  }
}

function redelegated(frame: Frame, application: ApplicationState): void {
  frame.state.applications.set(application.address, application)
  emit(frame, 'pocket.application.EventRedelegation', {
    application: applicationShape(application),
    session_end_height: String(liveSession(frame).end),
  })
}
