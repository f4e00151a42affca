import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import type { ClockLane } from '#shared/model/session-clock.ts'
import { clockTime, pokt, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { isFast, timeAt, type ClockView } from './clock-view.ts'

const ROW = 48
const TOP = 30
const MOST = 5

/** One row per session that is not closed, and the last closed one, on a shared axis with "now". */
export function Lanes({ view }: { view: ClockView }): ReactNode {
  const t = useText()
  const pattern = useId()
  const [box, width] = useWidth(520)
  const lanes = view.clock.lanes.slice(0, MOST)
  const oldest = lanes.at(-1)
  const newest = lanes[0]
  if (!oldest || !newest) return <div ref={box} />
  const label = width < 470 ? 164 : 186
  const from = oldest.start - 1
  const to = newest.settle + 2
  const x = (height: number): number => label + ((height - from) / (to - from)) * (width - label - 3)
  const now = x(view.chain.height + 0.5)
  const nowMs = timeAt(view, view.chain.height)
  const seconds = isFast(view)
  const height = TOP + lanes.length * ROW
  const half = seconds ? 41 : 33
  return (
    <div ref={box} className="min-w-0">
      <svg width={width} height={height} role="img" aria-label={t('clock.lanesLabel', { count: lanes.length })} className="block">
        <defs>
          <pattern id={pattern} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="5" height="5" fill="var(--sunken)" />
            <path d="M0 0V5" stroke="color-mix(in oklab, var(--ember) 40%, var(--surface))" strokeWidth="2" />
          </pattern>
        </defs>
        {lanes.map((lane) => {
          const at = x(lane.start)
          const ms = timeAt(view, lane.start)
          if (at < label) return null
          return (
            <g key={lane.number}>
              <path d={`M${at} ${TOP - 8}V${height}`} stroke="var(--line)" />
              {ms !== null && Math.abs(at - now) > half + 26 && at < width - 20 ? (
                <text x={at} y={14} textAnchor="middle" className="svg-axis">
                  {clockTime(ms, seconds)}
                </text>
              ) : null}
            </g>
          )
        })}
        {lanes.map((lane, index) => (
          <Lane key={lane.number} {...{ t, view, lane, index, width, label, x, late: `url(#${pattern})` }} />
        ))}
        <path d={`M${now} 20V${height}`} stroke="var(--ember)" strokeWidth={1.6} />
        <rect x={now - half} y={1} width={half * 2} height={19} rx={9.5} fill="var(--ember)" />
        <text x={now} y={14.4} textAnchor="middle" className="svg-now">
          {t('clock.now')} {nowMs === null ? '' : clockTime(nowMs, seconds)}
        </text>
      </svg>
    </div>
  )
}

interface LaneParts {
  t: Words
  view: ClockView
  lane: ClockLane
  index: number
  width: number
  label: number
  x: (height: number) => number
  late: string
}

function Lane({ t, view, lane, index, width, label, x, late }: LaneParts): ReactNode {
  const top = TOP + index * ROW
  const y = top + 15
  const bar = (from: number, to: number, fill: string, extra: object = {}): ReactNode => {
    const left = Math.max(x(from), label)
    const right = Math.min(x(to + 1), width - 2)
    return right <= left + 1 ? null : <rect x={left + 0.75} y={y} width={right - left - 1.5} height={16} rx={3.5} fill={fill} {...extra} />
  }
  const span = (from: number, to: number, color: string, isOn: boolean): ReactNode =>
    bar(from, to, `color-mix(in oklab, var(${color}) ${isOn ? 38 : 17}%, var(--surface))`, isOn ? {} : { stroke: `color-mix(in oklab, var(${color}) 68%, transparent)`, strokeDasharray: '3 2.5' })
  const dot = (height: number | null, color: string): ReactNode =>
    height === null || x(height + 0.5) < label ? null : <circle cx={x(height + 0.5)} cy={y + 8} r={4.4} fill={`var(${color})`} stroke="var(--surface)" strokeWidth={1.4} />
  const served = Math.min(view.chain.height, lane.end)
  const settleX = Math.min(x(lane.settle + 0.5), width - 8)
  const isDone = lane.stage === 'settled'
  return (
    <g>
      {index === 0 ? null : <path d={`M0 ${top - 1}H${width}`} stroke="var(--line)" />}
      {bar(lane.start, served, 'color-mix(in oklab, var(--ember) 62%, var(--surface))')}
      {served < lane.end ? bar(served + 1, lane.end, 'var(--ember-soft)', { stroke: 'color-mix(in oklab, var(--ember) 32%, transparent)' }) : null}
      {bar(lane.end + 1, Math.min(lane.graceEnd, lane.claimOpen - 1), late)}
      {span(lane.claimOpen, lane.claimClose, '--claim', lane.claimHeight !== null)}
      {span(lane.proofOpen, lane.proofClose, '--proof', lane.proofHeight !== null)}
      {dot(lane.claimHeight, '--claim')}
      {dot(lane.proofHeight, '--proof')}
      {settleX > label ? (
        <path
          d={`M${settleX} ${y + 1.6}l6.4 6.4-6.4 6.4-6.4-6.4z`}
          fill={isDone ? 'var(--ok-fill)' : 'var(--surface)'}
          stroke={isDone ? 'var(--ok-fill)' : 'var(--proof)'}
          strokeWidth={1.6}
        />
      ) : null}
      <text x={0} y={y + 5} className="svg-lane">
        {laneWords(t, view, lane)}
      </text>
      <text x={0} y={y + 22} className="svg-lane-2">
        {whole(lane.number)}
        {laneMoney(t, lane)}
      </text>
    </g>
  )
}

function laneWords(t: Words, view: ClockView, lane: ClockLane): string {
  const at = (height: number): string => {
    const ms = timeAt(view, height)
    return ms === null ? '–' : clockTime(ms, isFast(view))
  }
  switch (lane.stage) {
    case 'serving':
      return t('clock.lane.serving', { at: at(lane.end) })
    case 'open':
      return view.chain.height >= lane.claimOpen ? t('clock.lane.openNow') : t('clock.lane.open', { at: at(lane.claimOpen) })
    case 'claimed':
      return t('clock.lane.claimed', { at: at(lane.proofOpen) })
    case 'proof-due':
      return t('clock.lane.proof-due', { at: at(lane.proofClose) })
    case 'proven':
      return t('clock.lane.proven', { at: at(lane.settle) })
    case 'settled':
      return t('clock.lane.settled', { at: at(lane.settle) })
    default:
      return t(`clock.lane.${lane.stage}`)
  }
}

function laneMoney(t: Words, lane: ClockLane): string {
  if (lane.settledUpokt !== null) return ` · +${pokt(lane.settledUpokt, 4)} POKT`
  if (lane.claimedUpokt !== null) return ` · ≈ ${pokt(lane.claimedUpokt, 4)} POKT`
  if (lane.relays !== null && lane.relays !== '0') return ` · ${t('clock.relays', { count: Number(lane.relays), text: whole(lane.relays) })}`
  return ''
}

/** Width of an element in CSS pixels; `first` until it is measured. */
function useWidth(first: number): [(element: HTMLDivElement | null) => void, number] {
  const [width, setWidth] = useState(first)
  const observer = useRef<ResizeObserver | null>(null)
  const attach = useRef((element: HTMLDivElement | null) => {
    observer.current?.disconnect()
    if (!element || typeof ResizeObserver === 'undefined') return
    observer.current = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(320, Math.round(entry.contentRect.width)))
    })
    observer.current.observe(element)
  })
  useEffect(() => () => observer.current?.disconnect(), [])
  return [attach.current, width]
}
