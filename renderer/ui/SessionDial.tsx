import { useId, type ReactNode } from 'react'
import { duration, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { currentLane, place, verdictWords, type ClockView } from './clock-view.ts'

const C = 110
const R_SERVE = 97
const R_CLAIM = 81
const R_PROOF = 67

/** A point on a ring. @param angle degrees, 0 = top, clockwise */
function point(radius: number, angle: number): [number, number] {
  const radians = ((angle - 90) * Math.PI) / 180
  return [C + radius * Math.cos(radians), C + radius * Math.sin(radians)]
}
function arc(radius: number, from: number, to: number): string {
  const [x0, y0] = point(radius, from)
  const [x1, y1] = point(radius, to)
  return `M${x0.toFixed(2)} ${y0.toFixed(2)}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 1 ${x1.toFixed(2)} ${y1.toFixed(2)}`
}

/** A dial before the first session: what is waited for, instead of windows that are not ours yet. */
export interface DialWait {
  blocks: number
  when: string
}

/**
 * The face of the session clock: outer ring the blocks of this session, then claim window, then proof window. Every session repeats the same windows, so the arcs stand
 * still and the hand moves, once a block. @param bare rings and hand without words, for the lock screen
 */
export function SessionDial({
  view,
  size,
  wait,
  stale = false,
}: {
  view: ClockView
  size: number
  wait?: DialWait
  stale?: boolean
}): ReactNode {
  const t = useText()
  const glow = useId()
  const lane = currentLane(view)
  if (!lane) return <EmptyDial t={t} size={size} hasHeight={view.height > 0} />
  const length = lane.end - lane.start + 1
  const step = 360 / length
  const now = place(lane, view.height)
  const angle = (block: number): number => (block - 1) * step
  const pad = Math.min(1.4, step * 0.08)
  const left = lane.end - view.height
  const lasts = view.medianBlockMs === null ? '' : duration(left * view.medianBlockMs)
  const label = t('clock.label', {
    at: now,
    all: length,
    number: whole(lane.number),
    time: lasts || `${left} blocks`,
    verdict: verdictWords(t, view).word,
  })
  const stroke = (block: number): string => {
    if (block === now) return 'var(--ember)'
    if (wait) return block > now ? 'color-mix(in oklab, var(--ember) 24%, var(--surface))' : 'var(--line-2)'
    return block < now ? 'color-mix(in oklab, var(--ember) 62%, var(--surface))' : 'var(--line-2)'
  }
  return (
    <svg viewBox="2 2 216 216" width={size} height={size} role="img" aria-label={label} className="block">
      <defs>
        <radialGradient id={glow}>
          <stop offset="0" stopColor="var(--glow)" />
          <stop offset=".62" stopColor="var(--glow-edge)" />
          <stop offset="1" stopColor="transparent" />
        </radialGradient>
      </defs>
      <circle cx={C} cy={C} r={62} fill={`url(#${glow})`} />
      {Array.from({ length }, (_block, index) => index + 1).map((block) => (
        <path
          key={block}
          d={arc(R_SERVE, angle(block) + pad, angle(block + 1) - pad)}
          stroke={stroke(block)}
          strokeWidth={block === now ? 13 : 9}
          fill="none"
        />
      ))}
      <circle cx={C} cy={C} r={R_CLAIM} fill="none" stroke="var(--sunken)" strokeWidth={7} />
      <circle cx={C} cy={C} r={R_PROOF} fill="none" stroke="var(--sunken)" strokeWidth={7} />
      {wait ? (
        <g stroke="var(--text)" strokeWidth={2.2} strokeLinecap="round">
          <path d={`M${point(84, 0).join(' ')}L${point(107, 0).join(' ')}`} />
        </g>
      ) : (
        <Windows view={view} angle={angle} step={step} pad={pad} />
      )}
      <Hand degrees={view.height * step} offset={angle(now) + step / 2} hollow={stale} />
      {wait ? (
        <Words3
          top={t('supplier.first.dialTop')}
          big={whole(wait.blocks)}
          unit={t('supplier.first.dialUnit', { count: wait.blocks })}
          bottom={wait.when}
        />
      ) : (
        <Words3
          top={t('clock.session', { number: whole(lane.number) })}
          big={String(now)}
          unit={t('clock.of', { all: length })}
          bottom={left === 0 ? t('clock.lastBlock') : lasts ? t('clock.endsIn', { time: lasts }) : ''}
        />
      )}
    </svg>
  )
}

function Windows({ view, angle, step, pad }: { view: ClockView; angle: (block: number) => number; step: number; pad: number }): ReactNode {
  const lane = currentLane(view)
  if (!lane) return null
  const ring = (radius: number, open: number, close: number, color: string, percent: number): ReactNode => {
    const from = angle(place(lane, open))
    const sweep = (close - open + 1) * step
    const paint = `color-mix(in oklab, var(${color}) ${percent}%, var(--surface))`
    return sweep >= 359 ? (
      <circle cx={C} cy={C} r={radius} fill="none" stroke={paint} strokeWidth={7} />
    ) : (
      <path d={arc(radius, from + pad, from + sweep - pad)} stroke={paint} strokeWidth={7} fill="none" />
    )
  }
  const centre = (height: number): number => angle(place(lane, height)) + step / 2
  const underWay = view.lanes.filter((each) => each.stage === 'claimed' || each.stage === 'proof-due' || each.stage === 'proven')
  const dot = (key: string, radius: number, height: number, color: string): ReactNode => {
    const [x, y] = point(radius, centre(height))
    return <circle key={key} cx={x} cy={y} r={4.8} fill={`var(${color})`} stroke="var(--surface)" strokeWidth={1.6} />
  }
  const [sx, sy] = point(R_PROOF, centre(lane.settle))
  return (
    <>
      {ring(R_CLAIM, lane.claimOpen, lane.claimClose, '--claim', 46)}
      {ring(R_PROOF, lane.proofOpen, lane.proofClose, '--proof', 52)}
      {underWay.map((each) =>
        each.proofHeight === null
          ? each.claimHeight === null
            ? null
            : dot(`c${each.number}`, R_CLAIM, each.claimHeight, '--claim')
          : dot(`p${each.number}`, R_PROOF, each.proofHeight, '--proof'),
      )}
      <path d={`M${sx} ${sy - 5.4}l5.4 5.4-5.4 5.4-5.4-5.4z`} fill="var(--surface)" stroke="var(--proof)" strokeWidth={1.8} />
    </>
  )
}

/** Turned by the height, which only grows, so that it never runs backwards at a session's end. */
function Hand({ degrees, offset, hollow }: { degrees: number; offset: number; hollow: boolean }): ReactNode {
  const turned = degrees + ((((offset - degrees) % 360) + 360) % 360)
  const [, y1] = point(60, 0)
  const [, y2] = point(91, 0)
  return (
    <g className="dial-hand" style={{ transform: `rotate(${turned}deg)`, transformOrigin: `${C}px ${C}px` }}>
      <path d={`M${C} ${y1}V${y2}`} stroke="var(--surface)" strokeWidth={5.5} />
      <path
        d={`M${C} ${y1}V${y2}`}
        stroke={hollow ? 'var(--idle-fill)' : 'var(--ember)'}
        strokeWidth={2.2}
        strokeLinecap="round"
        {...(hollow ? { strokeDasharray: '2 4' } : {})}
      />
    </g>
  )
}

function Words3({ top, big, unit, bottom }: { top: string; big: string; unit: string; bottom: string }): ReactNode {
  return (
    <g textAnchor="middle">
      <text x={C} y={C - 19} className="dial-3">
        {top}
      </text>
      <text x={C} y={C + 11} className="dial-1">
        {big}
        <tspan className="dial-2" dx={4}>
          {unit}
        </tspan>
      </text>
      <text x={C} y={C + 31} className="dial-3">
        {bottom}
      </text>
    </g>
  )
}

function EmptyDial({ t, size, hasHeight }: { t: Words; size: number; hasHeight: boolean }): ReactNode {
  return (
    <svg viewBox="2 2 216 216" width={size} height={size} role="img" aria-label={t('clock.labelNone')} className="block">
      <circle cx={C} cy={C} r={R_SERVE} fill="none" stroke="var(--line-2)" strokeWidth={9} />
      <text x={C} y={C + 4} textAnchor="middle" className="dial-3">
        {hasHeight ? t('clock.reading') : t('clock.noSession')}
      </text>
    </svg>
  )
}
