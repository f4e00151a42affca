import { useState, type ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { useUnlockForm } from './use-unlock-form.ts'

/** Opens the keys from any page. */
export function UnlockDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactNode {
  const t = useText()
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('lock.unlock.title')} width={420}>
      <UnlockBody onClose={onClose} />
    </Dialog>
  )
}

function UnlockBody({ onClose }: { onClose: () => void }): ReactNode {
  const t = useText()
  const form = useUnlockForm(onClose)
  const [isForgotten, setForgotten] = useState(false)
  return (
    <form onSubmit={form.submit} className="grid gap-3.5">
      <p className="text-text-2">{t('lock.unlock.text')}</p>
      <Field label={t('lock.open.password')} value={form.password} onChange={form.setPassword} type="password" size="lg" icon="key-round" autoComplete="current-password" autoFocus maxLength={1024} />
      <UnlockError form={form} />
      {isForgotten ? <Note tone="info">{t('lock.unlock.forgottenText')}</Note> : null}
      <div className="flex items-center justify-between">
        <Button kind="ghost" onPress={() => setForgotten(!isForgotten)}>
          {t('lock.unlock.forgotten')}
        </Button>
        <div className="flex gap-2">
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" kind="pri" isBusy={form.unlock.busy} isDisabled={form.waitSeconds > 0}>
            {t('lock.unlock.button')}
          </Button>
        </div>
      </div>
    </form>
  )
}

/** The last try's outcome; a wait counts down by itself. */
export function UnlockError({ form }: { form: ReturnType<typeof useUnlockForm> }): ReactNode {
  const { error } = form.unlock
  if (error === null) return null
  if (error.code === 'too-many-tries') {
    if (form.waitSeconds === 0) return null
    return <ErrorNote error={{ ...error, detail: { seconds: String(form.waitSeconds) } }} />
  }
  return <ErrorNote error={error} />
}
