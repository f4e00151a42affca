import type { ReactNode } from 'react'
import { whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Icon } from '../icons.tsx'
import { StatusChip } from '../StatusChip.tsx'
import { place, type ClockView } from './clock-view.ts'
import { Dial } from './Dial.tsx'
import { Lanes } from './Lanes.tsx'
import { costLines, verdictSentence, verdictStatus } from './verdict-words.ts'

/** The clock in full: dial, lanes, and whether stopping now costs anything. @param actions buttons under the verdict */
export function SessionClockCard({ view, actions }: { view: ClockView; actions?: ReactNode }): ReactNode {
  const t = useText()
  const status = verdictStatus(t, view)
  const legend = ['serving', 'late', 'claim', 'proof', 'settled'] as const
  return (
    <section className="card clock-card" aria-label={t('clock.title')}>
      <div className="clock-dial">
        <Dial view={view} />
      </div>
      <div className="clock-lanes">
        <Lanes view={view} />
        <div className="clock-key">
          {legend.map((key) => (
            <span key={key}>
              <i className={`sw key-${key}`} />
              {t(`clock.legend.${key}`)}
            </span>
          ))}
        </div>
      </div>
      <div className="clock-verdict">
        <div className={`flex items-center gap-2 ${status.tone}-c`}>
          <Icon name={status.icon} size={20} />
          <h3>{status.word}</h3>
        </div>
        <p className="text-small text-text-2">{verdictSentence(t, view)}</p>
        <dl className="clock-cost">
          {costLines(t, view).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {actions === undefined ? null : <div className="mt-auto flex gap-2">{actions}</div>}
      </div>
    </section>
  )
}

/** The small clock at the foot of the sidebar. */
export function SessionClockMini({ view }: { view: ClockView }): ReactNode {
  const t = useText()
  const now = place(view)
  const all = now?.all ?? view.chain.params?.numBlocksPerSession ?? 10
  const isServing = view.clock.verdict !== 'nothing-to-lose'
  return (
    <>
      <span className="lbl flex items-center justify-between">
        <span className="text-small font-medium num">{now ? t('frame.clock.session', { number: whole(now.lane.number) }) : t('frame.clock.none')}</span>
        <span className="text-caption text-text-3 num">{now ? t('frame.clock.of', { at: now.at, all }) : t('ui.nothing')}</span>
      </span>
      <span className="ticks" style={{ gridTemplateColumns: `repeat(${Math.min(all, 30)}, 1fr)` }} aria-hidden="true">
        {Array.from({ length: Math.min(all, 30) }, (_tick, index) => (
          // Ticks never change places.
          // oxlint-disable-next-line react/no-array-index-key
          <i key={index} className={!now || index + 1 > now.at ? '' : index + 1 === now.at ? 'now' : isServing ? 'on' : ''} />
        ))}
      </span>
      <span className="lbl">
        <StatusChip status={verdictStatus(t, view, true)} />
      </span>
    </>
  )
}
