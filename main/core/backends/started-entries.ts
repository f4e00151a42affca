import { HearthError } from '#shared/api/errors.ts'
import { startedFileSchema, type Started } from '#shared/catalog/backends/started.ts'
import type { Store } from '../ports/store.ts'

export interface StartedEntries {
  list(): readonly Started[]
  of(entryId: string): Started | undefined
  load(): Promise<void>
  put(started: Started): Promise<void>
  remove(entryId: string): Promise<void>
  clear(): Promise<void>
}

/** What is wanted of the catalogue's entries, one row each. What another version wrote and this one cannot read is left as it is and counts for nothing. */
export function createStartedEntries(store: Pick<Store, 'setting' | 'setSetting'>, network: string): StartedEntries {
  const key = `backend-entries:${network}`
  let rows: Started[] = []
  let isUnread = false
  let turn: Promise<unknown> = Promise.resolve()
  /** One after the other, each from what the one before left: none is lost to another that was asked meanwhile. */
  const change = (make: (before: readonly Started[]) => readonly Started[]): Promise<void> => {
    const saved = turn.then(async () => {
      const next = [...make(rows)]
      if (next.length === 0 && rows.length === 0) return
      if (isUnread) throw new HearthError('store-damaged', { table: 'backend-entries' })
      await store.setSetting(key, JSON.stringify(next))
      rows = next
    })
    turn = saved.catch(() => undefined)
    return saved
  }
  const without = (before: readonly Started[], entryId: string): Started[] => before.filter((row) => row.entryId !== entryId)
  return {
    list: () => rows,
    of: (entryId) => rows.find((row) => row.entryId === entryId),
    async load() {
      const text = await store.setting(key)
      if (text === undefined) return
      try {
        rows = startedFileSchema.parse(JSON.parse(text))
      } catch {
        rows = []
        isUnread = true
      }
    },
    put: (started) => change((before) => [...without(before, started.entryId), started]),
    remove: (entryId) => change((before) => without(before, entryId)),
    clear: () => change(() => []),
  }
}
