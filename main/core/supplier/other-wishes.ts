import type { TxWish } from '#shared/api/requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import { formatPokt } from '#shared/model/money.ts'
import type { Refusal } from '#shared/model/refusals.ts'
import type { ApplicationRecord } from '../ports/roles.ts'
import { amount, keyOf, mustBeAddress, mustBeOffered, mustBeServiceId, type CheckedWish, type WishDeps } from './wish-parts.ts'

/** Wishes about money, services, applications and gateways (onchain facts 2.3 and 2.4). */

type Of<K extends TxWish['kind']> = Extract<TxWish, { kind: K }>

/** Largest that the chain takes: `2 << 20` (onchain facts 2.4). */
export const MAX_COMPUTE_UNITS = 2_097_152n
/** Smallest limit that the chain takes for a session. */
export const MIN_SPEND_LIMIT_UPOKT = 1_000_000n

/** upokt from an own address to another. Rejects `amount-invalid`, `address-invalid`. */
export async function send(wish: Of<'send'>, deps: WishDeps): Promise<CheckedWish> {
  const amountUpokt = amount(wish.amountPokt)
  const key = keyOf(deps, wish.keyId)
  mustBeAddress(deps.codec, wish.toAddress, 'recipient')
  if (wish.toAddress === key.address) throw new HearthError('address-invalid', { problem: 'own-address', which: 'recipient' })
  return {
    key,
    message: { kind: 'send', fromAddress: key.address, toAddress: wish.toAddress, amountUpokt },
    spendsUpokt: amountUpokt,
    facts: { amountUpokt: amountUpokt.toString(), toAddress: wish.toAddress },
  }
}

/** A new service for the chain's fee, or a change of one's own for none (onchain facts 2.4). Rejects `amount-invalid`, `not-permitted`, `not-now` (nothing would change). */
export async function addService(wish: Of<'add-service'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  mustBeServiceId(wish.serviceId)
  const name = wish.name.trim()
  if (!/^[a-zA-Z0-9-_ ]*$/.test(name)) throw new HearthError('invalid-request', { field: 'name' })
  const units = /^[0-9]{1,7}$/.test(wish.computeUnits.trim()) ? BigInt(wish.computeUnits.trim()) : 0n
  if (units < 1n || units > MAX_COMPUTE_UNITS)
    throw new HearthError('amount-invalid', {
      problem: 'compute-units',
      max: MAX_COMPUTE_UNITS.toString(),
      given: wish.computeUnits.slice(0, 20),
    })
  const [services, rules] = await Promise.all([deps.chain.services(), deps.chain.roleRules()])
  const known = services.find((service) => service.id === wish.serviceId)
  if (known && known.ownerAddress !== key.address)
    throw new HearthError('not-permitted', { problem: 'service-owner', ownerAddress: known.ownerAddress })
  if (known && known.name === name && known.computeUnitsPerRelay === units) throw new HearthError('not-now', { problem: 'same-service' })
  return {
    key,
    message: { kind: 'add-service', ownerAddress: key.address, id: wish.serviceId, name, computeUnitsPerRelay: units },
    // The chain wants to see more than its fee, not just as much.
    spendsUpokt: known ? 0n : rules.addServiceFeeUpokt + 1n,
    facts: { services: wish.serviceId, computeUnits: units.toString() },
    role: { rules, service: known },
  }
}

/** One's own service to another owner. Rejects `endpoint-invalid` (no such service), `not-permitted`, `not-now` (same owner). */
export async function transferService(wish: Of<'transfer-service'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  mustBeServiceId(wish.serviceId)
  mustBeAddress(deps.codec, wish.newOwnerAddress, 'new-owner')
  const known = (await deps.chain.services()).find((service) => service.id === wish.serviceId)
  if (!known) throw new HearthError('endpoint-invalid', { problem: 'service-unknown', serviceId: wish.serviceId })
  if (known.ownerAddress !== key.address)
    throw new HearthError('not-permitted', { problem: 'service-owner', ownerAddress: known.ownerAddress })
  if (wish.newOwnerAddress === key.address) throw new HearthError('not-now', { problem: 'same-owner' })
  return {
    key,
    message: { kind: 'transfer-service', ownerAddress: key.address, serviceId: wish.serviceId, newOwnerAddress: wish.newOwnerAddress },
    spendsUpokt: 0n,
    facts: { services: wish.serviceId, newOwnerAddress: wish.newOwnerAddress },
  }
}

/** A stake that reaches the minimum and grows, one service, and an optional limit a session. Rejects `amount-too-small` with the least that the chain takes. */
export async function stakeApplication(wish: Of<'stake-application'>, deps: WishDeps): Promise<CheckedWish> {
  const { chain, params } = deps
  const stakeUpokt = amount(wish.amountPokt)
  // A limit of nothing is how the chain is told that there is none any more.
  const spendLimitUpokt =
    wish.spendLimitPokt === undefined ? undefined : /^0+$/.test(wish.spendLimitPokt.trim()) ? 0n : amount(wish.spendLimitPokt)
  const key = keyOf(deps, wish.keyId)
  mustBeServiceId(wish.serviceId)
  await mustBeOffered(chain, [{ serviceId: wish.serviceId, endpoints: [], revShare: [] }])
  const [application, rules] = await Promise.all([chain.application(key.address), chain.roleRules()])
  const staked = application?.stakeUpokt ?? 0n
  const least = leastStake(staked, rules.applicationMinStakeUpokt)
  if (stakeUpokt < least)
    throw new HearthError('amount-too-small', { min: formatPokt(least), given: formatPokt(stakeUpokt), height: String(params.height) })
  if (spendLimitUpokt !== undefined && spendLimitUpokt > 0n && spendLimitUpokt < MIN_SPEND_LIMIT_UPOKT)
    throw new HearthError('amount-too-small', {
      min: formatPokt(MIN_SPEND_LIMIT_UPOKT),
      given: formatPokt(spendLimitUpokt),
      height: String(params.height),
    })
  return {
    key,
    message: {
      kind: 'stake-application',
      address: key.address,
      stakeUpokt,
      serviceIds: [wish.serviceId],
      ...(spendLimitUpokt !== undefined && { spendLimitUpokt }),
    },
    spendsUpokt: stakeUpokt - staked,
    facts: { amountUpokt: stakeUpokt.toString(), services: wish.serviceId },
    role: { rules, application },
  }
}

/** A stake has to grow with every change, and to reach the minimum. */
const leastStake = (stakedUpokt: bigint, minUpokt: bigint): bigint => (stakedUpokt >= minUpokt ? stakedUpokt + 1n : minUpokt)

/** What the chain would say, in its own words. */
const refusedAs = (reason: Refusal, log: string): HearthError => new HearthError('tx-refused', { reason, log })

async function ownApplication(deps: WishDeps, address: string): Promise<ApplicationRecord> {
  const application = await deps.chain.application(address)
  if (!application) throw new HearthError('not-now', { problem: 'no-application', address })
  return application
}

/** Rejects `not-now` without an application, `tx-refused` when it is unbonding already. */
export async function unstakeApplication(wish: Of<'unstake-application'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  const application = await ownApplication(deps, key.address)
  if (application.unstakeSessionEndHeight > 0) throw refusedAs('application-unbonding', 'application is in unbonding period')
  return {
    key,
    message: { kind: 'unstake-application', address: key.address },
    spendsUpokt: 0n,
    facts: { amountUpokt: application.stakeUpokt.toString() },
    role: { rules: await deps.chain.roleRules(), application },
  }
}

/** Lets a gateway use the application, or ends that. Rejects `not-now` where nothing would change, `tx-refused` as the chain would. */
export async function delegation(wish: Of<'delegate'> | Of<'undelegate'>, deps: WishDeps): Promise<CheckedWish> {
  const { kind, gatewayAddress } = wish
  const key = keyOf(deps, wish.keyId)
  mustBeAddress(deps.codec, gatewayAddress, 'gateway')
  const application = await ownApplication(deps, key.address)
  const isDelegated = application.delegatedGateways.includes(gatewayAddress)
  if (isDelegated === (kind === 'delegate'))
    throw new HearthError('not-now', { problem: isDelegated ? 'already-delegated' : 'not-delegated' })
  const rules = await deps.chain.roleRules()
  if (kind === 'delegate') {
    const gateway = await deps.chain.gateway(gatewayAddress)
    if (!gateway) throw refusedAs('gateway-unknown', `gateway with address: "${gatewayAddress}": gateway not found`)
    // One that leaves is of no use for longer than its session.
    if (gateway.unstakeSessionEndHeight > 0) throw refusedAs('gateway-inactive', 'gateway is no longer active')
    if (application.delegatedGateways.length >= rules.maxDelegatedGateways)
      throw refusedAs('delegation-limit', `already delegated to ${rules.maxDelegatedGateways} (max) gateways`)
  }
  return {
    key,
    message: { kind, applicationAddress: key.address, gatewayAddress },
    spendsUpokt: 0n,
    facts: { toAddress: gatewayAddress },
    role: { rules, application },
  }
}

/** A stake that reaches the minimum and grows. Rejects `amount-too-small` with the least that the chain takes. */
export async function stakeGateway(wish: Of<'stake-gateway'>, deps: WishDeps): Promise<CheckedWish> {
  const stakeUpokt = amount(wish.amountPokt)
  const key = keyOf(deps, wish.keyId)
  const [gateway, rules] = await Promise.all([deps.chain.gateway(key.address), deps.chain.roleRules()])
  const staked = gateway?.stakeUpokt ?? 0n
  const least = leastStake(staked, rules.gatewayMinStakeUpokt)
  if (stakeUpokt < least)
    throw new HearthError('amount-too-small', { min: formatPokt(least), given: formatPokt(stakeUpokt), height: String(rules.height) })
  return {
    key,
    message: { kind: 'stake-gateway', address: key.address, stakeUpokt },
    spendsUpokt: stakeUpokt - staked,
    facts: { amountUpokt: stakeUpokt.toString() },
    role: { rules, gateway },
  }
}

/** Rejects `not-now` without a gateway, `tx-refused` when it is unbonding already. */
export async function unstakeGateway(wish: Of<'unstake-gateway'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  const [gateway, rules] = await Promise.all([deps.chain.gateway(key.address), deps.chain.roleRules()])
  if (!gateway) throw new HearthError('not-now', { problem: 'no-gateway', address: key.address })
  if (gateway.unstakeSessionEndHeight > 0) throw refusedAs('gateway-unbonding', 'gateway is in unbonding period')
  return {
    key,
    message: { kind: 'unstake-gateway', address: key.address },
    spendsUpokt: 0n,
    facts: { amountUpokt: gateway.stakeUpokt.toString() },
    role: { rules, gateway },
  }
}
