import type { BackendRow } from '#shared/api/backend-requests.ts'
import type { HealthView } from '#shared/api/health.ts'
import type { GateView } from './gate.ts'

/** Looks and rounds that must go wrong in a row before it is told: one alone is an accident of the line. */
export const TIMES = 2
const MOST = 10
const LONGEST_REASON = 200

/**
 * Whether a look at a row found something that costs relays: no answer, the wrong chain, no way from the containers, a question failed that gateways count as critical, or an old head.
 * @returns undefined when all is well
 */
export function troubleOf(row: BackendRow): Pick<HealthView['backendsFailing'][number], 'why' | 'facts'> | undefined {
  const { failure, attached, report } = row
  if (failure) {
    const why =
      failure.code === 'backend-wrong-chain' ? 'other-chain' : failure.code === 'backend-credential-refused' ? 'no-secret' : 'no-answer'
    const { host = '', reason = failure.code, found = '', expected = '' } = failure.detail
    return { why, facts: why === 'other-chain' ? { host, found, expected } : { host, reason: reason.slice(0, LONGEST_REASON) } }
  }
  if (attached?.reach === 'refused') return { why: 'unreached', facts: { reason: attached.reachReason.slice(0, LONGEST_REASON) } }
  const wrong = report?.checks.find((check) => check.outcome === 'failed' && check.severity === 'critical_error')
  if (wrong) return { why: 'wrong-answers', facts: { question: wrong.name } }
  if (!report?.warnings.includes('head-old') || report.headAgeMs === null) return undefined
  return { why: 'behind', facts: { minutes: String(Math.round(report.headAgeMs / 60_000)), height: String(report.height ?? '') } }
}

/**
 * What of the attached endpoints fails its relays. Containers of the catalogue have checks of their own.
 * @param times how often in a row a service's look went wrong @param gateTimes the same of the gate's rounds
 */
export function failingOf(
  rows: readonly BackendRow[],
  times: (serviceId: string) => number,
  gate: GateView,
  gateTimes: number,
): HealthView['backendsFailing'] {
  const isGateDown = gate.kind === 'failing' && gateTimes >= TIMES
  return rows
    .filter((row) => row.by === 'attached')
    .flatMap((row) => {
      const named = { serviceId: row.serviceId, title: row.name.slice(0, 80) }
      if (isGateDown) return [{ ...named, why: 'gate' as const, facts: { reason: gate.reason } }]
      const trouble = troubleOf(row)
      // Another chain is no accident of the line, and is punished hardest.
      return trouble && (trouble.why === 'other-chain' || times(row.serviceId) >= TIMES) ? [{ ...named, ...trouble }] : []
    })
    .slice(0, MOST)
}
