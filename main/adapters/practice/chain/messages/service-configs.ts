import type { SupplierService } from '#main/core/ports/chain.ts'
import { addressFault } from '../addresses.ts'
import { serviceText } from '../event-shapes.ts'

/** What the chain finds wrong with services and their parts, in its words (onchain facts 2.4). Nothing when all is well. */

const MAX_ID = 42
const MAX_NAME = 169
const MAX_COMPUTE_UNITS = 2n << 20n
const RPC_TYPES = ['GRPC', 'WEBSOCKET', 'JSON_RPC', 'REST', 'COMET_BFT']
const SCHEMES = ['http:', 'https:', 'ws:', 'wss:']

export function serviceIdFault(id: string): string | undefined {
  const invalid = (text: string): string => `${text}: invalid service ID`
  if (id === '') return invalid('empty service ID')
  if (id.length > MAX_ID) return invalid(`service ID '${id}' exceeds maximum length: ${MAX_ID}`)
  if (!/^[a-zA-Z0-9_-]+$/.test(id)) return invalid(`service ID '${id}' contains invalid characters`)
  return undefined
}

export function serviceFault(service: { id: string; name: string; computeUnitsPerRelay: bigint }): string | undefined {
  const idFault = serviceIdFault(service.id)
  if (idFault !== undefined) return idFault
  const { name, computeUnitsPerRelay } = service
  if (name.length > MAX_NAME) return `service name '${name}' exceeds maximum length: ${MAX_NAME}: invalid service name`
  if (name !== '' && !/^[a-zA-Z0-9\-_ ]+$/.test(name)) return `service name '${name}' contains invalid characters: invalid service name`
  if (computeUnitsPerRelay <= 0n) return computeUnitsFault('compute units per relay must be greater than 0')
  if (computeUnitsPerRelay > MAX_COMPUTE_UNITS) return computeUnitsFault(`compute units per relay must be less than ${MAX_COMPUTE_UNITS}`)
  return undefined
}

const computeUnitsFault = (text: string): string => `${text}: invalid compute units per relay: invalid service`

function isEndpoint(url: string): boolean {
  try {
    const parsed = new URL(url)
    return SCHEMES.includes(parsed.protocol) && parsed.host !== ''
  } catch {
    return false
  }
}

export function supplierServicesFault(services: readonly SupplierService[], prefix: string): string | undefined {
  const seen = new Set<string>()
  for (const service of services) {
    const idFault = serviceIdFault(service.serviceId)
    if (idFault !== undefined) return idFault
    if (seen.has(service.serviceId)) return `duplicate service ID: ${service.serviceId}`
    seen.add(service.serviceId)
    if (service.endpoints.length === 0) return `endpoints cannot be nil: ${serviceText(service)}`
    for (const { url, rpcType } of service.endpoints) {
      if (url === '') return `endpoint.Url cannot be empty: ${serviceText(service)}`
      if (!isEndpoint(url)) return `invalid endpoint.Url: ${serviceText(service)}`
      if (!RPC_TYPES.includes(rpcType)) return `endpoint.RpcType cannot be UNKNOWN_RPC: ${serviceText(service)}`
    }
    const fault = revShareFault(service.revShare, prefix)
    if (fault !== undefined) return `${fault}: invalid revenue share configuration`
  }
  return undefined
}

function revShareFault(shares: SupplierService['revShare'], prefix: string): string | undefined {
  if (shares.length === 0) return 'no rev share configurations'
  const seen = new Set<string>()
  let sum = 0
  for (const { address, percent } of shares) {
    if (address === '') return `rev share address cannot be empty: rev_share_percentage:${percent} `
    const fault = addressFault(address, prefix)
    if (fault !== undefined) return `invalid rev share address ${address}; (${fault})`
    if (seen.has(address)) return `duplicate rev share address: ${address}`
    seen.add(address)
    if (!Number.isInteger(percent) || percent <= 0 || percent > 100) return `invalid rev share value ${percent}; must be between 0 and 100`
    sum += percent
  }
  return sum === 100 ? undefined : `invalid rev share percentage sum ${sum}; must be equal to 100`
}
