import type { ReactNode } from 'react'
import { whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { currentLane, place, verdictWords, type ClockView } from './clock-view.ts'
import { Icon } from './icons.tsx'

const NO_SESSION_TICKS = 10

/** The small clock at the foot of the sidebar: as many ticks as the session has blocks, and the verdict in words. */
export function SessionClockMini({ view, href, folded = false }: { view: ClockView; href: string; folded?: boolean }): ReactNode {
  const t = useText()
  const lane = currentLane(view)
  const length = lane ? lane.end - lane.start + 1 : NO_SESSION_TICKS
  const now = lane ? place(lane, view.height) : 0
  const verdict = verdictWords(t, view, true)
  return (
    <a className="mini" href={href}>
      {/* Folded, the words are not drawn: then the name brings the verdict along. */}
      <span className="sr-only">
        {t('frame.clock.open')}. {folded ? verdict.word : ''}
      </span>
      {folded ? null : (
        <div className="flex justify-between">
          <span className="text-small font-medium num">
            {lane ? t('frame.clock.session', { number: whole(lane.number) }) : t('frame.clock.none')}
          </span>
          <span className="text-caption text-text-3 num">{lane ? t('frame.clock.of', { at: now, all: length }) : t('ui.nothing')}</span>
        </div>
      )}
      <div className="ticks" style={{ gridTemplateColumns: `repeat(${folded ? 5 : Math.min(length, 30)}, 1fr)` }} aria-hidden="true">
        {Array.from({ length: Math.min(length, 60) }, (_tick, index) => (
          <i key={index} className={index + 1 < now ? 'on' : index + 1 === now ? 'now' : ''} />
        ))}
      </div>
      {folded ? null : (
        <div className={`chip ${verdict.tone}-c !text-[11.5px] !whitespace-normal`}>
          <Icon name={verdict.icon} size={12} />
          {verdict.word}
        </div>
      )}
    </a>
  )
}
