import type { Handlers } from '../dispatch.ts'
import type { Heads } from '../chain/heads.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { ChainParams } from '../ports/chain.ts'
import type { RoleRules } from '../ports/roles.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import { MORSE_ADDRESS } from './morse-wishes.ts'
import { MAX_COMPUTE_UNITS, MIN_SPEND_LIMIT_UPOKT } from './other-wishes.ts'

type RoleHandlers = Pick<Handlers, 'roles.services' | 'roles.applications' | 'roles.gateways' | 'roles.morse'>

/** More own addresses than this are not looked through: each is a question to the chain. */
const OWN_ASKED = 40

/** Handlers of what the pages of the other roles show. Everything is read from the chain now; all reject `chain-unreachable`. */
export function roleHandlers(deps: {
  heads: Pick<Heads, 'require' | 'params'>
  keys: () => Promise<PublicKeyInfo[]>
  network: () => string | null
}): RoleHandlers {
  const ownAddresses = async (): Promise<string[]> => {
    const network = deps.network()
    const own = (await deps.keys()).filter((key) => key.network === network && key.kind !== 'morse')
    return [...new Set(own.map((key) => key.address))].slice(0, OWN_ASKED)
  }
  const params = (): ChainParams => {
    const known = deps.heads.params()
    if (!known) throw new HearthError('chain-unreachable', { reason: 'parameters not read yet' })
    return known
  }
  /** Where a stake comes back (onchain facts 2.4): so many sessions after the end of the one in which it was asked for. */
  const backAt = (end: number, sessions: number): number => (end === 0 ? 0 : end + sessions * params().numBlocksPerSession)

  return {
    'roles.services': async () => {
      const chain = deps.heads.require()
      const [services, rules, own] = await Promise.all([chain.services(), chain.roleRules(), ownAddresses()])
      const isOwn = (ownerAddress: string): boolean => own.includes(ownerAddress)
      return {
        atHeight: rules.height,
        feeUpokt: rules.addServiceFeeUpokt.toString(),
        maxComputeUnits: MAX_COMPUTE_UNITS.toString(),
        own: services
          .filter((service) => isOwn(service.ownerAddress))
          .map((service) => ({ ...service, computeUnitsPerRelay: service.computeUnitsPerRelay.toString() })),
        taken: services.filter((service) => !isOwn(service.ownerAddress)).map((service) => service.id),
      }
    },
    'roles.applications': async () => {
      const chain = deps.heads.require()
      const [services, rules, gateways, own] = await Promise.all([chain.services(), chain.roleRules(), chain.gateways(), ownAddresses()])
      const records = await Promise.all(own.map(async (address) => ({ address, record: await chain.application(address) })))
      return {
        atHeight: rules.height,
        minStakeUpokt: rules.applicationMinStakeUpokt.toString(),
        minSpendLimitUpokt: MIN_SPEND_LIMIT_UPOKT.toString(),
        unbondingSessions: rules.applicationUnbondingSessions,
        maxGateways: rules.maxDelegatedGateways,
        services: services.map(({ id, name }) => ({ id, name })),
        gateways: gateways
          .filter((gateway) => gateway.unstakeSessionEndHeight === 0)
          .map((gateway) => ({ address: gateway.address, stakeUpokt: gateway.stakeUpokt.toString() })),
        own: records.flatMap(({ address, record }) =>
          record === undefined
            ? []
            : [
                {
                  ...staked(address, record, rules.applicationUnbondingSessions),
                  serviceId: record.serviceIds[0] ?? '',
                  gateways: record.delegatedGateways,
                  spendLimitUpokt:
                    record.spendLimitUpokt === undefined || record.spendLimitUpokt === 0n ? null : record.spendLimitUpokt.toString(),
                },
              ],
        ),
      }
    },
    'roles.gateways': async () => {
      const chain = deps.heads.require()
      const [rules, gateways, own] = await Promise.all([chain.roleRules(), chain.gateways(), ownAddresses()])
      return {
        atHeight: rules.height,
        minStakeUpokt: rules.gatewayMinStakeUpokt.toString(),
        unbondingSessions: rules.gatewayUnbondingSessions,
        count: gateways.length,
        own: gateways
          .filter((gateway) => own.includes(gateway.address))
          .map((gateway) => staked(gateway.address, gateway, rules.gatewayUnbondingSessions)),
      }
    },
    'roles.morse': async ({ morseAddresses }) => {
      const chain = deps.heads.require()
      const asked = morseAddresses.map((text) => text.trim().toUpperCase())
      if (!asked.every((address) => MORSE_ADDRESS.test(address)))
        throw new HearthError('address-invalid', { problem: 'morse-address', which: 'morse' })
      const [rules, accounts] = await Promise.all([
        chain.roleRules(),
        Promise.all(asked.map(async (morseAddress) => ({ morseAddress, account: await chain.morseAccount(morseAddress) }))),
      ])
      return {
        atHeight: rules.height,
        ...feesOf(rules),
        supplierMinStakeUpokt: params().supplierMinStakeUpokt.toString(),
        applicationMinStakeUpokt: rules.applicationMinStakeUpokt.toString(),
        accounts: accounts.map(({ morseAddress, account }) => ({
          morseAddress,
          found:
            account === undefined
              ? null
              : {
                  balanceUpokt: account.balanceUpokt.toString(),
                  supplierStakeUpokt: account.supplierStakeUpokt.toString(),
                  applicationStakeUpokt: account.applicationStakeUpokt.toString(),
                  morseOutputAddress: account.morseOutputAddress,
                  unstakedAtMs: account.unstakedAtMs,
                  claimedAtHeight: account.claimedAtHeight,
                  claimedBy: account.claimedBy,
                },
        })),
      }
    },
  }

  function staked(
    address: string,
    record: { stakeUpokt: bigint; unstakeSessionEndHeight: number },
    sessions: number,
  ): { address: string; stakeUpokt: string; unstakeSessionEndHeight: number; backAtHeight: number } {
    const { stakeUpokt, unstakeSessionEndHeight } = record
    return { address, stakeUpokt: stakeUpokt.toString(), unstakeSessionEndHeight, backAtHeight: backAt(unstakeSessionEndHeight, sessions) }
  }
}

const feesOf = (rules: RoleRules): { open: boolean; free: boolean } => ({ open: rules.morseClaimsOpen, free: rules.morseClaimsFree })
