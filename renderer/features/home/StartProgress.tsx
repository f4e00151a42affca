import type { ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useRealNow } from '#renderer/bridge/hooks.ts'
import { duration } from '#renderer/text/format.ts'
import { stepText, stepTitle } from '#renderer/text/steps.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { Steps, type Step } from '#renderer/ui/Steps.tsx'

/** The steps of a start with their time; nothing before there is one. */
export function StartSteps({ task }: { task: TaskState | undefined }): ReactNode {
  const t = useText()
  const now = useRealNow(500)
  if (task === undefined || task.steps.length === 0) return null
  return (
    <Card title={t('home.start.steps')} aside={duration((task.endedAtMs ?? now) - task.startedAtMs)} padded>
      <Steps steps={task.steps.map((step) => stepView(t, task, step, now))} />
    </Card>
  )
}

const STATE: Record<TaskState['steps'][number]['status'], Step['state']> = {
  waiting: 'todo',
  running: 'now',
  done: 'done',
  failed: 'failed',
}

function stepView(t: Words, task: TaskState, step: TaskState['steps'][number], now: number): Step {
  const elapsed = step.startedAtMs === null ? '' : duration((step.endedAtMs ?? now) - step.startedAtMs)
  return {
    key: step.key,
    title: stepTitle(t, task.kind, step.key),
    text: stepText(t, step.key, step.facts),
    time: elapsed,
    state: STATE[step.status],
  }
}

/** Why it takes long, and the engine's last words. */
export function Cause({ task }: { task: TaskState }): ReactNode {
  const t = useText()
  const isFetching = task.pulls.some((pull) => pull.status === 'fetching')
  if (!isFetching && task.lastLine === '') return null
  return (
    <Card>
      {isFetching ? (
        <div className="px-4 py-3">
          <div className="font-medium">{t('home.start.causeTitle')}</div>
          <p className="mt-0.5 max-w-[620px] text-small text-text-2">{t('home.start.cause')}</p>
        </div>
      ) : null}
      {task.lastLine === '' ? null : (
        <div className="log mono truncate rounded-b-card border-t border-line px-4 py-[7px] text-text-2" title={task.lastLine}>
          {task.lastLine}
        </div>
      )}
    </Card>
  )
}
