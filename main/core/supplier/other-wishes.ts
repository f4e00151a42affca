import type { TxWish } from '#shared/api/requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import { formatPokt } from '#shared/model/money.ts'
import {
  amount,
  keyOf,
  mustBeAddress,
  mustBeOffered,
  mustBeServiceId,
  serviceConfigs,
  type CheckedWish,
  type WishDeps,
} from './wish-parts.ts'

/** Wishes about money, services, applications, gateways and what lay on the old network (onchain facts 2.3 and 2.4). */

type Of<K extends TxWish['kind']> = Extract<TxWish, { kind: K }>

/** Largest that the chain takes: `2 << 20` (onchain facts 2.4). */
const MAX_COMPUTE_UNITS = 2_097_152n
/** Smallest limit that the chain takes for a session. */
const MIN_SPEND_LIMIT_UPOKT = 1_000_000n
const MORSE_ADDRESS = /^[0-9A-F]{40}$/

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
  const known = (await deps.chain.services()).find((service) => service.id === wish.serviceId)
  if (known && known.ownerAddress !== key.address)
    throw new HearthError('not-permitted', { problem: 'service-owner', ownerAddress: known.ownerAddress })
  return {
    key,
    message: { kind: 'add-service', ownerAddress: key.address, id: wish.serviceId, name, computeUnitsPerRelay: units },
    spendsUpokt: 0n,
    facts: { services: wish.serviceId, computeUnits: units.toString() },
  }
}

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

export async function stakeApplication(wish: Of<'stake-application'>, deps: WishDeps): Promise<CheckedWish> {
  const { chain, params } = deps
  const stakeUpokt = amount(wish.amountPokt)
  // A limit of nothing is how the chain is told that there is none any more.
  const spendLimitUpokt =
    wish.spendLimitPokt === undefined ? undefined : /^0+$/.test(wish.spendLimitPokt.trim()) ? 0n : amount(wish.spendLimitPokt)
  const key = keyOf(deps, wish.keyId)
  mustBeServiceId(wish.serviceId)
  await mustBeOffered(chain, [{ serviceId: wish.serviceId, endpoints: [], revShare: [] }])
  const staked = (await chain.application(key.address))?.stakeUpokt ?? 0n
  const least = staked >= params.applicationMinStakeUpokt ? staked + 1n : params.applicationMinStakeUpokt
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
  }
}

async function ownApplication(deps: WishDeps, address: string): Promise<{ delegatedGateways: string[]; stakeUpokt: bigint }> {
  const application = await deps.chain.application(address)
  if (!application) throw new HearthError('not-now', { problem: 'no-application', address })
  return application
}

export async function unstakeApplication(wish: Of<'unstake-application'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  const { stakeUpokt } = await ownApplication(deps, key.address)
  return {
    key,
    message: { kind: 'unstake-application', address: key.address },
    spendsUpokt: 0n,
    facts: { amountUpokt: stakeUpokt.toString() },
  }
}

export async function delegation(wish: Of<'delegate'> | Of<'undelegate'>, deps: WishDeps): Promise<CheckedWish> {
  const { kind, gatewayAddress } = wish
  const key = keyOf(deps, wish.keyId)
  mustBeAddress(deps.codec, gatewayAddress, 'gateway')
  const isDelegated = (await ownApplication(deps, key.address)).delegatedGateways.includes(gatewayAddress)
  if (isDelegated === (kind === 'delegate'))
    throw new HearthError('not-now', { problem: isDelegated ? 'already-delegated' : 'not-delegated' })
  return { key, message: { kind, applicationAddress: key.address, gatewayAddress }, spendsUpokt: 0n, facts: { toAddress: gatewayAddress } }
}

export async function stakeGateway(wish: Of<'stake-gateway'>, deps: WishDeps): Promise<CheckedWish> {
  const stakeUpokt = amount(wish.amountPokt)
  const key = keyOf(deps, wish.keyId)
  return {
    key,
    message: { kind: 'stake-gateway', address: key.address, stakeUpokt },
    // What is staked already counts towards it, and no one tells how much that is: the trial run says whether it is enough.
    spendsUpokt: 0n,
    facts: { amountUpokt: stakeUpokt.toString() },
  }
}

export async function unstakeGateway(wish: Of<'unstake-gateway'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  return { key, message: { kind: 'unstake-gateway', address: key.address }, spendsUpokt: 0n, facts: {} }
}

export async function claimMorseAccount(wish: Of<'claim-morse-account'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  const morse = keyOf(deps, wish.morseKeyId, 'morse')
  mustBeAddress(deps.codec, wish.toAddress, 'recipient')
  return {
    key,
    morseKeyId: morse.id,
    message: {
      kind: 'claim-morse-account',
      signer: key.address,
      toAddress: wish.toAddress,
      morsePubKeyHex: morse.pubKeyHex,
      morseSignatureHex: '',
    },
    spendsUpokt: 0n,
    facts: { toAddress: wish.toAddress, morseAddress: morse.address },
  }
}

/** Signed by the operator: it is the one that may say which services are offered (SEEN, onchain facts 2.3). */
export async function claimMorseSupplier(wish: Of<'claim-morse-supplier'>, deps: WishDeps): Promise<CheckedWish> {
  const services = serviceConfigs(deps.codec, wish.services)
  const key = keyOf(deps, wish.keyId)
  const morse = keyOf(deps, wish.morseKeyId, 'morse')
  mustBeAddress(deps.codec, wish.ownerAddress, 'owner')
  mustBeAddress(deps.codec, wish.operatorAddress, 'operator')
  if (key.address !== wish.operatorAddress)
    throw new HearthError('not-permitted', { problem: 'services', ownerAddress: wish.ownerAddress, operatorAddress: wish.operatorAddress })
  const node = wish.morseNodeAddress?.trim().toUpperCase() ?? morse.address
  if (!MORSE_ADDRESS.test(node)) throw new HearthError('address-invalid', { problem: 'morse-address', which: 'morse-node' })
  await mustBeOffered(deps.chain, services)
  return {
    key,
    morseKeyId: morse.id,
    record: await deps.chain.supplier(wish.operatorAddress),
    message: {
      kind: 'claim-morse-supplier',
      signer: key.address,
      ownerAddress: wish.ownerAddress,
      operatorAddress: wish.operatorAddress,
      morseNodeAddress: node,
      morsePubKeyHex: morse.pubKeyHex,
      morseSignatureHex: '',
      signerIsOutput: node !== morse.address,
      services,
    },
    spendsUpokt: 0n,
    facts: {
      ownerAddress: wish.ownerAddress,
      operatorAddress: wish.operatorAddress,
      morseAddress: node,
      services: services.map((service) => service.serviceId).join(', '),
    },
  }
}
