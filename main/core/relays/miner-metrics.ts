/** Counters of one service since the miner's start. */
export interface ServiceCounters {
  requests: number
  successes: number
  errors: number
  /** Served and then lost before they could be claimed: unpaid. */
  dropped: number
  /** Served first and found invalid later (lazy validation only): unpaid. */
  delayedFailures: number
}

export interface MinerMetrics {
  /** Newest block that the miner knows; undefined before the first one. */
  height: number | undefined
  services: Record<string, ServiceCounters>
}

const COUNTERS: Record<string, keyof ServiceCounters> = {
  relayminer_requests_total: 'requests',
  relayminer_requests_success_total: 'successes',
  relayminer_requests_errors_total: 'errors',
  relayminer_relays_dropped_total: 'dropped',
  relayminer_delayed_relay_request_validation_failures_total: 'delayedFailures',
}
const HEIGHT = 'relayminer_block_height_current'
/** What the miner calls requests that it could not read far enough to know their service. */
export const UNKNOWN_SERVICE = 'unknown_service_id'

/** Whether a figure can be a count: beyond what a number holds exactly, differences of two are garbage, and a sum of some is no number any more. */
export const isCounter = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER

/**
 * Reads the stock relay miner's Prometheus page (offchain facts 2.9). Tolerant: lines that cannot be read, unknown metrics and absent ones are passed over, since the page
 * changes between releases. Counts of all suppliers of a service are added up; requests of no known service are under `unknown_service_id`.
 * @param page text of the metrics page
 */
export function parseMinerMetrics(page: string): MinerMetrics {
  const metrics: MinerMetrics = { height: undefined, services: {} }
  for (const line of page.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?\s*$/.exec(line)
    if (!match) continue
    const name = match[1] ?? ''
    const value = Number(match[3])
    if (!isCounter(value)) continue
    if (name === HEIGHT && Number.isSafeInteger(value)) metrics.height = value
    const counter = Object.hasOwn(COUNTERS, name) ? COUNTERS[name] : undefined
    if (counter === undefined) continue
    const serviceId = labelOf(match[2] ?? '', 'service_id') ?? UNKNOWN_SERVICE
    const counters = Object.hasOwn(metrics.services, serviceId) ? metrics.services[serviceId] : undefined
    const updated = counters ?? { requests: 0, successes: 0, errors: 0, dropped: 0, delayedFailures: 0 }
    // A page of nonsense may add up to more than a number can be.
    updated[counter] = Math.min(Number.MAX_SAFE_INTEGER, updated[counter] + value)
    metrics.services[serviceId] = updated
  }
  return metrics
}

function labelOf(labels: string, wanted: string): string | undefined {
  for (const match of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    if (match[1] === wanted)
      return (match[2] ?? '').replace(/\\(.)/g, (_whole, character: string) => (character === 'n' ? '\n' : character))
  }
  return undefined
}
