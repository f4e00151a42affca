import { HearthError } from '#shared/api/errors.ts'
import type { TaskState } from '#shared/api/state.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** What a running task may do: walk its steps, report, and see whether it was cancelled. */
export interface TaskContext {
  readonly id: string
  readonly signal: AbortSignal
  /** Runs one step of the list given at the start: marks it running, then done or failed. Throws `cancelled` before it starts when the task was cancelled. */
  step<T>(key: string, run: () => Promise<T>, facts?: Record<string, string>): Promise<T>
  /** Adds facts to a step (what was found, how far it is). */
  stepFacts(key: string, facts: Record<string, string>): void
  update(fields: Partial<Pick<TaskState, 'done' | 'total' | 'lastLine' | 'pulls' | 'facts' | 'cancellable'>>): void
}

export interface Tasks {
  /** Starts a task and returns its id at once. One task of a kind runs at a time: while one does, its id is returned instead. */
  start(kind: TaskState['kind'], steps: string[], run: (context: TaskContext) => Promise<void>, options?: { cancellable?: boolean }): string
  /** Rejects `task-unknown`. Cancelling a finished task changes nothing. */
  cancel(id: string): void
  dismiss(id: string): void
  /** Resolves when no task runs (for a clean end). */
  settled(): Promise<void>
  cancelAll(): void
}

/** @param state where progress is published @param onError tells the user-facing code of an unexpected error */
export function createTasks(state: StatePublisher, clock: Clock, log: Log): Tasks {
  const running = new Map<string, { kind: TaskState['kind']; abort: AbortController; ended: Promise<void> }>()
  let counter = 0

  const change = (id: string, make: (task: TaskState) => TaskState): void => {
    const task = state.state.tasks[id]
    if (task) state.put('tasks', id, make(task))
  }
  const changeStep = (id: string, key: string, fields: Partial<TaskState['steps'][number]>): void =>
    change(id, (task) => ({ ...task, steps: task.steps.map((step) => (step.key === key ? { ...step, ...fields } : step)) }))

  return {
    start(kind, steps, run, options = {}) {
      for (const [id, task] of running) if (task.kind === kind) return id
      for (const [id, task] of Object.entries(state.state.tasks)) if (task.kind === kind) state.remove('tasks', id)
      counter += 1
      const id = `${kind}-${clock.now().toString(36)}-${counter}`
      const abort = new AbortController()
      state.put('tasks', id, {
        id,
        kind,
        status: 'running',
        startedAtMs: clock.now(),
        endedAtMs: null,
        cancellable: options.cancellable ?? true,
        steps: steps.map((key) => ({ key, status: 'waiting', startedAtMs: null, endedAtMs: null, facts: {} })),
        pulls: [],
        done: 0,
        total: 0,
        lastLine: '',
        facts: {},
        error: null,
      })
      const context: TaskContext = {
        id,
        signal: abort.signal,
        async step(key, body, facts = {}) {
          if (abort.signal.aborted) throw new HearthError('cancelled')
          changeStep(id, key, { status: 'running', startedAtMs: clock.now(), facts })
          try {
            const value = await body()
            changeStep(id, key, { status: 'done', endedAtMs: clock.now() })
            return value
          } catch (error) {
            changeStep(id, key, { status: 'failed', endedAtMs: clock.now() })
            throw error
          }
        },
        stepFacts(key, facts) {
          change(id, (task) => ({
            ...task,
            steps: task.steps.map((step) => (step.key === key ? { ...step, facts: { ...step.facts, ...facts } } : step)),
          }))
        },
        update(fields) {
          change(id, (task) => ({ ...task, ...fields }))
        },
      }
      const ended = run(context).then(
        () => change(id, (task) => ({ ...task, status: 'done', endedAtMs: clock.now() })),
        (error: unknown) => {
          const cancelled = abort.signal.aborted
          const known = error instanceof HearthError ? error : undefined
          const ref = known || cancelled ? '' : log.error(`task ${kind} failed`, error)
          change(id, (task) => ({
            ...task,
            status: cancelled ? 'cancelled' : 'failed',
            endedAtMs: clock.now(),
            error: cancelled ? null : { code: known?.code ?? 'internal', detail: known?.detail ?? { ref } },
          }))
        },
      )
      running.set(id, { kind, abort, ended })
      void ended.then(() => running.delete(id))
      return id
    },
    cancel(id) {
      const task = running.get(id)
      if (task) task.abort.abort(new HearthError('cancelled'))
      else if (!state.state.tasks[id]) throw new HearthError('task-unknown')
    },
    dismiss(id) {
      if (running.has(id)) return
      state.remove('tasks', id)
    },
    async settled() {
      await Promise.all([...running.values()].map((task) => task.ended))
    },
    cancelAll() {
      for (const task of running.values())
        if (!task.abort.signal.aborted) task.abort.abort(new HearthError('cancelled', { reason: 'ending' }))
    },
  }
}
