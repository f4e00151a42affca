import type { SeenContainer } from '../ports/engine.ts'
import { CRASH_LIMIT, CRASH_WINDOW_MS } from '../retry.ts'

/** Counts ends that nobody asked for. */
export interface Crashes {
  /** Looks at a container that should run. @param asked whether Hearth itself stopped it just now */
  note(nodeId: string, seen: SeenContainer | undefined, nowMs: number, asked: boolean): void
  /** Too many ends in too short a time: stays so until forgiven, since trying on by itself is what was given up. */
  givenUp(nodeId: string): boolean
  /** The user asked for another try. */
  forgive(nodeId: string): void
}

interface Ends {
  containerId: string
  finishedAtMs: number | undefined
  times: number[]
  givenUp: boolean
}

/** Ends are told apart by container and time of death, so that one that the engine has made up for by the next look is counted too. */
export function createCrashes(): Crashes {
  const known = new Map<string, Ends>()
  return {
    note(nodeId, seen, nowMs, asked) {
      if (!seen) return
      const before = known.get(nodeId)
      const now = { containerId: seen.id, finishedAtMs: seen.finishedAtMs }
      const times = before?.times ?? []
      // What ended before the first look ended with the machine or with us, not by a crash.
      const isSameContainer = before?.containerId === seen.id
      const hasEnded = isSameContainer && now.finishedAtMs !== before.finishedAtMs
      if (hasEnded && !asked) times.push(nowMs)
      const recent = times.filter((time) => time > nowMs - CRASH_WINDOW_MS)
      known.set(nodeId, { ...now, times: recent, givenUp: (before?.givenUp ?? false) || recent.length >= CRASH_LIMIT })
    },
    givenUp: (nodeId) => known.get(nodeId)?.givenUp ?? false,
    forgive(nodeId) {
      const before = known.get(nodeId)
      // The container stays known: an end before the next look is the first one of the new count.
      if (before) known.set(nodeId, { ...before, times: [], givenUp: false })
    },
  }
}
