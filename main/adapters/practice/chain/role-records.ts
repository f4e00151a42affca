import type { ApplicationRecord, RoleRules } from '#main/core/ports/roles.ts'
import type { ApplicationState, ChainState } from './state.ts'

/** How the practised chain answers about the roles beside the supplier. */

/** More gateways than this no application can have; a parameter that no network has ever changed. */
export const MAX_GATEWAYS = 7

/** Spend limits are not played, so there is none. */
export function applicationRecord(known: ApplicationState | undefined): ApplicationRecord | undefined {
  return (
    known && {
      stakeUpokt: known.stakeUpokt,
      serviceIds: [known.serviceId],
      delegatedGateways: [...known.gateways],
      unstakeSessionEndHeight: known.unstakeSessionEndHeight,
      spendLimitUpokt: undefined,
    }
  )
}

export function roleRulesOf({ live, height }: ChainState): RoleRules {
  return {
    height,
    addServiceFeeUpokt: live.addServiceFeeUpokt,
    applicationMinStakeUpokt: live.applicationMinStakeUpokt,
    applicationUnbondingSessions: live.applicationUnbondingPeriodSessions,
    maxDelegatedGateways: MAX_GATEWAYS,
    gatewayMinStakeUpokt: live.gatewayMinStakeUpokt,
    gatewayUnbondingSessions: live.gatewayUnbondingPeriodSessions,
    morseClaimsOpen: false,
    morseClaimsFree: false,
  }
}
