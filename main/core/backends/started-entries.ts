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
  const save = async (next: Started[]): Promise<void> => {
    if (isUnread) throw new HearthError('store-damaged', { table: 'backend-entries' })
    await store.setSetting(key, JSON.stringify(next))
    rows = next
  }
  const others = (entryId: string): Started[] => rows.filter((row) => row.entryId !== entryId)
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
    put: (started) => save([...others(started.entryId), started]),
    remove: async (entryId) => {
      if (rows.some((row) => row.entryId === entryId)) await save(others(entryId))
    },
    clear: async () => {
      if (rows.length > 0) await save([])
    },
  }
}
