import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Note } from '#renderer/ui/Note.tsx'

/** The way to Updates from where containers are shown; louder while some wait for the user. */
export function UpdatesLink(): ReactNode {
  const t = useText()
  const ready = useAppState((state) => state.health.updates?.ready ?? 0)
  const link = (
    <a className="link" href="#/settings/updates">
      {t('updates.nodesLinkGo')}
    </a>
  )
  if (ready === 0) return <p className="mb-2 text-right text-small">{link}</p>
  return (
    <Note tone="info" icon="arrow-down-to-line" className="mb-3.5">
      <span className="flex flex-wrap items-center gap-3">
        <span className="flex-1">{t('updates.nodesLink', { count: ready })}</span>
        {link}
      </span>
    </Note>
  )
}
