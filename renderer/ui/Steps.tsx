import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Icon } from './icons.tsx'

export interface Step {
  key: string
  title: ReactNode
  text?: ReactNode
  time?: ReactNode
  state: 'done' | 'now' | 'todo' | 'failed'
}

/** Steps under each other: done, now, to come, or failed. */
export function Steps({ steps, className = '' }: { steps: Step[]; className?: string }): ReactNode {
  const t = useText()
  const said = { done: t('ui.done'), now: t('ui.now'), todo: t('ui.todo'), failed: t('ui.failed') }
  return (
    <ol className={`stepv ${className}`}>
      {steps.map((step) => (
        <li key={step.key} className={step.state} {...(step.state === 'now' ? { 'aria-current': 'step' as const } : {})}>
          <span className="k">{step.state === 'done' ? <Icon name="check" /> : step.state === 'failed' ? <Icon name="x" /> : null}</span>
          <div>
            <div className="n">
              {step.title}
              <span className="sr-only">, {said[step.state]}</span>
            </div>
            {step.text === undefined || step.text === '' ? null : <div className="x num">{step.text}</div>}
          </div>
          <span className="w">{step.time}</span>
        </li>
      ))}
    </ol>
  )
}
