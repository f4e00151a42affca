import type { ReactNode } from 'react'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { day, pokt, poktUnit, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Bars } from '#renderer/ui/Bars.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'

const DAYS = 14

/** Settled today, fourteen days beside it, pending apart. */
export function EarnedToday(): ReactNode {
  const t = useText()
  const earnings = useAppState((state) => state.earnings)
  const days = useQuery('earnings.days', { days: DAYS }, earnings.revision)
  const rows = days.value?.rows ?? []
  const amounts = rows.map((row) => Number(row.upokt))
  const first = rows[0]
  const label = t('home.earned.bars', {
    days: rows.length,
    low: pokt(String(Math.min(...amounts, Infinity) === Infinity ? 0 : Math.min(...amounts)), 4),
    high: pokt(String(Math.max(0, ...amounts)), 4),
    last: pokt(earnings.todayUpokt, 4),
  })
  return (
    <Card
      title={t('home.earned.title')}
      aside={
        <a className="link" href="#/earnings">
          {t('home.earned.link')}
        </a>
      }
    >
      <div className="pad !pt-1.5">
        <div className="fig">
          {pokt(earnings.todayUpokt, BigInt(earnings.todayUpokt) < 10_000_000n ? 4 : 2)}
          <small>{t('ui.pokt')}</small>
        </div>
        <div className="text-small text-text-2 num">
          {t('home.earned.sub', { count: earnings.claimsSettled, text: whole(earnings.claimsSettled) })}
        </div>
        <div className="mt-3.5 mb-1 min-h-[72px]">
          {days.error && rows.length === 0 ? (
            <ErrorNote error={days.error} />
          ) : (
            <Bars
              bars={rows.map((row, index) => ({
                key: String(row.dayStartMs),
                value: Number(row.upokt),
                label: `${day(row.dayStartMs)}: ${poktUnit(row.upokt)}`,
                open: index === rows.length - 1,
              }))}
              height={72}
              label={label}
            />
          )}
        </div>
        <div className="flex justify-between text-caption text-text-3 num">
          <span>{first ? day(first.dayStartMs) : ''}</span>
          <span>{t('home.earned.axis')}</span>
          <span>{t('home.earned.today')}</span>
        </div>
        <hr className="hr mt-[11px] mb-[9px]" />
        <div className="flex justify-between text-small">
          <span className="text-text-2">
            {t('home.earned.pending')} <span className="text-text-3">{t('ui.estimate')}</span>
          </span>
          <span className="font-medium num">{t('ui.about', { value: poktUnit(earnings.pendingUpokt, 4) })}</span>
        </div>
        <div className="mt-1 flex justify-between text-small">
          <span className="text-text-2">{t('home.earned.all')}</span>
          <span className="font-medium num">{poktUnit(earnings.settledUpokt, 4)}</span>
        </div>
      </div>
    </Card>
  )
}
