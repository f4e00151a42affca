import type { ReactNode } from 'react'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'
import { FetchProgress } from './FetchProgress.tsx'
import { leftWords, type UpdateList } from './update-words.ts'

/** The coming upgrade: when, what is ready, what Hearth does at its block. Nothing is there while the chain plans none. */
export function UpgradeCard({ list, now, onChanged }: { list: UpdateList; now: number; onChanged: () => void }): ReactNode {
  const t = useText()
  const chain = useAppState((state) => state.chain)
  const plan = useAppState((state) => state.health.upgrade)
  const told = useAppState((state) => state.health.updates?.upgrade ?? null)
  const retry = useCall('updates.retry')
  const newest = [...list.open, ...list.history].find((row) => row.reason === 'upgrade')
  const row = newest && (list.open.includes(newest) || newest.stage === 'failed') ? newest : undefined
  const upgrade = row?.plan ?? (plan && plan.height > chain.height ? plan : null)
  if (!upgrade) return null
  const stage = told ?? (row?.stage === 'fetched' ? 'ready' : null)
  const version = row?.toVersion ?? upgrade.name.replace(/^v/, '')
  const image: Status =
    stage === 'ready'
      ? { tone: 'ok', icon: 'circle-check', word: t('updates.upgrade.imageReady', { version }) }
      : stage === 'swapping'
        ? { tone: 'info', icon: 'loader', moving: true, word: t('updates.upgrade.imageSwapping', { version }) }
        : stage === 'failed'
          ? { tone: 'bad', icon: 'circle-x', word: t('updates.upgrade.imageFailed', { version }) }
          : stage === 'fetching'
            ? { tone: 'info', icon: 'loader', moving: true, word: t('updates.upgrade.imageFetching', { version }) }
            : { tone: 'warn', icon: 'triangle-alert', word: t('updates.upgrade.imageMissing', { version }) }
  return (
    <Card title={t('updates.upgrade.title', { name: upgrade.name })} padded>
      <div className="grid gap-3">
        <Facts
          rows={[
            [t('updates.upgrade.at'), whole(upgrade.height)],
            [t('updates.upgrade.left'), leftWords(t, upgrade.height, chain, now)],
            [t('updates.upgrade.image'), <StatusChip key="image" status={image} />],
            [t('updates.upgrade.back'), t('updates.upgrade.backText')],
          ]}
        />
        {stage === 'fetching' ? <FetchProgress version={version} /> : null}
        <Note>
          {t('updates.upgrade.whoText')} {t('updates.upgrade.before')}
        </Note>
        <ErrorNote error={retry.error} />
        {row?.stage === 'failed' ? (
          <div>
            <Button kind="pri" icon="rotate-cw" isBusy={retry.busy} onPress={() => void retry.run({ id: row.id }).then(onChanged)}>
              {t('updates.upgrade.retry')}
            </Button>
          </div>
        ) : null}
      </div>
    </Card>
  )
}
