import type { ReactNode } from 'react'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** What lies stored and is not used: kept until the user says that it may go. */
export function Strange(): ReactNode {
  const t = useText()
  const entries = useAppState((state) => state.settings)
  const reset = useCall('settings.reset')
  const strange = Object.entries(entries).flatMap(([key, { value, problem }]) =>
    problem === null ? [] : [{ key, value: String(value), problem }],
  )
  if (strange.length === 0) return null
  return (
    <Note tone="warn">
      <div className="font-medium">{t('settings.strange.title')}</div>
      <ul>
        {strange.map(({ key, value, problem }) => (
          <li key={key} className="flex items-center gap-3">
            <span className="min-w-0 flex-1 break-words">{t(`settings.strange.${problem}`, { key, value })}</span>
            <Button
              kind="ghost"
              size="sm"
              isBusy={reset.busy}
              label={`${t('settings.strange.forget')}: ${key}`}
              onPress={() => void reset.run({ keys: [key] })}
            >
              {t('settings.strange.forget')}
            </Button>
          </li>
        ))}
      </ul>
      <ErrorNote error={reset.error} />
    </Note>
  )
}
