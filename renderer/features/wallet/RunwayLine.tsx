import { useState, type ReactNode } from 'react'
import type { Runway } from '#shared/api/wallet-requests.ts'
import { useAppState, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { duration, pokt, when, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'

const YEAR_DAYS = 365
/** Parts of the gauge in days (design/screens section 7); the last one stands for the rest of a year. */
const PARTS = [
  { days: 3, at: 0, share: 4, className: 'fill-bad-fill' },
  { days: 11, at: 4, share: 14, className: 'fill-warn-fill' },
  { days: 16, at: 18, share: 21, className: 'fill-line-2' },
  { days: 335, at: 39, share: 61, className: 'fill-ok-fill' },
] as const

/** How long the operator's fees last, from which figures, and the way to top them up. */
export function RunwayLine({ own }: { own: KeyState[] }): ReactNode {
  const t = useText()
  const now = useNow(60_000)
  const [isOpen, setOpen] = useState(true)
  const revision = useAppState((state) => `${state.app.network} ${state.earnings.revision} ${state.supplier.operatorAddress}`)
  const balances = useAppState((state) => state.balances)
  const { value } = useQuery('wallet.runway', {}, revision)
  const runway = value?.runway
  const name = useSupplierName()(runway?.address)
  if (!runway) return null
  // What pays for it: another own key that holds enough, the owner first.
  const payer = own.find((key) => key.address !== runway.address && BigInt(balances[key.address]?.upokt ?? '0') > 0n)
  const topUp = runway.topUpUpokt
  const query = new URLSearchParams({
    to: runway.address,
    amount: topUp === null ? '' : pokt(topUp).replaceAll(',', ''),
    ...(payer ? { from: payer.id } : {}),
  })
  return (
    <div data-runway={runway.level}>
      <div className="grid grid-cols-[190px_minmax(0,1fr)_auto] items-center gap-4 max-[640px]:grid-cols-1">
        <div>
          <div className="text-small font-medium">{name === null ? t('wallet.runway.title') : t('suppliers.feesOf', { name })}</div>
          <div className="text-caption text-text-3 num">{spending(t, runway)}</div>
        </div>
        <Gauge runway={runway} />
        <div className="flex items-center gap-2.5">
          <StatusChip status={statusOf(t, runway)} />
          {topUp === null ? null : (
            <LinkButton href={`#/wallet/send?${query.toString()}`} size="sm" kind={runway.level === 'watch' ? 'plain' : 'pri'}>
              {t('wallet.runway.topUp')}
            </LinkButton>
          )}
        </div>
      </div>
      <button
        type="button"
        className="mt-0.5 inline-flex min-h-6 items-center gap-1 text-caption text-text-2 hover:underline"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} size={12} />
        {t('wallet.runway.why')}
      </button>
      {isOpen ? (
        <div className="mt-1.5 grid gap-1 text-small text-text-2 num">
          <p>
            {t('wallet.runway.from', {
              fees: pokt(runway.feesUpokt, 6),
              proofs: pokt(runway.proofFeesUpokt, 6),
              transactions: whole(runway.transactions),
              since: when(runway.sinceMs, now),
            })}
          </p>
          <p>
            {runway.nextSession.claims === 0
              ? t('wallet.runway.nextNone')
              : t('wallet.runway.next', {
                  need: pokt(runway.nextSession.upokt, 6),
                  claims: whole(runway.nextSession.claims),
                  proofFee: pokt(runway.nextSession.proofFeeUpokt, 6),
                  txFee: pokt(runway.nextSession.txFeeUpokt, 6),
                })}
          </p>
          {topUp === null ? null : <p>{t('wallet.runway.topUpText', { pokt: pokt(topUp) })}</p>}
        </div>
      ) : null}
    </div>
  )
}

function spending(t: Words, runway: Runway): string {
  const span = duration(runway.spanMs)
  if (runway.perDayUpokt === null) return t('wallet.runway.unknown')
  if (runway.perDayUpokt === '0') return t('wallet.runway.none', { span })
  return t('wallet.runway.perDay', { pokt: pokt(runway.perDayUpokt, 6), span })
}

function statusOf(t: Words, runway: Runway): Status {
  const { level, daysLeft } = runway
  if (runway.balanceUpokt === '0') return { tone: 'bad', icon: 'circle-x', word: t('wallet.runway.empty') }
  const word =
    daysLeft === null
      ? t(runway.perDayUpokt === null ? 'wallet.runway.cannot' : 'wallet.runway.over')
      : daysLeft > YEAR_DAYS
        ? t('wallet.runway.over')
        : t('wallet.runway.days', { count: daysLeft })
  if (level === 'bad') return { tone: 'bad', icon: 'circle-x', word }
  if (level === 'warn') return { tone: 'warn', icon: 'triangle-alert', word }
  if (level === 'ok') return { tone: 'ok', icon: 'circle-check', word }
  return { tone: 'idle', icon: level === 'watch' ? 'clock' : 'circle-dashed', word }
}

/** Where on the gauge a number of days stands, in hundredths of its width. */
export function placeOf(days: number): number {
  let from = 0
  for (const part of PARTS) {
    if (days <= from + part.days) return part.at + ((days - from) / part.days) * part.share
    from += part.days
  }
  return 100
}

function Gauge({ runway }: { runway: Runway }): ReactNode {
  const t = useText()
  const days = runway.balanceUpokt === '0' ? 0 : runway.perDayUpokt === null ? null : (runway.daysLeft ?? Infinity)
  return (
    <div aria-hidden="true">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="block h-2.5 w-full overflow-visible">
        {PARTS.map((part) => (
          <rect key={part.days} x={part.at} y={1} width={part.share - 0.4} height={6} rx={0.6} className={part.className} />
        ))}
        {days === null ? null : <rect x={Math.min(99.2, placeOf(days))} y={-1} width={0.8} height={10} className="fill-text" />}
      </svg>
      <div className="relative mt-1 h-3.5 text-caption text-text-3 num">
        <span className="absolute left-[4%] -translate-x-1/2">3</span>
        <span className="absolute left-[18%] -translate-x-1/2">14</span>
        <span className="absolute left-[39%] -translate-x-1/2">{t('wallet.runway.mark', { days: 30 })}</span>
        <span className="absolute right-0">{t('wallet.runway.long')}</span>
      </div>
    </div>
  )
}
