import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useAppState, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import { clockTime, when, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'

const HOURS = { hour: 1, day: 24, week: 168 } as const
type Range = keyof typeof HOURS
const EVERY_MS = 10_000
const CLAIMS = 200

export type MinerAccount = RequestOutput<'metrics.miner'>

/** What the miner says it did, in words: what was served, what of it can be paid, and why the rest is not. */
export function MinerWords(): ReactNode {
  const t = useText()
  const now = useNow(EVERY_MS)
  const [range, setRange] = useState<Range>('day')
  const revision = useAppState((state) => state.earnings.revision)
  const { value, error } = useQuery('metrics.miner', { hours: HOURS[range] }, now)
  const claims = useQuery('earnings.claims', { limit: CLAIMS }, revision)
  const sinceMs = value?.countedFromMs ?? now
  const paid = claims.value?.rows.reduce(
    (sum, row) => (row.stage === 'settled' && row.settledAtMs !== null && row.settledAtMs >= sinceMs ? sum + Number(row.relays) : sum),
    0,
  )
  return (
    <Card
      title={t('nodes.words.title')}
      aside={
        <span className="seg" role="group" aria-label={t('nodes.words.range')}>
          {(Object.keys(HOURS) as Range[]).map((each) => (
            <button key={each} type="button" aria-pressed={each === range} onClick={() => setRange(each)}>
              {t(`nodes.words.${each}`)}
            </button>
          ))}
        </span>
      }
      padded
    >
      <ErrorNote error={error} className="mb-3" />
      {value === null ? error === null ? <Skeleton width="60%" /> : null : <Account account={value} paid={paid} now={now} />}
    </Card>
  )
}

function Account({ account, paid, now }: { account: MinerAccount; paid: number | undefined; now: number }): ReactNode {
  const t = useText()
  const isUp = useAppState((state) => Object.values(state.nodes).some((node) => node.kind === 'relay-miner' && node.seen === 'running'))
  // The counts are read in rounds: the state that they tell may be older than the container's.
  const said = account.state === 'not-running' && isUp ? 'just-started' : account.state
  const { served, refused, dropped, failedLater, backendFailures } = account
  // What is under way at the moment of a reading is asked for and not answered yet; a relay that somebody broke off stays so.
  const unanswered = Math.max(0, account.requests - served - refused)
  const strange = account.services.find((service) => service.serviceId === 'unknown_service_id')?.requests ?? 0
  const unpaid = Math.min(served, dropped + failedLater + backendFailures)
  const rows: [string, number, string, boolean][] = [
    [t('nodes.words.served'), served, t('nodes.words.servedText'), true],
    [t('nodes.words.mined'), served - unpaid, t('nodes.words.minedText'), true],
    [t('nodes.words.unpaid'), unpaid, unpaid === 0 ? t('nodes.words.unpaidNone') : t('nodes.words.unpaidText'), true],
    [t('nodes.words.dropped'), dropped, t('nodes.words.droppedText'), false],
    [t('nodes.words.failedLater'), failedLater, t('nodes.words.failedLaterText'), false],
    [t('nodes.words.backendFailures'), backendFailures, t('nodes.words.backendFailuresText'), false],
    [t('nodes.words.refused'), refused, t('nodes.words.refusedText'), true],
    [t('nodes.words.unanswered'), unanswered, t('nodes.words.unansweredText'), unanswered > 0],
  ]
  if (paid !== undefined) rows.splice(2, 0, [t('nodes.words.paid'), paid, t('nodes.words.paidText'), true])
  return (
    <>
      {said === 'ok' ? null : (
        <Note tone={said === 'not-running' || said === 'just-started' ? 'info' : 'warn'} className="mb-3">
          {t(`nodes.words.state.${said}`)}
        </Note>
      )}
      {account.unreadable === 0 ? null : (
        <Note tone="warn" className="mb-3">
          {t('nodes.words.unreadable', { count: account.unreadable })}
        </Note>
      )}
      <p className="mb-2 num">
        {account.requests === 0
          ? t('nodes.words.nothing')
          : t('nodes.words.asked', { count: account.requests, figure: whole(account.requests) })}{' '}
        <span className="text-text-3">
          {t('nodes.words.counted', {
            time:
              new Date(account.countedFromMs).toDateString() === new Date(now).toDateString()
                ? clockTime(account.countedFromMs)
                : `${when(account.countedFromMs, now)}, ${clockTime(account.countedFromMs)}`,
          })}
        </span>
      </p>
      <dl className="grid grid-cols-[auto_auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
        {rows
          .filter(([, count, , always]) => always || count > 0)
          .map(([name, count, text, always]) => (
            <div key={name} className="contents">
              <dt className={always ? 'font-medium' : 'pl-4 text-text-2'}>{name}</dt>
              <dd className="text-right num">{whole(count)}</dd>
              <dd className="text-small text-text-2">{text}</dd>
            </div>
          ))}
      </dl>
      {strange === 0 ? null : (
        <p className="mt-2 text-small text-text-3 num">{t('nodes.words.strange', { count: strange, figure: whole(strange) })}</p>
      )}
    </>
  )
}
