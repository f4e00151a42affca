import type { ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { whole, when } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { FetchProgress } from './FetchProgress.tsx'
import type { OpenUpdate } from './update-words.ts'

/** Updates that were begun: where each is, what it waits for, and how to hurry or call it off while it waits. */
export function OpenCard({ rows, now, onChanged }: { rows: OpenUpdate[]; now: number; onChanged: () => void }): ReactNode {
  const t = useText()
  if (rows.length === 0) return null
  return (
    <Card title={t('updates.open.title')}>
      <div className="lines mt-1">
        {rows.map((row) => (
          <Row key={row.id} row={row} now={now} onChanged={onChanged} />
        ))}
      </div>
    </Card>
  )
}

function Row({ row, now, onChanged }: { row: OpenUpdate; now: number; onChanged: () => void }): ReactNode {
  const t = useText()
  const postpone = useCall('updates.postpone')
  const skip = useCall('updates.skip')
  const isWaiting = row.stage === 'planned' || row.stage === 'fetched'
  const isMoving = !isWaiting || row.stage === 'planned'
  return (
    <div className="!grid gap-2 !py-3.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium">{changeWords(t, row)}</span>
        <StatusChip
          pill
          status={{
            tone: row.stage === 'rolling-back' ? 'warn' : 'info',
            icon: isMoving ? 'loader' : 'clock',
            moving: isMoving,
            word: t(`updates.open.stage.${row.stage}`),
          }}
        />
      </div>
      <div className="text-text-2">{waitWords(t, row, now)}</div>
      {row.stage === 'planned' ? <FetchProgress version={row.toVersion} /> : null}
      <ErrorNote error={postpone.error ?? skip.error} />
      {isWaiting ? (
        <div className="flex flex-wrap gap-2">
          <Button size="sm" icon="play" isBusy={postpone.busy} onPress={() => void postpone.run({ id: row.id, days: 0 }).then(onChanged)}>
            {t('updates.open.now')}
          </Button>
          <Button size="sm" icon="clock" isBusy={postpone.busy} onPress={() => void postpone.run({ id: row.id, days: 1 }).then(onChanged)}>
            {t('updates.open.later')}
          </Button>
          {row.reason === 'undo' ? null : (
            <Button
              size="sm"
              kind="ghost"
              icon="x"
              isBusy={skip.busy}
              onPress={() => void skip.run({ image: row.image, skipped: true }).then(onChanged)}
            >
              {t('updates.open.skip')}
            </Button>
          )}
        </div>
      ) : null}
    </div>
  )
}

const WAITS = ['time', 'quiet', 'height', 'upgrade-near', 'node', 'others', 'blocks', 'back'] as const

const changeWords = (t: Words, row: OpenUpdate): string =>
  row.fromVersion === row.toVersion
    ? t('updates.open.same', { title: row.title, to: row.toVersion })
    : t('updates.open.change', { title: row.title, from: row.fromVersion, to: row.toVersion })

function waitWords(t: Words, row: OpenUpdate, now: number): string {
  const waits = WAITS.find((known) => known === row.waits)
  return waits === undefined ? '' : t(`updates.open.waits.${waits}`, { date: when(row.dueAtMs, now), height: whole(row.plan?.height ?? 0) })
}
