import type { ReactNode } from 'react'
import { useWidth } from './use-width.ts'

export interface ChartPoint {
  atMs: number
  mean: number
  min: number
  max: number
}

const TOP = 8
const BOTTOM = 18
const LEFT = 46

/**
 * A figure over time, from zero: the mean as a line, lowest and highest as a band. Where nothing was measured the line is broken.
 * @param gapMs longer than this between two points is a break @param label one sentence: what, now, lowest, highest
 */
export function LineChart({
  points,
  fromMs,
  toMs,
  gapMs,
  height,
  color,
  label,
  formatValue,
  formatTime,
}: {
  points: ChartPoint[]
  fromMs: number
  toMs: number
  gapMs: number
  height: number
  color: string
  label: string
  formatValue: (value: number) => string
  formatTime: (ms: number) => string
}): ReactNode {
  const [box, width] = useWidth<HTMLDivElement>(420)
  const top = points.reduce((highest, point) => Math.max(highest, point.max), 0) * 1.08 || 1
  const x = (ms: number): number => Math.round((LEFT + ((ms - fromMs) / Math.max(1, toMs - fromMs)) * (width - LEFT)) * 10) / 10
  const y = (value: number): number => Math.round((TOP + (height - TOP - BOTTOM) * (1 - value / top)) * 10) / 10
  const runs = runsOf(points, gapMs)
  return (
    <div ref={box}>
      <svg width={width} height={height} role="img" aria-label={label} className="block">
        {[0, top / 2, top].map((value) => (
          <g key={value}>
            <path d={`M${LEFT} ${y(value)}H${width}`} stroke="var(--line)" {...(value === 0 ? {} : { strokeDasharray: '2 3' })} />
            <text x={LEFT - 6} y={y(value) + 4} textAnchor="end" className="svg-axis">
              {formatValue(value)}
            </text>
          </g>
        ))}
        {runs.map((run) => {
          const first = run[0]
          if (!first) return null
          const line = run.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.atMs)} ${y(point.mean)}`).join('')
          const band = [
            ...run.map((point) => `${x(point.atMs)} ${y(point.max)}`),
            ...[...run].reverse().map((point) => `${x(point.atMs)} ${y(point.min)}`),
          ].join('L')
          return (
            <g key={first.atMs}>
              <path d={`M${band}Z`} fill={color} opacity={0.16} />
              {run.length === 1 ? (
                <circle cx={x(first.atMs)} cy={y(first.mean)} r={1.6} fill={color} />
              ) : (
                <path d={line} fill="none" stroke={color} strokeWidth={1.5} strokeLinejoin="round" />
              )}
            </g>
          )
        })}
        <text x={LEFT} y={height - 3} className="svg-axis">
          {formatTime(fromMs)}
        </text>
        <text x={width} y={height - 3} textAnchor="end" className="svg-axis">
          {formatTime(toMs)}
        </text>
      </svg>
    </div>
  )
}

/** Points that belong to one line. */
export function runsOf(points: ChartPoint[], gapMs: number): ChartPoint[][] {
  const runs: ChartPoint[][] = []
  let lastMs = -Infinity
  for (const point of points) {
    if (point.atMs - lastMs > gapMs) runs.push([])
    runs.at(-1)?.push(point)
    lastMs = point.atMs
  }
  return runs
}
