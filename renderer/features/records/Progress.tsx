import type { ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useNow } from '#renderer/bridge/hooks.ts'
import { duration } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'

/** How far a copy or an export is, for how long, and its way out. */
export function Progress({
  task,
  title,
  text,
  onStop,
  isStopping,
}: {
  task: TaskState
  title: string
  text?: string
  onStop: () => void
  isStopping: boolean
}): ReactNode {
  const t = useText()
  const now = useNow()
  return (
    <div className="grid gap-2">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1">
          {title}
          <span className="text-text-3 num"> · {duration(now - task.startedAtMs)}</span>
          {text === undefined ? null : <span className="text-text-3 num"> · {text}</span>}
        </span>
        <Button size="sm" icon="square" isBusy={isStopping} onPress={onStop}>
          {t('ui.cancel')}
        </Button>
      </div>
      <ProgressBar value={task.total === 0 ? 0 : task.done / task.total} label={title} />
    </div>
  )
}
