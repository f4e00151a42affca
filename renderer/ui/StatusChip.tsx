import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'
import type { Tone } from './tone.ts'

export interface Status {
  tone: Tone
  icon: IconName
  word: string
  /** Something is truly under way: the icon turns. */
  moving?: boolean
}

/** Icon plus word; as a chip in tables, as a pill beside a title. */
export function StatusChip({ status, pill = false, title }: { status: Status; pill?: boolean; title?: string }): ReactNode {
  return (
    <span className={pill ? `pill tone-${status.tone}` : `chip ${status.tone}-c`} {...(title ? { title } : {})}>
      <Icon name={status.icon} size={pill ? 12 : 14} className={status.moving === true ? 'turn' : ''} />
      {status.word}
    </span>
  )
}
