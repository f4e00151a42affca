import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Progress } from './Progress.tsx'
import { useTask } from './use-task.ts'

/** Everything out as plain files, with progress and a way out. */
export function ExportCard(): ReactNode {
  const t = useText()
  const start = useCall('records.export')
  const { task, isRunning, cancel, stop } = useTask('records-export')
  const [folder, setFolder] = useState('')
  const failed = start.error ?? (task?.status === 'failed' ? task.error : null)
  const problem = failed?.code === 'folder-invalid' ? failed : null
  const [isRetyped, setRetyped] = useState(false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setRetyped(false)
    if (folder.trim() !== '') void start.run({ folder: folder.trim() })
  }
  return (
    <Card title={t('records.export.title')} padded>
      <form onSubmit={submit} className="grid gap-3">
        <p className="text-text-2">{t('records.export.text')}</p>
        {isRunning && task !== null ? (
          <Progress
            task={task}
            title={t('records.export.running')}
            text={t('records.export.progress', { done: whole(task.done), total: whole(task.total) })}
            onStop={stop}
            isStopping={cancel.busy}
          />
        ) : (
          <>
            <Field
              label={t('records.export.field')}
              value={folder}
              onChange={(next) => {
                setFolder(next)
                setRetyped(true)
                start.clear()
              }}
              mono
              maxLength={1000}
              help={t('records.export.help')}
              error={problem === null || isRetyped ? null : fieldSentence(t, problem)}
            />
            <div>
              <Button type="submit" icon="arrow-down-to-line" isBusy={start.busy} isDisabled={folder.trim() === ''}>
                {t('records.export.button')}
              </Button>
            </div>
          </>
        )}
        <div role="status" className="empty:hidden">
          {task?.status === 'done' ? (
            <Note tone="ok">
              {t('records.export.done', { rows: whole(task.facts['rows'] ?? '0') })}{' '}
              <span className="inline-flex items-center">
                <span className="mono break-all">{task.facts['folder']}</span>
                <CopyButton value={task.facts['folder'] ?? ''} what={t('records.export.what')} />
              </span>
            </Note>
          ) : null}
          {task?.status === 'cancelled' ? <Note>{t('records.export.cancelled')}</Note> : null}
        </div>
        {problem === null ? <ErrorNote error={failed ?? cancel.error} /> : null}
      </form>
    </Card>
  )
}
