import type Docker from 'dockerode'
import type { Clock } from '#main/core/ports/clock.ts'
import type { ContainerStats } from '#main/core/ports/engine.ts'
import { answer, statsSchema, type StatsAnswer } from './answers.ts'
import { orNothing } from './owned.ts'
import { containerStats } from './seen-container.ts'

/** A sample of before this long says nothing of now. */
const SAMPLE_LIVES_MS = 60_000
/** One sample is there at once. */
const SAMPLE_MS = 5_000
const AT_A_TIME = 4

/**
 * Load of containers. A load is the difference of two samples: the first time the engine takes both, a second apart; after that it is asked for one, and the one of the last look is
 * the other, so that no time between two looks is left out.
 */
export interface Stats {
  of(api: Docker, name: string): Promise<ContainerStats | undefined>
}

/** @param ask a small question over a kept connection, with the limit for its answer in ms */
export function createStats(ask: (path: string, limitMs: number) => Promise<unknown>, clock: Clock): Stats {
  const samples = new Map<string, { raw: StatsAnswer; atMs: number }>()
  let free = AT_A_TIME
  const waiting: (() => void)[] = []

  /** Few at a time: the connections that are kept are enough then. */
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

  return {
    async of(api, name) {
      const now = clock.now()
      for (const [key, { atMs }] of samples) if (now - atMs > SAMPLE_LIVES_MS || now < atMs) samples.delete(key)
      const before = samples.get(name)?.raw
      samples.delete(name)
      const one =
        before &&
        (await read(() => inLine(() => ask(`/containers/${encodeURIComponent(name)}/stats?stream=false&one-shot=true`, SAMPLE_MS))))
      // Started anew since then, its count begins anew.
      const isSameLife = one !== undefined && totalOf(one) >= totalOf(before)
      const raw = isSameLife
        ? { ...one, precpu_stats: before?.cpu_stats }
        : await read(() => api.getContainer(name).stats({ stream: false }))
      if (raw === undefined) return undefined
      const stats = containerStats(raw)
      if (stats) samples.set(name, { raw, atMs: now })
      return stats
    },
  }
}

const totalOf = (raw: StatsAnswer | undefined): number => raw?.cpu_stats?.cpu_usage.total_usage ?? 0
