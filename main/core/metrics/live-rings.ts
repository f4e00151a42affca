import type { SeriesBucket, SeriesPoint } from '../ports/metrics.ts'

/** Ten minutes by the second. */
export const LIVE_PLACES = 600
const SECOND_MS = 1_000
/** Series held at once; the one that was written longest ago makes room. */
const SERIES_HELD = 200

/** The last ten minutes by the second, in memory: fresh enough to watch, and never written. */
export interface LiveRings {
  add(point: SeriesPoint): void
  /** Seconds with points from `fromMs` (with) to `toMs` (without), oldest first. */
  read(name: string, fromMs: number, toMs: number): SeriesBucket[]
}

export function createLiveRings(): LiveRings {
  const rings = new Map<string, Map<number, SeriesBucket>>()
  return {
    add({ name, atMs, value }) {
      if (!Number.isFinite(value) || !Number.isFinite(atMs)) return
      const ring = rings.get(name) ?? new Map<number, SeriesBucket>()
      // Written again, it is the youngest.
      rings.delete(name)
      rings.set(name, ring)
      if (rings.size > SERIES_HELD) rings.delete(rings.keys().next().value ?? '')
      const place = Math.floor(atMs / SECOND_MS)
      const start = place * SECOND_MS
      const held = ring.get(place % LIVE_PLACES)
      // After a clock was set back, what is older than the ring's round stays out of it.
      if (held !== undefined && held.atMs > start) return
      const same = held?.atMs === start ? held : undefined
      ring.set(place % LIVE_PLACES, {
        atMs: start,
        count: (same?.count ?? 0) + 1,
        mean: same ? (same.mean * same.count + value) / (same.count + 1) : value,
        min: Math.min(same?.min ?? value, value),
        max: Math.max(same?.max ?? value, value),
        last: value,
      })
    },
    read(name, fromMs, toMs) {
      const found = [...(rings.get(name)?.values() ?? [])].sort((a, b) => a.atMs - b.atMs)
      const from = Math.max(fromMs, (found.at(-1)?.atMs ?? 0) - (LIVE_PLACES - 1) * SECOND_MS)
      return found.filter((bucket) => bucket.atMs >= from && bucket.atMs < toMs)
    },
  }
}
