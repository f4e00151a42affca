import { describe, expect, it } from 'vitest'
import { blocksBehind, createSyncPace } from '#main/core/backends/sync-pace.ts'
import type { SyncProgress } from '#main/core/backends/sync-progress.ts'

const catching = (height: number, target: number | null, headAgeMs: number | null = null): SyncProgress => ({
  state: 'catching-up',
  share: null,
  height,
  target,
  headAgeMs,
})

describe('how long a node still needs', () => {
  it('is told from its pace, also while the target moves on', () => {
    const pace = createSyncPace()
    expect(pace.note(catching(1_000, 11_000), 0)).toBeNull()
    // One look alone, and one soon after, are no pace.
    expect(pace.note(catching(1_100, 11_000), 5_000)).toBeNull()
    // 2,000 passed in 100 s while the chain made 1,000: ten blocks a second nearer, 9,000 to go.
    expect(pace.note(catching(3_000, 12_000), 100_000)).toBe(900_000)
  })
  it('is told by the age of the newest block where the target is not known', () => {
    const pace = createSyncPace()
    pace.note(catching(1, null, 3_600_000), 0)
    expect(pace.note(catching(2, null, 1_800_000), 60_000)).toBe(60_000)
  })
  it('is not told of one that falls back or stands', () => {
    const pace = createSyncPace()
    pace.note(catching(100, 200), 0)
    expect(pace.note(catching(100, 260), 60_000)).toBeNull()
  })
  it('begins anew once it was up to date', () => {
    const pace = createSyncPace()
    pace.note(catching(100, 200), 0)
    expect(pace.note({ ...catching(200, 200), state: 'at-head' }, 60_000)).toBeNull()
    expect(pace.note(catching(210, 220), 90_000)).toBeNull()
  })
  it('counts what is behind', () => {
    expect(blocksBehind(catching(5, 9))).toBe(4)
    expect(blocksBehind(catching(5, null))).toBeNull()
    expect(blocksBehind({ ...catching(5, 5), state: 'at-head' })).toBe(0)
  })
})
