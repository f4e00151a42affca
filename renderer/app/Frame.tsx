import type { ReactNode } from 'react'
import { useAppState, useMirror, useNow } from '#renderer/bridge/hooks.ts'
import { age, clockTime } from '#renderer/text/format.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Strip } from '#renderer/ui/Strip.tsx'
import { PracticeBar } from '#renderer/features/practice/PracticeBar.tsx'
import { Tour } from '#renderer/features/practice/Tour.tsx'
import { Elsewhere } from './Elsewhere.tsx'
import type { Matched } from './match-route.ts'
import { Sidebar } from './Sidebar.tsx'
import { TopBar } from './TopBar.tsx'
import { WaitBar } from './WaitBar.tsx'

/** Navigation, bar and the page in it. */
export function Frame({ route, onHelp, children }: { route: Matched | undefined; onHelp: () => void; children: ReactNode }): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const isPlay = network !== null && network !== 'mainnet'
  return (
    <div className={`app ${isPlay ? 'play' : ''}`}>
      {isPlay ? <Strip /> : null}
      <a href="#page" className="sr-only focus:not-sr-only focus:absolute focus:z-40 focus:bg-raised focus:p-2" onClick={focusPage}>
        {t('frame.skip')}
      </a>
      <Sidebar section={route?.route.section ?? null} />
      <div className="main">
        <TopBar route={route} onHelp={onHelp} />
        <PracticeBar />
        <WaitBar />
        <main className="page" id="page" data-region="page" tabIndex={-1}>
          <div className="page-in">
            <Banners isUnlock={route?.id === 'unlock'} />
            <Elsewhere isHome={route?.id === 'home'} />
            {route ? (
              children
            ) : (
              <EmptyState icon="circle-help" title={t('frame.notFound.title')} text={t('frame.notFound.text')}>
                <LinkButton href="#/">{t('frame.notFound.home')}</LinkButton>
              </EmptyState>
            )}
          </div>
        </main>
        {network === 'practice' ? <Tour /> : null}
      </div>
    </div>
  )
}

/** The address of the page is its route, so the skip link moves the focus itself. */
function focusPage(event: { preventDefault: () => void }): void {
  event.preventDefault()
  document.getElementById('page')?.focus()
}

/** What goes before every page: a broken link, a store that was cured, keys that are waited for. */
function Banners({ isUnlock }: { isUnlock: boolean }): ReactNode {
  const t = useText()
  const now = useNow()
  const lostAtMs = useMirror((mirror) => mirror.lostAtMs)
  const notice = useAppState((state) => state.app.notice)
  const needed = useAppState((state) => state.vault.needed)
  return (
    <>
      {lostAtMs === null ? null : (
        <div role="alert" className="mb-3.5">
          <Note tone="warn" icon="loader">
            {t('frame.lost', { age: age(now - lostAtMs) })}
          </Note>
        </div>
      )}
      {notice === null ? null : (
        <Note tone="warn" className="mb-3.5">
          {keyed(t, 'notices', notice, {})}
        </Note>
      )}
      {needed === null || isUnlock ? null : (
        <div className="mb-3.5 flex items-center gap-3 rounded-note bg-warn-soft py-2 pr-2.5 pl-3.5" role="alert">
          <div className="min-w-0 flex-1">
            <span className="font-semibold">{t('frame.keysNeeded.text', { time: clockTime(needed.sinceMs) })}</span>{' '}
            {needed.claimsAtRisk === 0
              ? null
              : t('frame.keysNeeded.risk', {
                  count: needed.claimsAtRisk,
                  until: needed.deadlineMs === null ? `block ${needed.deadlineHeight ?? ''}` : clockTime(needed.deadlineMs, true),
                })}
          </div>
          <LinkButton href="#/unlock" kind="pri" size="sm" icon="lock-open">
            {t('frame.keysNeeded.fix')}
          </LinkButton>
        </div>
      )}
    </>
  )
}
