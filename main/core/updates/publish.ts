import type { HearthError } from '#shared/api/errors.ts'
import type { HealthView } from '#shared/api/health.ts'
import { isOpen, isSwapping, type UpdateRow } from '#shared/model/update.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { UpdateWait } from './next-step.ts'
import type { Offer } from './offers.ts'

type Shown = NonNullable<HealthView['updates']>

/** Tells everybody what has to be known everywhere; the list itself is asked for when the number changes. */
export function publishUpdates(deps: {
  state: StatePublisher
  rows: readonly UpdateRow[]
  /** Those that wait for the user. */
  offers: readonly Offer[]
  plan: { name: string; height: number } | null
  tooOld: Shown['tooOld'] | undefined
  titleOf: (image: string) => string
  fetchFailed: (id: string) => HearthError | undefined
  waits: ReadonlyMap<string, UpdateWait | null>
}): void {
  const { state, rows, offers, titleOf } = deps
  const swapping = rows.find(isSwapping)
  const last = rows.find((row) => row.reason !== 'first' && !isOpen(row))
  const before = state.state.health.updates
  const shown: Omit<Shown, 'revision'> = {
    ready: offers.filter((offer) => !rows.some((row) => row.image === offer.image && isOpen(row))).length,
    upgrade: upgradeOf(rows, deps),
    swapping: swapping
      ? { title: titleOf(swapping.image).slice(0, 80), toVersion: swapping.toVersion.slice(0, 60), reason: swapping.reason }
      : null,
    rolledBack:
      last?.stage === 'rolled-back'
        ? { title: titleOf(last.image).slice(0, 80), toVersion: last.toVersion.slice(0, 60), atMs: last.stageAtMs }
        : null,
    tooOld: deps.tooOld ?? null,
  }
  const mark = JSON.stringify([shown, rows, offers, [...deps.waits], rows.map((row) => deps.fetchFailed(row.id)?.message ?? '')])
  if (marks.get(state) === mark && before) return
  marks.set(state, mark)
  state.patch('health', { updates: { ...shown, revision: (before?.revision ?? 0) + 1 } })
}

const marks = new WeakMap<StatePublisher, string>()

function upgradeOf(
  rows: readonly UpdateRow[],
  { plan, fetchFailed }: { plan: { name: string } | null; fetchFailed: (id: string) => HearthError | undefined },
): Shown['upgrade'] {
  const row = rows.find((candidate) => candidate.reason === 'upgrade' && (isOpen(candidate) || candidate.stage === 'failed'))
  if (!row) return plan && !rows.some((other) => other.plan?.name === plan.name) ? 'missing' : null
  if (row.stage === 'failed') return rows.find((other) => other.reason === 'upgrade') === row ? 'failed' : null
  if (row.stage === 'fetched') return 'ready'
  if (isSwapping(row)) return 'swapping'
  return fetchFailed(row.id) ? 'missing' : 'fetching'
}
