import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { ContainerSpec, SeenContainer } from '../ports/engine.ts'
import type { NodeRow } from '../ports/store.ts'

/** What one node needs next. Every step can be done twice without harm. */
export type Step =
  | { kind: 'create' }
  | { kind: 'configure' }
  | { kind: 'start' }
  | { kind: 'stop' }
  | { kind: 'drain' }
  | { kind: 'give-key' }

/** Why a node that should run does not yet. Keys of sentences. */
export type WaitReason =
  | { key: 'waits-for' | 'waits-for-drain'; facts: { nodeId: string } }
  | {
      key: 'waits-for-image' | 'waits-for-supplier' | 'waits-for-host' | 'needs-key' | 'stops-trying' | 'draining'
      facts: Record<string, string>
    }

export interface NodeFacts {
  entry: CatalogEntry
  row: NodeRow
  seen: SeenContainer | undefined
  /** Undefined while something that the container is made of is not known. */
  spec: ContainerSpec | undefined
  /** Answers as its users need it. */
  ready: boolean
  /** Has answered since this start of its container. */
  hasWorked: boolean
  /** Only of the keeper: whether a relay miner may start with the operator keys that lie in it. */
  hasKey: boolean
  /** Only of the keeper: whether one is to be given. */
  lacksKeys: boolean
  /** A stop loses nothing, or what the user is ready to lose: of a relay miner that serves only after its drain. */
  mayStop: boolean
  /** This start of its container is to end and another to follow. */
  restart: boolean
  /** Crashed too often lately. */
  givenUp: boolean
  /** Paused by somebody else for longer than a copy takes. */
  isStuck?: boolean
  /** One of its last ends was for lack of memory. */
  lacksMemory?: boolean
  /** Only of a relay miner beside no node of its own: no host that it could ask does well. */
  lacksHost?: boolean
}

/** Whether a container must be stopped before it can be changed. */
export function isUp(seen: SeenContainer | undefined): boolean {
  return seen?.state === 'running' || seen?.state === 'restarting' || seen?.state === 'paused'
}

/** One start of one container. */
export const lifeOf = (seen: SeenContainer): string => `${seen.id} ${seen.startedAtMs}`

export interface NodePlan {
  nodeId: string
  steps: Step[]
  reason: WaitReason | null
}

/**
 * Wanted and seen side by side, for all nodes: what to do now, and why the rest waits. Pure.
 * Nodes that the user stopped are stopped and stay so; one that should run is created, configured and started once all that it depends on is ready.
 */
export function plan(nodes: NodeFacts[]): NodePlan[] {
  const byId = new Map(nodes.map((node) => [node.entry.nodeId, node]))
  return nodes.map((node) => planOne(node, byId))
}

function planOne(node: NodeFacts, byId: ReadonlyMap<string, NodeFacts>): NodePlan {
  const { entry, row, seen, spec, restart } = node
  const nodeId = entry.nodeId
  const up = isUp(seen)
  const wait = (reason: WaitReason, steps: Step[] = []): NodePlan => ({ nodeId, steps, reason })
  const drain = (): NodePlan => wait({ key: 'draining', facts: {} }, [{ kind: 'drain' }])

  if (row.wanted === 'stopped') {
    if (!up) return { nodeId, steps: [], reason: null }
    if (!node.mayStop) return drain()
    // Until the miner is down, with all that it served written down, nothing that it needs is taken away, nor the ingress that refuses for it.
    const miner = [...byId.values()].find(
      (other) => other.entry.kind === 'relay-miner' && other.row.wanted === 'stopped' && isUp(other.seen),
    )
    if (miner && miner !== node) return wait({ key: 'waits-for-drain', facts: { nodeId: miner.entry.nodeId } })
    return { nodeId, steps: [{ kind: 'stop' }], reason: null }
  }
  if (node.givenUp) {
    const facts: Record<string, string> =
      node.lacksMemory === true ? { cause: 'memory', limitMb: String(Math.round(entry.memoryBytes / 2 ** 20)) } : {}
    return wait({ key: 'stops-trying', facts }, up ? [{ kind: 'stop' }] : [])
  }
  if (row.imagePin === undefined) return wait({ key: 'waits-for-image', facts: {} })

  // A running miner whose configuration cannot be rendered now (chain away for a moment) goes on with the one it has.
  if (spec === undefined) {
    if (!up) return wait({ key: node.lacksHost === true ? 'waits-for-host' : 'waits-for-supplier', facts: {} })
    if (!restart) return { nodeId, steps: [], reason: null }
    return node.mayStop ? { nodeId, steps: [{ kind: 'stop' }, { kind: 'start' }], reason: null } : drain()
  }

  // Somebody else paused it and never let it go: nothing of it works, and nothing but a start ends that.
  if (up && node.isStuck !== true && seen?.specHash === spec.specHash && !restart) {
    const isKeeper = entry.kind === 'keeper'
    return {
      nodeId,
      steps: isKeeper && node.lacksKeys ? [{ kind: 'give-key' }] : [],
      reason: isKeeper && !node.hasKey ? { key: 'needs-key', facts: {} } : null,
    }
  }

  for (const id of entry.dependsOn) {
    const other = byId.get(id)
    if (!other) continue
    if (other.entry.kind === 'keeper' && other.seen?.state === 'running' && !other.hasKey) return wait({ key: 'needs-key', facts: {} })
    if (!other.ready) return wait({ key: 'waits-for', facts: { nodeId: id } })
  }
  if (up && !node.mayStop) return drain()
  const steps: Step[] = []
  if (up) steps.push({ kind: 'stop' })
  if (!seen || seen.specHash !== spec.specHash) steps.push({ kind: 'create' })
  // Written before every start: a crash between making the container and writing its configuration must not leave one without.
  if (entry.kind === 'relay-miner' || entry.kind === 'ingress') steps.push({ kind: 'configure' })
  steps.push({ kind: 'start' })
  return { nodeId, steps, reason: null }
}
