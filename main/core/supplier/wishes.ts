import type { TxWish } from '#shared/api/requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import { formatPokt, parsePokt } from '#shared/model/money.ts'
import type { Chain, ChainParams, SupplierRecord } from '../ports/chain.ts'
import type { Message, ServiceConfig, TxCodec } from '../ports/tx.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'

/** A wish that passed every check that can be made before bytes exist. */
export interface CheckedWish {
  key: PublicKeyInfo
  message: Message
  /** upokt that leaves the signer apart from the fee: stake raised, amount sent, the chain's own staking fee. */
  spendsUpokt: bigint
  facts: Record<string, string>
}

/**
 * Judges what the user asked for against the chain, in the order in which a person can mend it: form, key, chain record, money.
 * Rules: onchain facts 2.4 and its matrix of who may sign what.
 * @returns the message to sign. Rejects with the code of the first rule broken; nothing was stored or sent.
 */
export async function checkWish(
  wish: TxWish,
  deps: { chain: Chain; params: ChainParams; codec: TxCodec; keys: PublicKeyInfo[]; network: string },
): Promise<CheckedWish> {
  const { chain, codec, params } = deps
  const keyOf = (id: string, role?: PublicKeyInfo['role']): PublicKeyInfo => {
    const key = deps.keys.find((candidate) => candidate.id === id)
    if (!key || (role !== undefined && key.role !== role)) throw new HearthError('key-unknown', { keyId: id })
    if (key.network !== deps.network) throw new HearthError('key-wrong-network', { network: key.network })
    return key
  }
  switch (wish.kind) {
    case 'stake-owner': {
      const stakeUpokt = amount(wish.amountPokt)
      const key = keyOf(wish.ownerKeyId, 'owner')
      address(codec, wish.operatorAddress, 'operator')
      const record = await chain.supplier(wish.operatorAddress)
      if (record) ownedBy(record, key.address)
      if (stakeUpokt < params.supplierMinStakeUpokt) {
        throw new HearthError('amount-too-small', {
          min: formatPokt(params.supplierMinStakeUpokt),
          given: formatPokt(stakeUpokt),
          height: String(params.height),
        })
      }
      const raised = stakeUpokt - (record?.stakeUpokt ?? 0n)
      return {
        key,
        message: {
          kind: 'stake-supplier',
          signer: key.address,
          ownerAddress: key.address,
          operatorAddress: wish.operatorAddress,
          stakeUpokt,
          services: [],
        },
        spendsUpokt: (raised > 0n ? raised : 0n) + params.supplierStakingFeeUpokt,
        facts: { amountUpokt: stakeUpokt.toString(), operatorAddress: wish.operatorAddress, ownerAddress: key.address },
      }
    }
    case 'stake-services': {
      const services = wish.services.map((service) => serviceConfig(codec, service))
      const seen = new Set<string>()
      for (const service of services) {
        if (seen.has(service.serviceId))
          throw new HearthError('endpoint-invalid', { problem: 'service-twice', serviceId: service.serviceId })
        seen.add(service.serviceId)
      }
      const key = keyOf(wish.operatorKeyId, 'operator')
      address(codec, wish.ownerAddress, 'owner')
      const record = await chain.supplier(key.address)
      if (!record) throw new HearthError('supplier-absent', { operatorAddress: key.address })
      ownedBy(record, wish.ownerAddress)
      const offered = new Set((await chain.services()).map((service) => service.id))
      for (const service of services) {
        if (!offered.has(service.serviceId))
          throw new HearthError('endpoint-invalid', { problem: 'service-unknown', serviceId: service.serviceId })
      }
      return {
        key,
        message: {
          kind: 'stake-supplier',
          signer: key.address,
          ownerAddress: record.ownerAddress,
          operatorAddress: key.address,
          stakeUpokt: undefined,
          services,
        },
        spendsUpokt: params.supplierStakingFeeUpokt,
        facts: {
          operatorAddress: key.address,
          ownerAddress: record.ownerAddress,
          services: services.map((service) => service.serviceId).join(', '),
        },
      }
    }
    case 'unstake': {
      const key = keyOf(wish.keyId)
      address(codec, wish.operatorAddress, 'operator')
      const record = await chain.supplier(wish.operatorAddress)
      if (!record) throw new HearthError('supplier-absent', { operatorAddress: wish.operatorAddress })
      if (key.address !== record.ownerAddress && key.address !== record.operatorAddress) {
        throw new HearthError('supplier-foreign-owner', { ownerAddress: record.ownerAddress })
      }
      if (record.unstakeSessionEndHeight > 0) {
        throw new HearthError('tx-refused', { log: 'supplier is in unbonding period', height: String(record.unstakeSessionEndHeight) })
      }
      return {
        key,
        message: { kind: 'unstake-supplier', signer: key.address, operatorAddress: wish.operatorAddress },
        spendsUpokt: 0n,
        facts: { operatorAddress: wish.operatorAddress, amountUpokt: record.stakeUpokt.toString() },
      }
    }
    case 'send': {
      const amountUpokt = amount(wish.amountPokt)
      const key = keyOf(wish.keyId)
      address(codec, wish.toAddress, 'recipient')
      if (wish.toAddress === key.address) throw new HearthError('address-invalid', { problem: 'own-address', which: 'recipient' })
      return {
        key,
        message: { kind: 'send', fromAddress: key.address, toAddress: wish.toAddress, amountUpokt },
        spendsUpokt: amountUpokt,
        facts: { amountUpokt: amountUpokt.toString(), toAddress: wish.toAddress },
      }
    }
  }
}

function amount(text: string): bigint {
  const parsed = parsePokt(text)
  if (!parsed.ok) throw new HearthError('amount-invalid', { problem: parsed.problem, given: text.slice(0, 60) })
  return parsed.upokt
}

function address(codec: TxCodec, text: string, which: string): void {
  if (!codec.isAddress(text)) throw new HearthError('address-invalid', { problem: 'not-an-address', which })
}

// A third party can register any operator under an owner of its own (onchain facts 2.4): paying for such a record would give the stake away.
function ownedBy(record: SupplierRecord, ownerAddress: string): void {
  if (record.ownerAddress !== ownerAddress) throw new HearthError('supplier-foreign-owner', { ownerAddress: record.ownerAddress })
}

const SCHEMES: Record<ServiceConfig['endpoints'][number]['rpcType'], string[]> = {
  JSON_RPC: ['http:', 'https:'],
  REST: ['http:', 'https:'],
  COMET_BFT: ['http:', 'https:'],
  GRPC: ['http:', 'https:'],
  WEBSOCKET: ['ws:', 'wss:'],
}

function serviceConfig(codec: TxCodec, wish: Extract<TxWish, { kind: 'stake-services' }>['services'][number]): ServiceConfig {
  const { serviceId } = wish
  const refuse = (problem: string): never => {
    throw new HearthError('endpoint-invalid', { problem, serviceId, url: wish.url.slice(0, 200) })
  }
  if (!/^[a-zA-Z0-9_-]{1,42}$/.test(serviceId)) refuse('service-id')
  const text = wish.url.trim()
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return refuse('not-a-url')
  }
  if (url.host === '') refuse('no-host')
  if (!SCHEMES[wish.rpcType].includes(url.protocol)) refuse('scheme')
  if (url.username !== '' || url.password !== '') refuse('credentials')
  if (/\s/.test(text)) refuse('not-a-url')
  const shares = new Map<string, number>()
  for (const share of wish.revShare) {
    const refuseShare = (problem: string): never => {
      throw new HearthError('shares-invalid', { problem, serviceId, address: share.address.slice(0, 100) })
    }
    if (!codec.isAddress(share.address)) refuseShare('not-an-address')
    if (shares.has(share.address)) refuseShare('twice')
    shares.set(share.address, share.percent)
  }
  const sum = [...shares.values()].reduce((total, percent) => total + percent, 0)
  if (sum !== 100) throw new HearthError('shares-invalid', { problem: 'sum', sum: String(sum), serviceId })
  return {
    serviceId,
    endpoints: [{ url: text, rpcType: wish.rpcType }],
    revShare: [...shares].map(([shareAddress, percent]) => ({ address: shareAddress, percent })),
  }
}
