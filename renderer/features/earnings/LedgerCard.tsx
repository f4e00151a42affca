import type { ReactNode } from 'react'
import type { AppState } from '#shared/api/state.ts'
import { useAppState, useCall, useNow } from '#renderer/bridge/hooks.ts'
import { useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { age, clockTime, day, pokt, whole } from '#renderer/text/format.ts'
import { useText, type TextKey } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { SkeletonRows, Table } from '#renderer/ui/Table.tsx'
import { whoIs } from './claim-words.ts'

type Ledger = AppState['earnings']['ledger']

const LOOK: Record<Ledger['status'], { title: TextKey; text: TextKey; icon: IconName; color: string }> = {
  equal: { title: 'earnings.ledger.equal', text: 'earnings.ledger.equalText', icon: 'circle-check', color: 'ok-c' },
  different: { title: 'earnings.ledger.different', text: 'earnings.ledger.differentText', icon: 'triangle-alert', color: 'bad-c' },
  unchecked: { title: 'earnings.ledger.unchecked', text: 'earnings.ledger.uncheckedText', icon: 'circle-dashed', color: 'idle-c' },
}
/** A comparison older than this says little about now. */
const OLD_MS = 30 * 60_000

/** The same money read in two separate ways, side by side and to the last upokt. */
export function LedgerCard(): ReactNode {
  const t = useText()
  const now = useNow(10_000)
  const ledger = useAppState((state) => state.earnings.ledger)
  const own = useOwnSuppliers()
  const check = useCall('earnings.check')
  const look = LOOK[ledger.status]
  const isKnown = ledger.status !== 'unchecked'
  const isOld = isKnown && now - ledger.atMs > OLD_MS
  const time =
    new Date(ledger.atMs).toDateString() === new Date(now).toDateString()
      ? clockTime(ledger.atMs, true)
      : `${day(ledger.atMs)} ${clockTime(ledger.atMs)}`
  return (
    <Card
      className="mb-3.5"
      title={
        <span className="flex items-center gap-2">
          <Icon name={look.icon} size={14} className={look.color} />
          {t(look.title)}
        </span>
      }
      aside={
        <span className="flex items-center gap-3">
          {isKnown ? (
            <span className={isOld ? 'flex items-center gap-1 text-warn' : ''}>
              {isOld ? <Icon name="clock" size={12} /> : null}
              {isOld ? `${t('earnings.ledger.old', { age: age(now - ledger.atMs) })}, ` : ''}
              {t('earnings.ledger.at', { height: whole(ledger.atHeight), time })}
            </span>
          ) : null}
          <Button size="sm" icon="scale" onPress={() => void check.run({})} isBusy={check.busy}>
            {t('earnings.ledger.again')}
          </Button>
        </span>
      }
    >
      <p className="max-w-[860px] px-4 pt-1 pb-3 text-small text-text-2">{t(look.text)}</p>
      <ErrorNote error={check.error} className="mx-4 mb-3" />
      <Table
        caption={t('earnings.ledger.caption')}
        columns={[
          { key: 'address', title: t('earnings.ledger.address') },
          { key: 'ledger', title: t('earnings.ledger.ledgerColumn'), right: true },
          { key: 'balance', title: t('earnings.ledger.balance'), right: true },
          { key: 'difference', title: t('earnings.ledger.difference'), right: true },
        ]}
        {...(ledger.rows.length === 0 && !check.busy ? { empty: t('earnings.ledger.empty') } : {})}
      >
        {ledger.rows.length === 0 ? (
          <SkeletonRows columns={4} rows={2} />
        ) : (
          ledger.rows.map((row) => {
            const name = whoIs(t, row.address, row.label, own)
            return (
              <tr key={row.address}>
                <td>
                  <span className="flex items-center gap-3">
                    <span className="min-w-[90px] font-medium">{name}</span>
                    <Address value={row.address} short copy name={t('earnings.ledger.copyAddress', { name })} />
                  </span>
                </td>
                <td className="r">{pokt(row.ledgerUpokt, 6)}</td>
                <td className="r">{pokt(row.balanceUpokt, 6)}</td>
                <td className={`r font-medium ${row.differenceUpokt === '0' ? 'text-ok' : 'text-bad'}`}>{signed(row.differenceUpokt)}</td>
              </tr>
            )
          })
        )}
      </Table>
    </Card>
  )
}

/** A difference with its sign. */
const signed = (upokt: string): string => `${BigInt(upokt) > 0n ? '+' : ''}${pokt(upokt, 6)}`
