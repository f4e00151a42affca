import type { ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useAppState, useCall, useRealNow, useWaits } from '#renderer/bridge/hooks.ts'
import { en } from '#renderer/text/en.ts'
import { duration } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'

/** What is waited for this long is said. */
export const SHOWN_AFTER_MS = 1_000

/** What lasts, with a way out where there is one: reads of this page, and requests of anybody that change something. Nothing while nothing lasts. */
export function WaitBar(): ReactNode {
  const t = useText()
  const waits = useWaits()
  const tasks = useAppState((state) => Object.values(state.tasks).filter((task) => task.kind === 'request' && task.status === 'running'))
  return waits.length === 0 && tasks.length === 0 ? null : (
    <div className="px-6" role="status" aria-label={t('waits.label')}>
      {tasks.map((task) => (
        <Request key={task.id} task={task} />
      ))}
      <Reads />
    </div>
  )
}

function Request({ task }: { task: TaskState }): ReactNode {
  const t = useText()
  const now = useRealNow()
  const cancel = useCall('tasks.cancel')
  const name = nameOf(t, task.facts['request'] ?? '')
  const hasBegun = task.steps.some((step) => step.key === 'request-runs' && step.status === 'running')
  return (
    <Line
      text={t(hasBegun ? 'waits.runs' : 'waits.turn', { name })}
      ms={now - task.startedAtMs}
      onCancel={task.cancellable ? () => void cancel.run({ taskId: task.id }) : null}
    />
  )
}

function Reads(): ReactNode {
  const t = useText()
  const now = useRealNow()
  const lasting = useWaits().filter((wait) => now - wait.sinceMs >= SHOWN_AFTER_MS)
  return lasting.map((wait) => (
    <Line key={wait.key} text={t('waits.reads', { name: nameOf(t, wait.name) })} ms={now - wait.sinceMs} onCancel={wait.cancel} />
  ))
}

function Line({ text, ms, onCancel }: { text: string; ms: number; onCancel: (() => void) | null }): ReactNode {
  const t = useText()
  return (
    <div className="note mt-2 items-center">
      <Icon name="loader" size={14} />
      <div className="min-w-0 flex-1">
        {text}{' '}
        <span className="text-text-3 num" aria-hidden="true">
          {t('waits.for', { age: duration(Math.max(0, ms)) })}
        </span>
        {onCancel === null ? <span className="block text-small text-text-2">{t('waits.noWayBack')}</span> : null}
      </div>
      {onCancel === null ? null : (
        <Button size="sm" onPress={onCancel}>
          {t('waits.cancel')}
        </Button>
      )}
    </div>
  )
}

/** @param request as the table calls it; one without words of its own is said in general */
function nameOf(t: Words, request: string): string {
  const key = request.replace('.', '-')
  return t(`waits.names.${Object.hasOwn(en.waits.names, key) ? (key as keyof typeof en.waits.names) : 'other'}`)
}
