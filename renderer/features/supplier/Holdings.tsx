import type { ReactNode } from 'react'
import { useAppState, useNow } from '#renderer/bridge/hooks.ts'
import { isMadeHere, partyFor } from '#renderer/bridge/select.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { pokt } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { AsOf } from '#renderer/ui/Figure.tsx'
import { Source } from '#renderer/ui/Source.tsx'

/** Balances of owner and operator, the stake apart. */
export function Holdings({ link = true }: { link?: boolean }): ReactNode {
  const t = useText()
  const now = useNow(5_000)
  const owner = useAppState((state) => partyFor(state, 'owner'))
  const operator = useAppState((state) => partyFor(state, 'operator'))
  const balances = useAppState((state) => state.balances)
  const isHere = useAppState(isMadeHere)
  const { stakeUpokt: stake, source, proof } = useAppState((state) => state.supplier)
  const asOf = Object.values(balances)[0]?.asOf
  const name = useSupplierName()(operator?.address)
  const rows = [
    { key: 'owner', name: t('supplier.cards.owner'), address: owner?.address ?? '', sub: t('supplier.cards.ownerSub') },
    { key: 'operator', name: name ?? t('supplier.cards.operator'), address: operator?.address ?? '', sub: t('supplier.cards.operatorSub') },
  ]
  return (
    <Card title={t('supplier.cards.holdTitle')} aside={asOf ? <AsOf height={asOf.height} atMs={asOf.atMs} nowMs={now} /> : ''}>
      <div className="lines mt-1">
        {rows.map((row) => (
          <div key={row.key} data-wallet={row.key}>
            <div className="flex items-baseline justify-between gap-2">
              <span className="font-medium">
                {row.name}{' '}
                {balances[row.address] === undefined ? null : (
                  <Source kind={balances[row.address]?.source ?? 'chain'} proof={balances[row.address]?.proof} />
                )}
              </span>
              <span className="font-semibold num">
                {balances[row.address] === undefined ? '–' : pokt(balances[row.address]?.upokt ?? '0', 6)}
              </span>
            </div>
            <div className="flex items-center justify-between gap-2 text-small text-text-3">
              {row.address === '' ? <span>{t('ui.nothing')}</span> : <Address value={row.address} short copy name={row.name} />}
              <span>{row.sub}</span>
            </div>
          </div>
        ))}
        {stake === '0' ? null : (
          <div>
            <div className="flex items-baseline justify-between gap-2">
              <span className="font-medium">
                {t('supplier.cards.stakeRow')} <Source kind={source ?? 'chain'} proof={proof} />
              </span>
              <span className="font-semibold text-text-2 num">{pokt(stake, 6)}</span>
            </div>
            <div className="text-right text-small text-text-3">{t('supplier.cards.stakeSub')}</div>
          </div>
        )}
      </div>
      {link ? (
        <div className="border-t border-line px-4 py-2.5">
          <a className="link text-small" href={isHere ? '#/supplier/funds' : '#/wallet'}>
            {t(isHere ? 'supplier.cards.funds' : 'supplier.cards.wallet')}
          </a>
        </div>
      ) : null}
    </Card>
  )
}
