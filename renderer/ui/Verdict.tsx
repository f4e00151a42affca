import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'
import type { Tone } from './tone.ts'

/** The one sentence on a page, with what stands behind it. */
export function Verdict({
  tone,
  icon,
  title,
  text,
  children,
  moving = false,
}: {
  tone: Tone
  icon: IconName
  title: ReactNode
  text?: ReactNode
  children?: ReactNode
  moving?: boolean
}): ReactNode {
  return (
    <div className="verd">
      <div className={`glow tone-${tone}`}>
        <Icon name={icon} size={20} className={moving ? 'turn' : ''} />
      </div>
      <div className="min-w-0 flex-1">
        <h2>{title}</h2>
        {text === undefined ? null : <div className="text-text-2 num">{text}</div>}
      </div>
      {children === undefined ? null : <div className="flex flex-none flex-wrap items-center gap-3 max-[640px]:w-full">{children}</div>}
    </div>
  )
}
