import type { TxWish } from '#shared/api/requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import { formatPokt } from '#shared/model/money.ts'
import type { ChainParams, SupplierRecord } from '../ports/chain.ts'
import type { Message, ServiceConfig } from '../ports/tx.ts'
import { mustBePermitted } from './permissions.ts'
import { fingerprintOf, offeredBy } from './whole-record.ts'
import { amount, keyOf, mustBeAddress, mustBeOffered, serviceConfigs, type CheckedWish, type WishDeps } from './wish-parts.ts'

/** Wishes about a supplier, each judged against the chain's record (onchain facts 2.4). */

type Of<K extends TxWish['kind']> = Extract<TxWish, { kind: K }>

/** In the words of the chain, so that whoever reads logs knows it. */
function unbonding(record: SupplierRecord): HearthError {
  return new HearthError('tx-refused', {
    reason: 'unbonding',
    log: 'supplier is in unbonding period',
    height: String(record.unstakeSessionEndHeight),
  })
}

function belowMinimum(params: ChainParams, givenUpokt: bigint): HearthError {
  return new HearthError('amount-too-small', {
    min: formatPokt(params.supplierMinStakeUpokt),
    given: formatPokt(givenUpokt),
    height: String(params.height),
  })
}

// A third party can register any operator under an owner of its own (onchain facts 2.4): paying for such a record would give the stake away.
function mustBeOwnedBy(record: SupplierRecord, ownerAddress: string): void {
  if (record.ownerAddress !== ownerAddress) throw new HearthError('supplier-foreign-owner', { ownerAddress: record.ownerAddress })
}

async function existing(deps: WishDeps, operatorAddress: string): Promise<SupplierRecord> {
  mustBeAddress(deps.codec, operatorAddress, 'operator')
  const record = await deps.chain.supplier(operatorAddress)
  if (!record) throw new HearthError('supplier-absent', { operatorAddress })
  return record
}

const positive = (upokt: bigint): bigint => (upokt > 0n ? upokt : 0n)

function stakeMessage(
  record: Pick<SupplierRecord, 'ownerAddress' | 'operatorAddress'>,
  signer: string,
  stakeUpokt: bigint | undefined,
  services: ServiceConfig[] = [],
): Message {
  const { ownerAddress, operatorAddress } = record
  return { kind: 'stake-supplier', signer, ownerAddress, operatorAddress, stakeUpokt, services }
}

/** The owner creates a supplier, or sets the stake of one. Never cancels an unstake by the way. */
export async function stakeOwner(wish: Of<'stake-owner'>, deps: WishDeps): Promise<CheckedWish> {
  const { params } = deps
  const stakeUpokt = amount(wish.amountPokt)
  const key = keyOf(deps, wish.ownerKeyId, 'owner')
  mustBeAddress(deps.codec, wish.operatorAddress, 'operator')
  const record = await deps.chain.supplier(wish.operatorAddress)
  if (record) {
    mustBeOwnedBy(record, key.address)
    if (record.unstakeSessionEndHeight > 0) throw unbonding(record)
  }
  if (stakeUpokt < params.supplierMinStakeUpokt) throw belowMinimum(params, stakeUpokt)
  const parties = { ownerAddress: key.address, operatorAddress: wish.operatorAddress }
  return {
    key,
    record,
    message: stakeMessage(parties, key.address, stakeUpokt),
    spendsUpokt: positive(stakeUpokt - (record?.stakeUpokt ?? 0n)) + params.supplierStakingFeeUpokt,
    facts: { amountUpokt: stakeUpokt.toString(), ...parties },
  }
}

/** The operator says what is offered; with an amount it also creates the supplier and pays for it. */
export async function stakeServices(wish: Of<'stake-services'>, deps: WishDeps): Promise<CheckedWish> {
  const { params } = deps
  const key = keyOf(deps, wish.operatorKeyId, 'operator')
  mustBeAddress(deps.codec, wish.ownerAddress, 'owner')
  const stakeUpokt = wish.amountPokt === undefined ? undefined : amount(wish.amountPokt)
  const record = await deps.chain.supplier(key.address)
  const services = serviceConfigs(deps.codec, wish.services, record ? offeredBy(record).services : [])
  if (!record && stakeUpokt === undefined) throw new HearthError('supplier-absent', { operatorAddress: key.address })
  if (record) {
    mustBeOwnedBy(record, wish.ownerAddress)
    if (record.unstakeSessionEndHeight > 0) throw unbonding(record)
    // The message replaces every service: one that the user has not seen would be dropped without a word.
    if (wish.basedOn !== undefined && wish.basedOn !== fingerprintOf(offeredBy(record).services))
      throw new HearthError('not-now', { problem: 'record-changed' })
  }
  if (stakeUpokt !== undefined && stakeUpokt < params.supplierMinStakeUpokt) throw belowMinimum(params, stakeUpokt)
  await mustBeOffered(deps.chain, services)
  const parties = { ownerAddress: wish.ownerAddress, operatorAddress: key.address }
  return {
    key,
    record,
    message: stakeMessage(parties, key.address, stakeUpokt, services),
    spendsUpokt: positive((stakeUpokt ?? 0n) - (record?.stakeUpokt ?? 0n)) + params.supplierStakingFeeUpokt,
    facts: {
      ...parties,
      ...(stakeUpokt === undefined ? {} : { amountUpokt: stakeUpokt.toString() }),
      services: services.map((service) => service.serviceId).join(', '),
    },
  }
}

/** Raise or lower, signed by owner or operator. */
export async function changeStake(wish: Of<'change-stake'>, deps: WishDeps): Promise<CheckedWish> {
  const { params } = deps
  const stakeUpokt = amount(wish.amountPokt)
  const key = keyOf(deps, wish.keyId)
  const record = await existing(deps, wish.operatorAddress)
  if (record.unstakeSessionEndHeight > 0) throw unbonding(record)
  if (stakeUpokt === record.stakeUpokt) throw new HearthError('not-now', { problem: 'same-stake', upokt: stakeUpokt.toString() })
  mustBePermitted(stakeUpokt > record.stakeUpokt ? 'raise' : 'lower', record, key.address)
  if (stakeUpokt < params.supplierMinStakeUpokt) throw belowMinimum(params, stakeUpokt)
  return {
    key,
    record,
    message: stakeMessage(record, key.address, stakeUpokt),
    spendsUpokt: positive(stakeUpokt - record.stakeUpokt) + params.supplierStakingFeeUpokt,
    facts: { amountUpokt: stakeUpokt.toString(), ownerAddress: record.ownerAddress, operatorAddress: record.operatorAddress },
  }
}

/** Frees a supplier that was slashed below the minimum: the chain keeps its stake until the owner lifts it again. */
export async function rescue(wish: Of<'rescue'>, deps: WishDeps): Promise<CheckedWish> {
  const { params } = deps
  const key = keyOf(deps, wish.keyId)
  const record = await existing(deps, wish.operatorAddress)
  if (record.stakeUpokt >= params.supplierMinStakeUpokt)
    throw new HearthError('not-now', { problem: 'not-below-minimum', upokt: record.stakeUpokt.toString() })
  mustBePermitted('rescue', record, key.address)
  const stakeUpokt = wish.amountPokt === undefined ? params.supplierMinStakeUpokt + (deps.stakeMarginUpokt ?? 0n) : amount(wish.amountPokt)
  if (stakeUpokt < params.supplierMinStakeUpokt) throw belowMinimum(params, stakeUpokt)
  return {
    key,
    record,
    message: stakeMessage(record, key.address, stakeUpokt),
    spendsUpokt: stakeUpokt - record.stakeUpokt + params.supplierStakingFeeUpokt,
    facts: { amountUpokt: stakeUpokt.toString(), ownerAddress: record.ownerAddress, operatorAddress: record.operatorAddress },
  }
}

/** The owner takes an unstake back, with the stake as it stands. */
export async function cancelUnstake(wish: Of<'cancel-unstake'>, deps: WishDeps): Promise<CheckedWish> {
  const { params } = deps
  const key = keyOf(deps, wish.keyId)
  const record = await existing(deps, wish.operatorAddress)
  if (record.unstakeSessionEndHeight === 0) throw new HearthError('not-now', { problem: 'not-unstaking' })
  mustBePermitted('cancel-unstake', record, key.address)
  if (record.stakeUpokt < params.supplierMinStakeUpokt)
    throw new HearthError('not-now', { problem: 'needs-rescue', upokt: (params.supplierMinStakeUpokt - record.stakeUpokt).toString() })
  return {
    key,
    record,
    message: stakeMessage(record, key.address, record.stakeUpokt),
    spendsUpokt: params.supplierStakingFeeUpokt,
    facts: { amountUpokt: record.stakeUpokt.toString(), ownerAddress: record.ownerAddress, operatorAddress: record.operatorAddress },
  }
}

/** The owner gives the supplier, with its stake, to another address. */
export async function changeOwner(wish: Of<'change-owner'>, deps: WishDeps): Promise<CheckedWish> {
  const { params } = deps
  const key = keyOf(deps, wish.keyId)
  mustBeAddress(deps.codec, wish.newOwnerAddress, 'new-owner')
  const record = await existing(deps, wish.operatorAddress)
  if (record.unstakeSessionEndHeight > 0) throw unbonding(record)
  mustBePermitted('change-owner', record, key.address)
  if (wish.newOwnerAddress === record.ownerAddress) throw new HearthError('not-now', { problem: 'same-owner' })
  return {
    key,
    record,
    message: stakeMessage({ ...record, ownerAddress: wish.newOwnerAddress }, key.address, undefined),
    spendsUpokt: params.supplierStakingFeeUpokt,
    facts: { newOwnerAddress: wish.newOwnerAddress, ownerAddress: record.ownerAddress, operatorAddress: record.operatorAddress },
  }
}

/** The stake back to its owner, asked by owner or operator. Rejects `supplier-absent`, `not-permitted`, `tx-refused` (unbonding already). */
export async function unstake(wish: Of<'unstake'>, deps: WishDeps): Promise<CheckedWish> {
  const key = keyOf(deps, wish.keyId)
  const record = await existing(deps, wish.operatorAddress)
  mustBePermitted('unstake', record, key.address)
  if (record.unstakeSessionEndHeight > 0) throw unbonding(record)
  return {
    key,
    record,
    message: { kind: 'unstake-supplier', signer: key.address, operatorAddress: wish.operatorAddress },
    spendsUpokt: 0n,
    facts: { operatorAddress: wish.operatorAddress, ownerAddress: record.ownerAddress, amountUpokt: record.stakeUpokt.toString() },
  }
}
