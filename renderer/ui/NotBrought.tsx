import type { ReactNode } from 'react'
import type { ErrorFacts } from '#renderer/text/errors.ts'
import { useText } from '#renderer/text/text.ts'
import { ErrorNote } from './ErrorNote.tsx'
import { Note } from './Note.tsx'

/** Why another supplier could not be brought into view. */
export function NotBrought({ error, className = '' }: { error: ErrorFacts | null; className?: string }): ReactNode {
  const t = useText()
  // The code's own sentence is about a stake that is missing; here it is the key.
  if (error?.code !== 'supplier-absent') return <ErrorNote error={error} className={className} />
  return (
    <div role="alert" className={className}>
      <Note tone="bad">
        <b className="font-semibold">{t('suppliers.gone')}</b> {t('suppliers.goneNext')}
      </Note>
    </div>
  )
}
