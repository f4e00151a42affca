import { createStore, type StoreApi } from 'zustand/vanilla'
import { applyPatch, patchSchema, type Change, type Patch, type Resumed, type Snapshot } from '#shared/api/patches.ts'
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
  api: Pick<Api, 'state.get' | 'state.resume'>
  now: () => number
  later: (run: () => void, ms: number) => void
}

/** Wait before the state is asked for again when the last try brought none. */
const AGAIN_MS = 1_000

/**
 * Holds a snapshot and applies numbered patches. After a gap or a broken line it asks for what came since its own number, and main answers with those patches or, when it no
 * longer has them or is another run, with a snapshot. A patch that cannot be taken leads to a snapshot at once. Patches that come while an answer is on its way are kept
 * and judged by their number afterwards.
 */
export function createMirror({ link, api, now, later }: MirrorParts): StoreApi<Mirror> {
  const store = createStore<Mirror>(() => ({ state: null, seq: 0, link: 'connecting', lostAtMs: null }))
  let asking = false
  let askAgain = false
  /** What we have is not to be built on: only a snapshot will do. */
  let wantsAll = false
  let kept: Patch[] = []

  const take = (patch: Patch): void => {
    const { state, seq } = store.getState()
    if (asking || state === null) {
      kept.push(patch)
      return
    }
    const fitting = patch.changes.every(fits)
    const next = fitting ? applyPatch({ seq, state }, patch) : 'gap'
    if (next === 'gap') ask(!fitting)
    else if (next.seq !== seq) publish(next)
  }
  const publish = (snapshot: Snapshot): void => store.setState({ state: snapshot.state, seq: snapshot.seq })

  /** What main has and we have not. @returns undefined when it could not be had */
  const fetch = async (): Promise<Resumed | undefined> => {
    const { state, seq } = store.getState()
    if (state !== null && !wantsAll) {
      const resumed = await api['state.resume']({ startedAtMs: state.app.startedAtMs, seq })
      if (resumed.ok) return resumed.value
      // A line that broke again says nothing about our number; anything else does, and a snapshot needs nothing of ours.
      wantsAll = resumed.error.detail?.['reason'] !== 'link-lost'
      return undefined
    }
    const all = await api['state.get']({})
    return all.ok ? { kind: 'snapshot', ...all.value } : undefined
  }

  const ask = (all = false): void => {
    wantsAll ||= all
    if (asking) {
      askAgain = true
      return
    }
    asking = true
    void fetch().then((resumed) => {
      asking = false
      if (!resumed || askAgain) {
        askAgain = false
        later(() => {
          if (store.getState().link === 'open') ask()
        }, AGAIN_MS)
        return
      }
      const missed = resumed.kind === 'patches' ? resumed.patches : []
      if (resumed.kind === 'snapshot') {
        wantsAll = false
        publish(resumed)
      }
      const waiting = [...missed, ...kept].sort((a, b) => a.seq - b.seq)
      kept = []
      for (const patch of waiting) take(patch)
    })
  }

  link.onPush((raw) => {
    const patch = patchSchema.safeParse(raw)
    if (patch.success) take(patch.data)
    else ask(true)
  })
  link.onStatus((status) => {
    const { lostAtMs, link: before } = store.getState()
    store.setState({ link: status, lostAtMs: status === 'lost' ? (lostAtMs ?? now()) : null })
    if (status !== 'open') return
    kept = []
    // A request of the old line resolves as lost by itself; this one is for the new line.
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
