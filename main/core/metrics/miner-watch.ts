import type { NodeState } from '#shared/api/state.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import type { Clock } from '../ports/clock.ts'
import type { MetricsStore, SeriesPoint } from '../ports/metrics.ts'
import type { Net } from '../ports/net.ts'
import type { ServiceCounters } from '../relays/miner-metrics.ts'
import { increases, readMinerPage, TOTALS, type MinerTotals, type Reading } from './miner-page.ts'

const ANSWER_MS = 3_000
const HOUR_MS = 3_600_000
/** Further back than the hours that are kept, so that whatever is there is found. */
const EVER_MS = 4 * 365 * 24 * HOUR_MS

/** What the relay miner counted, read again and again and kept as what came between two readings. */
export interface MinerWatch {
  /** Reads its page once. Never rejects; what went wrong is told by `account`. @param node undefined = there is none */
  read(node: NodeState | undefined): Promise<void>
  /** What it did in the last `hours`, over restarts of it and of Hearth. */
  account(hours: number): Promise<RequestOutput<'metrics.miner'>>
}

type State = RequestOutput<'metrics.miner'>['state']

/** @param prefix of all its series @param add takes points for the live rings and the store @param flush writes what waits, so that a sum misses nothing */
export function createMinerWatch(deps: {
  net: Net
  clock: Clock
  metrics: MetricsStore
  catalog: CatalogEntry[]
  prefix: string
  add: (points: SeriesPoint[]) => void
  flush: () => Promise<void>
}): MinerWatch {
  const { net, clock, metrics, catalog } = deps
  const nameOf = (key: string): string => `${deps.prefix}miner.${key}`
  let state: State = 'not-running'
  let readAtMs: number | null = null
  let before: Reading | undefined
  let recalled = false
  let services: Record<string, ServiceCounters> = {}
  let unreadable = 0

  const last = async (key: string): Promise<number | undefined> => {
    const now = clock.now()
    const rows = await metrics.series({ name: nameOf(key), step: 'hour', fromMs: now - EVER_MS, toMs: now + HOUR_MS })
    return rows.at(-1)?.last
  }
  /** Where the counts stood when Hearth was last here: what the miner did meanwhile is new, and not lost. */
  const recall = async (): Promise<void> => {
    if (recalled) return
    const values = await Promise.all(TOTALS.map((key) => last(`count.${key}`)))
    // Not before: what cannot be read now is asked for again at the next reading, or what the miner did meanwhile would be lost.
    recalled = true
    if (values.some((value) => value === undefined)) return
    const totals = Object.fromEntries(TOTALS.map((key, index) => [key, values[index] ?? 0])) as unknown as MinerTotals
    before = { totals, lifeMs: await last('life-ms') }
  }

  const take = async (body: Uint8Array, now: number): Promise<State> => {
    const page = readMinerPage(body)
    if (page.kind !== 'ok') return page.kind
    await recall()
    const reading: Reading = { totals: page.totals, lifeMs: page.lifeMs }
    const came = increases(before, reading)
    const points: SeriesPoint[] = TOTALS.flatMap((key) => [
      { name: nameOf(key), atMs: now, value: came[key] },
      { name: nameOf(`count.${key}`), atMs: now, value: page.totals[key] },
    ])
    if (page.lifeMs !== undefined) points.push({ name: nameOf('life-ms'), atMs: now, value: page.lifeMs })
    // A rate needs two readings of this run: over the time that Hearth was away it would be spread thin or be a spike.
    if (readAtMs !== null && now > readAtMs) {
      const minutes = (now - readAtMs) / 60_000
      points.push({ name: nameOf('relays-per-minute'), atMs: now, value: came.served / minutes })
    }
    deps.add(points)
    before = reading
    readAtMs = now
    services = page.services
    unreadable = page.unreadable
    return 'ok'
  }

  return {
    async read(node) {
      const entry = catalog.find((candidate) => candidate.kind === 'relay-miner')
      const port = entry?.ports.find((candidate) => candidate.name === 'metrics')
      const hostPort = port === undefined ? undefined : node?.ports[String(port.containerPort)]
      if (hostPort === undefined || node?.startedAtMs == null) {
        state = 'not-running'
        return
      }
      const askedAtMs = clock.now()
      try {
        const answer = await net.post(`http://127.0.0.1:${hostPort}/`, new Uint8Array(0), { 'content-type': 'application/json' }, ANSWER_MS)
        state = answer.status === 200 ? await take(answer.body, askedAtMs) : 'not-a-page'
      } catch {
        state = 'no-answer'
      }
    },
    async account(hours) {
      await deps.flush()
      const now = clock.now()
      const step = hours <= 24 ? 'minute' : 'hour'
      const fromMs = now - hours * HOUR_MS
      let countedFromMs = now
      const sums: MinerTotals = { requests: 0, served: 0, refused: 0, dropped: 0, failedLater: 0, backendFailures: 0 }
      for (const key of TOTALS) {
        for (const bucket of await metrics.series({ name: nameOf(key), step, fromMs, toMs: now + 1 })) {
          sums[key] += bucket.mean * bucket.count
          countedFromMs = Math.min(countedFromMs, bucket.atMs)
        }
        sums[key] = Math.round(sums[key])
      }
      return {
        state,
        readAtMs,
        countedFromMs: Math.max(countedFromMs, fromMs),
        unreadable,
        ...sums,
        services: Object.entries(services)
          .slice(0, 50)
          .map(([serviceId, count]) => ({ serviceId: serviceId.slice(0, 80), ...count })),
      }
    },
  }
}
