import type { ReactNode } from 'react'
import { SETTINGS } from '#shared/settings/table.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { day, shortDigest, when } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import type { UpdateList } from './update-words.ts'

/** Something newer: since when, what it costs to take it, whether one can go back, and when. */
export function OfferCard({
  running,
  now,
  onChanged,
}: {
  running: UpdateList['running'][number]
  now: number
  onChanged: () => void
}): ReactNode {
  const t = useText()
  const hour = useAppState((state) => state.settings['updatesHour']?.value ?? SETTINGS.updatesHour.standard)
  const start = useCall('updates.start')
  const skip = useCall('updates.skip')
  const { offer, title, image } = running
  if (!offer) return null
  const take = (at: 'now' | 'quiet' | 'hour'): void => void start.run({ image, when: at }).then(onChanged)
  const date =
    offer.releasedAtMs === null
      ? t('updates.offer.seen', { date: when(offer.seenAtMs, now) })
      : t('updates.offer.released', { date: day(offer.releasedAtMs) })
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t(`updates.offer.${offer.reason}`, { title, version: offer.toVersion })}
          {offer.security ? <span className="pill tone-warn">{t('updates.offer.security')}</span> : null}
          {offer.skipped ? <span className="pill tone-idle">{t('updates.offer.skipped')}</span> : null}
        </span>
      }
      aside={date}
      padded
    >
      <div className="grid gap-3">
        <p className="text-text-2">
          {t(`updates.offer.${offer.reason}Text`)} <span className="mono">{shortDigest(offer.digest)}</span>
        </p>
        {offer.blocked ? (
          <Note tone="info" icon="clock">
            {t(`updates.offer.blocked.${blockedKey(offer.blocked.key)}`, offer.blocked.facts)}
          </Note>
        ) : (
          <Note>
            {t('updates.offer.cost')} {t(offer.canGoBack ? 'updates.offer.canGoBack' : 'updates.offer.cannotGoBack')}{' '}
            {offer.autoAtMs === null ? t('updates.offer.noAuto') : t('updates.offer.auto', { date: when(offer.autoAtMs, now) })}
          </Note>
        )}
        <ErrorNote error={start.error ?? skip.error} />
        <div className="flex flex-wrap gap-2">
          {offer.blocked || offer.skipped ? null : (
            <>
              <Button kind="pri" icon="clock" isBusy={start.busy} onPress={() => take('quiet')}>
                {t('updates.offer.quiet')}
              </Button>
              <Button isBusy={start.busy} onPress={() => take('hour')}>
                {t('updates.offer.hour', { hour: String(hour) })}
              </Button>
              <Button isBusy={start.busy} onPress={() => take('now')}>
                {t('updates.offer.now')}
              </Button>
            </>
          )}
          {offer.notesUrl === null ? null : (
            <LinkButton href={offer.notesUrl} external icon="external-link" kind="ghost">
              {t('updates.offer.notes')}
            </LinkButton>
          )}
          {offer.blocked ? null : (
            <Button kind="ghost" isBusy={skip.busy} onPress={() => void skip.run({ image, skipped: !offer.skipped }).then(onChanged)}>
              {t(offer.skipped ? 'updates.offer.unskip' : 'updates.offer.skip')}
            </Button>
          )}
        </div>
      </div>
    </Card>
  )
}

type Blocked = 'before-height' | 'no-plan' | 'after-upgrade' | 'busy'
const blockedKey = (key: string): Blocked => (['before-height', 'no-plan', 'after-upgrade'].includes(key) ? (key as Blocked) : 'busy')
