import type { AppState } from '#shared/api/state.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import type { Words } from '#renderer/text/text.ts'
import { age, duration, whole } from '#renderer/text/format.ts'
import type { IconName } from '#renderer/ui/icons.tsx'
import type { Tone } from '#renderer/ui/tone.ts'

export type UpdateList = RequestOutput<'updates.list'>
export type OpenUpdate = UpdateList['open'][number]
type Updates = NonNullable<AppState['health']['updates']>

interface Said {
  tone: Tone
  icon: IconName
  title: string
  text?: string
  moving?: boolean
}

/** The one sentence that stands above everything: what needs the user first. */
export function updateVerdict(t: Words, list: UpdateList, updates: Updates | undefined, nowMs: number): Said {
  const { tooOld } = list
  if (updates?.swapping)
    return {
      tone: 'info',
      icon: 'loader',
      moving: true,
      title: t('updates.verdict.swapping', { title: updates.swapping.title, version: updates.swapping.toVersion }),
      text: t('updates.verdict.swappingText'),
    }
  if (tooOld)
    return {
      tone: 'bad',
      icon: 'circle-x',
      title: t('updates.verdict.tooOld', { height: whole(tooOld.height) }),
      text: t('updates.verdict.tooOldText', tooOld),
    }
  if (updates?.upgrade === 'failed')
    return { tone: 'bad', icon: 'circle-x', title: t('updates.verdict.failed'), text: t('updates.verdict.failedText') }
  if (updates?.upgrade === 'missing')
    return { tone: 'warn', icon: 'triangle-alert', title: t('updates.verdict.missing'), text: t('updates.verdict.missingText') }
  const ready = list.running.filter((now) => now.offer && !now.offer.skipped && now.offer.blocked === null && !isOpenFor(list, now.image))
  if (ready.length > 0)
    return {
      tone: 'info',
      icon: 'arrow-down-to-line',
      title: t('updates.verdict.ready', { count: ready.length }),
      text: t('updates.verdict.readyText'),
    }
  if (updates?.upgrade === 'ready')
    return { tone: 'ok', icon: 'circle-check', title: t('updates.verdict.upgradeReady'), text: t('updates.verdict.upgradeReadyText') }
  if (list.open.length > 0)
    return { tone: 'info', icon: 'clock', title: t('updates.verdict.waiting'), text: t('updates.verdict.waitingText') }
  if (list.lookedAtMs === null)
    return { tone: 'idle', icon: 'circle-dashed', title: t('updates.verdict.unasked'), text: t('updates.verdict.unaskedText') }
  return {
    tone: 'ok',
    icon: 'circle-check',
    title: t('updates.verdict.fine'),
    text: t('updates.verdict.fineText', { age: age(Math.max(0, nowMs - list.lookedAtMs)) }),
  }
}

/** Whether an update of this image is under way or just done. */
export const isOpenFor = (list: UpdateList, image: string): boolean => list.open.some((row) => row.image === image)

/** How far an upgrade is, in blocks and, where a rhythm is known, in time. */
export function leftWords(t: Words, height: number, chain: AppState['chain'], nowMs: number): string {
  const blocks = Math.max(0, height - chain.height)
  if (blocks === 0) return t('updates.upgrade.now')
  const words = t('updates.upgrade.leftBlocks', { count: blocks, blocks: whole(blocks) })
  if (chain.medianBlockMs === null) return words
  const leftMs = chain.blockTimeMs + blocks * chain.medianBlockMs - nowMs
  return leftMs <= 0 ? words : t('updates.upgrade.leftBoth', { blocks: words, time: duration(leftMs) })
}
