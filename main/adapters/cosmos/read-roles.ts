import type { ApplicationRecord, GatewayRecord, MorseAccount, RoleRules } from '#main/core/ports/roles.ts'
import { allPages, askAgainWhenAhead, mustBe, orAbsent, POCKET } from './read-chain.ts'
import * as roles from './role-schemas.ts'
import { applicationAnswer, applicationParamsAnswer } from './schemas.ts'
import { type Transport, unreachable } from './transport.ts'

/** What the REST interface says about applications, gateways and the old network, brought into the shape of the port (onchain facts 3.2). */

export async function readApplication(transport: Transport, restUrl: string, address: string): Promise<ApplicationRecord | undefined> {
  const path = `${POCKET}/application/application/${encodeURIComponent(address)}`
  const answer = orAbsent(restUrl, await transport.rest(path, applicationAnswer))
  if (answer === undefined) return undefined
  const { application } = answer
  mustBe(restUrl, 'application.address', address, application.address)
  return {
    stakeUpokt: application.stake,
    serviceIds: application.service_configs.map((each) => each.service_id),
    delegatedGateways: application.delegatee_gateway_addresses,
    unstakeSessionEndHeight: application.unstake_session_end_height,
    spendLimitUpokt: application.per_session_spend_limit ?? undefined,
  }
}

type WireGateway = { address: string; stake: bigint; unstake_session_end_height: number }
const gatewayOf = (wire: WireGateway): GatewayRecord => ({
  address: wire.address,
  stakeUpokt: wire.stake,
  unstakeSessionEndHeight: wire.unstake_session_end_height,
})

export async function readGateway(transport: Transport, restUrl: string, address: string): Promise<GatewayRecord | undefined> {
  const path = `${POCKET}/gateway/gateway/${encodeURIComponent(address)}`
  const answer = orAbsent(restUrl, await transport.rest(path, roles.gatewayAnswer))
  if (answer === undefined) return undefined
  mustBe(restUrl, 'gateway.address', address, answer.gateway.address)
  return gatewayOf(answer.gateway)
}

/** Without the cards that gateways may show: they can be 256 KiB each. */
export async function readGateways(transport: Transport, restUrl: string): Promise<GatewayRecord[]> {
  const rows = await allPages(restUrl, async (query) => {
    const answer = await transport.restValue(`${POCKET}/gateway/gateway?dehydrated=true&${query}`, roles.gatewaysAnswer)
    return { items: answer.gateways, next: answer.pagination?.next_key }
  })
  // A list that changes while it is read may name one twice.
  return [...new Map(rows.map((row) => [row.address, gatewayOf(row)])).values()]
}

/** All five modules at one height. @param newestHeight used when the node does not say which height it answered for */
export async function readRoleRules(transport: Transport, restUrl: string, newestHeight: () => Promise<number>): Promise<RoleRules> {
  const first = await transport.rest(`${POCKET}/shared/params`, roles.unbondingParamsAnswer)
  if (first.kind === 'refused') throw unreachable(restUrl, first.message)
  const height = first.height ?? (await newestHeight())
  const [service, application, gateway, migration] = await askAgainWhenAhead(() =>
    Promise.all([
      transport.restValue(`${POCKET}/service/params`, roles.serviceParamsAnswer, { height }),
      transport.restValue(`${POCKET}/application/params`, applicationParamsAnswer, { height }),
      transport.restValue(`${POCKET}/gateway/params`, roles.gatewayParamsAnswer, { height }),
      transport.restValue(`${POCKET}/migration/params`, roles.migrationParamsAnswer, { height }),
    ]),
  )
  return {
    height,
    addServiceFeeUpokt: service.params.add_service_fee,
    applicationMinStakeUpokt: application.params.min_stake,
    applicationUnbondingSessions: first.value.params.application_unbonding_period_sessions,
    maxDelegatedGateways: application.params.max_delegated_gateways,
    gatewayMinStakeUpokt: gateway.params.min_stake,
    gatewayUnbondingSessions: first.value.params.gateway_unbonding_period_sessions,
    morseClaimsOpen: migration.params.morse_account_claiming_enabled,
    morseClaimsFree: migration.params.waive_morse_claim_gas_fees,
  }
}

/** The chain writes the first second of year 1 where there is no time. */
function unstakedAt(text: string | null | undefined): number {
  const ms = Date.parse(text ?? '')
  return ms > 0 ? ms : 0
}

/** What an address of the old network is worth; undefined = the chain knows nothing of it. @param morseAddress 40 upper-case hex digits */
export async function readMorseAccount(transport: Transport, restUrl: string, morseAddress: string): Promise<MorseAccount | undefined> {
  const path = `${POCKET}/migration/morse_claimable_account/${encodeURIComponent(morseAddress)}`
  const answer = orAbsent(restUrl, await transport.rest(path, roles.morseAccountAnswer))
  if (answer === undefined) return undefined
  const { morseClaimableAccount: account } = answer
  mustBe(restUrl, 'morseClaimableAccount.morse_src_address', morseAddress, account.morse_src_address)
  return {
    morseAddress,
    balanceUpokt: account.unstaked_balance,
    supplierStakeUpokt: account.supplier_stake,
    applicationStakeUpokt: account.application_stake,
    morseOutputAddress: account.morse_output_address,
    unstakedAtMs: unstakedAt(account.unstaking_time),
    claimedAtHeight: account.claimed_at_height,
    claimedBy: account.shannon_dest_address,
  }
}
