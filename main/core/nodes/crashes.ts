import type { SeenContainer } from '../ports/engine.ts'
import { CRASH_LIMIT, CRASH_WINDOW_MS } from '../retry.ts'

/** An engine that is asked to end ends its containers first, and is seen to be gone a while later. */
const ENDS_WITHIN_MS = 30_000

/** Counts ends that nobody asked for. */
export interface Crashes {
  /** Looks at a container that should run. @param asked whether Hearth itself stopped it just now */
  note(nodeId: string, seen: SeenContainer | undefined, nowMs: number, asked: boolean): void
  /** Too many ends in too short a time: stays so until forgiven, since trying on by itself is what was given up. */
  givenUp(nodeId: string): boolean
  /** Whether the engine said of one of its last ends that it lacked memory. */
  lacksMemory(nodeId: string): boolean
  /** The user asked for another try. */
  forgive(nodeId: string): void
  /** The engine itself has ended or does not answer: what ended with it, a moment ago or until it is back, did not crash. */
  engineEnded(nowMs: number): void
}

interface Ends {
  containerId: string
  finishedAtMs: number | undefined
  times: number[]
  givenUpAtMs: number | undefined
  lacksMemory: boolean
}

/** Ends are told apart by container and time of death, so that one that the engine has made up for by the next look is counted too. */
export function createCrashes(): Crashes {
  const known = new Map<string, Ends>()
  /** Looked at since the engine was last away. */
  const lookedAt = new Set<string>()
  return {
    note(nodeId, seen, nowMs, asked) {
      if (!seen) return
      const before = known.get(nodeId)
      const now = { containerId: seen.id, finishedAtMs: seen.finishedAtMs }
      const times = before?.times ?? []
      // What ended before the first look ended with the machine, the engine or us, not by a crash.
      const isSameContainer = before?.containerId === seen.id && lookedAt.has(nodeId)
      const hasEnded = isSameContainer && now.finishedAtMs !== before.finishedAtMs
      lookedAt.add(nodeId)
      if (hasEnded && !asked) times.push(nowMs)
      // Those ahead of a clock that was set back are none of the last minutes.
      const recent = times.filter((time) => time > nowMs - CRASH_WINDOW_MS && time <= nowMs)
      const givenUpAtMs = before?.givenUpAtMs ?? (recent.length >= CRASH_LIMIT ? nowMs : undefined)
      known.set(nodeId, {
        ...now,
        times: recent,
        givenUpAtMs,
        lacksMemory: seen.oomKilled || (before?.lacksMemory === true && (recent.length > 0 || givenUpAtMs !== undefined)),
      })
    },
    givenUp: (nodeId) => known.get(nodeId)?.givenUpAtMs !== undefined,
    lacksMemory: (nodeId) => known.get(nodeId)?.lacksMemory ?? false,
    forgive(nodeId) {
      const before = known.get(nodeId)
      // The container stays known: an end before the next look is the first one of the new count.
      if (before) known.set(nodeId, { ...before, times: [], givenUpAtMs: undefined, lacksMemory: false })
    },
    engineEnded(nowMs) {
      lookedAt.clear()
      const isBefore = (time: number | undefined): boolean => time !== undefined && time <= nowMs - ENDS_WITHIN_MS
      for (const [nodeId, ends] of known)
        known.set(nodeId, {
          ...ends,
          times: ends.times.filter(isBefore),
          givenUpAtMs: isBefore(ends.givenUpAtMs) ? ends.givenUpAtMs : undefined,
        })
    },
  }
}
