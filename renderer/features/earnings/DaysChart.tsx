import { useState, type ReactNode } from 'react'
import { useAppState, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import { pokt, poktUnit, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Bars } from '#renderer/ui/Bars.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { utcDay } from './claim-words.ts'

const DAYS = 14
const DAY_MS = 86_400_000
const HEIGHT = 190
const UPOKT_PER_POKT = 1_000_000

/** Settled pay of the last days, today's bar lighter since it is not over; the same as a table on request. */
export function DaysChart(): ReactNode {
  const t = useText()
  const now = useNow(60_000)
  const revision = useAppState((state) => state.earnings.revision)
  const [asTable, setAsTable] = useState(false)
  const query = useQuery('earnings.days', { days: DAYS }, `${revision} ${Math.floor(now / DAY_MS)}`)
  const rows = query.value?.rows ?? []
  const last = rows.length - 1
  const sums = rows.map((row) => BigInt(row.upokt))
  const low = sums.reduce((least, sum) => (sum < least ? sum : least), sums[0] ?? 0n)
  const high = sums.reduce((most, sum) => (sum > most ? sum : most), 0n)
  const label = t('earnings.days.label', { low: pokt(low), high: pokt(high), last: pokt(sums[last] ?? 0n) })
  const name = (index: number, dayStartMs: number): string => (index === last ? t('earnings.days.today') : utcDay(dayStartMs))
  return (
    <Card
      className="mb-3.5"
      title={
        <>
          {t('earnings.days.title')} <span className="font-normal text-text-2">{t('earnings.days.unit')}</span>
        </>
      }
      aside={
        <span className="flex items-center gap-2">
          {t('earnings.days.aside')}
          <Button size="sm" kind="ghost" onPress={() => setAsTable(!asTable)}>
            {t(asTable ? 'earnings.days.chart' : 'earnings.days.table')}
          </Button>
        </span>
      }
      padded={!asTable}
    >
      {query.error ? (
        <ErrorNote error={query.error} className={asTable ? 'm-4' : 'mb-3'}>
          <Button size="sm" onPress={query.reload} isBusy={query.loading}>
            {t('ui.tryAgain')}
          </Button>
        </ErrorNote>
      ) : null}
      {query.value === null && query.loading ? <Skeleton height={HEIGHT} /> : null}
      {asTable && rows.length > 0 ? (
        <div className="mt-2">
          <Table
            caption={label}
            columns={[
              { key: 'day', title: t('earnings.days.day') },
              { key: 'claims', title: t('earnings.days.claims'), right: true },
              { key: 'pay', title: t('earnings.days.pay'), right: true },
            ]}
            dense
          >
            {rows.map((row, index) => (
              <tr key={row.dayStartMs}>
                <td>{name(index, row.dayStartMs)}</td>
                <td className="r">{whole(row.claims)}</td>
                <td className="r">{pokt(row.upokt, 6)}</td>
              </tr>
            ))}
          </Table>
        </div>
      ) : null}
      {!asTable && rows.length > 0 ? (
        <>
          <Bars
            bars={rows.map((row, index) => ({
              key: String(row.dayStartMs),
              // Only for the height of the bar; the exact amount is in the label.
              value: Number(row.upokt) / UPOKT_PER_POKT,
              label: t('earnings.days.bar', { day: name(index, row.dayStartMs), pokt: poktUnit(row.upokt, 6), count: row.claims }),
              open: index === last,
              ...(index % 2 === last % 2 ? { tick: name(index, row.dayStartMs) } : {}),
            }))}
            height={HEIGHT}
            label={label}
            axis
          />
          {high === 0n ? <p className="text-small text-text-2">{t('earnings.days.empty')}</p> : null}
        </>
      ) : null}
    </Card>
  )
}
