/** What the core reads about the roles beside the supplier: applications, gateways, and what lies on the old network. Part of the chain port. */

export interface ApplicationRecord {
  stakeUpokt: bigint
  /** Exactly one since v0.1.35. */
  serviceIds: string[]
  delegatedGateways: string[]
  /** 0 = not unbonding. */
  unstakeSessionEndHeight: number
  /** Most that one session may spend; undefined = no limit. */
  spendLimitUpokt: bigint | undefined
}

export interface GatewayRecord {
  address: string
  stakeUpokt: bigint
  /** 0 = not unbonding. */
  unstakeSessionEndHeight: number
}

/** What these roles cost, as the network has it at `height`. */
export interface RoleRules {
  height: number
  addServiceFeeUpokt: bigint
  applicationMinStakeUpokt: bigint
  applicationUnbondingSessions: number
  maxDelegatedGateways: number
  gatewayMinStakeUpokt: bigint
  gatewayUnbondingSessions: number
  /** Whether anything of the old network can be claimed now. */
  morseClaimsOpen: boolean
  /** Whether the network waives the fee of a claim. */
  morseClaimsFree: boolean
}

/** What an address of the old network is worth here (onchain facts 2.3). */
export interface MorseAccount {
  /** 40 upper-case hex digits. */
  morseAddress: string
  balanceUpokt: bigint
  supplierStakeUpokt: bigint
  applicationStakeUpokt: bigint
  /** Of a node whose stake belongs to another address; '' = none. */
  morseOutputAddress: string
  /** UTC ms from which a stake that was asked back there is no stake any more; 0 = never asked back. */
  unstakedAtMs: number
  /** 0 = not claimed. */
  claimedAtHeight: number
  /** Who got it; '' = nobody yet. */
  claimedBy: string
}

export interface RoleReads {
  application(address: string): Promise<ApplicationRecord | undefined>
  gateway(address: string): Promise<GatewayRecord | undefined>
  /** All that are staked, those that leave included. */
  gateways(): Promise<GatewayRecord[]>
  roleRules(): Promise<RoleRules>
  /** @param morseAddress 40 upper-case hex digits */
  morseAccount(morseAddress: string): Promise<MorseAccount | undefined>
}
