import { Fragment, useId, useState, type ReactNode } from 'react'
import type { ClaimView, RequestInput } from '#shared/api/requests.ts'
import { useAppState, useClock, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import type { OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { shortAddress, tablePokt, when, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { at, isFast, type ClockView } from '#renderer/ui/clock-view.ts'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { SkeletonRows, Table } from '#renderer/ui/Table.tsx'
import { ClaimDetail } from './ClaimDetail.tsx'
import { claimWord, isPaidLess, laneOf, sessionName } from './claim-words.ts'

const PAGE = 25
/** Without the one that says whose it is. */
const COLUMNS = 6

type Cursor = NonNullable<RequestInput<'earnings.claims'>['cursor']>

/** Whose claims are shown: of one supplier, or of all; and which there are. */
interface Of {
  operatorAddress: string | undefined
  own: readonly OwnSupplier[]
}
const columnsOf = ({ own }: Of): number => COLUMNS + (own.length > 1 ? 1 : 0)
const nameOf = ({ own }: Of, address: string): string => own.find((each) => each.operatorAddress === address)?.name ?? shortAddress(address)

interface Opened {
  keys: ReadonlySet<string>
  toggle: (key: string) => void
}

/** Claims by session, newest first, a page at a time; each opens to all that is known of it. */
export function ClaimsTable(): ReactNode {
  const t = useText()
  const [pages, setPages] = useState(1)
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set())
  const toggle = (key: string): void =>
    setKeys((before) => {
      const next = new Set(before)
      if (!next.delete(key)) next.add(key)
      return next
    })
  const own = useOwnSuppliers()
  const [of, setOf] = useState('')
  // One that is gone from the list is asked for no longer.
  const operatorAddress = own.some((each) => each.operatorAddress === of) ? of : undefined
  const isSeveral = own.length > 1
  return (
    <Card
      title={t('earnings.claims.title')}
      {...(isSeveral
        ? {
            aside: (
              <select
                className="h-7 rounded-control border border-line bg-raised px-2 text-small text-text"
                aria-label={t('suppliers.filter')}
                value={operatorAddress ?? ''}
                onChange={(event) => {
                  setOf(event.target.value)
                  setPages(1)
                }}
              >
                <option value="">{t('suppliers.all')}</option>
                {own.map((each) => (
                  <option key={each.operatorAddress} value={each.operatorAddress}>
                    {each.name}
                  </option>
                ))}
              </select>
            ),
          }
        : {})}
    >
      <div className="mt-1.5 pb-1">
        <Table
          caption={t('earnings.claims.caption')}
          columns={[
            { key: 'session', title: t('earnings.claims.session') },
            ...(isSeveral ? [{ key: 'supplier', title: t('suppliers.name') }] : []),
            { key: 'service', title: t('earnings.claims.service') },
            { key: 'relays', title: t('earnings.claims.relays'), right: true },
            { key: 'stages', title: t('earnings.claims.stages') },
            { key: 'claimed', title: t('earnings.claims.claimed'), right: true },
            { key: 'pay', title: t('earnings.claims.pay'), right: true },
          ]}
        >
          <Page
            // Rows of one are not shown under the name of another while they are read.
            key={operatorAddress ?? ''}
            of={{ operatorAddress, own }}
            left={pages}
            opened={{ keys, toggle }}
            onMore={() => setPages(pages + 1)}
          />
        </Table>
      </div>
    </Card>
  )
}

/** One page of rows and, after it, the next. Each asks again when earnings move, from where the page before ends, so that a new claim shifts all of them. */
function Page({
  of,
  cursor,
  left,
  opened,
  onMore,
}: {
  of: Of
  cursor?: Cursor
  left: number
  opened: Opened
  onMore: () => void
}): ReactNode {
  const t = useText()
  const revision = useAppState((state) => state.earnings.revision)
  const columns = columnsOf(of)
  const { operatorAddress } = of
  const query = useQuery(
    'earnings.claims',
    { limit: PAGE, ...(cursor ? { cursor } : {}), ...(operatorAddress === undefined ? {} : { operatorAddress }) },
    revision,
  )
  const rows = query.value?.rows ?? []
  const last = rows.at(-1)
  const isFirst = cursor === undefined
  return (
    <>
      {query.error ? (
        <Wide columns={columns}>
          <ErrorNote error={query.error}>
            <Button size="sm" onPress={query.reload} isBusy={query.loading}>
              {t('ui.tryAgain')}
            </Button>
          </ErrorNote>
        </Wide>
      ) : null}
      {query.value === null && query.loading ? <SkeletonRows columns={columns} /> : null}
      {query.value !== null && rows.length === 0 && isFirst ? (
        <Wide columns={columns}>
          <span className="text-text-2">{t('earnings.claims.empty')}</span>
        </Wide>
      ) : null}
      {rows.map((claim) => (
        <Row key={claim.key} of={of} claim={claim} isOpen={opened.keys.has(claim.key)} onToggle={() => opened.toggle(claim.key)} />
      ))}
      {last === undefined || query.value?.more !== true ? null : left > 1 ? (
        <Page of={of} cursor={{ sessionEndHeight: last.sessionEndHeight, key: last.key }} left={left - 1} opened={opened} onMore={onMore} />
      ) : (
        <Wide columns={columns}>
          <Button size="sm" icon="chevron-down" onPress={onMore}>
            {t('earnings.claims.older')}
          </Button>
        </Wide>
      )}
    </>
  )
}

function Wide({ columns, children }: { columns: number; children: ReactNode }): ReactNode {
  return (
    <tr>
      <td colSpan={columns} className="wrap !py-2.5">
        {children}
      </td>
    </tr>
  )
}

function Row({ of, claim, isOpen, onToggle }: { of: Of; claim: ClaimView; isOpen: boolean; onToggle: () => void }): ReactNode {
  const t = useText()
  const id = useId()
  const clock = useClock()
  const now = useNow(60_000)
  const status = claimWord(t, claim, laneOf(clock.lanes, claim), clock.height)
  const isOver = claim.yourUpokt !== null
  return (
    <Fragment>
      <tr className={isOpen ? 'open' : ''}>
        <td>
          <button
            type="button"
            className="-ml-1 inline-flex align-middle items-center gap-1.5 rounded-[5px] px-1 font-medium hover:underline"
            aria-expanded={isOpen}
            {...(isOpen ? { 'aria-controls': id } : {})}
            onClick={onToggle}
          >
            <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} size={14} />
            {sessionName(t, claim)}
          </button>
        </td>
        {of.own.length < 2 ? null : <td>{nameOf(of, claim.operatorAddress)}</td>}
        <td>{claim.serviceId}</td>
        <td className="r">{whole(claim.relays)}</td>
        <td>
          <span className="flex items-center gap-2">
            <Pipe claim={claim} />
            <span className={`${status.tone}-c`}>
              <span>{status.word}</span>
              {stageTime(t, claim, clock, now)}
              {isPaidLess(claim) ? <span className="text-warn">, {t('earnings.claims.paidLess')}</span> : null}
            </span>
          </span>
        </td>
        <td className="r text-text-2">{tablePokt(claim.claimedUpokt)}</td>
        <td className={`r ${isOver ? 'font-medium' : 'text-text-3'}`}>
          {claim.yourUpokt === null ? t('earnings.claims.later') : tablePokt(claim.yourUpokt)}
        </td>
      </tr>
      {isOpen ? (
        <tr id={id}>
          <td colSpan={columnsOf(of)} className="detail">
            <ClaimDetail claim={claim} status={status} />
          </td>
        </tr>
      ) : null}
    </Fragment>
  )
}

/** The time that matters to a claim, to go after its word; empty when there is none to tell. */
function stageTime(t: Words, claim: ClaimView, clock: ClockView, now: number): string {
  if (claim.settledAtMs !== null) return ` ${t('earnings.claims.settledAt', { at: when(claim.settledAtMs, now, isFast(clock)) })}`
  const lane = laneOf(clock.lanes, claim)
  if (lane === undefined || claim.settledHeight !== null) return ''
  const isDue =
    claim.stage === 'claimed' &&
    clock.height >= lane.proofOpen &&
    clock.height <= lane.proofClose &&
    claim.proofRequirement !== 'not-required'
  return isDue
    ? t('earnings.claims.dueAt', { at: at(clock, lane.proofClose) })
    : t('earnings.claims.settlesAt', { at: at(clock, lane.settle) })
}

type Tick = 'd' | 'n' | 'x' | ''

/** Served, claimed, proven, settled as four ticks; the word beside them says the same. */
function Pipe({ claim }: { claim: ClaimView }): ReactNode {
  const isLost = claim.stage === 'expired' || claim.stage === 'discarded'
  const isPaid = claim.stage === 'settled'
  const isProven = claim.proofHeight !== null || claim.stage === 'proven' || isPaid
  const ticks: Tick[] = ['d', 'd', isProven ? 'd' : isLost ? 'x' : 'n', isPaid ? 'd' : isLost ? 'x' : isProven ? 'n' : '']
  return (
    <span className="pipe" aria-hidden="true">
      {ticks.map((tick, index) => (
        // Four fixed places.
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>
          {index === 0 ? null : <u className={tick === 'd' ? 'd' : ''} />}
          <i className={tick}>{tick === 'd' ? <Icon name="check" size={12} /> : tick === 'x' ? <Icon name="x" size={12} /> : null}</i>
        </Fragment>
      ))}
    </span>
  )
}
