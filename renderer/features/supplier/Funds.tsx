import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { keyFor } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { FaucetForm } from './FaucetForm.tsx'
import { Holdings } from './Holdings.tsx'
import { SendForm } from '#renderer/signing/SendForm.tsx'

/** Play money: get it, send it, and what is there. */
export function Funds(): ReactNode {
  const t = useText()
  const owner = useAppState((state) => keyFor(state, 'owner'))
  const operator = useAppState((state) => keyFor(state, 'operator'))
  const isUp = useAppState((state) => state.chain.status === 'ready')
  if (!owner && !operator) {
    return (
      <EmptyState icon="key-round" title={t('supplier.cards.keysTitle')} text={t('supplier.funds.noKeys')}>
        <LinkButton href="#/" kind="pri">
          {t('supplier.cards.keys')}
        </LinkButton>
      </EmptyState>
    )
  }
  if (!isUp) {
    return (
      <EmptyState icon="droplets" title={t('supplier.funds.title')} text={t('supplier.funds.noChain')}>
        <LinkButton href="#/start" kind="pri">
          {t('home.start.title')}
        </LinkButton>
      </EmptyState>
    )
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_318px] items-start gap-3.5 max-[1000px]:grid-cols-1">
      <div className="grid gap-3.5">
        <FaucetForm owner={owner} operator={operator} />
        <SendForm keys={[owner, operator].filter((key) => key !== undefined)} />
      </div>
      <Holdings link={false} />
    </div>
  )
}
