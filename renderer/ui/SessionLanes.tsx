import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import type { ClockLane } from '#shared/model/clock-schema.ts'
import { clockTime } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { currentLane, isFast, laneMoney, laneWords, timeOf, type ClockView } from './clock-view.ts'

const ROW = 48
const TOP = 30
const BAR = 16
/** How much of a session's life is drawn before and after now. */
const BACK = 0.87
const AHEAD = 0.92

/** One row per session that still matters, on one axis of time with "now". @param limit most rows */
export function SessionLanes({ view, limit = 4 }: { view: ClockView; limit?: number }): ReactNode {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(516)
  useEffect(() => {
    const element = box.current
    if (!element || typeof ResizeObserver === 'undefined') return undefined
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(240, Math.round(entry.contentRect.width)))
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const lanes = view.lanes.slice(0, limit)
  return (
    <div ref={box} className="min-w-0">
      {lanes.length === 0 ? null : <Drawing view={view} lanes={lanes} width={width} />}
      <ul className="sr-only">
        {lanes.map((lane) => (
          <li key={lane.number}>
            {laneMoney(t, lane)}: {laneWords(t, view, lane)}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Drawing({ view, lanes, width }: { view: ClockView; lanes: ClockLane[]; width: number }): ReactNode {
  const t = useText()
  const late = useId()
  const first = lanes[0]
  if (!first) return null
  const life = first.settle - first.start + 1
  const label = width < 470 ? 158 : 186
  const from = view.height - life * BACK
  const to = view.height + life * AHEAD
  const x = (block: number): number => label + ((block - from) / (to - from)) * (width - label - 3)
  const now = x(view.height + 0.5)
  const height = TOP + lanes.length * ROW
  const nowMs = timeOf(view, view.height)
  const nowText = nowMs === undefined ? t('clock.now') : `${t('clock.now')} ${clockTime(nowMs, isFast(view))}`
  const pill = nowText.length * 5.6 + 14
  return (
    <svg width={width} height={height} role="img" aria-label={t('clock.lanesLabel', { count: lanes.length })} className="block">
      <defs>
        <pattern id={late} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="5" height="5" fill="var(--sunken)" />
          <path d="M0 0V5" stroke="color-mix(in oklab, var(--ember) 40%, var(--surface))" strokeWidth="2" />
        </pattern>
      </defs>
      <Grid view={view} from={from} to={to} x={x} label={label} width={width} height={height} now={now} pill={pill} />
      {lanes.map((lane, index) => (
        <Lane key={lane.number} view={view} lane={lane} index={index} x={x} label={label} width={width} late={late} />
      ))}
      <path d={`M${now} 20V${height}`} stroke="var(--ember)" strokeWidth="1.6" />
      <rect x={now - pill / 2} y="1" width={pill} height="19" rx="9.5" fill="var(--ember)" />
      <text x={now} y="14.4" textAnchor="middle" className="svg-now num">
        {nowText}
      </text>
    </svg>
  )
}

/** Lines where sessions start, with their times where there is room. */
function Grid({
  view,
  from,
  to,
  x,
  label,
  width,
  height,
  now,
  pill,
}: {
  view: ClockView
  from: number
  to: number
  x: (block: number) => number
  label: number
  width: number
  height: number
  now: number
  pill: number
}): ReactNode {
  const lane = currentLane(view) ?? view.lanes[0]
  if (!lane) return null
  const length = lane.end - lane.start + 1
  const starts: number[] = []
  for (let start = lane.start - Math.ceil((lane.start - from) / length) * length; start <= to; start += length)
    if (start >= from) starts.push(start)
  const room = isFast(view) ? 30 : 20
  let free = label + room - 10
  return starts.map((start) => {
    const at = x(start)
    const ms = timeOf(view, start - 0.5)
    const fits = at - room > free && Math.abs(at - now) > pill / 2 + room && at < width - room + 6
    if (fits) free = at + room
    return (
      <g key={start}>
        <path d={`M${at} ${TOP - 8}V${height}`} stroke="var(--line)" />
        {fits && ms !== undefined ? (
          <text x={at} y="14" textAnchor="middle" className="svg-axis">
            {clockTime(ms, isFast(view))}
          </text>
        ) : null}
      </g>
    )
  })
}

function Lane({
  view,
  lane,
  index,
  x,
  label,
  width,
  late,
}: {
  view: ClockView
  lane: ClockLane
  index: number
  x: (block: number) => number
  label: number
  width: number
  late: string
}): ReactNode {
  const t = useText()
  const y = TOP + index * ROW + (ROW - BAR) / 2 - 1
  const isLost = lane.stage === 'expired' || lane.stage === 'not-claimed' || lane.stage === 'discarded'
  const segment = (key: string, start: number, end: number, fill: string, edge?: { stroke: string; dashed?: boolean }): ReactNode => {
    const left = Math.max(x(start), label)
    const right = Math.min(x(end + 1), width - 2)
    if (right <= left + 1 || end < start) return null
    return (
      <rect
        key={key}
        x={left + 0.75}
        y={y}
        width={right - left - 1.5}
        height={BAR}
        rx={3.5}
        fill={fill}
        {...(edge ? { stroke: edge.stroke } : {})}
        {...(edge?.dashed === true ? { strokeDasharray: '3 2.5' } : {})}
      />
    )
  }
  const windowOf = (key: string, open: number, close: number, color: string, isDone: boolean): ReactNode =>
    segment(
      key,
      open,
      close,
      `color-mix(in oklab, var(${color}) ${isDone ? 38 : 17}%, var(--surface))`,
      isDone ? undefined : { stroke: `color-mix(in oklab, var(${color}) 68%, transparent)`, dashed: true },
    )
  const mark = (key: string, block: number | null, color: string): ReactNode => {
    if (block === null || x(block + 0.5) < label) return null
    return (
      <circle key={key} cx={x(block + 0.5)} cy={y + BAR / 2} r={4.4} fill={`var(${color})`} stroke="var(--surface)" strokeWidth={1.4} />
    )
  }
  const split = Math.min(view.height, lane.end)
  const settle = x(lane.settle + 0.5)
  const done = lane.stage === 'settled'
  const edge = isLost ? 'var(--bad-fill)' : done ? 'var(--ok-fill)' : 'var(--proof)'
  return (
    <g>
      {index === 0 ? null : <path d={`M0 ${TOP + index * ROW - 1}H${width}`} stroke="var(--line)" />}
      {segment('served', lane.start, split, 'color-mix(in oklab, var(--ember) 62%, var(--surface))')}
      {split < lane.end
        ? segment('left', split + 1, lane.end, 'var(--ember-soft)', { stroke: 'color-mix(in oklab, var(--ember) 32%, transparent)' })
        : null}
      {segment('late', lane.end + 1, lane.graceEnd, `url(#${late})`)}
      {windowOf('claim', lane.claimOpen, lane.claimClose, '--claim', lane.claimHeight !== null)}
      {windowOf(
        'proof',
        lane.proofOpen + (lane.proofOpen === lane.claimClose ? 1 : 0),
        lane.proofClose,
        '--proof',
        lane.proofHeight !== null,
      )}
      {mark('claimed', lane.claimHeight, '--claim')}
      {mark('proven', lane.proofHeight, '--proof')}
      {settle > label && settle < width - 3 ? (
        <path
          d={`M${settle} ${y + BAR / 2 - 6.4}l6.4 6.4-6.4 6.4-6.4-6.4z`}
          fill={done ? 'var(--ok-fill)' : isLost ? 'var(--bad-fill)' : 'var(--surface)'}
          stroke={edge}
          strokeWidth={1.6}
        />
      ) : null}
      <text x={0} y={y + 5} className="svg-lane" {...(isLost ? { style: { fill: 'var(--bad)' } } : {})}>
        {laneWords(t, view, lane)}
      </text>
      <text x={0} y={y + 22} className="svg-lane-2 num">
        {laneMoney(t, lane)}
      </text>
    </g>
  )
}
