import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { supplier } from '#renderer/text/en/supplier.ts'
import { clockTime } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { SkeletonRows, Table } from '#renderer/ui/Table.tsx'

type Result = RequestOutput<'relays.results'>['rows'][number]
const PAGE = 25

/** Every answer with what was checked. */
export function RelayResults(): ReactNode {
  const t = useText()
  const revision = useAppState((state) => state.relays.revision)
  const [limit, setLimit] = useState(PAGE)
  const list = useQuery('relays.results', { limit }, revision)
  const rows = list.value?.rows ?? []
  const nameOf = useSupplierName()
  const isEmpty = rows.length === 0 && !list.loading
  return (
    <Card title={t('supplier.relays.results')} aside={t('supplier.relays.resultsAside')}>
      <div className="mt-2">
        <Table
          caption={t('supplier.relays.results')}
          dense
          columns={[
            { key: 'time', title: t('supplier.relays.time'), width: '84px' },
            { key: 'service', title: t('supplier.relays.service') },
            { key: 'answer', title: t('supplier.relays.outcome') },
            { key: 'signature', title: t('supplier.relays.signature') },
            { key: 'latency', title: t('supplier.relays.latency'), right: true },
          ]}
          {...(list.error !== null && rows.length === 0
            ? { empty: <ErrorNote error={list.error} /> }
            : isEmpty
              ? { empty: t('supplier.relays.empty') }
              : {})}
        >
          {list.loading && rows.length === 0 ? (
            <SkeletonRows columns={5} />
          ) : (
            rows.map((row) => <ResultRow key={row.id} row={row} name={nameOf(row.operatorAddress)} />)
          )}
        </Table>
        {rows.length >= limit && limit < 500 ? (
          <div className="border-t border-line px-4 py-2">
            <Button size="sm" kind="ghost" icon="chevron-down" onPress={() => setLimit(Math.min(500, limit * 2))}>
              {t('supplier.relays.older')}
            </Button>
          </div>
        ) : null}
      </div>
    </Card>
  )
}

/** @param name of the supplier that was asked, where there are several */
function ResultRow({ row, name }: { row: Result; name: string | null }): ReactNode {
  const t = useText()
  const answer = row.error === null ? row.answer : failureWords(t, row.error)
  return (
    <tr data-ok={row.ok} data-signature={row.signatureOk}>
      <td className="text-text-2">{clockTime(row.atMs, true)}</td>
      <td>
        <span className="font-medium">{row.serviceId}</span>
        {name === null ? null : <span className="text-text-3">, {name}</span>}
      </td>
      <td className="max-w-[280px] truncate" title={row.error ?? row.answer}>
        <span className={row.error === null ? 'mono text-[11.5px]' : 'text-bad'}>
          {answer || t('supplier.relays.http', { status: row.httpStatus })}
        </span>
      </td>
      <td>
        <StatusChip
          status={
            row.signatureOk
              ? { tone: 'ok', icon: 'shield-check', word: t('supplier.relays.ok') }
              : { tone: 'bad', icon: 'circle-x', word: t('supplier.relays.bad') }
          }
          title={row.signatureOk ? t('supplier.relays.okText') : ''}
        />
      </td>
      <td className="r text-text-2">{Math.round(row.latencyMs)} ms</td>
    </tr>
  )
}

/** `failure: detail` of main, its first word as a sentence and the rest as it was said. */
export function failureWords(t: Words, error: string): string {
  const [kind = '', ...rest] = error.split(':')
  const detail = rest.join(':').trim()
  if (!isFailure(kind)) return error
  const sentence = t(`supplier.relays.failure.${kind}`)
  return detail === '' ? sentence : `${sentence}: ${detail}`
}

const isFailure = (kind: string): kind is keyof typeof supplier.relays.failure => Object.hasOwn(supplier.relays.failure, kind)
