import { HearthError } from '#shared/api/errors.ts'
import type { RequestName } from '#shared/api/requests.ts'
import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { CopyFacts, Records } from '../ports/records.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { daysKept, type DailyCare } from './daily.ts'
import type { Settings } from '../settings/settings.ts'
import { chosenRetention, keepRetention } from './retention.ts'

export type RecordRequest = Extract<RequestName, `records.${string}`>

/** Progress is published this often at most: each is a patch to the page. */
const TELL_MS = 200

export interface RecordDeps {
  records: Records
  daily: DailyCare
  settings: Pick<Settings, 'get' | 'set'>
  tasks: Tasks
  clock: Clock
  activity: (text: string, facts: Record<string, string>) => void
}

/** The requests about the store's files: copies, restore, export, how long rows are kept. */
export function recordHandlers(deps: RecordDeps): Pick<Handlers, RecordRequest> {
  const { records, daily, settings, tasks, clock, activity } = deps
  /** Copies that were read through by hand since the start; every copy was read through when it was made. */
  const checked = new Map<string, { atMs: number; ok: boolean }>()
  const keyOf = (copy: Pick<CopyFacts, 'name' | 'chosen'>): string => `${copy.chosen ? 'chosen' : 'beside'}/${copy.name}`

  /** Tells a task's progress, now and then and at the end. */
  const teller = (update: (fields: { done: number; total: number }) => void): ((done: number, total: number) => void) => {
    let toldAtMs = Number.NEGATIVE_INFINITY
    return (done, total) => {
      if (clock.now() - toldAtMs < TELL_MS && done < total) return
      toldAtMs = clock.now()
      update({ done, total })
    }
  }

  return {
    'records.status': async () => {
      const facts = await records.facts()
      return {
        ...facts,
        chosenFolder: facts.chosenFolder ?? null,
        pending: facts.pending ?? null,
        copies: facts.copies.slice(0, 60).map((copy) => {
          const look = checked.get(keyOf(copy))
          return { ...copy, checkedAtMs: look?.atMs ?? copy.atMs, ok: look?.ok ?? true }
        }),
        failures: daily.failures(),
        retention: chosenRetention(settings),
      }
    },
    'records.backup': ({ where }) =>
      Promise.resolve({
        taskId: tasks.start('records-backup', ['copy-records'], (context) =>
          context.step('copy-records', async () => {
            const copy = await records.copy(where, {
              daysKept: daysKept(settings, where),
              signal: context.signal,
              onProgress: teller((fields) => context.update(fields)),
            })
            daily.succeeded(where)
            context.update({ facts: { name: copy.name, bytes: String(copy.bytes), where } })
            activity('records-copied', { name: copy.name })
          }),
        ),
      }),
    'records.check': async (copy) => {
      try {
        await records.check(copy)
        checked.set(keyOf(copy), { atMs: clock.now(), ok: true })
      } catch (error) {
        if (error instanceof HearthError) checked.set(keyOf(copy), { atMs: clock.now(), ok: false })
        throw error
      }
      return {}
    },
    'records.chooseFolder': async ({ path }) => {
      await records.chooseFolder(path ?? undefined)
      activity('records-folder', { path: path ?? '–' })
      return {}
    },
    'records.restore': async (copy) => {
      await records.planRestore(copy)
      activity('records-restore-asked', { name: copy.name })
      return {}
    },
    'records.cancelRestore': async () => {
      await records.cancelRestore()
      return {}
    },
    'records.export': ({ folder }) =>
      Promise.resolve({
        taskId: tasks.start('records-export', ['export-records'], (context) =>
          context.step('export-records', async () => {
            const made = await records.export(folder, { signal: context.signal, onProgress: teller((fields) => context.update(fields)) })
            context.update({ facts: { folder: made.folder, rows: String(made.rows) } })
            activity('records-exported', { folder: made.folder })
          }),
        ),
      }),
    'records.setRetention': async (retention) => {
      await keepRetention(settings, retention)
      return {}
    },
  }
}
