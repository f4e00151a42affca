import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { costLines, verdictSentence, verdictWords, type ClockView } from './clock-view.ts'
import { Icon } from './icons.tsx'
import { SessionDial } from './SessionDial.tsx'
import { SessionLanes } from './SessionLanes.tsx'

/** The whole session clock: dial, lanes, verdict with its cost, and the two buttons that it is about. */
export function SessionClock({ view, stale, actions }: { view: ClockView; stale: boolean; actions: ReactNode }): ReactNode {
  const t = useText()
  const verdict = verdictWords(t, view)
  return (
    <section
      className="card grid grid-cols-[212px_minmax(0,1fr)_256px] max-fold:grid-cols-[190px_minmax(0,1fr)] max-[640px]:grid-cols-[minmax(0,1fr)]"
      aria-label={t('clock.title')}
      tabIndex={-1}
      id="session-clock"
    >
      <div className="grid place-items-center p-4 pr-0 max-[640px]:pr-4 max-[640px]:pb-0">
        <SessionDial view={view} size={196} stale={stale} />
      </div>
      <div className="min-w-0 p-4 pl-[18px] max-[640px]:pl-4">
        <SessionLanes view={view} />
        <Legend />
      </div>
      <div className="flex flex-col gap-2.5 border-l border-line p-4 max-fold:col-span-2 max-fold:border-t max-fold:border-l-0 max-[640px]:col-span-1">
        <div className={`flex items-center gap-2 ${verdict.tone}-c`}>
          <Icon name={verdict.icon} size={20} />
          <h3 className="text-[16px] leading-[22px] font-semibold tracking-tight">{verdict.word}</h3>
        </div>
        <p className="text-small text-text-2">{verdictSentence(t, view)}</p>
        <dl className="grid gap-[7px]">
          {costLines(t, view).map((line) => (
            <div key={line.key} className="grid grid-cols-[78px_1fr] gap-2 text-small">
              <dt className="font-medium num">{line.name}</dt>
              <dd className="text-text-2 num">{line.value}</dd>
            </div>
          ))}
        </dl>
        <div className="mt-auto flex gap-2 pt-1">{actions}</div>
      </div>
    </section>
  )
}

function Legend(): ReactNode {
  const t = useText()
  return (
    <div className="mt-2 flex flex-wrap gap-3.5 text-[11.5px] text-text-2" aria-hidden="true">
      <span className="flex items-center gap-1.5">
        <i className="sw" style={{ background: 'color-mix(in oklab, var(--ember) 62%, var(--surface))' }} />
        {t('clock.legend.serving')}
      </span>
      <span className="flex items-center gap-1.5">
        <i
          className="sw"
          style={{
            background:
              'repeating-linear-gradient(45deg, var(--ember-soft) 0 2px, color-mix(in oklab, var(--ember) 38%, var(--surface)) 2px 4px)',
          }}
        />
        {t('clock.legend.late')}
      </span>
      <span className="flex items-center gap-1.5">
        <i className="sw" style={{ background: 'var(--claim)' }} />
        {t('clock.legend.claim')}
      </span>
      <span className="flex items-center gap-1.5">
        <i className="sw" style={{ background: 'var(--proof)' }} />
        {t('clock.legend.proof')}
      </span>
      <span className="flex items-center gap-1.5">
        <i className="sw" style={{ background: 'var(--ok-fill)', transform: 'rotate(45deg) scale(.85)' }} />
        {t('clock.legend.settled')}
      </span>
    </div>
  )
}
