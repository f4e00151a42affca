import type { RequestOutput } from '#shared/api/requests.ts'
import { age, clockTime, day } from '#renderer/text/format.ts'
import type { Words } from '#renderer/text/text.ts'
import type { IconName } from '#renderer/ui/icons.tsx'
import type { Tone } from '#renderer/ui/tone.ts'

export type RecordStatus = RequestOutput<'records.status'>
export type Copy = RecordStatus['copies'][number]

/** A copy older than this was due before. */
const OLD_MS = 26 * 3_600_000

/** Day and time: two copies of one day are told apart. */
export const moment = (ms: number): string => `${day(ms)}, ${clockTime(ms)}`

/** The one sentence about the record's safety. */
export function recordVerdict(t: Words, status: RecordStatus, nowMs: number): { tone: Tone; icon: IconName; title: string; text: string } {
  const newest = status.copies.find((copy) => copy.ok)
  const failure = status.failures[0]
  if (failure)
    return {
      tone: 'warn',
      icon: 'triangle-alert',
      title: t('records.verdict.failed'),
      text: t(failure.where === 'chosen' ? 'records.copies.failedChosen' : 'records.copies.failedBeside', { time: moment(failure.atMs) }),
    }
  if (!newest) return { tone: 'idle', icon: 'circle-dashed', title: t('records.verdict.none'), text: t('records.verdict.noneText') }
  if (nowMs - newest.atMs > OLD_MS)
    return {
      tone: 'warn',
      icon: 'triangle-alert',
      title: t('records.verdict.old', { age: age(nowMs - newest.atMs) }),
      text: t('records.verdict.oldText'),
    }
  return {
    tone: 'ok',
    icon: 'shield-check',
    title: t('records.verdict.good'),
    text: t('records.verdict.goodText', { when: moment(newest.atMs), count: status.copies.filter((copy) => copy.ok).length }),
  }
}

/** Whole days as typed, or null when they are not within the bounds. */
export function wholeDays(text: string, least: number, most: number): number | null {
  const value = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN
  return value >= least && value <= most ? value : null
}
