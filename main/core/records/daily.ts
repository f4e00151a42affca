import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Ageing, CopyFacts, RecordFacts, Records } from '../ports/records.ts'
import type { Settings } from '../settings/settings.ts'
import { applyRetention, chosenRetention } from './retention.ts'

const DAY_MS = 86_400_000
/** Looked at this often: a laptop is rarely awake at the same hour. */
const LOOK_MS = 3_600_000
/** The start itself is left alone. */
const FIRST_LOOK_MS = 60_000

/** What went wrong with the last copy that Hearth made by itself. */
export interface CopyFailure {
  where: 'beside' | 'chosen'
  code: HearthError['code']
  detail: Record<string, string>
  atMs: number
}

export interface DailyCare {
  /** Copies once a day, and lets old journal rows go. Ends when `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
  /** The failures of now, gone when a copy succeeds. */
  failures(): CopyFailure[]
  /** A copy was made by hand: what was wrong with that place is over. */
  succeeded(where: 'beside' | 'chosen'): void
}

/** @param onFailure told when a place begins to fail, once */
export function createDailyCare(deps: {
  records: Records
  store: Ageing
  settings: Pick<Settings, 'get'>
  clock: Clock
  log: Log
  onFailure(failure: CopyFailure): void
}): DailyCare {
  const { records, store, settings, clock, log } = deps
  const failures = new Map<'beside' | 'chosen', CopyFailure>()
  let agedAtMs = Number.NEGATIVE_INFINITY

  const copy = async (where: 'beside' | 'chosen', signal: AbortSignal): Promise<void> => {
    try {
      await records.copy(where, { daysKept: daysKept(settings, where), signal })
      failures.delete(where)
    } catch (error) {
      if (signal.aborted) return
      const known = error instanceof HearthError ? error : undefined
      if (!known) log.error('daily copy of the store', error, { where })
      else log.warn('daily copy of the store failed', { where, code: known.code })
      const failure = { where, code: known?.code ?? ('internal' as const), detail: known?.detail ?? {}, atMs: clock.now() }
      if (!failures.has(where)) deps.onFailure(failure)
      failures.set(where, failure)
    }
  }

  const look = async (signal: AbortSignal): Promise<void> => {
    const facts = await records.facts()
    for (const where of due(facts, clock.now(), settings.get('copyHour'))) await copy(where, signal)
    if (clock.now() - agedAtMs < DAY_MS || signal.aborted) return
    agedAtMs = clock.now()
    const { rows, freedBytes } = await applyRetention(store, chosenRetention(settings), clock.now(), signal)
    if (rows > 0 || freedBytes > 0) log.info('old rows removed', { rows, freedBytes })
  }

  return {
    async run(signal) {
      await clock.sleep(FIRST_LOOK_MS, signal)
      while (!signal.aborted) {
        // A day that failed is no reason to miss the next one.
        await look(signal).catch((error: unknown) => log.error('care of the records', error))
        await clock.sleep(LOOK_MS, signal)
      }
    },
    failures: () => [...failures.values()],
    succeeded: (where) => void failures.delete(where),
  }
}

/** Of how many days a copy is kept in a place, as the user chose it. */
export const daysKept = (settings: Pick<Settings, 'get'>, where: 'beside' | 'chosen'): number =>
  where === 'chosen' ? settings.get('copiesKeptElsewhere') : settings.get('copiesKept')

/**
 * Places whose newest copy is from before the chosen hour of the day last came, or of a time that has not come yet (the clock was put back).
 * @param hour of the day by this PC's clock
 */
export function due(facts: Pick<RecordFacts, 'copies' | 'chosenFolder'>, nowMs: number, hour: number): ('beside' | 'chosen')[] {
  const wantedMs = lastCame(hour, nowMs)
  const isDue = (copies: CopyFacts[]): boolean => {
    const newest = copies.reduce((latest, copy) => Math.max(latest, copy.atMs), Number.NEGATIVE_INFINITY)
    return newest > nowMs || newest < wantedMs
  }
  const places: ('beside' | 'chosen')[] = []
  if (isDue(facts.copies.filter((copy) => !copy.chosen))) places.push('beside')
  if (facts.chosenFolder !== undefined && isDue(facts.copies.filter((copy) => copy.chosen))) places.push('chosen')
  return places
}

function lastCame(hour: number, nowMs: number): number {
  const today = new Date(nowMs)
  today.setHours(hour, 0, 0, 0)
  if (today.getTime() > nowMs) today.setDate(today.getDate() - 1)
  return today.getTime()
}
