import { useState, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { bytes } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { Progress } from './Progress.tsx'
import { moment, type Copy, type RecordStatus } from './record-words.ts'
import { RestoreDialog } from './RestoreDialog.tsx'
import { useTask } from './use-task.ts'

/** Rows shown before the rest is asked for. */
const FIRST = 6

/** Every copy with its check, one more on request, and the way back. */
export function Copies({ status, onChanged }: { status: RecordStatus; onChanged: () => void }): ReactNode {
  const t = useText()
  const [isAll, setAll] = useState(false)
  const [restoring, setRestoring] = useState<Copy | null>(null)
  const backup = useCall('records.backup')
  const { task, isRunning, cancel, stop } = useTask('records-backup')
  const shown = isAll ? status.copies : status.copies.slice(0, FIRST)
  return (
    <Card title={t('records.copies.title')}>
      <div className="grid gap-3 px-4 pt-1 pb-3">
        {isRunning && task !== null ? (
          <Progress task={task} title={t('records.copies.running')} onStop={stop} isStopping={cancel.busy} />
        ) : (
          <div className="flex flex-wrap items-center gap-2">
            <Button kind="pri" icon="archive" isBusy={backup.busy} onPress={() => void backup.run({ where: 'beside' })}>
              {t('records.copies.now')}
            </Button>
            {status.chosenFolder === null ? null : (
              <Button isBusy={backup.busy} onPress={() => void backup.run({ where: 'chosen' })}>
                {t('records.copies.nowChosen')}
              </Button>
            )}
          </div>
        )}
        <div role="status" className="empty:hidden">
          {task?.status === 'done' ? (
            <Note tone="ok">
              {t('records.copies.done', { name: task.facts['name'] ?? '', size: bytes(Number(task.facts['bytes'] ?? 0)) })}
            </Note>
          ) : null}
          {task?.status === 'cancelled' ? <Note>{t('records.copies.cancelled')}</Note> : null}
        </div>
        <ErrorNote error={backup.error ?? cancel.error ?? (task?.status === 'failed' ? task.error : null)} />
        {status.failures.map((failure) => (
          <ErrorNote key={failure.where} error={failure} />
        ))}
      </div>
      <Table
        caption={t('records.copies.title')}
        columns={[
          { key: 'when', title: t('records.copies.when') },
          { key: 'where', title: t('records.copies.where') },
          { key: 'size', title: t('records.copies.size'), right: true },
          { key: 'checked', title: t('records.copies.checked') },
          { key: 'actions', title: t('records.copies.actions'), right: true },
        ]}
        {...(status.copies.length === 0 ? { empty: t('records.copies.empty') } : {})}
      >
        {shown.map((copy) => (
          <Row key={`${copy.name} ${String(copy.chosen)}`} copy={copy} onRestore={() => setRestoring(copy)} onChanged={onChanged} />
        ))}
      </Table>
      <div className="flex flex-wrap items-center gap-3 px-4 py-2.5">
        <p className="min-w-[200px] flex-1 text-small text-text-3">{t('records.copies.foot')}</p>
        {shown.length < status.copies.length ? (
          <Button kind="ghost" size="sm" onPress={() => setAll(true)}>
            {t('records.copies.all', { count: status.copies.length })}
          </Button>
        ) : null}
      </div>
      <RestoreDialog copy={restoring} onClose={() => setRestoring(null)} onChanged={onChanged} />
    </Card>
  )
}

function Row({ copy, onRestore, onChanged }: { copy: Copy; onRestore: () => void; onChanged: () => void }): ReactNode {
  const t = useText()
  const check = useCall('records.check')
  const when = moment(copy.atMs)
  return (
    <tr>
      <td>{when}</td>
      <td>{t(copy.chosen ? 'records.copies.chosen' : 'records.copies.beside')}</td>
      <td className="r">{bytes(copy.bytes)}</td>
      <td>
        <StatusChip
          status={
            copy.ok
              ? { tone: 'ok', icon: 'circle-check', word: t('records.copies.whole') }
              : { tone: 'bad', icon: 'circle-x', word: t('records.copies.damaged') }
          }
        />{' '}
        <span className="text-text-3">{moment(copy.checkedAtMs)}</span>
        <ErrorNote error={check.error} className="mt-1.5 whitespace-normal" />
      </td>
      <td className="r">
        <span className="inline-flex gap-1.5">
          <Button
            kind="ghost"
            size="sm"
            label={t('records.copies.checkLabel', { when })}
            isBusy={check.busy}
            onPress={() => void check.run({ name: copy.name, chosen: copy.chosen }).then(onChanged)}
          >
            {t('records.copies.check')}
          </Button>
          <Button size="sm" label={t('records.copies.restoreLabel', { when })} isDisabled={!copy.ok} onPress={onRestore}>
            {t('records.copies.restore')}
          </Button>
        </span>
      </td>
    </tr>
  )
}
