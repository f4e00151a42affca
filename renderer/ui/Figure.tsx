import type { ReactNode } from 'react'
import { age, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Icon } from './icons.tsx'

/** A figure with its unit and, under it, where it comes from. `value` null = not known: "–" and why. */
export function Figure({
  label,
  value,
  unit,
  sub,
  big = false,
  stale = false,
}: {
  label: ReactNode
  value: ReactNode | null
  unit?: ReactNode
  sub?: ReactNode
  big?: boolean
  stale?: boolean
}): ReactNode {
  const t = useText()
  return (
    <div>
      <div className="flex items-center gap-1.5 text-small text-text-2">{label}</div>
      <div className={`${big ? 'fig !text-[26px] !leading-[32px]' : 'fig2'} ${stale ? 'text-text-2' : ''}`}>
        {value ?? t('ui.nothing')}
        {unit === undefined || value === null ? null : <small>{unit}</small>}
      </div>
      {sub === undefined ? null : <div className="text-caption text-text-3 num">{sub}</div>}
    </div>
  )
}

/** Height and age of what a card shows; past `staleAfterMs` it says so. */
export function AsOf({
  height,
  atMs,
  nowMs,
  staleAfterMs = 5 * 60_000,
}: {
  height: number
  atMs: number
  nowMs: number
  staleAfterMs?: number
}): ReactNode {
  const t = useText()
  if (atMs === 0) return null
  const old = nowMs - atMs > staleAfterMs
  return (
    <span className={`inline-flex items-center gap-1 num ${old ? 'text-warn' : ''}`}>
      {old ? <Icon name="clock" size={12} /> : null}
      {t('ui.asOf', { height: whole(height), age: age(nowMs - atMs) })}
    </span>
  )
}
