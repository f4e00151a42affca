import type { ReactNode } from 'react'
import { useWidth } from './use-width.ts'

export interface Bar {
  key: string
  /** Only for the height; the exact amount is in `label`. */
  value: number
  label: string
  /** Unfinished: drawn lighter. */
  open?: boolean
  /** Under the bar. */
  tick?: string
}

/** Bars from zero, the last one lighter while it is unfinished. @param label one sentence: range, lowest, highest, last */
export function Bars({ bars, height, label, axis = false }: { bars: Bar[]; height: number; label: string; axis?: boolean }): ReactNode {
  const [box, width] = useWidth<HTMLDivElement>(axis ? 600 : 218)
  const left = axis ? 38 : 0
  const bottom = axis ? 22 : 0
  const highest = Math.max(...bars.map((bar) => bar.value), 0)
  const top = niceTop(highest)
  const slot = (width - left) / Math.max(1, bars.length)
  const gap = Math.min(6, slot * 0.26)
  const y = (value: number): number => 6 + (height - 6 - bottom) * (1 - (top === 0 ? 0 : value / top))
  return (
    <div ref={box}>
      <svg width={width} height={height} role="img" aria-label={label} className="block">
        {axis
          ? [0, top / 2, top].map((value) => (
              <g key={value}>
                <path d={`M${left} ${y(value)}H${width}`} stroke="var(--line)" {...(value === 0 ? {} : { strokeDasharray: '2 3' })} />
                <text x={left - 7} y={y(value) + 4} textAnchor="end" className="svg-axis">
                  {axisText(value)}
                </text>
              </g>
            ))
          : null}
        {bars.map((bar, index) => {
          const x = left + index * slot + gap / 2
          const barTop = bar.value > 0 ? Math.min(y(bar.value), y(0) - 1.5) : y(0) - 1
          return (
            <g key={bar.key}>
              <rect
                x={x}
                y={barTop}
                width={slot - gap}
                height={y(0) - barTop}
                rx={1.8}
                fill={bar.value > 0 ? 'var(--ember)' : 'var(--line-2)'}
                opacity={bar.open === true && bar.value > 0 ? 0.55 : 1}
              >
                <title>{bar.label}</title>
              </rect>
              {axis && bar.tick !== undefined ? (
                <text
                  x={index === bars.length - 1 ? x + slot - gap : x + (slot - gap) / 2}
                  y={height - 5}
                  textAnchor={index === bars.length - 1 ? 'end' : 'middle'}
                  className="svg-axis"
                >
                  {bar.tick}
                </text>
              ) : null}
            </g>
          )
        })}
      </svg>
    </div>
  )
}

/** The next 1, 2 or 5 times a power of ten. */
function niceTop(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value
}

function axisText(value: number): string {
  if (value >= 1 || value === 0) return String(Math.round(value * 100) / 100)
  return value.toPrecision(1)
}
