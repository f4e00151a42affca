import type { RequestOutput, TxWish } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { errorText } from '#renderer/text/errors.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import type { Words } from '#renderer/text/text.ts'

export interface ShareRow {
  key: number
  address: string
  percent: string
}
export interface ServiceRow {
  id: string
  name: string
  url: string
  isOn: boolean
  hasBackend: boolean
  units: string
}

type ServicesWish = Extract<TxWish, { kind: 'stake-services' }>
const DEFAULT_OWNER_PERCENT = 99

/** The form as it opens: what is on chain, else everything that has a backend here, at the address of the relay miner. */
export function serviceRows(options: RequestOutput<'supplier.options'>, supplier: AppState['supplier']): ServiceRow[] {
  const offered = [...supplier.services, ...supplier.pending.map((entry) => entry.service)]
  return options.services.map((service) => {
    const onChain = offered.find((each) => each.serviceId === service.id)
    return {
      id: service.id,
      name: service.name,
      url: onChain?.endpoints[0]?.url ?? options.endpointUrl ?? '',
      isOn: offered.length > 0 ? onChain !== undefined : service.backendNodeId !== null,
      hasBackend: service.backendNodeId !== null,
      units: service.computeUnitsPerRelay,
    }
  })
}

/** Shares as they open: what is on chain, else nearly all to the owner and the operator's fees. */
export function shareRows(supplier: AppState['supplier'], owner: string, operator: string): ShareRow[] {
  const onChain = [...supplier.services, ...supplier.pending.map((entry) => entry.service)][0]?.revShare ?? []
  if (onChain.length > 0) return onChain.map((share, index) => ({ key: index, address: share.address, percent: String(share.percent) }))
  return [
    { key: 0, address: owner, percent: String(DEFAULT_OWNER_PERCENT) },
    { key: 1, address: operator, percent: String(100 - DEFAULT_OWNER_PERCENT) },
  ]
}

/** A whole percent from 1 to 100, or undefined. */
export function percentOf(text: string): number | undefined {
  const value = /^\d{1,3}$/.test(text.trim()) ? Number(text.trim()) : 0
  return value >= 1 && value <= 100 ? value : undefined
}

export const sumOf = (shares: ShareRow[]): number => shares.reduce((sum, share) => sum + (percentOf(share.percent) ?? 0), 0)

/** What is wrong with the shares, in a sentence; null when they hold. @param prefix of the addresses of the network in use */
export function sharesProblem(t: Words, shares: ShareRow[], prefix: AddressPrefix = 'pokt'): string | null {
  if (shares.some((share) => percentOf(share.percent) === undefined)) return t('supplier.services.percentWrong')
  const addresses = shares.map((share) => share.address.trim())
  if (addresses.some((address) => !address.startsWith(`${prefix}1`) || !/^[0-9a-z]{38}$/.test(address.slice(prefix.length + 1))))
    return both(t, 'address-invalid', { problem: 'not-an-address' })
  if (new Set(addresses).size !== addresses.length) return both(t, 'shares-invalid', { problem: 'twice', serviceId: '' })
  const sum = sumOf(shares)
  return sum === 100
    ? null
    : both(t, 'shares-invalid', { problem: 'sum', sum: String(sum), serviceId: t('supplier.services.list').toLowerCase() })
}

/** What is wrong with an endpoint, in a sentence; null when it holds. */
export function endpointProblem(t: Words, text: string): string | null {
  const trimmed = text.trim()
  let url: URL
  try {
    url = new URL(trimmed)
  } catch {
    return both(t, 'endpoint-invalid', { problem: 'not-a-url' })
  }
  if (/\s/.test(trimmed)) return both(t, 'endpoint-invalid', { problem: 'not-a-url' })
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return both(t, 'endpoint-invalid', { problem: 'scheme' })
  if (url.host === '') return both(t, 'endpoint-invalid', { problem: 'no-host' })
  if (url.username !== '' || url.password !== '') return both(t, 'endpoint-invalid', { problem: 'credentials' })
  return null
}

/** The wish that the form stands for. Only once nothing is wrong. */
export function servicesWish(rows: ServiceRow[], shares: ShareRow[], keys: { operatorKeyId: string; ownerAddress: string }): ServicesWish {
  const revShare = shares.map((share) => ({ address: share.address.trim(), percent: percentOf(share.percent) ?? 0 }))
  return {
    kind: 'stake-services',
    ...keys,
    services: rows.filter((row) => row.isOn).map((row) => ({ serviceId: row.id, url: row.url.trim(), rpcType: 'JSON_RPC', revShare })),
  }
}

function both(t: Words, code: 'endpoint-invalid' | 'address-invalid' | 'shares-invalid', detail: Record<string, string>): string {
  const { text, next } = errorText(t, { code, detail })
  return `${text} ${next}`
}
