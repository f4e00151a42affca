import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Card } from '#renderer/ui/Card.tsx'

const SHADES = ['var(--idle-fill)', 'var(--text)', 'var(--line-2)', 'var(--text-3)']

/** How the pay of the first service is shared, and whether the others do the same. */
export function Shared(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const services = [...supplier.services, ...supplier.pending.map((entry) => entry.service)]
  const shares = services[0]?.revShare ?? []
  const isSame = services.every((service) => JSON.stringify(service.revShare) === JSON.stringify(shares))
  const who = (address: string): string =>
    t(
      address === supplier.ownerAddress
        ? 'supplier.shares.owner'
        : address === supplier.operatorAddress
          ? 'supplier.shares.operator'
          : 'supplier.shares.other',
    )
  return (
    <Card title={t('supplier.shares.title')} aside={t(isSame ? 'supplier.shares.same' : 'supplier.shares.differ')} padded>
      <div className="mt-1 mb-2 flex h-[9px] gap-0.5 overflow-hidden rounded-[5px]" aria-hidden="true">
        {shares.map((share, index) => (
          <i key={share.address} className="block h-full" style={{ flex: share.percent, background: SHADES[index % SHADES.length] }} />
        ))}
      </div>
      <div className="flex flex-wrap justify-between gap-x-6 gap-y-1 text-small">
        {shares.map((share) => (
          <span key={share.address} className="flex items-center gap-1.5">
            <b className="font-semibold num">{share.percent} %</b> <span className="text-text-2">{who(share.address)}</span>
            <span className="text-text-3">
              <Address value={share.address} short />
            </span>
          </span>
        ))}
      </div>
      <div className="mt-2.5 flex justify-between gap-4 text-small">
        <span className="text-text-3">{t('supplier.shares.note')}</span>
        <a className="link" href="#/supplier/services">
          {t('supplier.shares.change')}
        </a>
      </div>
    </Card>
  )
}
