import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Held } from './Held.tsx'
import { History } from './History.tsx'
import { Receive } from './Receive.tsx'
import { useOwnAddresses } from './own-addresses.ts'

/** What is held and where, how long the operator's fees last, and what moved. */
export function Wallet(): ReactNode {
  const t = useText()
  const own = useOwnAddresses()
  const alarms = useAppState((state) => state.health.ownChanges.length)
  if (own.length === 0) {
    return (
      <EmptyState icon="wallet" title={t('wallet.none.title')} text={t('wallet.none.text')}>
        <LinkButton href="#/" kind="pri">
          {t('wallet.none.button')}
        </LinkButton>
      </EmptyState>
    )
  }
  return (
    <>
      {alarms === 0 ? null : (
        <Note tone="bad" className="mb-3.5">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <span className="font-medium">{t('wallet.alarm', { count: alarms })}</span>
            <LinkButton href="#/supplier" size="sm">
              {t('wallet.alarmLook')}
            </LinkButton>
          </div>
        </Note>
      )}
      <div className="mb-3.5 grid grid-cols-[minmax(0,1fr)_260px] items-stretch gap-3.5 max-[1000px]:grid-cols-1">
        <Held own={own} />
        <Receive own={own} />
      </div>
      <History own={own} />
    </>
  )
}
