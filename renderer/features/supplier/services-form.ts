import type { RequestOutput, TxWish } from '#shared/api/requests.ts'
import { errorText } from '#renderer/text/errors.ts'
import { whyNotPublic } from '#shared/model/reachable-address.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import type { Words } from '#renderer/text/text.ts'

type ServicesWish = Extract<TxWish, { kind: 'stake-services' }>
type WishedService = ServicesWish['services'][number]
export type RpcType = WishedService['rpcType']
/** What the chain holds, whole. */
export type OfferedService = NonNullable<RequestOutput<'supplier.record'>['record']>['offered'][number]

/** In the order in which they are offered for choice; schemes by onchain facts 2.4. */
export const RPC_TYPES = ['JSON_RPC', 'WEBSOCKET', 'REST', 'GRPC', 'COMET_BFT'] as const satisfies readonly RpcType[]
const isWebSocket = (rpcType: RpcType): boolean => rpcType === 'WEBSOCKET'

export interface ShareRow {
  key: number
  address: string
  percent: string
}
export interface EndpointRow {
  key: number
  rpcType: RpcType
  url: string
}
export interface ServiceRow {
  id: string
  name: string
  isOn: boolean
  hasBackend: boolean
  /** Gateways of others are to find it: an address of this PC or of a home network is none. */
  needsPublic?: boolean
  units: string
  /** The first is what is shown for a service of one address. */
  endpoints: EndpointRow[]
  shares: ShareRow[]
  /** As it is on chain; what is not touched goes out like this. */
  onChain: OfferedService | null
}

/** Most services that one message of Hearth names. */
export const MOST_SERVICES = 100
const DEFAULT_OWNER_PERCENT = 99

/**
 * The form as it opens: what is on chain, else everything that has a backend here, at the address of the relay miner. Never from the published state, which may leave services
 * out: a message replaces them all.
 * @param offered from `supplier.record`; empty before the first offer
 * @param here services that an endpoint of the user's own answers, and whether gateways of others are to find this PC: then its own door is no suggestion
 */
export function serviceRows(
  options: RequestOutput<'supplier.options'>,
  offered: readonly OfferedService[],
  parties: { owner: string; operator: string },
  here: { attached: ReadonlySet<string>; needsPublic: boolean } = { attached: new Set(), needsPublic: false },
): ServiceRow[] {
  const known = new Map(options.services.map((service) => [service.id, service]))
  const fresh = freshShares(offered, parties)
  const row = (id: string): ServiceRow => {
    const onChain = offered.find((each) => each.serviceId === id) ?? null
    const service = known.get(id)
    const hasBackend = service !== undefined && (service.backendNodeId !== null || here.attached.has(id))
    return {
      id,
      name: service === undefined || service.name === '' ? id : service.name,
      isOn: offered.length > 0 ? onChain !== null : hasBackend,
      hasBackend,
      needsPublic: here.needsPublic,
      units: service?.computeUnitsPerRelay ?? '',
      endpoints: onChain
        ? onChain.endpoints.map((each, key) => ({ key, rpcType: each.rpcType as RpcType, url: each.url }))
        : [{ key: 0, rpcType: 'JSON_RPC', url: (here.needsPublic ? freshUrl(offered) : options.endpointUrl) ?? '' }],
      shares: (onChain?.revShare ?? fresh).map((share, key) => ({ key, address: share.address, percent: String(share.percent) })),
      onChain,
    }
  }
  // What is offered comes first, in the order of the chain: a message that changes nothing is then byte for byte what is there.
  const ids = [...offered.map((each) => each.serviceId), ...options.services.map((each) => each.id)]
  return [...new Set(ids)].map(row)
}

/** Where the relay miner is found already: one door serves every service. */
const freshUrl = (offered: readonly OfferedService[]): string | undefined =>
  offered.flatMap((each) => each.endpoints).find((each) => /^https?:/.test(each.url))?.url

/** Shares of a service that is new: what all others have, else nearly all to the owner and the operator's fees. */
function freshShares(
  offered: readonly OfferedService[],
  { owner, operator }: { owner: string; operator: string },
): OfferedService['revShare'] {
  const [first] = offered
  if (first && offered.every((each) => JSON.stringify(each.revShare) === JSON.stringify(first.revShare))) return first.revShare
  if (owner === operator) return [{ address: owner, percent: 100 }]
  return [
    { address: owner, percent: DEFAULT_OWNER_PERCENT },
    { address: operator, percent: 100 - DEFAULT_OWNER_PERCENT },
  ]
}

/** Whether a service still stands as it is on chain. */
export function isUntouched(row: ServiceRow): boolean {
  return row.onChain !== null && JSON.stringify(wished(row)) === JSON.stringify(asOffered(row.onChain))
}

/** Gives the shares of one service to every ticked one. */
export function withSharesForAll(rows: ServiceRow[], from: string): ServiceRow[] {
  const shares = rows.find((row) => row.id === from)?.shares ?? []
  return rows.map((row) => (row.isOn && row.id !== from ? { ...row, shares: shares.map((share) => ({ ...share })) } : row))
}

/** A whole percent from 1 to 100, or undefined. */
export function percentOf(text: string): number | undefined {
  const value = /^\d{1,3}$/.test(text.trim()) ? Number(text.trim()) : 0
  return value >= 1 && value <= 100 ? value : undefined
}

/** Percent in all; a share that is no number counts as none. */
export const sumOf = (shares: ShareRow[]): number => shares.reduce((sum, share) => sum + (percentOf(share.percent) ?? 0), 0)

/** What is wrong with the shares, in a sentence; null when they hold. @param prefix of the addresses of the network in use @param name of the service */
export function sharesProblem(t: Words, shares: ShareRow[], prefix: AddressPrefix = 'pokt', name?: string): string | null {
  if (shares.some((share) => percentOf(share.percent) === undefined)) return t('supplier.services.percentWrong')
  const addresses = shares.map((share) => share.address.trim())
  if (addresses.some((address) => !address.startsWith(`${prefix}1`) || !/^[0-9a-z]{38}$/.test(address.slice(prefix.length + 1))))
    return both(t, 'address-invalid', { problem: 'not-an-address' })
  const serviceId = name ?? t('supplier.services.list').toLowerCase()
  if (new Set(addresses).size !== addresses.length) return both(t, 'shares-invalid', { problem: 'twice', serviceId })
  const sum = sumOf(shares)
  return sum === 100 ? null : both(t, 'shares-invalid', { problem: 'sum', sum: String(sum), serviceId })
}

/** What is wrong with an endpoint, in a sentence; null when it holds. @param needsPublic gateways of others are to find it */
export function endpointProblem(t: Words, text: string, rpcType: RpcType = 'JSON_RPC', needsPublic = false): string | null {
  const trimmed = text.trim()
  let url: URL
  try {
    url = new URL(trimmed)
  } catch {
    return both(t, 'endpoint-invalid', { problem: 'not-a-url' })
  }
  if (/\s/.test(trimmed)) return both(t, 'endpoint-invalid', { problem: 'not-a-url' })
  const schemes = isWebSocket(rpcType) ? ['ws:', 'wss:'] : ['http:', 'https:']
  if (!schemes.includes(url.protocol)) return both(t, 'endpoint-invalid', { problem: 'scheme' })
  if (url.host === '') return both(t, 'endpoint-invalid', { problem: 'no-host' })
  if (url.username !== '' || url.password !== '') return both(t, 'endpoint-invalid', { problem: 'credentials' })
  if (needsPublic && whyNotPublic(url.hostname) !== undefined) return t('supplier.services.notPublic')
  return null
}

/** The types that a service does not have yet; a service has one address of each. */
export const freeTypes = (endpoints: readonly EndpointRow[]): RpcType[] =>
  RPC_TYPES.filter((rpcType) => !endpoints.some((each) => each.rpcType === rpcType))

/** One more address, at the same host as the first. */
export function nextEndpoint(endpoints: readonly EndpointRow[], rpcType: RpcType): EndpointRow {
  const first = endpoints[0]?.url.trim() ?? ''
  const url = isWebSocket(rpcType) ? first.replace(/^http(s?):/, 'ws$1:') : first.replace(/^ws(s?):/, 'http$1:')
  return { key: Math.max(-1, ...endpoints.map((each) => each.key)) + 1, rpcType, url }
}

/** Whether a service is fit to be sent. What stands as the chain took it once is not judged again. */
export function isRowFine(t: Words, row: ServiceRow, prefix: AddressPrefix): boolean {
  if (isUntouched(row)) return true
  const types = new Set(row.endpoints.map((each) => each.rpcType))
  return (
    row.endpoints.length > 0 &&
    types.size === row.endpoints.length &&
    row.endpoints.every((each) => endpointProblem(t, each.url, each.rpcType, row.needsPublic) === null) &&
    sharesProblem(t, row.shares, prefix) === null
  )
}

/** The wish that the form stands for. Only once nothing is wrong. @param keys `basedOn`: the record that the form opened with */
export function servicesWish(
  rows: ServiceRow[],
  keys: { operatorKeyId: string; ownerAddress: string; basedOn?: string | undefined },
): ServicesWish {
  const { basedOn, ...rest } = keys
  return {
    kind: 'stake-services',
    ...rest,
    ...(basedOn === undefined ? {} : { basedOn }),
    services: rows.filter((row) => row.isOn).map(wished),
  }
}

const wished = (row: ServiceRow): WishedService =>
  wishOf(
    row.id,
    row.endpoints.map(({ url, rpcType }) => ({ url: url.trim(), rpcType })),
    row.shares.map((share) => ({ address: share.address.trim(), percent: percentOf(share.percent) ?? 0 })),
  )

const asOffered = (service: OfferedService): WishedService =>
  wishOf(
    service.serviceId,
    service.endpoints.map(({ url, rpcType }) => ({ url, rpcType: rpcType as RpcType })),
    service.revShare,
  )

function wishOf(serviceId: string, endpoints: { url: string; rpcType: RpcType }[], revShare: WishedService['revShare']): WishedService {
  const [first = { url: '', rpcType: 'JSON_RPC' as const }, ...more] = endpoints
  return { serviceId, ...first, ...(more.length === 0 ? {} : { moreEndpoints: more }), revShare }
}

function both(t: Words, code: 'endpoint-invalid' | 'address-invalid' | 'shares-invalid', detail: Record<string, string>): string {
  const { text, next } = errorText(t, { code, detail })
  return `${text} ${next}`
}
