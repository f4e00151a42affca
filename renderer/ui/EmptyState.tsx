import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'

/** Nothing to show, why, and the one useful action. */
export function EmptyState({
  icon,
  title,
  text,
  children,
}: {
  icon: IconName
  title: string
  text: ReactNode
  children?: ReactNode
}): ReactNode {
  return (
    <div className="card grid justify-items-center gap-2 px-8 py-12 text-center">
      <div className="glow tone-idle grid h-[38px] w-[38px] place-items-center rounded-card">
        <Icon name={icon} size={20} />
      </div>
      <h2 className="mt-1 text-[16px] leading-[22px] font-semibold tracking-tight">{title}</h2>
      <p className="max-w-[460px] text-text-2">{text}</p>
      {children === undefined ? null : <div className="mt-2 flex gap-2">{children}</div>}
    </div>
  )
}
