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

interface Ring {
  places: Map<number, SeriesBucket>
  newestMs: number
}

export function createLiveRings(): LiveRings {
  const rings = new Map<string, Ring>()
  return {
    add({ name, atMs, value }) {
      if (!Number.isFinite(value) || !Number.isFinite(atMs)) return
      const ring = rings.get(name) ?? { places: new Map<number, SeriesBucket>(), newestMs: -Infinity }
      // Written again, it is the youngest.
      rings.delete(name)
      rings.set(name, ring)
      if (rings.size > SERIES_HELD) rings.delete(rings.keys().next().value ?? '')
      const place = Math.floor(atMs / SECOND_MS)
      const start = place * SECOND_MS
      // Older by a whole round: the clock was set back. What is from a time that has not come would hide what is measured now.
      if (start <= ring.newestMs - LIVE_PLACES * SECOND_MS) {
        for (const [at, bucket] of ring.places) if (bucket.atMs > start) ring.places.delete(at)
        ring.newestMs = start
      }
      ring.newestMs = Math.max(ring.newestMs, start)
      const held = ring.places.get(place % LIVE_PLACES)
      const same = held?.atMs === start ? held : undefined
      ring.places.set(place % LIVE_PLACES, {
        atMs: start,
        count: (same?.count ?? 0) + 1,
        mean: same ? (same.mean * same.count + value) / (same.count + 1) : value,
        min: Math.min(same?.min ?? value, value),
        max: Math.max(same?.max ?? value, value),
        last: value,
      })
    },
    read(name, fromMs, toMs) {
      const ring = rings.get(name)
      if (!ring) return []
      const from = Math.max(fromMs, ring.newestMs - (LIVE_PLACES - 1) * SECOND_MS)
      return [...ring.places.values()].filter((bucket) => bucket.atMs >= from && bucket.atMs < toMs).sort((a, b) => a.atMs - b.atMs)
    },
  }
}
