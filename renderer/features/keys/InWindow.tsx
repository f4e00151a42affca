import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import type { KeyWindow } from './use-key-window.ts'

/** Says that it goes on in the key window, and leads there again. Nothing while none is open. */
export function InWindow({ window }: { window: KeyWindow }): ReactNode {
  const t = useText()
  if (window.url === null) return null
  return (
    <Note tone="info" icon="external-link">
      <div role="status">
        <b className="font-semibold">{t('vaultKeys.window.title')}</b>
        <p className="text-text-2">{t('vaultKeys.window.text')}</p>
      </div>
      <div className="mt-2 flex items-center gap-2">
        <span className="text-small text-text-3">{t('vaultKeys.window.none')}</span>
        <LinkButton href={window.url} size="sm" external icon="external-link">
          {t('vaultKeys.window.link')}
        </LinkButton>
        <Button size="sm" kind="ghost" onPress={window.close}>
          {t('vaultKeys.window.done')}
        </Button>
      </div>
    </Note>
  )
}
