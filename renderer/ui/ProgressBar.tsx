import type { ReactNode } from 'react'

/** A thin bar. @param value 0 to 1 @param label what progresses, for screen readers */
export function ProgressBar({ value, label, color = 'var(--info-fill)' }: { value: number; label: string; color?: string }): ReactNode {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div className="meter" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <i style={{ width: `${percent}%`, background: color }} />
    </div>
  )
}
