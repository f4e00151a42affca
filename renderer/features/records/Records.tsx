import type { ReactNode } from 'react'
import { useAppState, useCall, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import { bytes } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { Copies } from './Copies.tsx'
import { ExportCard } from './ExportCard.tsx'
import { KeptFor } from './KeptFor.tsx'
import { moment, recordVerdict, type RecordStatus } from './record-words.ts'
import { SecondPlace } from './SecondPlace.tsx'

/** Is what Hearth knows safe, where does it lie, and how does one get it back or out. */
export function Records(): ReactNode {
  const t = useText()
  const now = useNow(30_000)
  // A copy that ended is in the list.
  const ended = useAppState((state) =>
    Object.values(state.tasks)
      .filter((task) => task.kind === 'records-backup')
      .map((task) => `${task.id} ${task.status}`)
      .join(),
  )
  const { value: status, error, reload } = useQuery('records.status', {}, ended)
  if (status === null) {
    return (
      <div className="grid gap-3.5">
        {error === null ? (
          <Verdict tone="info" icon="loader" title={t('records.verdict.looking')} moving />
        ) : (
          <ErrorNote error={error}>
            <Button size="sm" onPress={reload}>
              {t('ui.tryAgain')}
            </Button>
          </ErrorNote>
        )}
      </div>
    )
  }
  return (
    <div className="grid gap-3.5">
      <Verdict {...recordVerdict(t, status, now)} />
      <p className="text-text-2">{t('records.what')}</p>
      <ErrorNote error={error} />
      <Pending status={status} onChanged={reload} />
      <Copies status={status} onChanged={reload} />
      <div className="grid grid-cols-2 items-start gap-3.5 max-[720px]:grid-cols-[minmax(0,1fr)]">
        <SecondPlace status={status} onChanged={reload} />
        <ExportCard />
        <KeptFor status={status} onChanged={reload} />
        <Sizes status={status} />
      </div>
    </div>
  )
}

function Pending({ status, onChanged }: { status: RecordStatus; onChanged: () => void }): ReactNode {
  const t = useText()
  const cancel = useCall('records.cancelRestore')
  const { pending } = status
  if (pending === null) return null
  const copy = status.copies.find((each) => each.name === pending.name && each.chosen === pending.chosen)
  return (
    <Note tone="warn">
      <div className="font-semibold">{t('records.pending.title')}</div>
      <div>{t('records.pending.text', { when: copy === undefined ? pending.name : moment(copy.atMs) })}</div>
      <ErrorNote error={cancel.error} className="mt-2" />
      <div className="mt-2">
        <Button size="sm" icon="x" isBusy={cancel.busy} onPress={() => void cancel.run({}).then(onChanged)}>
          {t('records.pending.cancel')}
        </Button>
      </div>
    </Note>
  )
}

function Sizes({ status }: { status: RecordStatus }): ReactNode {
  const t = useText()
  return (
    <Card title={t('records.size.title')} padded>
      <Facts
        rows={[
          [t('records.size.record'), bytes(status.storeBytes + status.logBytes)],
          [t('records.size.backups'), bytes(status.backupBytes)],
          [t('records.size.metrics'), bytes(status.metricsBytes)],
          [t('records.size.free'), bytes(status.freeBytes)],
          [
            t('records.size.folder'),
            <span key="folder" className="inline-flex items-center gap-1">
              <span className="mono break-all">{status.folder}</span>
              <CopyButton value={status.folder} what={t('records.size.folderWhat')} />
            </span>,
          ],
        ]}
      />
    </Card>
  )
}
