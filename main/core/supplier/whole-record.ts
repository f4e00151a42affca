import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { HearthError } from '#shared/api/errors.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import type { Chain, SupplierRecord, SupplierService } from '../ports/chain.ts'
import type { TxCodec } from '../ports/tx.ts'
import { serviceText } from './read-back.ts'

type Answer = RequestOutput<'supplier.record'>
type WholeService = NonNullable<Answer['record']>['offered'][number]

/**
 * What a supplier offers from the next session on. A stake message names all services anew and ends every other (onchain facts 2.3), so what is pending is the whole of it.
 * @returns `fromHeight` null when it is in force already
 */
export function offeredBy(record: Pick<SupplierRecord, 'services' | 'pending'>): {
  services: SupplierService[]
  fromHeight: number | null
} {
  if (record.pending.length === 0) return { services: record.services, fromHeight: null }
  const newest = new Map<string, SupplierRecord['pending'][number]>()
  for (const entry of record.pending) {
    const other = newest.get(entry.service.serviceId)
    if (!other || other.activationHeight < entry.activationHeight) newest.set(entry.service.serviceId, entry)
  }
  const kept = [...newest.values()]
  return { services: kept.map((entry) => entry.service), fromHeight: Math.max(...kept.map((entry) => entry.activationHeight)) }
}

/** Hex; the same services in whatever order give the same text. */
export function fingerprintOf(services: readonly SupplierService[]): string {
  const text = JSON.stringify(services.map(serviceText).sort())
  return bytesToHex(sha256(utf8ToBytes(text)))
}

/** Reads a supplier from the chain now, with every service, its endpoints and its shares. Rejects `address-invalid`, `chain-unreachable`. */
export async function wholeRecord(deps: { chain: Chain; codec: TxCodec }, operatorAddress: string): Promise<Answer> {
  if (!deps.codec.isAddress(operatorAddress)) throw new HearthError('address-invalid', { problem: 'not-an-address', which: 'operator' })
  const record = await deps.chain.supplier(operatorAddress)
  const { height } = await deps.chain.head()
  if (!record) return { atHeight: height, record: null }
  const offered = offeredBy(record)
  return {
    atHeight: height,
    record: {
      ownerAddress: record.ownerAddress,
      operatorAddress: record.operatorAddress,
      stakeUpokt: record.stakeUpokt.toString(),
      unstakeSessionEndHeight: record.unstakeSessionEndHeight,
      active: record.services.map(whole),
      offered: offered.services.map(whole),
      offeredFromHeight: offered.fromHeight,
      basedOn: fingerprintOf(offered.services),
    },
  }
}

const whole = (service: SupplierService): WholeService => ({
  serviceId: service.serviceId,
  endpoints: service.endpoints.map(({ url, rpcType }) => ({ url, rpcType })),
  revShare: service.revShare.map(({ address, percent }) => ({ address, percent })),
})
