import type Docker from 'dockerode'
import type { Clock } from '#main/core/ports/clock.ts'
import type { ContainerStats } from '#main/core/ports/engine.ts'
import { answer, statsSchema, type StatsAnswer } from './answers.ts'
import { KEPT } from './ask.ts'
import type { LiveSamples } from './live-samples.ts'
import { orNothing } from './owned.ts'
import { containerStats } from './seen-container.ts'

/** A sample of before this long says nothing of now. */
const SAMPLE_LIVES_MS = 60_000
/** One sample is there at once. */
const SAMPLE_MS = 5_000
/**
 * One connection stays free for the list. An engine takes the samples that it was asked for all at once, at the beat of a second: asked a few at a time, a look at twenty took
 * five seconds, and the answers one by one took the processor twice the time that they take together.
 */
const AT_A_TIME = KEPT - 1
/** Kernels count in steps of some milliseconds: two samples nearer to each other say nothing. */
const APART_MS = 500
/** Looked at again within this time: somebody looks each second. */
const WATCHED_MS = 2_000

/**
 * Load of containers. A load is the difference of two samples: the first time the engine takes both, a second apart; after that it is asked for one, and the one of the last look is
 * the other, so that no time between two looks is left out.
 */
export interface Stats {
  of(api: Docker, name: string): Promise<ContainerStats | undefined>
}

/** A sample, and the load up to it in percent of one processor; undefined where the answer itself tells it. */
interface Found {
  raw: StatsAnswer
  load: number | undefined
}

/**
 * @param ask a small question over a kept connection, with the limit for its answer in ms
 * @param live samples that the engine sends by itself
 */
export function createStats(ask: (path: string, limitMs: number) => Promise<unknown>, live: LiveSamples, clock: Clock): Stats {
  const samples = new Map<string, Found & { atMs: number }>()
  let free = AT_A_TIME
  const waiting: (() => void)[] = []

  /** No more at a time than connections are kept. */
  const inLine = async <T>(run: () => Promise<T>): Promise<T> => {
    if (free === 0) await new Promise<void>((resolve) => void waiting.push(resolve))
    else free -= 1
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
  const read = async (run: () => Promise<unknown>): Promise<StatsAnswer | undefined> => {
    const raw = await orNothing(run)
    // Podman says nothing at all of a container that does not run.
    return raw === undefined || (raw instanceof Uint8Array && raw.length === 0) ? undefined : answer(statsSchema, raw, 'stats')
  }

  /** Podman tells one sample also when it is asked for both: the load since the machine started is none of now. */
  const first = async (both: () => Promise<unknown>, next: () => Promise<StatsAnswer | undefined>): Promise<Found | undefined> => {
    const raw = await read(both)
    if (!raw?.cpu_stats || typeof raw.precpu_stats?.system_cpu_usage === 'number') return raw && { raw, load: undefined }
    await clock.sleep(APART_MS)
    const second = await next()
    return second && { raw: second, load: loadBetween(raw, second) }
  }

  const keep = (name: string, sample: Found & { atMs: number }, latest: StatsAnswer): ContainerStats | undefined => {
    const stats = containerStats(latest)
    if (!stats) return undefined
    const load = sample.load ?? stats.cpuPercent
    samples.set(name, { ...sample, load })
    return { ...stats, cpuPercent: load }
  }

  return {
    async of(api, name) {
      const now = clock.now()
      for (const [key, { atMs }] of samples) if (now - atMs > SAMPLE_LIVES_MS || now < atMs) samples.delete(key)
      const before = samples.get(name)
      samples.delete(name)
      const next = (): Promise<StatsAnswer | undefined> =>
        read(() => inLine(() => ask(`/containers/${encodeURIComponent(name)}/stats?stream=false&one-shot=true`, SAMPLE_MS)))
      const one = before && (live.newest(name) ?? (await next()))
      // Started anew since then, its count begins anew.
      if (!before || !one || totalOf(one) < totalOf(before.raw)) {
        const found = await first(() => api.getContainer(name).stats({ stream: false }), next)
        return found && keep(name, { ...found, atMs: now }, found.raw)
      }
      // Somebody else looked a moment ago, or at the same sample: over so short a time a load would be noise.
      const isNear = now - before.atMs < APART_MS || one.read === before.raw.read
      if (!isNear && now - before.atMs < WATCHED_MS) live.follow(name)
      return keep(name, isNear ? before : { raw: one, load: loadBetween(before.raw, one), atMs: now }, one)
    },
  }
}

/**
 * Percent of one processor between two samples, by the clock of the engine: what Podman calls the time of the system is only the part of it in which something ran.
 * Nought without their times.
 */
function loadBetween(before: StatsAnswer, now: StatsAnswer): number {
  const passedMs = Date.parse(now.read ?? '') - Date.parse(before.read ?? '')
  return passedMs > 0 ? (Math.max(0, totalOf(now) - totalOf(before)) / 1e6 / passedMs) * 100 : 0
}

const totalOf = (raw: StatsAnswer): number => raw.cpu_stats?.cpu_usage.total_usage ?? 0
