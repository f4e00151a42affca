import type { ReactNode } from 'react'
import { useAppState, useNow } from '#renderer/bridge/hooks.ts'
import { isStaked, type KeyState } from '#renderer/bridge/select.ts'
import type { OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { useOwnSuppliers, useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { pokt, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { AsOf } from '#renderer/ui/Figure.tsx'
import { Source } from '#renderer/ui/Source.tsx'
import { RunwayLine } from './RunwayLine.tsx'

/** Every address of one's own with what it holds and by whose word, the stake apart, and how long the operator's fees last. */
export function Held({ own }: { own: KeyState[] }): ReactNode {
  const t = useText()
  const now = useNow(5_000)
  const balances = useAppState((state) => state.balances)
  const unshown = useAppState((state) => state.leftOut['suppliers'] ?? 0)
  const staked = useOwnSuppliers().filter((each) => isStaked(each.status))
  const isOpen = useAppState((state) => state.vault.kind === 'unlocked')
  return (
    <Card
      title={t('wallet.hold.title')}
      aside={
        <a className="link" href="#/rules">
          {t('wallet.hold.rules')}
        </a>
      }
    >
      <div className="lines mt-1">
        {own.map((key) => {
          const balance = balances[key.address]
          const place = key.kind === 'watch' ? 'watched' : isOpen ? 'inVault' : 'inVaultLocked'
          return (
            <div key={key.id} data-wallet={key.address} className="!flex flex-wrap items-center gap-x-4 gap-y-2">
              <div className="min-w-[150px] flex-1">
                <div className="font-medium">
                  {key.name} <span className="font-normal text-text-3">{t(`wallet.hold.${place}`)}</span>
                </div>
                <div className="text-small text-text-2">
                  <Address value={key.address} short copy name={key.name} />
                </div>
              </div>
              <div className="ml-auto text-right">
                <div className="fig2">
                  {balance === undefined ? t('ui.nothing') : pokt(balance.upokt, 6)}
                  <small>{t('ui.pokt')}</small>
                </div>
                <div className="flex items-center justify-end gap-2 text-caption text-text-3">
                  {balance === undefined ? (
                    t('wallet.hold.unread')
                  ) : (
                    <>
                      <AsOf height={balance.asOf.height} atMs={balance.asOf.atMs} nowMs={now} />
                      <Source kind={balance.source ?? 'chain'} proof={balance.proof} />
                    </>
                  )}
                </div>
              </div>
              <div className="ml-auto w-[76px] text-right">
                <LinkButton href={`#/wallet/send?from=${encodeURIComponent(key.id)}`} size="sm">
                  {t('wallet.hold.send')}
                </LinkButton>
              </div>
            </div>
          )
        })}
        {staked.map((each) => (
          <StakeOf key={each.operatorAddress} one={each} now={now} />
        ))}
        {unshown === 0 ? null : <p className="text-caption text-text-3">{t('suppliers.unshown')}</p>}
        <RunwayLine own={own} />
      </div>
    </Card>
  )
}

/** The stake of one own supplier; by whose word and when it was read is known of the one in view. */
function StakeOf({ one, now }: { one: OwnSupplier; now: number }): ReactNode {
  const t = useText()
  const { asOf, source, proof } = useAppState((state) => state.supplier)
  const name = useSupplierName()(one.operatorAddress)
  if (one.isInView && asOf === null) return null
  return (
    <div className="!flex flex-wrap items-center gap-x-4 gap-y-2" data-wallet="stake">
      <div className="min-w-[150px] flex-1">
        <div className="font-medium">
          {name === null ? t('wallet.hold.stake') : t('suppliers.stakedFor', { name })}{' '}
          <span className="font-normal text-text-3">{t('wallet.hold.stakeSub')}</span>
        </div>
        <div className="text-small text-text-2">{t('wallet.hold.stakeText')}</div>
      </div>
      <div className="ml-auto text-right">
        <div className="fig2 text-text-2">
          {pokt(one.stakeUpokt, 6)}
          <small>{t('ui.pokt')}</small>
        </div>
        <div className="flex items-center justify-end gap-2 text-caption text-text-3">
          {one.isInView && asOf !== null ? (
            <>
              <AsOf height={asOf.height} atMs={asOf.atMs} nowMs={now} />
              <Source kind={source ?? 'chain'} proof={proof} />
            </>
          ) : (
            <>
              {t('home.lately.block', { height: whole(one.height) })} <Source kind="chain" />
            </>
          )}
        </div>
      </div>
      <div className="w-[76px] max-[640px]:hidden" />
    </div>
  )
}
