import type { ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { bytes } from '#renderer/text/format.ts'
import { keyed, useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'

/** A start or removal under way: its step, how far, and the way out; or why it failed. */
export function EntryTask({ task, title }: { task: TaskState; title: string }): ReactNode {
  const t = useText()
  const cancel = useCall('tasks.cancel')
  const dismiss = useCall('tasks.dismiss')
  const at = task.steps.find((step) => step.status === 'running' || step.status === 'failed')
  const words = at ? keyed(t, 'steps', at.key, {}) : ''
  if (task.status === 'failed') {
    return (
      <div className="px-4 pb-3">
        <ErrorNote error={task.error} />
        <Button kind="ghost" size="sm" icon="x" onPress={() => void dismiss.run({ taskId: task.id })}>
          {t('ui.close')}
        </Button>
      </div>
    )
  }
  const { text, share } = far(t, task, at)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-3 border-t border-line bg-sunken px-4 py-2">
      <div className="min-w-0">
        <div className="text-small num">
          {words}
          {text === '' ? null : <span className="text-text-3"> {text}</span>}
        </div>
        {share === null ? null : (
          <div className="mt-1 max-w-[420px]">
            <ProgressBar value={share} label={t('backends.catalogue.task.label', { title })} />
          </div>
        )}
        {task.lastLine === '' ? null : <div className="mono truncate text-caption text-text-3">{task.lastLine}</div>}
        <ErrorNote error={cancel.error} />
      </div>
      {task.cancellable ? (
        <Button size="sm" icon="x" isBusy={cancel.busy} onPress={() => void cancel.run({ taskId: task.id })}>
          {t('backends.catalogue.cancel')}
        </Button>
      ) : null}
    </div>
  )
}

function far(t: Words, task: TaskState, step: TaskState['steps'][number] | undefined): { text: string; share: number | null } {
  if (step?.key === 'images') {
    const layers = task.pulls.flatMap((pull) => pull.layers)
    const total = layers.reduce((sum, layer) => sum + layer.totalBytes, 0)
    const done = layers.reduce((sum, layer) => sum + Math.min(layer.currentBytes, layer.totalBytes), 0)
    const ready = task.pulls.filter((pull) => pull.status === 'ready').length
    const which = t('backends.catalogue.task.pull', { done: Math.min(ready + 1, task.pulls.length), total: task.pulls.length })
    const of = total > 0 ? `, ${t('backends.catalogue.task.snapshot', { done: bytes(done), total: bytes(total) })}` : ''
    return { text: which + of, share: total > 0 ? done / total : null }
  }
  if (step?.key !== 'snapshot' && step?.key !== 'unpack') return { text: '', share: null }
  if (task.total === 0) return { text: '', share: null }
  const of = t('backends.catalogue.task.snapshot', { done: bytes(task.done), total: bytes(task.total) })
  const isChecking = step.facts['stage'] === 'checking'
  return { text: isChecking ? `${of}, ${t('backends.catalogue.task.checking')}` : of, share: task.done / task.total }
}
