import type { PracticeMessage } from '../../parts.ts'
import { addressFault } from '../addresses.ts'
import { sendToModule } from '../bank.ts'
import { gatewayShape } from '../event-shapes.ts'
import { coinText, emit, liveSession, type Frame } from '../frame.ts'
import { pocketRefusal, quoted, wrapped, type Refusal } from '../refusal.ts'
import type { GatewayState } from '../state.ts'

/** Gateways stake and unstake (onchain facts 2.4). */

type Of<K extends PracticeMessage['kind']> = Extract<PracticeMessage, { kind: K }>

const refused = (text: string, description = 'invalid gateway stake'): Refusal => pocketRefusal('InvalidArgument', text, description)

/** @throws Refusal in the chain's words */
export function stakeGateway(frame: Frame, message: Of<'stake-gateway'>): void {
  const { state } = frame
  const { address, stakeUpokt } = message
  const fault = addressFault(address, state.genesis.addressPrefix)
  if (fault !== undefined) throw refused(`invalid gateway address ${address}; (${fault})`, 'invalid gateway address')
  if (stakeUpokt <= 0n) throw refused(`invalid stake amount for gateway: ${coinText(stakeUpokt)} <= 0`)
  const known = state.gateways.get(address)
  if (known && stakeUpokt <= known.stakeUpokt) {
    throw refused(`stake amount ${coinText(stakeUpokt)} must be higher than previous stake amount ${coinText(known.stakeUpokt)}`)
  }
  const minimum = state.live.gatewayMinStakeUpokt
  if (stakeUpokt < minimum) throw refused(`gateway ${quoted(address)} must stake at least ${coinText(minimum)}`)
  wrapped('Internal', () => sendToModule(frame, address, 'gateway', stakeUpokt - (known?.stakeUpokt ?? 0n)))
  const gateway: GatewayState = { address, stakeUpokt, unstakeSessionEndHeight: 0 }
  state.gateways.set(address, gateway)
  const attributes = { gateway: gatewayShape(gateway), session_end_height: String(liveSession(frame).end) }
  if (known && known.unstakeSessionEndHeight !== 0) emit(frame, 'pocket.gateway.EventGatewayUnbondingCanceled', attributes)
  emit(frame, 'pocket.gateway.EventGatewayStaked', attributes)
}

/** @throws Refusal in the chain's words */
export function unstakeGateway(frame: Frame, message: Of<'unstake-gateway'>): void {
  const { state } = frame
  const { address } = message
  const known = state.gateways.get(address)
  if (known === undefined) throw pocketRefusal('NotFound', `gateway with address ${address}`, 'gateway not found')
  if (known.unstakeSessionEndHeight !== 0) {
    throw pocketRefusal('FailedPrecondition', `gateway with address ${quoted(address)}`, 'gateway is in unbonding period')
  }
  const { end } = liveSession(frame)
  const gateway = { ...known, unstakeSessionEndHeight: end }
  state.gateways.set(address, gateway)
  emit(frame, 'pocket.gateway.EventGatewayUnbondingBegin', {
    gateway: gatewayShape(gateway),
    session_end_height: String(end),
    unbonding_end_height: String(end + state.live.gatewayUnbondingPeriodSessions * state.live.numBlocksPerSession),
  })
}
