import type { ReactNode } from 'react'
import type { Danger } from '#shared/model/danger.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { Note } from '#renderer/ui/Note.tsx'

/** What a prepared transaction can cost, worst first; the confirm window says the same. */
export function Dangers({ dangers }: { dangers: readonly Danger[] }): ReactNode {
  const t = useText()
  if (dangers.length === 0) return null
  return (
    <section aria-label={t('supplier.sign.dangersTitle')} className="mt-3 grid gap-2">
      {dangers.map((danger) => (
        <Note key={`${danger.key} ${JSON.stringify(danger.facts)}`} tone={danger.level === 'info' ? 'idle' : danger.level}>
          {keyed(t, 'dangers', danger.key, danger.facts)}
        </Note>
      ))}
    </section>
  )
}
