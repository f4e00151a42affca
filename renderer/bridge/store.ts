import { createStore, type StoreApi } from 'zustand/vanilla'
import { applyPatch, patchSchema, type Change, type Patch, type Snapshot } from '#shared/api/patches.ts'
import { MAP_SLICES, stateSchema, type AppState } from '#shared/api/state.ts'
import type { Api } from './call.ts'
import type { Link, LinkStatus } from './link.ts'

/** The page's copy of the state. Nobody but this file writes it. */
export interface Mirror {
  /** Null until the first snapshot arrived. */
  state: AppState | null
  seq: number
  link: LinkStatus
  /** When the link broke, for the banner; null while it holds. */
  lostAtMs: number | null
}

export interface MirrorParts {
  link: Link
  api: Pick<Api, 'state.get'>
  now: () => number
  later: (run: () => void, ms: number) => void
}

/** Wait before a snapshot is asked for again when the last try brought none. */
const AGAIN_MS = 1_000

/**
 * Holds a snapshot and applies numbered patches. A gap, or a patch that is none, leads to a new snapshot; patches that come while one is asked for are kept and judged by
 * their number afterwards. After a broken link everything is asked for again, since main may be another one.
 */
export function createMirror({ link, api, now, later }: MirrorParts): StoreApi<Mirror> {
  const store = createStore<Mirror>(() => ({ state: null, seq: 0, link: 'connecting', lostAtMs: null }))
  let asking = false
  let askAgain = false
  let kept: Patch[] = []

  const take = (patch: Patch): void => {
    const { state, seq } = store.getState()
    if (asking || state === null) {
      kept.push(patch)
      return
    }
    const next = patch.changes.every(fits) ? applyPatch({ seq, state }, patch) : 'gap'
    if (next === 'gap') ask()
    else if (next.seq !== seq) publish(next)
  }
  const publish = (snapshot: Snapshot): void => store.setState({ state: snapshot.state, seq: snapshot.seq })

  const ask = (): void => {
    if (asking) {
      askAgain = true
      return
    }
    asking = true
    void api['state.get']({}).then((result) => {
      asking = false
      if (!result.ok || askAgain) {
        askAgain = false
        later(() => {
          if (store.getState().link === 'open') ask()
        }, AGAIN_MS)
        return
      }
      publish(result.value)
      const waiting = kept.filter((patch) => patch.seq > result.value.seq).sort((a, b) => a.seq - b.seq)
      kept = []
      for (const patch of waiting) take(patch)
    })
  }

  link.onPush((raw) => {
    const patch = patchSchema.safeParse(raw)
    if (patch.success) take(patch.data)
    else ask()
  })
  link.onStatus((status) => {
    const { lostAtMs, link: before } = store.getState()
    store.setState({ link: status, lostAtMs: status === 'lost' ? (lostAtMs ?? now()) : null })
    if (status !== 'open') return
    kept = []
    // A request of the old line resolves as lost by itself; this one is for the new main.
    if (asking && before === 'lost') askAgain = true
    else ask()
  })
  return store
}

/** Whether a change holds what its slice may hold. */
function fits(change: Change): boolean {
  if (!Object.hasOwn(stateSchema.shape, change.slice)) return false
  const slice = change.slice as keyof AppState
  if (!(MAP_SLICES as readonly string[]).includes(slice)) return stateSchema.shape[slice].safeParse(change.value).success
  if (change.value === undefined) return true
  return stateSchema.shape[slice].safeParse({ [change.id ?? '']: change.value }).success
}
