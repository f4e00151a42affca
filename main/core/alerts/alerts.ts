import { HearthError } from '#shared/api/errors.ts'
import type { AppState, NetworkId } from '#shared/api/state.ts'
import { NETWORKS } from '#shared/networks/index.ts'
import type { Clock } from '../ports/clock.ts'
import type { HttpsPost } from '../ports/https-post.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { Settings } from '../settings/settings.ts'
import { OF_THIS_PC } from '#shared/model/finding-order.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { alertMessage, type AlertLine } from './message.ts'
import { isQuiet } from './quiet.ts'

const LOOK_MS = 5_000
/** What is gone again sooner is nobody's business. */
const STANDS_MS = 30_000
/** After a start or a change of network nothing was looked at yet: what is not there counts as over only when it stays away. */
const AWAY_MS = 90_000
/** Findings that come together are told together. */
const RETRY_FIRST_MS = 30_000
const RETRY_MOST_MS = 15 * 60_000
const TIMEOUT_MS = 10_000
/** One row: what was told and not yet told to be over, so that a restart repeats nothing. */
export const TOLD_ROW = 'alerts told'
/** Our own finding about not being heard: never sent by the way that does not work. */
export const UNDELIVERED = 'alerts-undelivered'

/** By the row of a finding: its id, with the network before it unless it is of this PC. */
type Told = Record<string, { key: string; level: 'bad' | 'warn'; sinceMs: number; of?: string[]; count?: number }>
type Finding = AppState['attention'][string]

/** A network whose findings are known. */
export interface WatchedNetwork {
  network: NetworkId | null
  state: Pick<StatePublisher, 'state'>
}

export interface Alerts {
  run(signal: AbortSignal): Promise<void>
  /** Sends one message now. Rejects `alert-undelivered` when there is no address, nothing answers, or the service refuses. */
  test(): Promise<void>
}

/**
 * Findings of the checks, sent to the user's own address, each once when it stands and once when it is over; and calls that say that all is well, which stop with the PC
 * or while something needs the user at once.
 * @param deps.state where is said that nothing gets through @param deps.watched every network that is looked after, chosen or not
 */
export function createAlerts(deps: {
  settings: Pick<Settings, 'get'>
  state: StatePublisher
  watched: () => Iterable<WatchedNetwork>
  store: Pick<Store, 'setting' | 'setSetting'>
  https: HttpsPost
  clock: Clock
  log: Log
  /** Hour of the day on this PC's clock. */
  hourOf?: (ms: number) => number
}): Alerts {
  const { settings, state, store, https, clock, log } = deps
  const hourOf = deps.hourOf ?? ((ms) => new Date(ms).getHours())
  let told: Told = {}
  const awaySince = new Map<string, number>()
  const fewerSince = new Map<string, number>()
  let sentAtMs = 0
  let failures = 0
  let notBeforeMs = 0
  let beatAtMs = 0
  let isBeatFailing = false
  let ended: AbortSignal | undefined

  // In Practice nothing is at stake, and its time is not ours.
  const atStake = (): WatchedNetwork[] => [...deps.watched()].filter(({ network }) => network !== null && network !== 'practice')
  const rowOf = (network: NetworkId | null, id: string): string => (OF_THIS_PC.has(id) ? id : `${network ?? ''}/${id}`)
  const standing = (): Map<string, Finding> =>
    new Map(
      atStake().flatMap(({ network, state: { state: own } }) =>
        Object.values(own.attention).map((finding) => [rowOf(network, finding.id), finding] as const),
      ),
    )
  const lineOf = (row: string, line: Omit<AlertLine, 'id' | 'network'>): AlertLine => {
    const [id = '', network] = row.split('/').reverse()
    return { ...line, id, network: NETWORKS.find((each) => each.id === network)?.title }
  }

  const send = async (url: string, lines: readonly AlertLine[]): Promise<void> => {
    const { body, headers } = alertMessage(url, state.state.app.host, lines)
    const { status } = await https.postHttps(url, body, headers, TIMEOUT_MS, ended)
    if (status < 200 || status > 299) throw new HearthError('alert-undelivered', { host: new URL(url).host, reason: `status ${status}` })
  }

  /** Of several suppliers that were told some are well again: their next trouble is news. @returns whether anything is to be written down */
  const forgetTheWell = (found: ReadonlyMap<string, Finding>, nowMs: number): boolean => {
    const before = told
    for (const [row, finding] of found) {
      const known = told[row]
      const count = countOf(finding)
      if (known?.count === undefined || known.key !== finding.key || count === 0 || count >= known.count) {
        fewerSince.delete(row)
        continue
      }
      const since = fewerSince.get(row) ?? nowMs
      fewerSince.set(row, since)
      if (nowMs - since < AWAY_MS) continue
      const { supplierAddress } = finding.facts
      // Only of the last one it is known who it is.
      const of = count === 1 && supplierAddress !== undefined ? [supplierAddress] : (known.of ?? [])
      told = { ...told, [row]: { ...known, of, count } }
    }
    return told !== before
  }

  /** What should be told now: new findings that stand, and those that were told and are over. */
  const due = (nowMs: number): { lines: AlertLine[]; next: Told } => {
    const level = settings.get('alertLevel')
    const standsMs = settings.get('alertAfterSeconds') * 1_000
    const quiet = settings.get('quietHours') && isQuiet(hourOf(nowMs), settings.get('quietFromHour'), settings.get('quietToHour'))
    const lines: AlertLine[] = []
    const next: Told = { ...told }
    const found = standing()
    for (const [row, finding] of found) {
      if (finding.level === 'info' || nowMs - finding.sinceMs < standsMs) continue
      if (level === 'none' || (level === 'bad' && finding.level !== 'bad') || (quiet && finding.level !== 'bad')) continue
      const about = suppliersIn(finding, told[row])
      if (about === undefined) continue
      next[row] = { key: finding.key, level: finding.level, sinceMs: finding.sinceMs, ...about }
      lines.push(lineOf(row, { key: finding.key, level: finding.level, kind: 'began', ms: finding.sinceMs }))
    }
    const seen = new Set(atStake().map(({ network }) => network))
    for (const [row, before] of Object.entries(told)) {
      const network = row.includes('/') ? row.split('/')[0] : undefined
      // Of a network that nobody looks after it is not known whether anything is over.
      if (found.has(row) || (network !== undefined && !seen.has(network as NetworkId))) {
        awaySince.delete(row)
        continue
      }
      const since = awaySince.get(row) ?? nowMs
      awaySince.set(row, since)
      if (nowMs - since < AWAY_MS) continue
      // Good news can wait for the morning.
      if (quiet && before.level !== 'bad') continue
      delete next[row]
      awaySince.delete(row)
      lines.push(lineOf(row, { key: before.key, level: before.level, kind: 'over', ms: since - before.sinceMs }))
    }
    return { lines, next }
  }

  const tell = async (nowMs: number): Promise<void> => {
    const url = settings.get('alertWebhookUrl')
    if (url === '' || settings.get('alertLevel') === 'none' || atStake().length === 0) {
      state.remove('attention', UNDELIVERED)
      return
    }
    if (nowMs < notBeforeMs || nowMs - sentAtMs < settings.get('alertPauseMinutes') * 60_000) return
    if (forgetTheWell(standing(), nowMs)) await store.setSetting(TOLD_ROW, JSON.stringify(told))
    const { lines, next } = due(nowMs)
    if (lines.length === 0) return
    try {
      await send(url, lines)
      sentAtMs = nowMs
      failures = 0
      told = next
      // A crash before this row is written tells a thing twice; the other way round would not tell it at all.
      await store.setSetting(TOLD_ROW, JSON.stringify(told))
      state.remove('attention', UNDELIVERED)
    } catch (error) {
      if (ended?.aborted) return
      failures += 1
      notBeforeMs = nowMs + Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** (failures - 1))
      const detail = error instanceof HearthError ? error.detail : {}
      log.warn('an alert was not delivered', { host: detail['host'] ?? '', reason: detail['reason'] ?? 'unknown' })
      const sinceMs = state.state.attention[UNDELIVERED]?.sinceMs ?? nowMs
      const facts = { host: detail['host'] ?? '', reason: detail['reason'] ?? 'unknown' }
      state.put('attention', UNDELIVERED, { id: UNDELIVERED, level: 'warn', key: UNDELIVERED, facts, fix: 'settings', sinceMs })
    }
  }

  const beat = async (nowMs: number): Promise<void> => {
    const url = settings.get('heartbeatUrl')
    if (url === '' || nowMs - beatAtMs < settings.get('heartbeatMinutes') * 60_000) return
    // Silence is the message.
    if ([...standing().values()].some((finding) => finding.level === 'bad' && nowMs - finding.sinceMs >= STANDS_MS)) return
    beatAtMs = nowMs
    try {
      await https.postHttps(url, '', {}, TIMEOUT_MS, ended)
      isBeatFailing = false
    } catch (error) {
      if (!isBeatFailing)
        log.warn('the call that all is well was not taken', {
          reason: error instanceof HearthError ? (error.detail['reason'] ?? '') : 'unknown',
        })
      isBeatFailing = true
    }
  }

  return {
    async run(signal) {
      ended = signal
      told = parseTold(await store.setting(TOLD_ROW), state.state.app.network)
      while (!signal.aborted) {
        const nowMs = clock.now()
        await Promise.all([tell(nowMs), beat(nowMs)]).catch((error: unknown) => log.error('alerts', error))
        await clock.sleep(LOOK_MS, signal)
      }
    },
    async test() {
      const url = settings.get('alertWebhookUrl')
      if (url === '') throw new HearthError('alert-undelivered', { problem: 'no-address' })
      await send(url, [{ id: 'test', network: undefined, key: 'a-test-message', level: 'warn', kind: 'began', ms: clock.now() }])
    },
  }
}

/**
 * Whose trouble was told already: a finding speaks of the worst of several suppliers, and the same trouble of another one is news.
 * @returns what is told then, or undefined when it was
 */
function suppliersIn({ key, facts }: Finding, before: Told[string] | undefined): Pick<Told[string], 'of' | 'count'> | undefined {
  const { supplierAddress } = facts
  const known = before?.key === key ? before : undefined
  const count = countOf({ facts })
  const isNew = supplierAddress !== undefined && known?.of !== undefined && !known.of.includes(supplierAddress)
  if (known && !isNew && count <= (known.count ?? 1)) return undefined
  if (supplierAddress === undefined) return {}
  return { of: [...new Set([...(known?.of ?? []), supplierAddress])], count: Math.max(count, known?.count ?? 0) }
}

/** How many of several suppliers it applies to; none where there is but one. */
const countOf = ({ facts: { supplierAddress, moreSuppliers } }: Pick<Finding, 'facts'>): number =>
  supplierAddress === undefined ? 0 : 1 + (Number(moreSuppliers) || 0)

/** @param chosen rows of before Hearth looked after several networks name none: they were of the chosen one */
function parseTold(text: string | undefined, chosen: NetworkId | null): Told {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value !== 'object' || value === null) return {}
    return Object.fromEntries(
      Object.entries(value as Told)
        .filter(([, entry]) => typeof entry?.key === 'string' && typeof entry.sinceMs === 'number')
        .map(([row, entry]) => [row.includes('/') || OF_THIS_PC.has(row) ? row : `${chosen ?? ''}/${row}`, entry]),
    )
  } catch {
    return {}
  }
}
