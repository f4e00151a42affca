import { HearthError } from '#shared/api/errors.ts'
import { attachedFileSchema, type Attached } from '#shared/catalog/backends/attached.ts'
import type { Store } from '../ports/store.ts'

export type { Attached }

export interface Attachments {
  list(): readonly Attached[]
  of(serviceId: string): Attached | undefined
  load(): Promise<void>
  put(attached: Attached): Promise<void>
  remove(serviceId: string): Promise<void>
}

/** One endpoint per service. What another version wrote and this one cannot read is left as it is and counts for nothing. */
export function createAttachments(store: Pick<Store, 'setting' | 'setSetting'>, network: string): Attachments {
  const key = `backends:${network}`
  let rows: Attached[] = []
  let isUnread = false
  const save = async (next: Attached[]): Promise<void> => {
    // What cannot be read is not written over.
    if (isUnread) throw new HearthError('store-damaged', { table: 'backends' })
    await store.setSetting(key, JSON.stringify(next))
    rows = next
  }
  return {
    list: () => rows,
    of: (serviceId) => rows.find((row) => row.serviceId === serviceId),
    async load() {
      const text = await store.setting(key)
      if (text === undefined) return
      try {
        rows = attachedFileSchema.parse(JSON.parse(text))
      } catch {
        rows = []
        isUnread = true
      }
    },
    put: (attached) => save([...rows.filter((row) => row.serviceId !== attached.serviceId), attached]),
    remove: (serviceId) => save(rows.filter((row) => row.serviceId !== serviceId)),
  }
}
