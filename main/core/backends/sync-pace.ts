import type { SyncProgress } from './sync-progress.ts'

/** Looks further back say nothing of the pace of now. */
const WINDOW_MS = 15 * 60_000
/** Between the first and the last look of a pace, so that one slow answer makes none. */
const LEAST_SPAN_MS = 20_000

/** Tells from looks at a node how long it still needs. */
export interface SyncPace {
  /** @returns milliseconds until it has caught up at the pace of late; null while that cannot be told, or it falls back */
  note(progress: SyncProgress, nowMs: number): number | null
}

/** What is behind is counted in blocks where the newest is known, else in time of the chain: both shrink as the node catches up. */
export function createSyncPace(): SyncPace {
  let looks: { atMs: number; behind: number; unit: 'blocks' | 'time' }[] = []
  return {
    note(progress, nowMs) {
      if (progress.state !== 'catching-up') {
        looks = []
        return null
      }
      const blocks = blocksBehind(progress)
      const look =
        blocks !== null
          ? { atMs: nowMs, behind: blocks, unit: 'blocks' as const }
          : progress.headAgeMs !== null
            ? { atMs: nowMs, behind: progress.headAgeMs, unit: 'time' as const }
            : undefined
      if (!look) return null
      looks = [...looks.filter((each) => each.atMs > nowMs - WINDOW_MS && each.atMs < nowMs && each.unit === look.unit), look]
      const first = looks[0]
      if (!first || look.atMs - first.atMs < LEAST_SPAN_MS) return null
      const perMs = (first.behind - look.behind) / (look.atMs - first.atMs)
      return perMs <= 0 ? null : Math.round(look.behind / perMs)
    },
  }
}

/** Null where the newest block is not known. */
export const blocksBehind = (progress: Pick<SyncProgress, 'height' | 'target' | 'state'>): number | null =>
  progress.state === 'at-head'
    ? 0
    : progress.height === null || progress.target === null
      ? null
      : Math.max(0, progress.target - progress.height)
