/** What the miner counts since its start, by service, and what it tells apart by supplier too. */
export interface ServiceCount {
  successes: number
  errors: number
  /** Seconds that successes took all together, and the backend's part. */
  relaySeconds: number
  backendSeconds: number
  requestBytes: number
  responseBytes: number
  /** By the address of the supplier that was asked for, whether the miner has its key or not. */
  readonly suppliers: ReadonlyMap<string, SupplierCount>
}

export interface SupplierCount {
  requests: number
  dropped: number
}

export interface MinerCounters {
  readonly services: ReadonlyMap<string, ServiceCount>
  of(serviceId: string): ServiceCount
  /** So many requests for a service of a supplier came in. */
  asked(serviceId: string, operatorAddress: string, requests: number): void
  /** All requests of all services. */
  total(): number
}

/** What requests are counted under that could not be read. */
export const UNKNOWN_SERVICE = 'unknown_service_id'
export const UNKNOWN_SUPPLIER = 'unknown_supplier_operator_address'

/** Requests for a service, whichever supplier they were for. */
export const requestsOf = ({ suppliers }: ServiceCount): number => [...suppliers.values()].reduce((sum, each) => sum + each.requests, 0)

export function createMinerCounters(): MinerCounters {
  const services = new Map<string, ServiceCount & { suppliers: Map<string, SupplierCount> }>()
  const of = (serviceId: string): ServiceCount & { suppliers: Map<string, SupplierCount> } => {
    const known = services.get(serviceId)
    if (known) return known
    const figures = { successes: 0, errors: 0, relaySeconds: 0, backendSeconds: 0, requestBytes: 0, responseBytes: 0 }
    const fresh = { ...figures, suppliers: new Map<string, SupplierCount>() }
    services.set(serviceId, fresh)
    return fresh
  }
  return {
    services,
    of,
    asked(serviceId, operatorAddress, requests) {
      const { suppliers } = of(serviceId)
      const known = suppliers.get(operatorAddress)
      if (known) known.requests += requests
      else suppliers.set(operatorAddress, { requests, dropped: 0 })
    },
    total: () => [...services.values()].reduce((sum, each) => sum + requestsOf(each), 0),
  }
}
