import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RequestName } from '#shared/api/requests.ts'

/** A read of this page that is on its way. */
export interface Wait {
  key: number
  name: RequestName
  /** Time of this machine. */
  sinceMs: number
  cancel: () => void
}

/** Reads of this page that are on their way, oldest first: what lasts is shown, with a way out. */
export type Waits = StoreApi<{ waits: readonly Wait[] }>

export const createWaits = (): Waits => createStore<{ waits: readonly Wait[] }>(() => ({ waits: [] }))

let lastKey = 0

/** Runs a read and keeps it in the list until it ends. @param signal of whoever asks; the list has a way of its own to end it */
export async function listed<T>(
  waits: Waits,
  name: RequestName,
  signal: AbortSignal | undefined,
  now: () => number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const passOn = (): void => abort.abort()
  if (signal?.aborted) passOn()
  signal?.addEventListener('abort', passOn, { once: true })
  lastKey += 1
  const key = lastKey
  waits.setState(({ waits: before }) => ({ waits: [...before, { key, name, sinceMs: now(), cancel: passOn }] }))
  try {
    return await run(abort.signal)
  } finally {
    signal?.removeEventListener('abort', passOn)
    waits.setState(({ waits: before }) => ({ waits: before.filter((wait) => wait.key !== key) }))
  }
}
