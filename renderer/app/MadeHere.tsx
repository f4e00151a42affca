import type { ReactNode } from 'react'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { isMadeHere, isServedHere } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'

/** A screen for chains that Hearth makes on this PC. @param otherwise what stands under its address on Mainnet and Beta; a sentence unless told */
export function MadeHere({ children, otherwise }: { children: ReactNode; otherwise?: ReactNode }): ReactNode {
  const t = useText()
  const isHere = useAppState(isMadeHere)
  const title = useAppState((state) => networkOf(state.app.network).title)
  if (isHere) return children
  return (
    otherwise ?? (
      <EmptyState icon="circle-help" title={t('setup.real.notHere', { network: title })} text={t('setup.real.notHereText')}>
        <LinkButton href="#/">{t('frame.notFound.home')}</LinkButton>
      </EmptyState>
    )
  )
}

/** A screen for the relay miner of a network of others: a chain of one's own brings its miner with it. */
export function NotMadeHere({ children }: { children: ReactNode }): ReactNode {
  const t = useText()
  if (!useAppState(isMadeHere)) return children
  return (
    <EmptyState icon="radio-tower" title={t('bundle.start.onlyElsewhere')} text={t('bundle.start.onlyElsewhereText')}>
      <LinkButton href="#/nodes">{t('frame.nodes')}</LinkButton>
    </EmptyState>
  )
}

/** What stands behind the relay miner: shown once there is one, or something of an earlier one is left. */
export function ServedHere({ children }: { children: ReactNode }): ReactNode {
  return useAppState((state) => isServedHere(state) || Object.keys(state.nodes).length > 0) ? children : null
}
