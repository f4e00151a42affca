import type { Clock } from '#main/core/ports/clock.ts'
import { answer, statsSchema, type StatsAnswer } from './answers.ts'

/** An engine sends one sample a second: beyond this the last one is none of now. */
const FRESH_MS = 2_500
/** Nobody has looked for so long: it is let go. */
const UNWATCHED_MS = 5_000
/** Where following failed, or told nothing in time, it is asked one by one for this long. */
const AGAIN_MS = 60_000
/** One sample is some kilobytes. */
const MAX_LINE = 1024 * 1024

/** Samples of containers that somebody looks at each second, as the engine sends them by itself: one costs a sixth of what asking for it does. */
export interface LiveSamples {
  /** The newest sample of a container that is followed; undefined when it has to be asked for. Counts as a look at it. */
  newest(name: string): StatsAnswer | undefined
  /** Follows it from now on, until nobody looks any more. */
  follow(name: string): void
}

interface Followed {
  end: AbortController
  lookedAtMs: number
  sinceMs: number
  newest: { raw: StatsAnswer; atMs: number } | undefined
}

/** @param read a long answer, piece by piece; settles when it ends @param mayFollow whether the engine sends one each second */
export function createLiveSamples(deps: {
  read: (path: string, onText: (text: string) => void, signal: AbortSignal) => Promise<void>
  mayFollow: () => boolean
  clock: Clock
}): LiveSamples {
  const { clock } = deps
  const followed = new Map<string, Followed>()
  const givenUpAtMs = new Map<string, number>()

  const since = (atMs: number): number => {
    const passedMs = clock.now() - atMs
    // The clock was set back.
    return passedMs < 0 ? Infinity : passedMs
  }
  const giveUp = (name: string, one: Followed): void => {
    if (followed.get(name) !== one) return
    followed.delete(name)
    givenUpAtMs.set(name, clock.now())
    one.end.abort()
  }
  const letGoUnwatched = (): void => {
    for (const [name, one] of followed)
      if (since(one.lookedAtMs) > UNWATCHED_MS) {
        followed.delete(name)
        one.end.abort()
      }
    for (const [name, atMs] of givenUpAtMs) if (since(atMs) > AGAIN_MS) givenUpAtMs.delete(name)
  }
  const run = async (name: string, one: Followed): Promise<void> => {
    let rest = ''
    const take = (text: string): void => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE) throw new Error('a sample without an end')
      const last = lines.findLast((line) => line.trim() !== '')
      if (last === undefined) return
      one.newest = { raw: answer(statsSchema, JSON.parse(last) as unknown, 'stats'), atMs: clock.now() }
      letGoUnwatched()
    }
    try {
      await deps.read(`/containers/${encodeURIComponent(name)}/stats?stream=true`, take, one.end.signal)
    } catch {
      // Asked one by one it is told what is wrong.
    }
    giveUp(name, one)
  }

  return {
    newest(name) {
      letGoUnwatched()
      const one = followed.get(name)
      if (!one) return undefined
      one.lookedAtMs = clock.now()
      if (since(one.newest?.atMs ?? one.sinceMs) <= FRESH_MS) return one.newest?.raw
      giveUp(name, one)
      return undefined
    },
    follow(name) {
      if (!deps.mayFollow() || followed.has(name) || givenUpAtMs.has(name)) return
      const one: Followed = { end: new AbortController(), lookedAtMs: clock.now(), sinceMs: clock.now(), newest: undefined }
      followed.set(name, one)
      void run(name, one)
    },
  }
}
