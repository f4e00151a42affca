import { useId, type ReactNode } from 'react'
import { duration, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { place, type ClockView } from './clock-view.ts'

const C = 110
const OUTER = 97
const CLAIM = 81
const PROOF = 67

const point = (radius: number, degrees: number): [number, number] => {
  const angle = ((degrees - 90) * Math.PI) / 180
  return [C + radius * Math.cos(angle), C + radius * Math.sin(angle)]
}
function arc(radius: number, from: number, to: number): string {
  const [x0, y0] = point(radius, from)
  const [x1, y1] = point(radius, to)
  return `M${x0.toFixed(2)} ${y0.toFixed(2)}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 1 ${x1.toFixed(2)} ${y1.toFixed(2)}`
}

/** Blocks of this session on the outer ring, claim and proof windows inside; the arcs stand still and the hand is now. */
export function Dial({ view, size = 196 }: { view: ClockView; size?: number }): ReactNode {
  const t = useText()
  const glow = useId()
  const now = place(view)
  const all = now?.all ?? view.chain.params?.numBlocksPerSession ?? 20
  const step = 360 / all
  const label = now
    ? t('clock.label', {
        at: now.at,
        all,
        number: whole(now.lane.number),
        time: now.leftMs === null ? '–' : duration(now.leftMs),
        verdict: t(`clock.verdict.${view.clock.verdict === 'wait' || view.clock.verdict === 'costs' ? 'cannot-tell' : view.clock.verdict}`),
      })
    : t('clock.labelNone')
  return (
    <svg viewBox="2 2 216 216" width={size} height={size} role="img" aria-label={label} className="block">
      <defs>
        <radialGradient id={glow}>
          <stop offset="0" stopColor="var(--ember)" stopOpacity={0.15} />
          <stop offset=".62" stopColor="var(--ember)" stopOpacity={0.05} />
          <stop offset="1" stopColor="var(--ember)" stopOpacity={0} />
        </radialGradient>
      </defs>
      {now ? <circle cx={C} cy={C} r={62} fill={`url(#${glow})`} /> : null}
      {Array.from({ length: all }, (_block, index) => (
        <path
          // Blocks never change places.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          d={arc(OUTER, index * step + 1.4, (index + 1) * step - 1.4)}
          stroke={blockColor(now?.at, index + 1)}
          strokeWidth={index + 1 === now?.at ? 13 : 9}
          fill="none"
        />
      ))}
      <Ring radius={CLAIM} />
      <Ring radius={PROOF} />
      {now ? <Windows view={view} all={all} step={step} start={now.lane.start} /> : null}
      {now ? <Hand degrees={(now.at - 0.5) * step} /> : null}
      {now ? (
        <>
          <text x={C} y={C - 19} textAnchor="middle" className="dial-3">
            {t('clock.session', { number: whole(now.lane.number) })}
          </text>
          <text x={C} y={C + 11} textAnchor="middle" className="dial-1">
            {now.at}
            <tspan className="dial-2" dx="4">
              {t('clock.of', { all })}
            </tspan>
          </text>
          <text x={C} y={C + 31} textAnchor="middle" className="dial-3">
            {now.at === all ? t('clock.lastBlock') : t('clock.endsIn', { time: now.leftMs === null ? '–' : duration(now.leftMs) })}
          </text>
        </>
      ) : (
        <text x={C} y={C + 4} textAnchor="middle" className="dial-3">
          {view.chain.height > 0 ? t('clock.reading') : t('clock.noSession')}
        </text>
      )}
    </svg>
  )
}

function blockColor(at: number | undefined, block: number): string {
  if (at === undefined || block > at) return 'var(--line-2)'
  return block === at ? 'var(--ember)' : 'color-mix(in oklab, var(--ember) 62%, var(--surface))'
}

const Ring = ({ radius }: { radius: number }): ReactNode => <circle cx={C} cy={C} r={radius} fill="none" stroke="var(--sunken)" strokeWidth={7} />

/** The windows of every session fall on the same places; dots where ours are on chain, a diamond where money settles. */
function Windows({ view, all, step, start }: { view: ClockView; all: number; step: number; start: number }): ReactNode {
  const { lanes } = view.clock
  const any = lanes[0]
  if (!any) return null
  const at = (height: number): number => ((((height - start) % all) + all) % all) * step
  const ring = (radius: number, open: number, close: number, color: string): ReactNode => {
    const length = (close - open + 1) * step
    const fill = `color-mix(in oklab, var(${color}) 48%, var(--surface))`
    return length >= 359 ? (
      <circle cx={C} cy={C} r={radius} fill="none" stroke={fill} strokeWidth={7} />
    ) : (
      <path d={arc(radius, at(open) + 1.4, at(open) + length - 1.4)} stroke={fill} strokeWidth={7} fill="none" />
    )
  }
  const settling = lanes.find((lane) => lane.settle > view.chain.height && (lane.claimHeight !== null || lane.proofHeight !== null))
  const [dx, dy] = point(PROOF, at(any.settle) + step / 2)
  const dot = (radius: number, height: number | null, color: string): ReactNode => {
    if (height === null) return null
    const [x, y] = point(radius, at(height) + step / 2)
    return <circle cx={x} cy={y} r={4.8} fill={`var(${color})`} stroke="var(--surface)" strokeWidth={1.6} />
  }
  return (
    <>
      {ring(CLAIM, any.claimOpen, any.claimClose, '--claim')}
      {ring(PROOF, any.proofOpen, any.proofClose, '--proof')}
      {dot(CLAIM, settling?.claimHeight ?? null, '--claim')}
      {dot(PROOF, settling?.proofHeight ?? null, '--proof')}
      <path d={`M${dx} ${dy - 5.4}l5.4 5.4-5.4 5.4-5.4-5.4z`} fill="var(--surface)" stroke="var(--proof)" strokeWidth={1.8} />
    </>
  )
}

function Hand({ degrees }: { degrees: number }): ReactNode {
  return (
    <g className="dial-hand" style={{ transform: `rotate(${degrees}deg)`, transformOrigin: `${C}px ${C}px` }}>
      <path d={`M${C} ${C - 60}V${C - 91}`} stroke="var(--surface)" strokeWidth={5.5} />
      <path d={`M${C} ${C - 60}V${C - 91}`} stroke="var(--ember)" strokeWidth={2.2} strokeLinecap="round" />
    </g>
  )
}
