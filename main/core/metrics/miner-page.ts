import { isCounter, parseMinerMetrics, UNKNOWN_SERVICE, type ServiceCounters } from '../relays/miner-metrics.ts'

/** A miner's page has about 90 kB; with a hundred services, a few megabytes. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024

/** What the miner has counted since its start, over all services. What could not be read far enough to know its service is no relay, and not among it. */
export interface MinerTotals {
  requests: number
  served: number
  refused: number
  /** Served and lost before they could be claimed. */
  dropped: number
  /** Served first and found invalid later. */
  failedLater: number
  /** Answers of the backend with a status of 500 or more: passed on and not paid (offchain facts 2.9). */
  backendFailures: number
}
export const TOTALS = [
  'requests',
  'served',
  'refused',
  'dropped',
  'failedLater',
  'backendFailures',
] as const satisfies (keyof MinerTotals)[]

export type MinerPage =
  | {
      kind: 'ok'
      totals: MinerTotals
      services: Record<string, ServiceCounters>
      /** When the miner's process began, as it says itself; undefined when it does not. */
      lifeMs: number | undefined
      /** Figures of interest whose value is no count: NaN, negative, not a number. They count as nothing. */
      unreadable: number
    }
  | { kind: 'not-a-page' | 'too-large' }

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?\s*$/
const OWN = 'relayminer_'
const COUNTED =
  /^relayminer_(?:requests_total|requests_success_total|requests_errors_total|relays_dropped_total|delayed_relay_request_validation_failures_total|block_height_current|service_duration_seconds_count)[{\s]/
const BACKEND = 'relayminer_service_duration_seconds_count'
const STARTED = 'process_start_time_seconds'

/**
 * Reads what the stock miner answered for its metrics. Never throws: a page that is not one, or is too long to be one, is told as that.
 * @param body as it came
 */
export function readMinerPage(body: Uint8Array): MinerPage {
  if (body.length > MAX_PAGE_BYTES) return { kind: 'too-large' }
  const page = new TextDecoder().decode(body)
  let isPage = false
  let unreadable = 0
  let backendFailures = 0
  let lifeMs: number | undefined
  for (const text of page.split('\n')) {
    const own = text.startsWith(OWN)
    if (!own && !text.startsWith(STARTED)) continue
    const match = LINE.exec(text)
    const value = Number(match?.[3] ?? Number.NaN)
    const isCount = isCounter(value)
    if (match && own) isPage = true
    if (!isCount && COUNTED.test(text)) unreadable += 1
    if (!match || !isCount) continue
    if (match[1] === STARTED) lifeMs = value * 1000
    if (match[1] === BACKEND && /\bstatus_code="5\d\d"/.test(match[2] ?? '')) backendFailures += value
  }
  if (!isPage) return { kind: 'not-a-page' }
  const { services } = parseMinerMetrics(page)
  const totals: MinerTotals = { requests: 0, served: 0, refused: 0, dropped: 0, failedLater: 0, backendFailures }
  for (const [serviceId, service] of Object.entries(services)) {
    // No relays: what nobody could read. Hearth itself knocks so at staked addresses, and whoever looks for open ports does.
    if (serviceId === UNKNOWN_SERVICE) continue
    totals.requests += service.requests
    totals.served += service.successes
    totals.refused += service.errors
    totals.dropped += service.dropped
    totals.failedLater += service.delayedFailures
  }
  return { kind: 'ok', totals, services, lifeMs, unreadable }
}

/** What a process counted, and when that process began. */
export interface Reading {
  totals: MinerTotals
  lifeMs: number | undefined
}

/** The same process says the same start to within this. */
const SAME_LIFE_MS = 2_000

/**
 * What came to each count between two readings. A count of another process began again at zero: all of it is new. One that went back within a life was read in another way before.
 * @param before undefined = nothing is known of before: then nothing is new, for what was counted earlier has no time
 */
export function increases(before: Reading | undefined, now: Reading): MinerTotals {
  const areKnown = before?.lifeMs !== undefined && now.lifeMs !== undefined
  const restarted = areKnown && Math.abs((before.lifeMs ?? 0) - (now.lifeMs ?? 0)) > SAME_LIFE_MS
  const increase = (key: keyof MinerTotals): number => {
    if (before === undefined) return 0
    const came = now.totals[key] - before.totals[key]
    return restarted || (came < 0 && !areKnown) ? now.totals[key] : Math.max(0, came)
  }
  return {
    requests: increase('requests'),
    served: increase('served'),
    refused: increase('refused'),
    dropped: increase('dropped'),
    failedLater: increase('failedLater'),
    backendFailures: increase('backendFailures'),
  }
}
