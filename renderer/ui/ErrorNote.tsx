import type { ReactNode } from 'react'
import { errorText, type ErrorFacts } from '#renderer/text/errors.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from './Button.tsx'
import { Note } from './Note.tsx'
import { useUnlock } from './unlock-context.ts'

/** What happened, what to do, and the code in mono. Locked keys bring their button along. */
export function ErrorNote({
  error,
  children,
  className = '',
}: {
  error: ErrorFacts | null
  children?: ReactNode
  className?: string
}): ReactNode {
  const t = useText()
  const openUnlock = useUnlock()
  if (error === null) return null
  const { text, next } = errorText(t, error)
  const isLocked = error.code === 'vault-locked'
  return (
    <div role="alert" className={className}>
      <Note tone="bad">
        <div className="font-medium">{text}</div>
        <div>{next}</div>
        <div className="mono mt-0.5 text-text-3">
          {error.code}
          {error.ref ? ` · ${error.ref}` : ''}
        </div>
        {isLocked || (children !== undefined && children !== null) ? (
          <div className="mt-2 flex flex-wrap gap-2">
            {isLocked ? (
              <Button size="sm" icon="lock-open" onPress={openUnlock}>
                {t('frame.unlock')}
              </Button>
            ) : null}
            {children}
          </div>
        ) : null}
      </Note>
    </div>
  )
}

/** The same sentence where a field is wrong: under it, short. */
export function fieldSentence(t: ReturnType<typeof useText>, error: ErrorFacts): string {
  const { text, next } = errorText(t, error)
  return `${text} ${next}`
}
