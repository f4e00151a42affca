import type { ReactNode } from 'react'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { isMadeHere } from '#renderer/bridge/select.ts'
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
