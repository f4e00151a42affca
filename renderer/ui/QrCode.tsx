import { useMemo, type ReactNode } from 'react'
import { encode } from 'uqr'

/** Modules of quiet around the code; less and some readers do not find it (ISO/IEC 18004). */
const QUIET = 4

/** A text as a QR code: one path, always dark on light, since many readers know nothing else. */
export function QrCode({ value, label, className = '' }: { value: string; label: string; className?: string }): ReactNode {
  const { path, side } = useMemo(() => drawn(value), [value])
  return (
    <svg viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges" role="img" aria-label={label} className={className}>
      <rect width={side} height={side} fill="#ffffff" />
      <path d={path} fill="#17120e" />
    </svg>
  )
}

/** Runs of dark modules as rectangles. */
function drawn(value: string): { path: string; side: number } {
  const { data, size } = encode(value, { ecc: 'M', border: 0 })
  const runs: string[] = []
  for (const [y, row] of data.entries()) {
    let from = -1
    for (let x = 0; x <= size; x += 1) {
      const isDark = row[x] === true
      if (isDark && from < 0) from = x
      if (!isDark && from >= 0) {
        runs.push(`M${from + QUIET} ${y + QUIET}h${x - from}v1h-${x - from}z`)
        from = -1
      }
    }
  }
  return { path: runs.join(''), side: size + 2 * QUIET }
}
