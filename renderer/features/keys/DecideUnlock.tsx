import type { ReactNode } from 'react'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { UnlockChoice } from './UnlockChoice.tsx'

/** Who opens the keys after a restart, asked before real money depends on it. @param onDecided told once the user has kept or changed the way */
export function DecideUnlock({ onDecided }: { onDecided: () => void }): ReactNode {
  const t = useText()
  const hasVault = useAppState((state) => state.vault.kind === 'unlocked' || state.vault.kind === 'locked')
  const revision = useAppState((state) => state.custody.revision)
  const details = useQuery('keys.details', hasVault ? {} : null, revision)
  return <UnlockChoice offers={details.value?.offers ?? null} title={t('bundle.start.decideTitle')} onDecided={onDecided} />
}
