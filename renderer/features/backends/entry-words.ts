import type { EntryRow } from '#shared/api/backend-requests.ts'
import { age, duration, whole } from '#renderer/text/format.ts'
import type { Words } from '#renderer/text/text.ts'

/** What of this PC is too little, in a few words. */
export const lackWords = (t: Words, lack: EntryRow['lacks'][number]): string =>
  t(`backends.catalogue.lacks.${lack.what}`, { has: lack.has ?? 0, needs: lack.needs })

/** How far a node is with its chain, with figures where there are any. */
export function progressWords(t: Words, progress: NonNullable<EntryRow['progress']>): string {
  const { state, height, blocksBehind, headAgeMs, leftMs } = progress
  if (state === 'no-answer' || state === 'looking-for-peers') return t(`backends.catalogue.progress.${state}`)
  if (state === 'at-head')
    return height === null ? t('backends.catalogue.progress.ready') : t('backends.catalogue.progress.at-head', { height: whole(height) })
  const parts = [t('backends.catalogue.progress.catching-up', { height: whole(height ?? 0) })]
  if (blocksBehind !== null) parts.push(t('backends.catalogue.progress.behind', { count: blocksBehind, blocks: whole(blocksBehind) }))
  else if (headAgeMs !== null) parts.push(t('backends.catalogue.progress.old', { age: age(headAgeMs) }))
  if (leftMs !== null) parts.push(t('backends.catalogue.progress.left', { time: duration(leftMs) }))
  return parts.join(', ')
}
