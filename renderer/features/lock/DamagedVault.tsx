import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Note } from '#renderer/ui/Note.tsx'

/** A damaged vault hides nothing: what is on chain and what runs stays readable. */
export function DamagedVault(): ReactNode {
  const t = useText()
  return (
    <div role="alert" className="mb-3.5">
      <Note tone="bad">
        <div className="font-semibold">{t('lock.damaged.title')}</div>
        {t('lock.damaged.text')}
        <div className="mono mt-0.5 text-text-3">vault-damaged</div>
      </Note>
    </div>
  )
}
