import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { UpdateRow, UpdateStage } from '#shared/model/update.ts'

/** One container of the image that is updated, as the last look found it. */
export interface UpdatedNode {
  id: string
  kind: CatalogEntry['kind']
  wanted: 'running' | 'stopped'
  /** What it is to be made of. */
  pin: string | undefined
  /** What it is made of and runs now; undefined while it does not run. */
  runs: string | undefined
  /** Runs and answers as its users need it. */
  well: boolean
  failing: boolean
}

export interface UpdateFacts {
  nowMs: number
  /** Since when the stage has been watched without a break: a stage that lasts while Hearth is off is no failure. */
  sinceMs: number
  chain: { status: 'none' | 'starting' | 'ready' | 'stalled' | 'unreachable'; height: number; medianBlockMs: number | null }
  /** The node stands before the height of this row's plan because it lacks the new software. */
  hangs: boolean
  /** Nothing unsent is near, by the session clock. */
  quiet: boolean
  /** A chain upgrade is about to come or under way: nothing else is begun. */
  upgradeNear: boolean
  nodes: UpdatedNode[]
}

/** What to do about one update now. Every one can be done twice without harm. */
export type NextStep =
  | { kind: 'wait'; for: UpdateWait | null }
  | { kind: 'fetch' }
  /** Goes on to another stage. */
  | { kind: 'stage'; stage: UpdateStage; problem?: { key: string; facts: Record<string, string> } }
  /** These nodes are to be made of this image. */
  | { kind: 'pin'; pin: string; nodeIds: string[] }

/** Keys of sentences. */
export type UpdateWait = 'time' | 'quiet' | 'height' | 'upgrade-near' | 'node' | 'others' | 'blocks' | 'back'

/** Time for a changed container to do its work: what starts, what drains, and some blocks. */
const LEAST_MS = 90_000
const BLOCKS_ALLOWED = 8
/** A new node has to make or take so many blocks before it counts as good. */
const GOOD_BLOCKS = 2
/** Without a chain to go by, so long nothing may fail. */
const GOOD_MS = 10_000

/** A way back takes two changes of containers. */
const BACK_LIMITS = 2

/** How long a stage may take, in milliseconds. */
export const stageLimitMs = (medianBlockMs: number | null): number => LEAST_MS + BLOCKS_ALLOWED * (medianBlockMs ?? 0)

/** Keepers are left as they are: another container would have lost the key from its memory, and what they run has done its work. */
const takesPart = (node: UpdatedNode): boolean => node.kind !== 'keeper'

/**
 * The next step of an update. Pure. The node changes before all others, they follow once it makes blocks, and what does not work is taken back where the data allows it:
 * an upgrade of the chain migrates it, so that there is no way back from one.
 */
export function nextStep(row: UpdateRow, facts: UpdateFacts): NextStep {
  const nodes = facts.nodes.filter(takesPart)
  const first = nodes.filter((node) => node.kind === 'chain-node')
  const rest = nodes.filter((node) => node.kind !== 'chain-node')
  switch (row.stage) {
    case 'planned':
      return { kind: 'fetch' }
    case 'fetched':
      return mayBegin(row, facts, first)
    case 'swap-node': {
      const pins = toPin(first, row.toPin)
      if (pins) return pins
      const trouble = troubleOf(row, facts, first)
      if (trouble) return trouble
      const isThere = first.every((node) => node.wanted === 'stopped' || node.runs === row.toPin) && madeBlocks(row, facts, first, 1)
      return isThere ? { kind: 'stage', stage: 'swap-rest' } : { kind: 'wait', for: 'node' }
    }
    case 'swap-rest': {
      const pins = toPin(rest, row.toPin)
      if (pins) return pins
      const trouble = troubleOf(row, facts, nodes)
      if (trouble) return trouble
      return nodes.every((node) => node.wanted === 'stopped' || (node.runs === row.toPin && node.well))
        ? { kind: 'stage', stage: 'watching' }
        : { kind: 'wait', for: 'others' }
    }
    case 'watching': {
      const trouble = troubleOf(row, facts, nodes)
      if (trouble) return trouble
      const isGood = nodes.every((node) => node.wanted === 'stopped' || (node.runs === row.toPin && node.well))
      if (!isGood || !madeBlocks(row, facts, first, GOOD_BLOCKS)) return { kind: 'wait', for: 'blocks' }
      return facts.nowMs - facts.sinceMs >= GOOD_MS ? { kind: 'stage', stage: 'done' } : { kind: 'wait', for: 'blocks' }
    }
    case 'rolling-back': {
      const pins = toPin(nodes, row.fromPin)
      if (pins) return pins
      const isBack = nodes.every((node) => node.wanted === 'stopped' || (node.runs === row.fromPin && node.well))
      if (isBack && madeBlocks(row, facts, first, 1)) return { kind: 'stage', stage: 'rolled-back' }
      // What ails it is something else, and is told where it ails: an update that never ends would hold up those to come.
      return facts.nowMs - facts.sinceMs > BACK_LIMITS * stageLimitMs(facts.chain.medianBlockMs)
        ? { kind: 'stage', stage: 'failed', problem: { key: 'not-back', facts: { height: String(facts.chain.height) } } }
        : { kind: 'wait', for: 'back' }
    }
    case 'done':
    case 'rolled-back':
    case 'failed':
    case 'skipped':
    case 'withdrawn':
      return { kind: 'wait', for: null }
  }
}

function mayBegin(row: UpdateRow, facts: UpdateFacts, first: UpdatedNode[]): NextStep {
  // Taken off the engine since it was fetched, or never told apart by a pin: from the beginning.
  if (row.toPin === null) return { kind: 'stage', stage: 'planned' }
  const begin = (): NextStep => ({ kind: 'stage', stage: first.length > 0 ? 'swap-node' : 'swap-rest' })
  if (row.reason === 'upgrade') {
    if (first.length > 0 && first.every((node) => node.runs === row.toPin) && facts.chain.height >= (row.plan?.height ?? 0))
      return { kind: 'stage', stage: 'swap-rest' }
    return facts.hangs ? begin() : { kind: 'wait', for: 'height' }
  }
  if (facts.upgradeNear) return { kind: 'wait', for: 'upgrade-near' }
  if (facts.nowMs < row.dueAtMs) return { kind: 'wait', for: 'time' }
  if (!row.atOnce && !facts.quiet) return { kind: 'wait', for: 'quiet' }
  return begin()
}

function toPin(nodes: UpdatedNode[], pin: string | null): NextStep | undefined {
  const nodeIds = nodes.filter((node) => pin !== null && node.pin !== pin).map((node) => node.id)
  return pin === null || nodeIds.length === 0 ? undefined : { kind: 'pin', pin, nodeIds }
}

/** A node that the user stopped has nothing to show. */
function madeBlocks(row: UpdateRow, { chain }: UpdateFacts, first: UpdatedNode[], blocks: number): boolean {
  if (!first.some((node) => node.wanted === 'running')) return true
  return chain.status === 'ready' && chain.height >= row.stageHeight + blocks
}

function troubleOf(row: UpdateRow, facts: UpdateFacts, nodes: UpdatedNode[]): NextStep | undefined {
  const failing = nodes.find((node) => node.wanted === 'running' && node.failing)
  const isLate = facts.nowMs - facts.sinceMs > stageLimitMs(facts.chain.medianBlockMs)
  if (!failing && !isLate) return undefined
  const problem: UpdateRow['problem'] & object = failing
    ? { key: 'container-ends', facts: { nodeId: failing.id } }
    : {
        key: row.stage === 'swap-node' || row.stage === 'watching' ? 'no-blocks' : 'no-answer',
        facts: { height: String(facts.chain.height) },
      }
  // What an upgrade has written cannot be read by the software of before: the old image would only hang again.
  const isBackPossible = row.reason !== 'upgrade' && row.fromPin !== null
  return { kind: 'stage', stage: isBackPossible ? 'rolling-back' : 'failed', problem }
}
