import { requestsOf, type MinerCounters, type ServiceCount } from './miner-counters.ts'

/** The stock miner's Prometheus page (offchain facts 2.9), with its own words, labels and buckets. */

const SECONDS = [0.01, 0.05, 0.1, 0.2, 0.4, 0.5, 0.75, 1, 2, 5, 10, 30]
const BYTES = [100, 500, 1000, 5000, 10000, 50000]

export interface MinerPageFacts {
  height: number | undefined
  counters: MinerCounters
  startedAtMs: number
  memoryBytes: number
}

/** As label values are written: callers name services and suppliers as they like. */
const escaped = (value: string): string => value.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)

type Kind = 'counter' | 'gauge' | 'histogram'

function family(name: string, kind: Kind, help: string, samples: string[]): string[] {
  return samples.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...samples]
}

/** Buckets of observations that are all about the mean: enough for a page that only shows rates and averages. */
function histogram(name: string, labels: string, bounds: readonly number[], count: number, sum: number): string[] {
  const mean = count === 0 ? 0 : sum / count
  const inside = bounds.map((bound) => `${name}_bucket{${labels},le="${bound}"} ${mean <= bound ? count : 0}`)
  return [...inside, `${name}_bucket{${labels},le="+Inf"} ${count}`, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`]
}

export function minerPage(facts: MinerPageFacts): string {
  const { counters } = facts
  const services = [...counters.services].sort(([a], [b]) => (a < b ? -1 : 1))
  const each = (make: (serviceId: string, count: ServiceCount) => string[]): string[] => services.flatMap(([id, count]) => make(id, count))
  const service = (id: string): string => `service_id="${escaped(id)}"`
  const supplier = (address: string): string => `supplier_operator_address="${escaped(address)}"`
  const served = (id: string): string => `${service(id)},status_code="200"`
  const seconds = (name: string, read: (count: ServiceCount) => number, labels = service) =>
    each((id, count) => (count.successes === 0 ? [] : histogram(name, labels(id), SECONDS, count.successes, read(count))))
  const lines = [
    ...family('go_goroutines', 'gauge', 'Number of goroutines that currently exist.', ['go_goroutines 94']),
    ...family('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', [
      `process_resident_memory_bytes ${facts.memoryBytes}`,
    ]),
    ...family('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', [
      `process_start_time_seconds ${facts.startedAtMs / 1000}`,
    ]),
    ...family('relayminer_block_height_current', 'gauge', 'Current block height observed by the RelayMiner.', heightSample(facts.height)),
    ...family(
      'relayminer_relay_duration_seconds',
      'histogram',
      'Histogram of request durations for performance analysis.',
      seconds('relayminer_relay_duration_seconds', (count) => count.relaySeconds, served),
    ),
    ...family(
      'relayminer_relays_dropped_total',
      'counter',
      'Total number of served relays dropped from the mining pipeline (lost reward), labeled by service ID, supplier, and reason.',
      each((id, count) =>
        [...count.suppliers].flatMap(([address, { dropped }]) =>
          dropped === 0
            ? []
            : [`relayminer_relays_dropped_total{reason="mining_channel_full",${service(id)},${supplier(address)}} ${dropped}`],
        ),
      ),
    ),
    ...family(
      'relayminer_request_size_bytes',
      'histogram',
      'Histogram of request sizes in bytes for performance analysis.',
      each((id, count) => histogram('relayminer_request_size_bytes', service(id), BYTES, requestsOf(count), count.requestBytes)),
    ),
    ...family(
      'relayminer_requests_errors_total',
      'counter',
      'Total number of error events.',
      each((id, count) => (count.errors === 0 ? [] : [`relayminer_requests_errors_total{${service(id)}} ${count.errors}`])),
    ),
    ...family(
      'relayminer_requests_success_total',
      'counter',
      'Total number of successful requests processed, labeled by service ID.',
      each((id, count) => (count.successes === 0 ? [] : [`relayminer_requests_success_total{${service(id)}} ${count.successes}`])),
    ),
    ...family(
      'relayminer_requests_total',
      'counter',
      'Total number of requests processed, labeled by service ID.',
      each((id, count) =>
        [...count.suppliers].map(([address, { requests }]) => `relayminer_requests_total{${service(id)},${supplier(address)}} ${requests}`),
      ),
    ),
    ...family(
      'relayminer_response_size_bytes',
      'histogram',
      'Histogram of response sizes in bytes for performance analysis.',
      each((id, count) =>
        count.successes === 0 ? [] : histogram('relayminer_response_size_bytes', service(id), BYTES, count.successes, count.responseBytes),
      ),
    ),
    ...family(
      'relayminer_service_duration_seconds',
      'histogram',
      'Histogram of service call durations for performance analysis.',
      seconds('relayminer_service_duration_seconds', (count) => count.backendSeconds, served),
    ),
  ]
  return `${lines.join('\n')}\n`
}

const heightSample = (height: number | undefined): string[] => (height === undefined ? [] : [`relayminer_block_height_current ${height}`])
