import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Note } from '#renderer/ui/Note.tsx'

/** The vault file is there and cannot be read: told on every page, and everything that needs no key still works. */
export function DamagedVault(): ReactNode {
  const t = useText()
  return (
    <div role="alert" className="mb-3.5">
      <Note tone="bad">
        <b className="font-semibold">{t('lock.damaged.title')}.</b> {t('lock.damaged.text')}{' '}
        <a className="link" href="#/settings/keys">
          {t('lock.damaged.restore')}
        </a>{' '}
        <span className="mono text-text-3">vault-damaged</span>
      </Note>
    </div>
  )
}
