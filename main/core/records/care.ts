import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Ageing, Records } from '../ports/records.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { createDailyCare } from './daily.ts'
import { recordHandlers, type RecordRequest } from './handlers.ts'

/** Care of what Hearth keeps: requests about it, and what is done every day without being asked. */
export interface RecordCare {
  handlers: Pick<Handlers, RecordRequest>
  /** Ends when `signal` aborts and nothing is under way. */
  run(signal: AbortSignal): Promise<void>
}

export function createRecordCare(deps: {
  records: Records
  store: Ageing
  tasks: Tasks
  clock: Clock
  log: Log
  activity: (text: string, facts?: Record<string, string>, actor?: 'you' | 'hearth', level?: 'info' | 'warn') => void
}): RecordCare {
  const { records, store, tasks, clock, log, activity } = deps
  const daily = createDailyCare({
    records,
    store,
    clock,
    log,
    onFailure: ({ where, code }) =>
      activity(where === 'chosen' ? 'records-not-copied-chosen' : 'records-not-copied', { code }, 'hearth', 'warn'),
  })
  return {
    handlers: recordHandlers({ records, daily, store, tasks, clock, activity: (text, facts) => activity(text, facts) }),
    run: (signal) => daily.run(signal),
  }
}
