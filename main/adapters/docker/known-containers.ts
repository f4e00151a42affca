import type { Clock } from '#main/core/ports/clock.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import { answer, containerRowsSchema, containerSchema, type ContainerRow } from './answers.ts'
import { LABELS } from './container-options.ts'
import { orNothing } from './owned.ts'
import { seenContainer } from './seen-container.ts'

/** However quiet the events are, everything is asked anew after this long. */
export const WHOLE_LOOK_MS = 60_000
/** An engine begins to answer a moment before it listens for us: what was read meanwhile is not kept. */
const LISTENING_SLACK_MS = 1_000

/**
 * This installation's containers. One that nothing has happened to since it was last looked at is not asked about again: a list of twenty is one request then,
 * and not twenty-one. That holds only while events are heard; whatever an event names, whatever Hearth itself did something to, and whatever the engine's
 * own list shows in another state is asked about anew.
 */
export interface KnownContainers {
  list(): Promise<SeenContainer[]>
  /** Something happened to it; without a name, to any. */
  changed(name?: string): void
  /** Whether events are heard from now on. What happened before that was told to nobody. */
  heard(isHeard: boolean): void
}

interface Known {
  seen: SeenContainer
  mark: string
  atMs: number
}

/** @param deps.ask a small question over a kept connection */
export function createKnownContainers(deps: { installId: string; clock: Clock; ask: (path: string) => Promise<unknown> }): KnownContainers {
  const { clock } = deps
  const filters = JSON.stringify({ label: [`${LABELS.install}=${deps.installId}`] })
  const path = `/containers/json?${new URLSearchParams({ all: 'true', filters }).toString()}`
  const known = new Map<string, Known>()
  /** Grows with everything that happens: an answer that was asked for before is not kept. */
  let happened = 0
  let listeners = 0
  let heardSinceMs = 0

  const changed = (name?: string): void => {
    happened += 1
    for (const [id, { seen }] of known) if (name === undefined || name === '' || seen.name === name) known.delete(id)
  }
  const look = async (row: ContainerRow): Promise<SeenContainer[]> => {
    const now = clock.now()
    const mark = markOf(row)
    const before = known.get(row.Id)
    if (listeners > 0 && before?.mark === mark && now - before.atMs < WHOLE_LOOK_MS && now >= before.atMs) return [before.seen]
    const asked = happened
    const info = await orNothing(() => deps.ask(`/containers/${encodeURIComponent(row.Id)}/json`))
    if (info === undefined) return []
    const seen = seenContainer(answer(containerSchema, info, 'container'))
    // A state that changed between the list and this answer has its event still to come, and is not kept.
    const isSettled = seen.state === row.State && happened === asked
    if (listeners > 0 && isSettled && now - heardSinceMs >= LISTENING_SLACK_MS) known.set(row.Id, { seen, mark, atMs: now })
    return [seen]
  }

  return {
    changed,
    heard(isHeard) {
      changed()
      listeners += isHeard ? 1 : -1
      heardSinceMs = clock.now()
    },
    async list() {
      const rows = answer(containerRowsSchema, await deps.ask(path), 'containers')
      const seen = await Promise.all(rows.map(look))
      for (const id of known.keys()) if (!rows.some((row) => row.Id === id)) known.delete(id)
      return seen.flat()
    },
  }
}

/** What a list tells of a container's state: another word, another health, another exit code or network is another state. Its age is not. */
function markOf(row: ContainerRow): string {
  const [inBrackets = ''] = /\(.*\)/.exec(row.Status ?? '') ?? []
  return JSON.stringify([row.State, inBrackets, row.ImageID, row.Names, Object.keys(row.NetworkSettings?.Networks ?? {}).toSorted()])
}
