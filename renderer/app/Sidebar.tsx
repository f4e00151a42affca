import { useSyncExternalStore, type ReactNode } from 'react'
import { useAppState, useClock } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Icon, Mark } from '#renderer/ui/icons.tsx'
import { SessionClockMini } from '#renderer/ui/SessionClockMini.tsx'
import { SECTIONS, type Section } from './routes.ts'

const FOLDED = '(max-width: 1140px)'

/** Which page has the fix of a finding; only these count on the navigation. */
const FIX_SECTION: Record<string, Section> = {
  nodes: 'nodes',
  engine: 'nodes',
  supplier: 'supplier',
  earnings: 'earnings',
  home: 'home',
  settings: 'settings',
  keys: 'settings',
}

export function Sidebar({ section }: { section: Section | null }): ReactNode {
  const t = useText()
  const app = useAppState((state) => ({ host: state.app.host, network: state.app.network }))
  const attention = useAppState((state) => Object.values(state.attention))
  const clock = useClock()
  const folded = useFolded()
  const where = t('frame.thisPc', { network: app.network === null ? t('frame.noNetwork') : t(`frame.network.${app.network}`) })
  const asking = (wanted: Section): number =>
    attention.filter((finding) => finding.level !== 'info' && FIX_SECTION[finding.fix] === wanted).length
  return (
    <aside className="side" aria-label={t('frame.name')}>
      <div className="brand">
        <Mark />
        <span>{t('frame.name')}</span>
      </div>
      {/* Folded, its words are not drawn. */}
      <a className="host" href="#/setup" aria-label={folded ? `${app.host}, ${where}` : undefined}>
        <Icon name="monitor" size={14} />
        <span className="min-w-0 flex-1 truncate">
          <span className="block truncate text-small !leading-[15px] font-medium">{app.host}</span>
          <span className="block truncate text-caption text-text-3">{where}</span>
        </span>
      </a>
      <nav className="nav" aria-label={t('frame.mainNav')} data-region="nav" tabIndex={-1}>
        {SECTIONS.filter((entry) => entry.section !== 'practice' || app.network === 'practice').map((entry) => {
          const count = asking(entry.section)
          return (
            <a
              key={entry.section}
              href={`#${entry.path}`}
              title={folded ? t(entry.title) : undefined}
              {...(entry.section === section ? { 'aria-current': 'page' as const } : {})}
            >
              <Icon name={entry.icon} />
              <span>{t(entry.title)}</span>
              {count === 0 ? null : (
                <b className="badge warn" title={t('frame.decisions', { count })}>
                  {count}
                </b>
              )}
            </a>
          )
        })}
      </nav>
      <SessionClockMini view={clock} href="#/" folded={folded} />
    </aside>
  )
}

function useFolded(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = globalThis.matchMedia?.(FOLDED)
      query?.addEventListener('change', changed)
      return () => query?.removeEventListener('change', changed)
    },
    () => globalThis.matchMedia?.(FOLDED).matches ?? false,
  )
}
