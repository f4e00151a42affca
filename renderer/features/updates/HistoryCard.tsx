import type { ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { when } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import type { OpenUpdate, UpdateList } from './update-words.ts'

/** What was changed and how it ended, and the way back where there is one. */
export function HistoryCard({ list, now, onChanged }: { list: UpdateList; now: number; onChanged: () => void }): ReactNode {
  const t = useText()
  const undo = useCall('updates.undo')
  const rows = list.history
  return (
    <Card title={t('updates.history.title')}>
      <ErrorNote error={undo.error} className="m-3" />
      <div className="mt-2">
        <Table
          caption={t('updates.history.title')}
          columns={[
            { key: 'when', title: t('updates.history.when') },
            { key: 'what', title: t('updates.history.what') },
            { key: 'change', title: t('updates.history.change') },
            { key: 'outcome', title: t('updates.history.outcome') },
            { key: 'undo', title: <span className="sr-only">{t('updates.history.actions')}</span>, right: true },
          ]}
          {...(rows.length === 0 ? { empty: t('updates.history.empty') } : {})}
        >
          {rows.map((row) => (
            <tr key={row.id}>
              <td>{when(row.stageAtMs, now)}</td>
              <td>
                <span className="block font-medium">{row.title}</span>
                <span className="block text-caption leading-[14px] text-text-3">{t(`updates.history.reason.${row.reason}`)}</span>
              </td>
              <td>{changed(t, row)}</td>
              <td className="wrap">
                <StatusChip status={outcome(t, row)} />
                {problem(t, row) === '' ? null : <span className="block text-caption leading-[14px] text-text-3">{problem(t, row)}</span>}
              </td>
              <td className="r">
                {row.noWayBack === null ? (
                  <Button size="sm" icon="undo" isBusy={undo.busy} onPress={() => void undo.run({ id: row.id }).then(onChanged)}>
                    {t('updates.history.undo', { version: row.fromVersion })}
                  </Button>
                ) : (
                  <span className="text-caption text-text-3">
                    {row.noWayBack === 'migrated' || row.noWayBack === 'old' ? t(`updates.history.noWayBack.${row.noWayBack}`) : ''}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </Card>
  )
}

function changed(t: Words, row: OpenUpdate): string {
  if (row.reason === 'first') return t('updates.history.first', { to: row.toVersion })
  return row.fromVersion === row.toVersion
    ? t('updates.history.rebuilt', { to: row.toVersion })
    : t('updates.history.fromTo', { from: row.fromVersion, to: row.toVersion })
}

function outcome(t: Words, row: OpenUpdate): Status {
  const word = t(`updates.open.stage.${row.stage}`)
  if (row.stage === 'done') return { tone: 'ok', icon: 'circle-check', word }
  if (row.stage === 'rolled-back') return { tone: 'warn', icon: 'undo', word }
  if (row.stage === 'failed') return { tone: 'bad', icon: 'circle-x', word }
  return { tone: 'idle', icon: 'minus', word }
}

const PROBLEMS = ['container-ends', 'no-blocks', 'no-answer', 'not-back'] as const
function problem(t: Words, row: OpenUpdate): string {
  const known = PROBLEMS.find((key) => key === row.problem?.key)
  return known === undefined ? '' : t(`updates.history.problem.${known}`)
}
