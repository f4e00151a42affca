import { useState, type ReactNode } from 'react'
import type { RequestInput } from '#shared/api/requests.ts'
import type { HistoryRow } from '#shared/api/wallet-requests.ts'
import { useAppState, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { pokt, when, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Hash } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { SkeletonRows, Table } from '#renderer/ui/Table.tsx'
import { iconOf, messageName, nameFrom, whatHappened } from './what-happened.ts'

const PAGE = 25
const COLUMNS = 7
const FILTERS = ['all', 'pay', 'fees', 'sent'] as const
type Filter = (typeof FILTERS)[number]
type Cursor = NonNullable<RequestInput<'wallet.history'>['cursor']>

/** Everything that moved at own addresses, newest first, a page at a time. */
export function History({ own }: { own: KeyState[] }): ReactNode {
  const t = useText()
  const [filter, setFilter] = useState<Filter>('all')
  const [address, setAddress] = useState('')
  return (
    <Card
      title={t('wallet.history.title')}
      aside={
        <span className="flex flex-wrap items-center gap-2.5">
          {own.length < 2 ? null : (
            <select
              className="h-7 rounded-control border border-line bg-raised px-2 text-small text-text"
              aria-label={t('wallet.history.wallet')}
              value={address}
              onChange={(event) => setAddress(event.target.value)}
            >
              <option value="">{t('wallet.history.anyWallet')}</option>
              {own.map((key) => (
                <option key={key.id} value={key.address}>
                  {key.name}
                </option>
              ))}
            </select>
          )}
          <span className="seg" role="group" aria-label={t('wallet.history.filter')}>
            {FILTERS.map((each) => (
              <button key={each} type="button" aria-pressed={each === filter} onClick={() => setFilter(each)}>
                {t(`wallet.history.${each}`)}
              </button>
            ))}
          </span>
        </span>
      }
    >
      <div className="mt-1.5 pb-1">
        <Pages key={`${filter} ${address}`} filter={filter} address={address} />
      </div>
    </Card>
  )
}

/** Pages of one question. The first follows the chain; once a second one is open, all stand still at the first one's height and say when there is news. */
function Pages({ filter, address }: { filter: Filter; address: string }): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const readHeight = useAppState((state) => state.earnings.revision)
  const [held, setHeld] = useState<{ revision: number; cursors: Cursor[]; at: number } | null>(null)
  const isNews = held !== null && held.at !== readHeight
  const title = t('wallet.history.title')
  return (
    <>
      {isNews ? (
        <div className="flex items-center gap-3 px-4 py-2 text-small text-text-2" role="status">
          {t('wallet.history.newer')}
          <Button size="sm" onPress={() => setHeld(null)}>
            {t('wallet.history.newerShow')}
          </Button>
        </div>
      ) : null}
      <Table
        caption={title}
        columns={[
          { key: 'time', title: t('wallet.history.time') },
          { key: 'what', title: t('wallet.history.what'), width: '42%' },
          { key: 'wallet', title: t('wallet.history.wallet') },
          { key: 'amount', title: t('wallet.history.amount'), right: true },
          { key: 'fee', title: t('wallet.history.fee'), right: true },
          { key: 'block', title: t('wallet.history.block'), right: true },
          { key: 'hash', title: <span className="sr-only">{t('wallet.history.hash')}</span> },
        ]}
      >
        {[undefined, ...(held?.cursors ?? [])].map((cursor, index, all) => (
          <Page
            key={cursor === undefined ? `first ${network}` : `${cursor.height} ${cursor.position} ${cursor.address}`}
            filter={filter}
            address={address}
            cursor={cursor}
            revision={held?.revision}
            turn={held === null ? readHeight : held.at}
            isLast={index === all.length - 1}
            onMore={(next, revision) =>
              setHeld({ revision: held?.revision ?? revision, cursors: [...(held?.cursors ?? []), next], at: held?.at ?? readHeight })
            }
          />
        ))}
      </Table>
    </>
  )
}

function Page({
  filter,
  address,
  cursor,
  revision,
  turn,
  isLast,
  onMore,
}: {
  filter: Filter
  address: string
  cursor: Cursor | undefined
  revision: number | undefined
  turn: number
  isLast: boolean
  onMore: (next: Cursor, revision: number) => void
}): ReactNode {
  const t = useText()
  const query = useQuery(
    'wallet.history',
    {
      filter,
      limit: PAGE,
      ...(address === '' ? {} : { address }),
      ...(cursor ? { cursor } : {}),
      ...(revision === undefined ? {} : { revision }),
    },
    turn,
  )
  const page = query.value
  return (
    <>
      {query.error ? (
        <Wide>
          <ErrorNote error={query.error}>
            <Button size="sm" onPress={query.reload} isBusy={query.loading}>
              {t('ui.tryAgain')}
            </Button>
          </ErrorNote>
        </Wide>
      ) : null}
      {page === null && query.loading ? <SkeletonRows columns={COLUMNS} /> : null}
      {page !== null && page.rows.length === 0 && cursor === undefined ? (
        <Wide>
          <span className="text-text-2">
            {t(filter === 'all' && address === '' ? 'wallet.history.empty' : 'wallet.history.emptyFilter')}
          </span>
        </Wide>
      ) : null}
      {page?.rows.map((row) => (
        <Row key={row.key} row={row} names={page.names} />
      ))}
      {isLast && page?.next ? (
        <Wide>
          <Button size="sm" isBusy={query.loading} onPress={() => page.next && onMore(page.next, page.revision)}>
            {t('wallet.history.more')}
          </Button>
        </Wide>
      ) : null}
    </>
  )
}

function Wide({ children }: { children: ReactNode }): ReactNode {
  return (
    <tr>
      <td colSpan={COLUMNS} className="wrap !py-2.5">
        {children}
      </td>
    </tr>
  )
}

function Row({ row, names }: { row: HistoryRow; names: Record<string, string> }): ReactNode {
  const t = useText()
  const now = useNow(60_000)
  const nameOf = nameFrom(names)
  const isOurs = row.sentBy !== 'elsewhere'
  // What the watch of own addresses raised and nobody has looked at yet; older ones are told, without alarm.
  const isAlarm = useAppState((state) => row.hash !== null && state.health.ownChanges.some((change) => change.hash === row.hash))
  const types = [...new Set(row.messages.map((message) => messageName(message.type)))].filter((name) => name !== '')
  const text = whatHappened(t, row, nameOf)
  return (
    <tr data-movement={row.hash ?? row.key} className={isAlarm ? 'bg-bad-soft' : ''}>
      <td className="text-text-2">{when(row.atMs, now, true)}</td>
      <td className="wrap">
        <span className="flex min-w-[180px] items-center gap-2">
          <Icon name={iconOf(row)} size={14} className={row.pay ? 'text-ember' : 'text-text-3'} />
          <span>
            {text} {types.length === 0 ? null : <span className="mono ml-1 text-caption text-text-3">{types.slice(0, 2).join(', ')}</span>}
          </span>
          {isOurs ? null : <span className={`badge whitespace-nowrap ${isAlarm ? 'bad' : ''}`}>{t('wallet.history.notHearth')}</span>}
          {row.failed ? <span className="badge warn">{t('wallet.history.failed')}</span> : null}
        </span>
      </td>
      <td className="text-text-2">{nameOf(row.address)}</td>
      <td className={`r font-medium ${isAlarm ? 'text-bad' : ''}`}>{signed(row.deltaUpokt)}</td>
      <td className="r text-text-2">{row.feeUpokt === '0' ? '–' : pokt(row.feeUpokt, 6)}</td>
      <td className="r text-text-2">{whole(row.height)}</td>
      <td>{row.hash === null ? null : <Hash value={row.hash} name={t('wallet.history.hash')} />}</td>
    </tr>
  )
}

/** An amount with its sign; nothing moved is a dash. */
function signed(upokt: string): string {
  const value = BigInt(upokt)
  if (value === 0n) return '–'
  return value > 0n ? `+${pokt(value, 6)}` : `−${pokt(-value, 6)}`
}
