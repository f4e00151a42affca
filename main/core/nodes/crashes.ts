import type { SeenContainer } from '../ports/engine.ts'
import { CRASH_LIMIT, CRASH_WINDOW_MS } from '../retry.ts'

/** Counts ends that nobody asked for. */
export interface Crashes {
  /** Looks at a container that should run. @param asked whether Hearth itself stopped it just now */
  note(nodeId: string, seen: SeenContainer | undefined, nowMs: number, asked: boolean): void
  givenUp(nodeId: string, nowMs: number): boolean
  /** The user asked for another try. */
  forgive(nodeId: string): void
}

export function createCrashes(): Crashes {
  const ends = new Map<string, { last: string; times: number[] }>()
  return {
    note(nodeId, seen, nowMs, asked) {
      if (!seen) return
      const entry = ends.get(nodeId) ?? { last: '', times: [] }
      // One end is one pair of container and time of death (or, where the engine restarts by itself, one step of its counter).
      const mark = `${seen.id} ${seen.finishedAtMs ?? ''} ${seen.restartCount}`
      const ended = (seen.state === 'exited' || seen.state === 'dead' || seen.state === 'restarting') && seen.finishedAtMs !== undefined
      if (mark !== entry.last && (ended || seen.restartCount > 0)) {
        const isFirstLook = entry.last === ''
        entry.last = mark
        // What ended before we looked for the first time ended with the machine or with us, not by a crash.
        if (!asked && !isFirstLook && ended) entry.times.push(nowMs)
      }
      if (entry.last === '') entry.last = mark
      entry.times = entry.times.filter((time) => time > nowMs - CRASH_WINDOW_MS)
      ends.set(nodeId, entry)
    },
    givenUp: (nodeId, nowMs) => (ends.get(nodeId)?.times.filter((time) => time > nowMs - CRASH_WINDOW_MS).length ?? 0) >= CRASH_LIMIT,
    forgive: (nodeId) => void ends.delete(nodeId),
  }
}
