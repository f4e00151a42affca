import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'
import type { Tone } from './tone.ts'

const ICON: Record<Tone, IconName> = {
  ok: 'circle-check',
  warn: 'triangle-alert',
  bad: 'triangle-alert',
  info: 'info',
  idle: 'info',
  ember: 'info',
}

/** A quiet aside with an icon; louder by tone. */
export function Note({
  tone = 'idle',
  icon,
  children,
  className = '',
}: {
  tone?: Tone
  icon?: IconName
  children: ReactNode
  className?: string
}): ReactNode {
  return (
    <div className={`note ${tone === 'idle' ? '' : tone} ${className}`}>
      <Icon name={icon ?? ICON[tone]} size={14} />
      <div className="min-w-0 flex-1 wrap-anywhere">{children}</div>
    </div>
  )
}
