import type { ReactNode } from 'react'
import type { EndpointReportView } from '#shared/api/backend-requests.ts'
import { useRealNow } from '#renderer/bridge/hooks.ts'
import { age, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Facts } from '#renderer/ui/Card.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { checkWords, passed } from './backend-words.ts'

/** What a look at an endpoint found: who it is, how it does, and what to beware of. */
export function Report({ report }: { report: EndpointReportView }): ReactNode {
  const t = useText()
  const yesNo = (value: boolean | null): string =>
    t(value === null ? 'backends.report.unknown' : value ? 'backends.report.yes' : 'backends.report.no')
  return (
    <section aria-label={t('backends.report.title')} role="status">
      <Facts
        rows={[
          [
            t('backends.report.chain'),
            report.chain === null ? t('backends.report.chainUnknown') : t('backends.report.chainRight', { chain: report.chain }),
          ],
          [t('backends.report.latency'), report.latencyMs === null ? t('ui.nothing') : t('backends.ms', { ms: whole(report.latencyMs) })],
          [t('backends.report.head'), headWords(t, report)],
          [t('backends.report.archive'), yesNo(report.archive)],
          [t('backends.report.webSocket'), yesNo(report.websocket)],
          [t('backends.report.passed'), t('backends.report.passedOf', { passed: passed(report), all: report.checks.length })],
        ]}
      />
      <Warnings report={report} />
    </section>
  )
}

const LOUD: ReadonlySet<string> = new Set(['checks-failed', 'admin-open', 'chain-unknown', 'rented'])

export function Warnings({ report }: { report: EndpointReportView }): ReactNode {
  const t = useText()
  return report.warnings.map((warning) => (
    <Note key={warning} tone={LOUD.has(warning) ? 'warn' : 'idle'} className="mt-2">
      {t(`backends.report.warning.${warning}`)}
    </Note>
  ))
}

/** Height and age of the newest block, as far as it is known. */
export function headWords(t: ReturnType<typeof useText>, report: EndpointReportView): string {
  if (report.height === null) return t('ui.nothing')
  if (report.headAgeMs === null) return whole(report.height)
  return t('backends.blockAge', { height: whole(report.height), age: age(report.headAgeMs) })
}

/** How fast it answered and which block it has, as far as it is known. */
export function figures(t: ReturnType<typeof useText>, report: EndpointReportView): string {
  const latency = report.latencyMs === null ? null : t('backends.ms', { ms: whole(report.latencyMs) })
  const head = report.height === null ? null : t('backends.atBlock', { head: headWords(t, report) })
  return [latency, head].filter((each) => each !== null).join(' · ')
}

/** Every question of the gateways with its answer. */
export function Checks({ report, service }: { report: EndpointReportView; service: string }): ReactNode {
  const t = useText()
  const now = useRealNow(10_000)
  if (report.checks.length === 0) return <p className="px-4 py-3 text-small text-text-2">{t('backends.check.empty')}</p>
  return (
    <>
      <Table
        dense
        caption={t('backends.check.caption', { service })}
        columns={[
          { key: 'name', title: t('backends.check.name') },
          { key: 'weight', title: t('backends.check.weight') },
          { key: 'result', title: t('backends.check.result') },
        ]}
      >
        {report.checks.map((check) => (
          <tr key={check.name}>
            <td className="mono">{check.name}</td>
            <td>
              {t(`backends.check.severity.${check.severity}`)}
              {check.archival ? <span className="text-text-3"> · {t('backends.check.archival')}</span> : null}
            </td>
            <td className={`wrap ${check.outcome === 'failed' ? (check.severity === 'minor_error' ? 'warn-c' : 'bad-c') : 'text-text-2'}`}>
              {checkWords(t, check)}
            </td>
          </tr>
        ))}
      </Table>
      <p className="px-4 py-2 text-caption text-text-3">{t('backends.check.ageless', { age: age(Math.max(0, now - report.atMs)) })}</p>
    </>
  )
}
