import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { hasSeveral } from '#renderer/bridge/suppliers.ts'
import { pokt, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Figure } from '#renderer/ui/Figure.tsx'
import { Source } from '#renderer/ui/Source.tsx'

/** The chain's record in four figures. */
export function Record(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const earnings = useAppState((state) => state.earnings)
  const params = useAppState((state) => state.chain.params)
  const own = useAppState((state) => Object.values(state.keys).map((key) => key.address))
  const where = (address: string): string => t(own.includes(address) ? 'supplier.record.inVault' : 'supplier.record.outside')
  const next = supplier.pending[0]
  const isSeveral = useAppState(hasSeveral)
  // The record counts them together.
  const lost = t('supplier.record.penaltySub', { all: whole(earnings.claimsSettled + earnings.claimsLost) })
  return (
    <section className="card kpis grid-cols-[1.25fr_1fr_1fr_1.1fr] num max-[1000px]:grid-cols-2" aria-label={t('supplier.record.title')}>
      <Figure
        label={
          <>
            {t('supplier.record.stake')} <Source kind={supplier.source ?? 'chain'} proof={supplier.proof} />
          </>
        }
        value={pokt(supplier.stakeUpokt)}
        unit={t('ui.pokt')}
        sub={params === null ? t('supplier.record.stakeFree') : overMinimum(t, supplier.stakeUpokt, params.supplierMinStakeUpokt)}
      />
      <Figure
        label={t('supplier.record.services')}
        value={whole(supplier.services.length)}
        sub={
          next
            ? t('supplier.record.servicesSub', { pending: supplier.pending.length, height: whole(next.activationHeight) })
            : supplier.services.map((service) => service.serviceId).join(', ')
        }
      />
      <Figure
        label={t('supplier.record.penalty')}
        value={whole(earnings.claimsLost)}
        sub={isSeveral ? t('suppliers.ofAll', { what: lost }) : lost}
      />
      <div>
        <div className="text-small text-text-2">{t('supplier.record.parties')}</div>
        {[supplier.ownerAddress, supplier.operatorAddress].map((address, index) => (
          <div key={index === 0 ? 'owner' : 'operator'} className="flex flex-wrap items-center gap-x-2 leading-[22px]">
            <Address value={address} short />
            <span className="text-caption text-text-3">{where(address)}</span>
          </div>
        ))}
      </div>
    </section>
  )
}

function overMinimum(t: ReturnType<typeof useText>, stakeUpokt: string, minUpokt: string): string {
  const over = BigInt(stakeUpokt) - BigInt(minUpokt)
  return over >= 0n
    ? t('supplier.record.stakeSub', { over: pokt(over), min: pokt(minUpokt) })
    : t('supplier.record.stakeUnder', { under: pokt(-over), min: pokt(minUpokt) })
}
