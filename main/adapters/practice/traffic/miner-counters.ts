/** What the miner counts since its start, by service. */
export interface ServiceCount {
  requests: number
  successes: number
  errors: number
  /** Seconds that successes took all together, and the backend's part. */
  relaySeconds: number
  backendSeconds: number
  requestBytes: number
  responseBytes: number
  dropped: number
}

export interface MinerCounters {
  readonly services: ReadonlyMap<string, ServiceCount>
  of(serviceId: string): ServiceCount
  /** All requests of all services. */
  total(): number
}

/** What requests are counted under that could not be read. */
export const UNKNOWN_SERVICE = 'unknown_service_id'

export function createMinerCounters(): MinerCounters {
  const services = new Map<string, ServiceCount>()
  return {
    services,
    of(serviceId) {
      const known = services.get(serviceId)
      if (known) return known
      const counts = { requests: 0, successes: 0, errors: 0, dropped: 0 }
      const fresh = { ...counts, relaySeconds: 0, backendSeconds: 0, requestBytes: 0, responseBytes: 0 }
      services.set(serviceId, fresh)
      return fresh
    },
    total: () => [...services.values()].reduce((sum, each) => sum + each.requests, 0),
  }
}
