import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Ageing, Records } from '../ports/records.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { Settings } from '../settings/settings.ts'
import { createDailyCare } from './daily.ts'
import { adoptOldRetention } from './retention.ts'
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
  settings: Pick<Settings, 'get' | 'set'>
  tasks: Tasks
  clock: Clock
  log: Log
  activity: (text: string, facts?: Record<string, string>, actor?: 'you' | 'hearth', level?: 'info' | 'warn') => void
}): RecordCare {
  const { records, store, settings, tasks, clock, log, activity } = deps
  const daily = createDailyCare({
    records,
    store,
    settings,
    clock,
    log,
    onFailure: ({ where, code }) =>
      activity(where === 'chosen' ? 'records-not-copied-chosen' : 'records-not-copied', { code }, 'hearth', 'warn'),
  })
  return {
    handlers: recordHandlers({ records, daily, settings, tasks, clock, activity: (text, facts) => activity(text, facts) }),
    async run(signal) {
      await adoptOldRetention(store, settings).catch((error: unknown) => log.error('what was chosen before', error))
      await daily.run(signal)
    },
  }
}
