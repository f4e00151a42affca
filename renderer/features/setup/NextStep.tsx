import { useState, type ReactNode } from 'react'
import type { FoundEngineView } from '#shared/api/engine-requests.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { hasPlain } from './plain-steps.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'

/** What to do next about an engine: the command to copy, and a button where it needs no further rights. @param endpoint of the engine; empty for installing one */
export function NextStep({ endpoint, step }: { endpoint: string; step: NonNullable<FoundEngineView['step']> }): ReactNode {
  const t = useText()
  const run = useCall('engine.runStep')
  const cancel = useCall('tasks.cancel')
  const [taskId, setTaskId] = useState('')
  const task = useAppState((state) => state.tasks[taskId])
  const begin = async (): Promise<void> => setTaskId((await run.run({ endpoint, key: step.key }))?.taskId ?? '')
  const isRunning = task?.status === 'running'
  const { key } = step
  const text = step.command === '' && hasPlain(key) ? t(`setup.engine.plain.${key}`) : t(`setup.engine.steps.${key}`)
  return (
    <div className="mt-2 rounded-[6px] bg-sunken px-3 py-2">
      <p className="text-small">
        <span className="font-medium">{t('setup.engine.next')}: </span>
        {text}
      </p>
      {step.command === '' ? null : (
        <div className="mt-1 flex items-center gap-2">
          <code className="mono min-w-0 flex-1 text-caption break-all">{step.command}</code>
          <CopyButton value={step.command} what={t('setup.engine.command')} />
          {step.runs && !isRunning ? (
            <Button size="sm" icon="play" onPress={() => void begin()} isBusy={run.busy}>
              {t('setup.engine.run')}
            </Button>
          ) : null}
          {step.runs && isRunning ? (
            <Button size="sm" icon="x" onPress={() => void cancel.run({ taskId: task.id })} isBusy={cancel.busy}>
              {t('setup.engine.stop')}
            </Button>
          ) : null}
        </div>
      )}
      {step.runs && isRunning ? (
        <div role="status" className="mono mt-1 text-caption break-words text-text-2">
          {task.lastLine === ''
            ? keyed(t, 'steps', task.steps.find((each) => each.status === 'running')?.key ?? 'engine-run', {})
            : task.lastLine}
        </div>
      ) : null}
      <ErrorNote error={run.error ?? cancel.error} className="mt-2" />
      {step.runs && task?.status === 'failed' && task.error !== null ? <ErrorNote error={task.error} className="mt-2" /> : null}
    </div>
  )
}
