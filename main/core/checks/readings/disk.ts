import type { HealthView } from '#shared/api/health.ts'

/** Free room at a moment. */
export interface DiskSample {
  atMs: number
  freeBytes: number
}

const DAY_MS = 86_400_000
const SAMPLE_MS = 10 * 60_000
/** Two days of samples. */
const MOST = 288
/** A trend needs some time to be one. */
const LEAST_SAMPLES = 4
const LEAST_SPAN_MS = 30 * 60_000
/** Nobody plans further ahead, and a line that is nearly flat says nothing. */
const FARTHEST_MS = 365 * DAY_MS

/** Adds a sample unless the last one is younger than ten minutes; a clock that went back begins anew. Pure. */
export function withSample(samples: readonly DiskSample[], sample: DiskSample): DiskSample[] {
  const last = samples.at(-1)
  if (last && sample.atMs < last.atMs) return [sample]
  if (last && sample.atMs - last.atMs < SAMPLE_MS) return [...samples]
  return [...samples, sample].slice(-MOST)
}

/**
 * When the disk is full if it goes on so: the straight line of least squares through the samples, from what is free now. Pure.
 * @param free now
 */
export function forecastDisk(samples: readonly DiskSample[], free: DiskSample): NonNullable<HealthView['disk']> {
  const bytesPerDay = -slope(samples) * DAY_MS
  const daysLeft = bytesPerDay > 0 ? free.freeBytes / bytesPerDay : Infinity
  const full = daysLeft * DAY_MS <= FARTHEST_MS ? Math.round(free.atMs + daysLeft * DAY_MS) : null
  return { freeBytes: free.freeBytes, bytesPerDay: Math.round(bytesPerDay), fullAtMs: full, atMs: free.atMs }
}

/** Bytes of free room gained per ms; 0 while there is too little to say. */
function slope(samples: readonly DiskSample[]): number {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || samples.length < LEAST_SAMPLES || last.atMs - first.atMs < LEAST_SPAN_MS) return 0
  const count = samples.length
  const meanAt = samples.reduce((sum, sample) => sum + (sample.atMs - first.atMs), 0) / count
  const meanFree = samples.reduce((sum, sample) => sum + sample.freeBytes, 0) / count
  let covariance = 0
  let variance = 0
  for (const sample of samples) {
    const at = sample.atMs - first.atMs - meanAt
    covariance += at * (sample.freeBytes - meanFree)
    variance += at * at
  }
  return variance === 0 ? 0 : covariance / variance
}

export function readSamples(text: string | undefined): DiskSample[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(found) ? found.filter(isSample).slice(-MOST) : []
  } catch {
    return []
  }
}

function isSample(value: unknown): value is DiskSample {
  if (typeof value !== 'object' || value === null) return false
  const { atMs, freeBytes } = value as Partial<DiskSample>
  return Number.isFinite(atMs) && Number.isFinite(freeBytes)
}
