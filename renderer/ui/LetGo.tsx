import type { ReactNode } from 'react'
import type { ErrorFacts } from '#renderer/text/errors.ts'
import { pokt } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Note } from './Note.tsx'

/** Claims or served relays that would be lost, with what they are worth, and the tick without which nothing goes on. Nothing for any other error. */
export function LetGo({
  error,
  isOn,
  onChange,
}: {
  error: ErrorFacts | null
  isOn: boolean
  onChange: (isOn: boolean) => void
}): ReactNode {
  const t = useText()
  if (error?.code !== 'claims-open' && error?.code !== 'work-unsent') return null
  const claims = { count: Number(error.detail?.['claims'] ?? '0'), pokt: pokt(error.detail?.['upokt'] ?? '0') }
  return (
    <div role="alert">
      <Note tone="bad">
        <div className="font-medium">
          {error.code === 'claims-open'
            ? t('nodes.remove.open', claims)
            : t('bundle.remove.unsent', { count: Number(error.detail?.['sessions'] ?? '0') })}
        </div>
        <label className="mt-2 flex items-center gap-2">
          <input
            type="checkbox"
            className="h-4 w-4 accent-[var(--ember)]"
            checked={isOn}
            onChange={(event) => onChange(event.target.checked)}
          />
          {t('nodes.remove.letGo')}
        </label>
      </Note>
    </div>
  )
}
