import type { AppState } from '#shared/api/state.ts'

/** A supplier in short, as main publishes each of them: active unless told otherwise. */
export const inList = (
  operatorAddress: string,
  ownerAddress: string,
  services: string[],
  more: Partial<AppState['suppliers'][string]> = {},
): AppState['suppliers'] => ({
  [operatorAddress]: {
    ownerAddress,
    status: services.length === 0 ? 'not-staked' : 'active',
    stakeUpokt: services.length === 0 ? '0' : '59505000000',
    services,
    notServed: [],
    unstakeSessionEndHeight: 0,
    height: 137,
    ...more,
  },
})
