import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Note } from '#renderer/ui/Note.tsx'

/** Says that updates wait, where containers are shown. */
export function UpdatesLink(): ReactNode {
  const t = useText()
  const ready = useAppState((state) => state.health.updates?.ready ?? 0)
  if (ready === 0) return null
  return (
    <Note tone="info" icon="arrow-down-to-line" className="mb-3.5">
      <span className="flex flex-wrap items-center gap-3">
        <span className="flex-1">{t('updates.nodesLink', { count: ready })}</span>
        <a className="link" href="#/settings/updates">
          {t('updates.nodesLinkGo')}
        </a>
      </span>
    </Note>
  )
}
