import type { HearthError } from '#shared/api/errors.ts'
import type { AppState, NodeState } from '#shared/api/state.ts'
import type { SeenContainer } from '../ports/engine.ts'
import type { NodeRow } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { isUp, type NodeFacts, type NodePlan } from './plan.ts'
import type { Readiness } from './readiness.ts'

const FIRST_ANSWER_MS = 60_000

/** Started a short while ago: its first answer is near. What began long after now, by a clock that was set back since, is not young. */
export const isYoung = (seen: SeenContainer | undefined, nowMs: number): boolean =>
  seen?.state === 'running' && Math.abs(nowMs - (seen.startedAtMs ?? nowMs)) < FIRST_ANSWER_MS

/** One of the words of the design's table for what is seen. */
export function seenWord(node: NodeFacts, planned: NodePlan, error: HearthError | undefined): NodeState['seen'] {
  const { row, seen, ready, hasWorked, givenUp } = node
  const up = isUp(seen)
  if (row.wanted === 'stopped') return up ? 'stopping' : seen ? 'stopped' : 'absent'
  if (givenUp) return 'failing'
  if (error !== undefined && !up) return 'failing'
  // A node that worked since it was started runs; that it does not answer now is the reason shown beside.
  if (up && (ready || hasWorked)) return 'running'
  return up || seen || planned.steps.length > 0 || planned.reason ? 'starting' : 'absent'
}

/** A copy of a container pauses it for a moment. */
const PAUSE_MS = 60_000

/** @returns whether a container is paused for longer than that, asked at every look */
export function createPauses(): (nodeId: string, seen: SeenContainer | undefined, nowMs: number) => boolean {
  const since = new Map<string, number>()
  return (nodeId, seen, nowMs) => {
    if (seen?.state !== 'paused') return since.delete(nodeId) && false
    // Not later than now, also after the clock was set back.
    const sinceMs = Math.min(since.get(nodeId) ?? nowMs, nowMs)
    since.set(nodeId, sinceMs)
    return nowMs - sinceMs >= PAUSE_MS
  }
}

/**
 * Why a node waits, or what is to say of one that runs and has nothing to do.
 * @param height that it has told @param facts.behind blocks that the relay miner lacks, once that is more than a hiccup
 */
export function shownReason(
  node: NodeFacts,
  planned: NodePlan,
  word: NodeState['seen'],
  height: number | null,
  facts: { look: Readiness['look']; behind: number | undefined; isFirstSync: boolean },
): NodeState['reason'] {
  if (planned.reason) return planned.reason
  const isDeaf = node.entry.kind === 'relay-miner' && facts.behind !== undefined
  // A miner that never heard a block has not worked yet, and is deaf all the same.
  if (word !== 'running' && !(word === 'starting' && isDeaf)) return null
  if (node.entry.kind === 'ingress' && facts.look === 'refusing') return { key: 'refusing', facts: {} }
  if (isDeaf) return { key: 'deaf', facts: { blocks: String(facts.behind), height: String(height ?? 0) } }
  if (node.ready && facts.isFirstSync) return { key: 'first-sync', facts: {} }
  return node.ready ? null : { key: 'not-answering', facts: {} }
}

/** What is told of every node while the engine does not answer: the last known state is not the present one. What is wanted may be changed all the same. */
export function markUnknown(state: StatePublisher, engine: AppState['engine']['kind'], rows: readonly NodeRow[]): void {
  for (const [id, node] of Object.entries(state.state.nodes)) {
    const { wanted, wantedBy } = rows.find((row) => row.id === id) ?? node
    const reason = node.seen === 'unknown' ? node.reason : { key: 'engine-gone', facts: { engine, last: node.seen } }
    if (node.seen !== 'unknown' || node.wanted !== wanted) state.put('nodes', id, { ...node, wanted, wantedBy, seen: 'unknown', reason })
  }
}
