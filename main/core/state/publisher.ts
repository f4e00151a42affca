import type { Change, Patch, Resumed, Snapshot } from '#shared/api/patches.ts'
import type { AppState, MapSliceName, ObjectSliceName, SliceName } from '#shared/api/state.ts'
import type { Clock } from '../ports/clock.ts'
import { bytesOf, createBounds, isMapSlice } from './bounds.ts'

/** Longest time a change waits before it is published. */
export const FLUSH_MS = 100
/** Patches kept for pages that come back after a broken line. */
export const RECENT_PATCHES = 512
const RECENT_BYTES = 256 * 1024
/** Beyond this a snapshot is shorter. */
const RESUME_BYTES = 64 * 1024

/** A state that may be written: the published one, or a network's own (network-state.ts). */
export interface StatePublisher {
  /** The whole of it, as core sees it. */
  readonly state: AppState
  /** Replaces an object slice. Publishing an equal value is no change. */
  set<S extends ObjectSliceName>(slice: S, value: AppState[S]): void
  /** Changes some fields of an object slice. */
  patch<S extends ObjectSliceName>(slice: S, fields: Partial<AppState[S]>): void
  /** Adds or replaces one entry of a map slice. */
  put<S extends MapSliceName>(slice: S, id: string, value: AppState[S][string]): void
  remove(slice: MapSliceName, id: string): void
}

/**
 * The state that pages see. What changed is put beside what was published, and the difference leaves as one numbered patch.
 * Core keeps everything; what is published stays under 64 KB whatever the data (bounds.ts), and `leftOut` says how much is not in it.
 */
export interface PublishedState extends StatePublisher {
  snapshot(): Snapshot
  /**
   * What a page needs that has the state up to `seq`: the patches since, or a snapshot when they are no longer kept or it speaks of another run.
   * @param run `app.startedAtMs` of the state that the page has: numbers start anew with every run
   */
  resume(run: number, seq: number): Resumed
  /** Calls `listener` with every patch, in order. @returns how to stop */
  subscribe(listener: (patch: Patch) => void): () => void
  /** Publishes what waits, now. */
  flush(): void
}

/** @param initial the state before anything was read @param clock for the publishing rhythm */
export function createStatePublisher(initial: AppState, clock: Clock): PublishedState {
  const state = structuredClone(initial)
  const bounds = createBounds()
  const listeners = new Set<(patch: Patch) => void>()
  const touched = new Set<SliceName>()
  const leftOut = new Map<SliceName, number>()
  const recent: { patch: Patch; bytes: number }[] = []
  let recentBytes = 0
  let seq = 0
  let scheduled = false

  const writable = state as Record<SliceName, unknown>
  const published = {} as Record<SliceName, unknown>

  /** Brings one slice of what is published up to date. @returns what changed */
  const publishSlice = (slice: SliceName): Change[] => {
    const before = published[slice]
    if (!isMapSlice(slice)) {
      const bounded = bounds.object(slice, writable[slice])
      count(slice, bounded.leftOut)
      if (before !== undefined && same(before, bounded.value)) return []
      published[slice] = bounded.value
      return [{ slice, value: structuredClone(bounded.value) }]
    }
    const bounded = bounds.map(slice, state[slice], state.app.network)
    count(slice, bounded.leftOut)
    const old = (before ?? {}) as Record<string, unknown>
    const next = bounded.value as Record<string, unknown>
    published[slice] = next
    return [
      ...Object.keys(old).flatMap((id) => (Object.hasOwn(next, id) ? [] : [{ slice, id }])),
      ...Object.entries(next).flatMap(([id, value]) =>
        old[id] === value || same(old[id], value) ? [] : [{ slice, id, value: structuredClone(value) }],
      ),
    ]
  }
  const count = (slice: SliceName, number: number): void => {
    if (number === 0) leftOut.delete(slice)
    else leftOut.set(slice, number)
  }
  const publishTouched = (): Change[] => {
    const changes = [...touched].flatMap(publishSlice)
    touched.clear()
    writable.leftOut = Object.fromEntries(leftOut)
    return [...changes, ...publishSlice('leftOut')]
  }
  const keep = (patch: Patch): void => {
    const bytes = bytesOf(patch)
    recent.push({ patch, bytes })
    recentBytes += bytes
    while (recent.length > RECENT_PATCHES || recentBytes > RECENT_BYTES) recentBytes -= recent.shift()?.bytes ?? 0
  }
  const flush = (): void => {
    if (touched.size === 0) return
    const changes = publishTouched()
    if (changes.length === 0) return
    seq += 1
    const patch: Patch = { seq, changes }
    keep(patch)
    for (const listener of listeners) listener(patch)
  }
  const note = (slice: SliceName): void => {
    touched.add(slice)
    // Which keys there is room for goes by the network.
    if (slice === 'app') touched.add('keys')
    if (scheduled) return
    scheduled = true
    void clock.sleep(FLUSH_MS).then(() => {
      scheduled = false
      flush()
    })
  }
  for (const slice of Object.keys(state) as SliceName[]) touched.add(slice)
  publishTouched()

  const publisher: PublishedState = {
    state,
    set(slice, value) {
      if (same(state[slice], value)) return
      writable[slice] = structuredClone(value)
      note(slice)
    },
    patch(slice, fields) {
      publisher.set(slice, { ...state[slice], ...fields })
    },
    put(slice, id, value) {
      const map = writable[slice] as Record<string, unknown>
      if (same(map[id], value)) return
      map[id] = structuredClone(value)
      note(slice)
    },
    remove(slice, id) {
      const map = writable[slice] as Record<string, unknown>
      if (!Object.hasOwn(map, id)) return
      delete map[id]
      note(slice)
    },
    snapshot() {
      flush()
      return { seq, state: structuredClone(published) as unknown as AppState }
    },
    resume(run, known) {
      flush()
      const missed = recent.filter(({ patch }) => patch.seq > known)
      const isWhole = run === state.app.startedAtMs && known <= seq && missed.length === seq - known
      if (!isWhole || missed.reduce((sum, { bytes }) => sum + bytes, 0) > RESUME_BYTES) return { kind: 'snapshot', ...publisher.snapshot() }
      return { kind: 'patches', patches: missed.map(({ patch }) => structuredClone(patch)) }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    flush,
  }
  return publisher
}

/** Equal as JSON: publishing an equal value is no change. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
