import type { TxWish } from '#shared/api/requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { Refusal } from '#shared/model/refusals.ts'
import type { MorseAccount, RoleRules } from '../ports/roles.ts'
import { keyOf, mustBeAddress, mustBeOffered, mustBeServiceId, serviceConfigs, type CheckedWish, type WishDeps } from './wish-parts.ts'

/** Wishes about what lay on the old network (onchain facts 2.3). */

type Of<K extends TxWish['kind']> = Extract<TxWish, { kind: K }>

export const MORSE_ADDRESS = /^[0-9A-F]{40}$/

/** What the chain would say, in its own words. */
const refusedAs = (reason: Refusal, log: string): HearthError => new HearthError('tx-refused', { reason, log })

/** What an old address is worth, and that nobody has claimed it. Rejects `tx-refused` as the chain would. */
async function unclaimed(deps: WishDeps, morseAddress: string): Promise<{ account: MorseAccount; rules: RoleRules }> {
  const [account, rules] = await Promise.all([deps.chain.morseAccount(morseAddress), deps.chain.roleRules()])
  if (!rules.morseClaimsOpen) throw refusedAs('morse-closed', 'claiming of morse accounts is disabled')
  if (!account) throw refusedAs('morse-unknown', `no morse claimable account exists with address "${morseAddress}"`)
  if (account.claimedAtHeight > 0)
    throw refusedAs('morse-claimed', `morse address "${morseAddress}" has already been claimed at height ${account.claimedAtHeight}`)
  return { account, rules }
}

/** A node whose stake belongs to another address, claimed with the node's own key: that address has to be claimed before, by the owner named here. */
async function mustBeClaimedByOwner(deps: WishDeps, node: MorseAccount, signer: string, wish: Of<'claim-morse-supplier'>): Promise<void> {
  if (node.morseOutputAddress === '' || node.morseOutputAddress === signer) return
  const output = await deps.chain.morseAccount(node.morseOutputAddress)
  if (output?.claimedBy === wish.ownerAddress) return
  throw refusedAs('morse-owner-first', `morse owner address (${node.morseOutputAddress}) MUST be claimed BEFORE migrating`)
}

/** The chain takes each kind of old account by the claim of its kind alone, so that no stake escapes its unbonding. Rejects `not-now` with the kind that it is. */
function mustBeKind(account: MorseAccount, kind: 'account' | 'application' | 'node'): void {
  const address = account.morseAddress
  const isNode = account.supplierStakeUpokt > 0n
  const isApplication = account.applicationStakeUpokt > 0n
  const refuse = (problem: string): never => {
    throw new HearthError('not-now', { problem, address })
  }
  if (kind !== 'node' && isNode) refuse('morse-is-node')
  if (kind !== 'application' && isApplication) refuse('morse-is-application')
  if (kind === 'node' && !isNode) refuse('morse-no-node')
  if (kind === 'application' && !isApplication) refuse('morse-no-application')
}

/** All that an old account without a stake holds, to `toAddress`. Rejects as the chain would. */
export async function claimMorseAccount(wish: Of<'claim-morse-account'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  const morse = keyOf(deps, wish.morseKeyId, 'morse')
  mustBeAddress(deps.codec, wish.toAddress, 'recipient')
  const { account, rules } = await unclaimed(deps, morse.address)
  mustBeKind(account, 'account')
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
    facts: { amountUpokt: account.balanceUpokt.toString(), toAddress: wish.toAddress, morseAddress: morse.address },
    role: { rules, morse: account },
  }
}

/** An old application's stake and balance to `toAddress`, which is the application from then on. Rejects as the chain would. */
export async function claimMorseApplication(wish: Of<'claim-morse-application'>, deps: WishDeps): Promise<CheckedWish> {
  const { toAddress, serviceId } = wish
  const key = keyOf(deps, wish.keyId)
  const morse = keyOf(deps, wish.morseKeyId, 'morse')
  mustBeAddress(deps.codec, toAddress, 'recipient')
  mustBeServiceId(serviceId)
  await mustBeOffered(deps.chain, [{ serviceId, endpoints: [], revShare: [] }])
  const { account, rules } = await unclaimed(deps, morse.address)
  mustBeKind(account, 'application')
  return {
    key,
    morseKeyId: morse.id,
    message: {
      kind: 'claim-morse-application',
      signer: key.address,
      toAddress,
      morsePubKeyHex: morse.pubKeyHex,
      morseSignatureHex: '',
      serviceId,
    },
    spendsUpokt: 0n,
    facts: {
      amountUpokt: account.applicationStakeUpokt.toString(),
      toAddress,
      morseAddress: morse.address,
      services: serviceId,
    },
    role: { rules, morse: account, application: await deps.chain.application(toAddress) },
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
  const { account, rules } = await unclaimed(deps, node)
  mustBeKind(account, 'node')
  await mustBeClaimedByOwner(deps, account, morse.address, wish)
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
      amountUpokt: account.supplierStakeUpokt.toString(),
      ownerAddress: wish.ownerAddress,
      operatorAddress: wish.operatorAddress,
      morseAddress: node,
      services: services.map((service) => service.serviceId).join(', '),
    },
    role: { rules, morse: account },
  }
}
