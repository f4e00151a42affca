import type { ReactNode } from 'react'
import { useMirror } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Mark } from '#renderer/ui/icons.tsx'
import { Strip } from '#renderer/ui/Strip.tsx'
import { BlockAge, MoneyPill } from './TopBar.tsx'

/** A screen without navigation: first start, setup, opening the keys. */
export function FullPage({ children }: { children: ReactNode }): ReactNode {
  const t = useText()
  const app = useMirror((mirror) => ({
    host: mirror.state?.app.host ?? '',
    network: mirror.state?.app.network ?? null,
    has: mirror.state !== null,
  }))
  const isPlay = app.network !== null && app.network !== 'mainnet'
  return (
    <div className={`grid h-full grid-rows-[52px_minmax(0,1fr)] ${isPlay ? 'pt-1' : ''}`}>
      {isPlay ? <Strip /> : null}
      <header className="full-bar flex items-center gap-2.5 px-6 max-[640px]:px-3.5">
        <span className="brand !h-auto !p-0">
          <Mark />
          <span>{t('frame.name')}</span>
        </span>
        <span className="min-w-0 truncate text-small text-text-3 max-[480px]:hidden">
          {app.host}
          {app.network === null ? '' : ` · ${t(`frame.network.${app.network}`)}`}
        </span>
        <span className="flex-1" />
        {app.network === null ? null : <MoneyPill network={app.network} />}
        {app.has && app.network !== null ? <BlockAge /> : null}
      </header>
      <main className="flex min-h-0 flex-col overflow-auto" data-region="page" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}
