import type { Clock } from '../ports/clock.ts'
import type { LogLine } from '../ports/engine.ts'

/** What the software of before says at the height of an upgrade that it cannot do (localnet notes 5b, SEEN): it hangs with a green container, and says so again at each start. */
const NEEDED = /UPGRADE "([^"]{1,80})" NEEDED at height: (\d{1,15})/
const TAIL = 400
const LOOK_MS = 3_000

/** The upgrade that a node's last lines ask for; undefined for none. */
export function neededBy(lines: readonly LogLine[]): { name: string; height: number } | undefined {
  for (const line of lines.toReversed()) {
    const [, name, height] = NEEDED.exec(line.text) ?? []
    if (name !== undefined) return { name, height: Number(height) }
  }
  return undefined
}

/** Reads the node's log where it may stand before an upgrade, not more often than useful. */
export function createUpgradeWatch(deps: { clock: Clock; logs: (tail: number) => Promise<LogLine[]> }): {
  /** Never rejects: a log that cannot be read says nothing. @param life another start of the container is read anew at once */
  needed(life: string): Promise<{ name: string; height: number } | undefined>
} {
  let last: { atMs: number; life: string; found: { name: string; height: number } | undefined } | undefined
  return {
    async needed(life) {
      const now = deps.clock.now()
      if (last && last.life === life && now >= last.atMs && now - last.atMs < LOOK_MS) return last.found
      const found = neededBy(await deps.logs(TAIL).catch(() => []))
      last = { atMs: now, life, found }
      return found
    },
  }
}
