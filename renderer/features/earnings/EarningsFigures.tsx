import type { ReactNode } from 'react'
import { useAppState, useClock } from '#renderer/bridge/hooks.ts'
import { pokt, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { at } from '#renderer/ui/clock-view.ts'
import { Figure } from '#renderer/ui/Figure.tsx'
import { Source } from '#renderer/ui/Source.tsx'
import { firstLane } from './first-lane.ts'

/** Headlines have two decimals; small amounts, which the Local chain pays, get as many as it takes to be seen. The exact amount is in the tooltip. */
const LARGE_UPOKT = 10_000_000n
const TINY_UPOKT = 10_000n

function headline(upokt: string): string {
  const value = BigInt(upokt)
  return pokt(value, value >= LARGE_UPOKT ? 2 : value > 0n && value < TINY_UPOKT ? 6 : 4)
}

/** What reached you, what is on the way, and how many claims came through; each with its source and the block it was read at. */
export function EarningsFigures(): ReactNode {
  const t = useText()
  const earnings = useAppState((state) => state.earnings)
  const isOld = useAppState((state) => state.chain.status === 'unreachable' || state.chain.status === 'stalled')
  const clock = useClock()
  const isRead = earnings.readHeight > 0
  const open = earnings.openClaims
  const height = whole(earnings.readHeight)
  const lane = firstLane(clock)
  const isFirst = earnings.claimsSettled === 0 && earnings.settledUpokt === '0'
  const why = lane === undefined ? t('earnings.figures.whyNoSession') : t('earnings.figures.why', { at: at(clock, lane.settle) })
  // Counted by the relay miner and on no chain yet.
  const counted = clock.lanes
    .filter((each) => each.stage === 'serving' || each.stage === 'open')
    .reduce((sum, each) => sum + BigInt(each.relays ?? '0'), 0n)
  return (
    <section
      className="card kpis grid-cols-[1.35fr_1fr_1.35fr_0.9fr] max-fold:grid-cols-2 max-fold:[&>div:nth-child(3)]:!border-l-0"
      aria-label={t('earnings.figures.label')}
    >
      <div>
        <Figure
          label={
            <>
              {t('earnings.figures.settled')} <Source kind="chain" />
            </>
          }
          value={
            isRead && !isFirst ? <span title={`${pokt(earnings.settledUpokt, 6)} POKT`}>{headline(earnings.settledUpokt)}</span> : null
          }
          unit={t('ui.pokt')}
          sub={isFirst ? why : t('earnings.figures.settledSub', { first: whole(earnings.firstHeight), height })}
          stale={isOld}
          big
        />
      </div>
      <div>
        <Figure
          label={
            <>
              {t('earnings.figures.today')} <Source kind="chain" />
            </>
          }
          value={isRead ? <span title={`${pokt(earnings.todayUpokt, 6)} POKT`}>{headline(earnings.todayUpokt)}</span> : null}
          unit={t('ui.pokt')}
          sub={t('earnings.figures.todaySub')}
          stale={isOld}
        />
      </div>
      <div>
        <Figure
          label={
            <>
              {t('earnings.figures.pending')} <span className="badge">{t('ui.estimate')}</span>
            </>
          }
          value={
            isRead ? (
              <span title={`${pokt(earnings.pendingUpokt, 6)} POKT`}>{t('ui.about', { value: headline(earnings.pendingUpokt) })}</span>
            ) : null
          }
          unit={t('ui.pokt')}
          sub={
            <>
              {!isRead ? null : earnings.pendingUpokt === '0' ? t('earnings.figures.pendingNone') : t('earnings.figures.pendingSub')}
              {open === undefined || open.listed === 0 ? null : (
                <span className="mt-1 flex items-center gap-1.5">
                  {t('earnings.figures.open', { count: open.listed, proven: open.proven })}{' '}
                  <Source kind={open.proven === open.listed ? 'proven' : 'chain'} proof={open.proof} />
                </span>
              )}
              {counted === 0n ? null : (
                <span className="mt-1 flex items-center gap-1.5">
                  {t('earnings.figures.counted', { count: Number(counted), text: whole(counted.toString()) })} <Source kind="counted" />
                </span>
              )}
            </>
          }
          stale={isOld}
        />
      </div>
      <div>
        <Figure
          label={
            <>
              {t('earnings.figures.claims')} <Source kind="chain" />
            </>
          }
          value={isRead ? whole(earnings.claimsSettled) : null}
          unit={t('earnings.figures.claimsUnit')}
          sub={
            !isRead ? null : earnings.claimsLost === 0 ? (
              t('earnings.figures.noneLost')
            ) : (
              <span className="font-medium text-bad">{t('earnings.figures.lost', { count: earnings.claimsLost })}</span>
            )
          }
          stale={isOld}
        />
      </div>
    </section>
  )
}
