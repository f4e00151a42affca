import type { Danger } from '#shared/model/danger.ts'
import { nextSessionStart, sessionAt } from '#shared/model/session.ts'
import type { ChainParams } from '../ports/chain.ts'
import type { Message } from '../ports/tx.ts'
import { danger, timeText } from './danger-parts.ts'
import type { RoleFacts } from './wish-parts.ts'

/** What is known when an application, a gateway, a service or something of the old network is signed for. */
interface RoleSituation {
  height: number
  params: ChainParams
  timeOf(height: number): number | undefined
  role?: RoleFacts | undefined
  operators?: ReadonlySet<string>
}
type Of<K extends Message['kind']> = Extract<Message, { kind: K }>

/** What a transaction of the other roles can cost, with figures (onchain facts 2.4 and 5.4). */
export function aboutRole(message: Message, situation: RoleSituation): Danger[] {
  switch (message.kind) {
    case 'add-service':
      return aboutService(message, situation)
    case 'transfer-service':
      return [danger('service-given-away', 'warn', { newOwnerAddress: message.newOwnerAddress, serviceId: message.serviceId })]
    case 'stake-application':
      return [...aboutApplicationStake(message, situation), ...supplierKey(message.address, situation)]
    case 'unstake-application':
      return aboutApplicationEnd(situation)
    case 'delegate':
      return aboutDelegation(message, situation)
    case 'undelegate': {
      const { end } = sessionAt(situation.height + 1, situation.params)
      return [danger('delegation-ends', 'info', { gatewayAddress: message.gatewayAddress, ...at(end, situation) })]
    }
    case 'stake-gateway':
      return [
        ...(situation.role?.gateway?.unstakeSessionEndHeight ? [danger('unstake-taken-back', 'warn', {})] : []),
        ...supplierKey(message.address, situation),
      ]
    case 'unstake-gateway':
      return aboutGatewayEnd(situation)
    case 'claim-morse-account':
      return [danger('morse-untried', 'warn', {}), ...aboutOldAccount(message, situation)]
    case 'claim-morse-application':
      return [danger('morse-untried', 'warn', {}), ...aboutOldApplication(message, situation), ...supplierKey(message.toAddress, situation)]
    case 'claim-morse-supplier':
      return [danger('morse-untried', 'warn', {}), ...aboutOldNode(message, situation)]
    default:
      return []
  }
}

const at = (height: number, situation: RoleSituation): { height: string; ms: string } => ({
  height: String(height),
  ms: timeText(situation, height),
})

function aboutService(message: Of<'add-service'>, situation: RoleSituation): Danger[] {
  const { role, height, params } = situation
  if (role === undefined) return []
  const before = role.service
  if (before === undefined) return [danger('service-fee', 'warn', { upokt: role.rules.addServiceFeeUpokt })]
  if (before.computeUnitsPerRelay === message.computeUnitsPerRelay) return []
  const units = { before: before.computeUnitsPerRelay.toString(), after: message.computeUnitsPerRelay.toString() }
  return [danger('service-price', 'warn', { serviceId: message.id, ...units, ...at(nextSessionStart(height + 1, params), situation) })]
}

function aboutApplicationStake(message: Of<'stake-application'>, situation: RoleSituation): Danger[] {
  const { role, height, params } = situation
  const found: Danger[] = []
  if (role === undefined) return found
  const { application: before, rules } = role
  // The first relay that is paid takes it below, and the network sends the application away (onchain facts 5.4).
  if (message.stakeUpokt === rules.applicationMinStakeUpokt)
    found.push(danger('application-at-minimum', 'warn', { minUpokt: rules.applicationMinStakeUpokt }))
  const [after = ''] = message.serviceIds
  const [serviceBefore] = before?.serviceIds ?? []
  if (serviceBefore !== undefined && serviceBefore !== after) {
    const start = nextSessionStart(height + 1, params)
    found.push(danger('application-service', 'warn', { before: serviceBefore, after, ...at(start, situation) }))
  }
  if (before !== undefined && before.unstakeSessionEndHeight > 0) found.push(danger('unstake-taken-back', 'warn', {}))
  return found
}

/** Where what is left comes back: at the end of the session after so many. */
const backAt = (end: number, sessions: number, params: ChainParams): number => end + sessions * params.numBlocksPerSession

function aboutApplicationEnd(situation: RoleSituation): Danger[] {
  const { role, height, params } = situation
  if (role?.application === undefined) return []
  const { end, settle } = sessionAt(height + 1, params)
  const sessions = role.rules.applicationUnbondingSessions
  const gateways = role.application.delegatedGateways.length
  return [
    danger('application-ends', 'warn', {
      sessions: String(sessions),
      upokt: role.application.stakeUpokt,
      endHeight: String(end),
      ...at(backAt(end, sessions, params), situation),
    }),
    danger('application-still-pays', 'info', { endHeight: String(end), settleHeight: String(settle) }),
    ...(gateways === 0 ? [] : [danger('application-leaves-gateways', 'info', { gateways: String(gateways), endHeight: String(end) })]),
  ]
}

function aboutDelegation(message: Of<'delegate'>, { role }: RoleSituation): Danger[] {
  if (role?.application === undefined) return []
  const { stakeUpokt, spendLimitUpokt } = role.application
  const { gatewayAddress } = message
  return spendLimitUpokt === undefined || spendLimitUpokt === 0n
    ? [danger('delegation-spends', 'warn', { gatewayAddress, upokt: stakeUpokt })]
    : [danger('delegation-spends-limited', 'warn', { gatewayAddress, upokt: stakeUpokt, limitUpokt: spendLimitUpokt })]
}

function aboutGatewayEnd(situation: RoleSituation): Danger[] {
  const { role, height, params } = situation
  if (role?.gateway === undefined) return []
  const { end } = sessionAt(height + 1, params)
  const sessions = role.rules.gatewayUnbondingSessions
  return [
    danger('gateway-ends', 'warn', {
      sessions: String(sessions),
      upokt: role.gateway.stakeUpokt,
      endHeight: String(end),
      ...at(backAt(end, sessions, params), situation),
    }),
  ]
}

function aboutOldAccount(message: Of<'claim-morse-account'>, { role }: RoleSituation): Danger[] {
  if (role?.morse === undefined) return []
  return [danger('morse-once', 'warn', { upokt: role.morse.balanceUpokt, toAddress: message.toAddress })]
}

/** Below the minimum of now nothing is staked: the owner gets it unstaked (onchain facts 2.3). */
function aboutOldNode(message: Of<'claim-morse-supplier'>, { role, params }: RoleSituation): Danger[] {
  if (role?.morse === undefined) return []
  const { supplierStakeUpokt: upokt, balanceUpokt } = role.morse
  const { ownerAddress, operatorAddress } = message
  const minUpokt = params.supplierMinStakeUpokt
  if (role.morse.unstakedAtMs > 0) return [unstaking(upokt, ownerAddress, role.morse.unstakedAtMs)]
  return [
    upokt < minUpokt
      ? danger('morse-below-minimum', 'warn', { upokt, minUpokt, ownerAddress })
      : danger('morse-node', 'info', { upokt, ownerAddress, balanceUpokt, operatorAddress }),
  ]
}

const unstaking = (upokt: bigint, toAddress: string, ms: number): Danger =>
  danger('morse-unstaking', 'warn', { upokt, toAddress, ms: String(ms) })

/** Added to what the address has staked; below the minimum of now nothing is (onchain facts 2.3, and the chain's own code). */
function aboutOldApplication(message: Of<'claim-morse-application'>, situation: RoleSituation): Danger[] {
  const { role, height, params } = situation
  if (role?.morse === undefined) return []
  const { morse, rules, application: before } = role
  const { applicationStakeUpokt: upokt, balanceUpokt } = morse
  const { toAddress, serviceId } = message
  if (morse.unstakedAtMs > 0) return [unstaking(upokt, toAddress, morse.unstakedAtMs)]
  const afterUpokt = upokt + (before?.stakeUpokt ?? 0n)
  const minUpokt = rules.applicationMinStakeUpokt
  if (afterUpokt < minUpokt) return [danger('morse-below-minimum', 'warn', { upokt: afterUpokt, minUpokt, ownerAddress: toAddress })]
  if (before === undefined) return [danger('morse-application', 'warn', { upokt, balanceUpokt, toAddress, serviceId })]
  const [serviceBefore = ''] = before.serviceIds
  const start = nextSessionStart(height + 1, params)
  return [
    danger('morse-application-grows', 'warn', { upokt, afterUpokt, toAddress }),
    ...(serviceBefore === serviceId
      ? []
      : [danger('application-service', 'warn', { before: serviceBefore, after: serviceId, ...at(start, situation) })]),
    ...(before.unstakeSessionEndHeight > 0 ? [danger('unstake-taken-back', 'warn', {})] : []),
  ]
}

/** The wallet that pays for claims and proofs should not lock its money elsewhere. */
function supplierKey(address: string, { operators }: RoleSituation): Danger[] {
  return operators?.has(address) ? [danger('operator-has-two-jobs', 'warn', { address })] : []
}
