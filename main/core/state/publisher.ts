import type { Change, Patch, Snapshot } from '#shared/api/patches.ts'
import { MAP_SLICES, type AppState, type MapSliceName, type ObjectSliceName, type SliceName } from '#shared/api/state.ts'
import type { Clock } from '../ports/clock.ts'

/** Longest time a change waits before it is published. */
export const FLUSH_MS = 100

/** The one copy of the state that may be written. Changes are kept by path, the last one wins, and leave together as one numbered patch. */
export interface StatePublisher {
  readonly state: AppState
  /** Replaces an object slice. Publishing an equal value is no change. */
  set<S extends ObjectSliceName>(slice: S, value: AppState[S]): void
  /** Changes some fields of an object slice. */
  patch<S extends ObjectSliceName>(slice: S, fields: Partial<AppState[S]>): void
  /** Adds or replaces one entry of a map slice. */
  put<S extends MapSliceName>(slice: S, id: string, value: AppState[S][string]): void
  remove(slice: MapSliceName, id: string): void
  snapshot(): Snapshot
  /** Calls `listener` with every patch, in order. @returns how to stop */
  subscribe(listener: (patch: Patch) => void): () => void
  /** Publishes what waits, now. */
  flush(): void
}

/** @param initial the state before anything was read @param clock for the publishing rhythm */
export function createStatePublisher(initial: AppState, clock: Clock): StatePublisher {
  const state = structuredClone(initial)
  const listeners = new Set<(patch: Patch) => void>()
  const waiting = new Map<string, Change>()
  let seq = 0
  let scheduled = false

  const flush = (): void => {
    if (waiting.size === 0) return
    seq += 1
    const patch: Patch = { seq, changes: [...waiting.values()] }
    waiting.clear()
    for (const listener of listeners) listener(patch)
  }
  const note = (slice: SliceName, id: string | undefined, value: unknown): void => {
    waiting.set(id === undefined ? slice : `${slice}/${id}`, {
      slice,
      ...(id === undefined ? {} : { id }),
      ...(value === undefined ? {} : { value: structuredClone(value) }),
    })
    if (scheduled) return
    scheduled = true
    void clock.sleep(FLUSH_MS).then(() => {
      scheduled = false
      flush()
    })
  }
  const writable = state as Record<SliceName, unknown>
  const publisher: StatePublisher = {
    state,
    set(slice, value) {
      if (same(state[slice], value)) return
      writable[slice] = structuredClone(value)
      note(slice, undefined, value)
    },
    patch(slice, fields) {
      publisher.set(slice, { ...state[slice], ...fields })
    },
    put(slice, id, value) {
      const map = writable[slice] as Record<string, unknown>
      if (same(map[id], value)) return
      map[id] = structuredClone(value)
      note(slice, id, value)
    },
    remove(slice, id) {
      const map = writable[slice] as Record<string, unknown>
      if (!Object.hasOwn(map, id)) return
      delete map[id]
      note(slice, id, undefined)
    },
    snapshot() {
      flush()
      return { seq, state: structuredClone(state) }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    flush,
  }
  return publisher
}

/** Whether a slice is a map by id. */
export const isMapSlice = (slice: SliceName): slice is MapSliceName => (MAP_SLICES as readonly string[]).includes(slice)

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
