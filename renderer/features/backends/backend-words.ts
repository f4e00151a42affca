import type { BackendRow, EndpointReportView } from '#shared/api/backend-requests.ts'
import type { Words } from '#renderer/text/text.ts'
import type { Status } from '#renderer/ui/StatusChip.tsx'

type CheckView = EndpointReportView['checks'][number]

/** One word for what stands behind a service. */
export function backendStatus(t: Words, row: BackendRow): Status {
  if (row.by === 'nothing') return { tone: 'idle', icon: 'circle-dashed', word: t('backends.status.nothing') }
  if (row.failure) return { tone: 'bad', icon: 'circle-x', word: t('backends.status.unreachable') }
  if (row.attached?.reach === 'refused') return { tone: 'bad', icon: 'circle-x', word: t('backends.status.refused') }
  if (!row.report) return { tone: 'idle', icon: 'circle-dashed', word: t('backends.status.unknown') }
  const failed = row.report.checks.filter((check) => check.outcome === 'failed')
  const isBad = failed.some((check) => check.severity === 'critical_error')
  if (failed.length > 0)
    return {
      tone: isBad ? 'bad' : 'warn',
      icon: isBad ? 'circle-x' : 'triangle-alert',
      word: t('backends.status.failing', { count: failed.length }),
    }
  return { tone: 'ok', icon: 'circle-check', word: t('backends.status.fine', { count: passed(row.report) }) }
}

export const passed = (report: EndpointReportView): number => report.checks.filter((check) => check.outcome === 'passed').length

/** How a question of the gateways was answered, in words. */
export function checkWords(t: Words, check: CheckView): string {
  if (check.outcome === 'passed') return t('backends.check.passed')
  if (check.outcome === 'not-offered') return t('backends.check.not-offered', { rpcType: check.rpcType })
  return t(`backends.check.failed.${check.key === '' ? 'no-answer' : check.key}`, check.facts)
}
