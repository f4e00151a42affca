import type { ReactNode } from 'react'
import { useAppState, useCall, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { HistoryCard } from './HistoryCard.tsx'
import { OfferCard } from './OfferCard.tsx'
import { OpenCard } from './OpenCard.tsx'
import { RunningCard } from './RunningCard.tsx'
import { UnusedImages } from './UnusedImages.tsx'
import { isOpenFor, updateVerdict } from './update-words.ts'
import { UpgradeCard } from './UpgradeCard.tsx'

/** What runs, what is newer, when it is done and whether one can go back; and the chain's own upgrades. */
export function Updates(): ReactNode {
  const t = useText()
  const now = useNow(1_000)
  const updates = useAppState((state) => state.health.updates)
  const { value: list, error, reload } = useQuery('updates.list', {}, updates?.revision ?? 0)
  const check = useCall('updates.check')
  if (list === null)
    return (
      <div className="grid gap-3.5">
        {error === null ? <Verdict tone="info" icon="loader" title={t('updates.verdict.looking')} moving /> : null}
        <ErrorNote error={error}>
          <Button size="sm" onPress={reload}>
            {t('ui.tryAgain')}
          </Button>
        </ErrorNote>
      </div>
    )
  if (list.running.length === 0)
    return (
      <EmptyState icon="boxes" title={t('updates.empty')} text={t('updates.emptyText')}>
        <LinkButton href="#/nodes">{t('updates.emptyGo')}</LinkButton>
      </EmptyState>
    )
  const offers = list.running.filter((running) => running.offer && !isOpenFor(list, running.image))
  return (
    <div className="grid gap-3.5">
      <Verdict {...updateVerdict(t, list, updates, now)} />
      <ErrorNote error={error ?? check.error} />
      {list.lookFailed ? <Note tone="warn">{t('updates.lookFailed')}</Note> : null}
      <UpgradeCard list={list} now={now} onChanged={reload} />
      <OpenCard rows={list.open.filter((row) => row.reason !== 'upgrade')} now={now} onChanged={reload} />
      {offers.map((running) => (
        <OfferCard key={running.image} running={running} now={now} onChanged={reload} />
      ))}
      <RunningCard
        list={list}
        now={now}
        aside={
          <Button size="sm" icon="refresh-cw" isBusy={check.busy} onPress={() => void check.run({}).then(reload)}>
            {t('updates.check')}
          </Button>
        }
      />
      <UnusedImages unused={list.unused} onChanged={reload} />
      <HistoryCard list={list} now={now} onChanged={reload} />
      <p className="text-small text-text-3">
        {t('updates.settings')}{' '}
        <a className="link" href="#/settings">
          {t('updates.settingsGo')}
        </a>
      </p>
    </div>
  )
}
