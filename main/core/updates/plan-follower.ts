import { POCKETD, releaseOfPlan } from '#shared/catalog/releases.ts'
import { isOpen, isSwapping, type UpdateRow } from '#shared/model/update.ts'
import type { UpdateBook, UpdateDeps } from './book.ts'
import { createUpgradeWatch } from './upgrade-watch.ts'

const PLAN_MS = 5_000
/** An upgrade that nobody here saw is looked for so often: at a start first of all. */
const MISSED_MS = 3_600_000

interface Plan {
  name: string
  height: number
}

/** Turns upgrades of the chain into updates: what it plans, and what a node asks for that stands at a height. */
export interface PlanFollower {
  plan(): Plan | null
  /** Whether the node stands because it lacks the software of this row's plan; without a row, of any. */
  hangs(row?: UpdateRow): boolean
  /** Reads what the chain plans and publishes it: it is told without containers of one's own too. */
  read(): Promise<void>
  /** Begins and calls off updates by it. */
  follow(): Promise<void>
  /** What the chain has done and nobody here saw; none where all was seen. */
  missed(): Plan[]
  /** Blocks until the next upgrade, apart from that of one row; Infinity where there is none. */
  blocksLeft(rowId: string): number
  forget(): void
}

/** @param deps.rows updates as they are now */
export function createPlanFollower(deps: UpdateDeps & Pick<UpdateBook, 'rows' | 'running' | 'change' | 'add'>): PlanFollower {
  const { state, clock, nodes, rows } = deps
  const watch = createUpgradeWatch({ clock, logs: (tail) => nodes.logs('pocket', tail) })
  let plan: Plan | null = null
  let planAtMs: number | undefined
  let hanging: Plan | undefined
  let missed: Plan | undefined
  let missedAtMs: number | undefined

  /**
   * What was planned and done while Hearth was off has left no plan, and where no node of our own stands, nobody says what it lacks: then the chain is asked for the upgrades that
   * would come after what runs. A chain that does not answer is asked again at the next look.
   */
  const lookForMissed = async (): Promise<void> => {
    const chain = deps.heads.current()
    const now = clock.now()
    const hasNode = deps.catalog.some((entry) => entry.kind === 'chain-node')
    if (hasNode || !chain?.appliedUpgrade || (missedAtMs !== undefined && now - missedAtMs < MISSED_MS && now >= missedAtMs)) return
    const running = deps.running().find((candidate) => candidate.image === POCKETD)
    if (!running) return
    try {
      let newest: Plan | undefined
      for (const name of successorsOf(running.version)) {
        const height = await chain.appliedUpgrade(name)
        if (height !== undefined) newest = { name, height }
      }
      missed = newest
      missedAtMs = now
    } catch {
      // Nothing is known then.
    }
  }

  const readPlan = async (): Promise<void> => {
    const chain = deps.heads.current()
    const now = clock.now()
    if (!chain?.upgradePlan || (planAtMs !== undefined && now - planAtMs < PLAN_MS && now >= planAtMs)) return
    try {
      plan = (await chain.upgradePlan()) ?? null
      planAtMs = now
      state.patch('health', { upgrade: plan ? { name: plan.name.slice(0, 80), height: plan.height } : null })
    } catch {
      // A chain that cannot be asked now has not changed its mind.
    }
  }

  const lookForHang = async (): Promise<void> => {
    const seen = nodes.seen('pocket')
    const { chain } = state.state
    const isNear = rows().some((row) => row.plan && isOpen(row) && chain.height >= row.plan.height - 1)
    const isAiling = chain.status === 'stalled' || chain.status === 'unreachable' || state.state.nodes['pocket']?.seen === 'failing'
    hanging = seen && (isNear || isAiling) ? await watch.needed(`${seen.id} ${seen.startedAtMs}`) : undefined
  }

  const begin = async (wanted: Plan): Promise<void> => {
    const release = releaseOfPlan(wanted.name)
    const now = release && deps.running().find((candidate) => candidate.image === release.image)
    if (!release || !now || now.reference === release.reference) return
    await deps.add({
      image: release.image,
      reason: 'upgrade',
      plan: { name: wanted.name.slice(0, 80), height: wanted.height },
      fromReference: now.reference,
      fromVersion: now.version,
      toReference: release.reference,
      toVersion: release.version,
      fromPin: now.pin,
      toPin: null,
      digest: null,
      stage: 'planned',
      dueAtMs: 0,
      atOnce: true,
    })
    deps.activity('upgrade-seen', { name: wanted.name, height: String(wanted.height) }, 'network')
  }

  /** A plan that the chain took back or moved, or whose height has passed without it: its update is off. */
  const withdraw = async (): Promise<void> => {
    const { chain } = state.state
    if (planAtMs === undefined || chain.status !== 'ready') return
    for (const row of rows()) {
      if (row.reason !== 'upgrade' || !row.plan || isSwapping(row) || !isOpen(row) || hanging?.name === row.plan.name) continue
      if (plan?.name === row.plan.name && plan.height === row.plan.height) continue
      // Around its height the plan may be gone already while the node still stands. A chain of others goes on without anything of ours: its plan is gone because it was carried out, and
      // its hosts may have been away for all of that time.
      const hasNode = deps.catalog.some((entry) => entry.kind === 'chain-node')
      const isOff = (hasNode && chain.height > row.plan.height + 1) || chain.height < row.plan.height - 1
      if (isOff) await deps.change(row.id, (now) => (isSwapping(now) ? undefined : { ...now, stage: 'withdrawn', stageAtMs: clock.now() }))
    }
  }

  return {
    plan: () => plan,
    hangs: (row) => hanging !== undefined && (row === undefined || hanging.name === row.plan?.name),
    read: readPlan,
    async follow() {
      await lookForHang()
      await lookForMissed()
      for (const wanted of [hanging, plan, missed])
        if (
          wanted &&
          !rows().some((row) => row.plan?.name === wanted.name && row.plan.height === wanted.height && row.stage !== 'withdrawn')
        )
          await begin(wanted)
      await withdraw()
    },
    missed: () => (missed ? [missed] : []),
    blocksLeft(rowId) {
      const { height } = state.state.chain
      const of = rows().flatMap((row) => (row.id !== rowId && row.reason === 'upgrade' && isOpen(row) && row.plan ? [row.plan.height] : []))
      // A plan whose name is no version has no row: nothing of it can be fetched, and the chain stands at its height all the same.
      const planned = plan && plan.height >= height ? [plan.height] : []
      return Math.min(...[...of, ...planned].map((at) => at - height))
    },
    forget() {
      plan = null
      state.patch('health', { upgrade: null })
      planAtMs = undefined
      hanging = undefined
      missed = undefined
      missedAtMs = undefined
    },
  }
}

/** Patches in a row that are looked for: one number may have had no plan (onchain facts 1). */
const PATCHES = 5

/** Names of the upgrades that may come after a version, older ones first. Plans are named after their release. */
export function successorsOf(version: string): string[] {
  const [major, minor, patch] = (/^(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(version) ?? []).slice(1).map(Number)
  if (major === undefined || minor === undefined || patch === undefined) return []
  const patches = Array.from({ length: PATCHES }, (_each, index) => `v${major}.${minor}.${patch + index + 1}`)
  return [...patches, `v${major}.${minor + 1}.0`, `v${major + 1}.0.0`]
}
