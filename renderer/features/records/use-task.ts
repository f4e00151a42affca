import type { TaskState } from '#shared/api/state.ts'
import { useAppState, useCall, type Call } from '#renderer/bridge/hooks.ts'

/** The newest task of a kind, and how to stop it or put its result away. */
export function useTask(kind: 'records-backup' | 'records-export'): {
  task: TaskState | null
  isRunning: boolean
  cancel: Call<'tasks.cancel'>
  stop: () => void
} {
  const task = useAppState((state) =>
    Object.values(state.tasks)
      .filter((each) => each.kind === kind)
      .reduce<TaskState | null>((newest, each) => (newest === null || each.startedAtMs > newest.startedAtMs ? each : newest), null),
  )
  const cancel = useCall('tasks.cancel')
  return {
    task,
    isRunning: task?.status === 'running',
    cancel,
    stop: () => (task === null ? undefined : void cancel.run({ taskId: task.id })),
  }
}
